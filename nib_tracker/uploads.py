"""No address reads a body with files that is larger than settings.MAX_UPLOAD_BODY, whoever sends it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict


class BoundedBody(FileUploadHandler):
    """First of the upload handlers: a body that is too large counts as empty and stays unread.

    Without its form token it is refused; pages that take files say why first (`reports/views/uploads.py`).
    """

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, boundary: bytes, encoding: str | None = None
    ) -> tuple[QueryDict, MultiValueDict] | None:
        if content_length > settings.MAX_UPLOAD_BODY:
            return QueryDict(encoding=encoding), MultiValueDict()
        return None

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data  # for the handlers after this one

    def file_complete(self, file_size: int) -> None:
        return None
