"""Bodies that are too large are answered with a sentence before anything of them is read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext


def is_too_large(request: HttpRequest) -> bool:
    """By the length that was announced: without one Django reads nothing at all."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return length.isdecimal() and int(length[:20]) > settings.MAX_UPLOAD_BODY


def too_large_words() -> str:
    limit = settings.MAX_UPLOAD_BODY // (1024 * 1024)
    return gettext("That is more than %(limit)s MB at once; nothing was added. Send the files one by one.") % {
        "limit": limit
    }
