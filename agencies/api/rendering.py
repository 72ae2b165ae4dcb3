"""Answers as JSON or CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from rest_framework.renderers import BaseRenderer

from ..exporting import BOM, csv_lines
from .problems import MEDIA_TYPE

BELOW_ZERO = re.compile(r"-\d{1,18}(\.\d{1,6})?")  # as many digits as a stored number can have


class JsonRenderer(BaseRenderer):
    """JSON in UTF-8, as small as it gets. Problems are given as such whatever was asked for."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encoded(data)


class ProblemRenderer(JsonRenderer):
    """What a refusal is rendered by."""

    media_type = MEDIA_TYPE


class CsvRenderer(BaseRenderer):
    """The rows of a list as CSV; where the next page begins stands in the header `Link`."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        view = renderer_context["view"]
        return "".join(table(view.columns(), data["results"]))


def encoded(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8", "replace")


def table(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """Lines of a CSV file. Texts are made safe for spreadsheets, null is empty, what is nested is JSON.

    Without a byte order mark: programs read this, and many would take it for a part of the first heading.
    """
    headings = list(columns)
    lines = csv_lines(headings, ([_cell(row.get(name)) for name in headings] for row in rows))
    return (line.removeprefix(BOM) for line in lines)


def _cell(value: Any) -> Any:
    """A number below zero goes as a number: as a text it would be made safe, and read as another text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and BELOW_ZERO.fullmatch(value):
        return Decimal(value)
    return encoded(value).decode() if isinstance(value, (dict, list)) else value
