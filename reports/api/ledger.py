"""`/ledger`: the whole ledger in one answer, sent as it is read; enough to recompute every hash."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from agencies.api.schema import Operation
from agencies.api.views import ApiView, etag, not_modified
from agencies.exporting import BOM

from ..exports.ledger import COLUMNS, ledger_json_lines, ledger_lines
from .acceptances import FILTERS, LedgerAsked


class JsonLines(BaseRenderer):
    """One JSON object a line. It stands for what `Accept` may ask for: the lines are sent without it."""

    media_type = "application/x-ndjson"
    format = "ndjson"
    charset = "utf-8"


class CsvLines(BaseRenderer):
    """CSV, likewise."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


class Ledger(ApiView):
    renderer_classes = (JsonLines, CsvLines)
    takes = FILTERS
    operations = {
        "GET": Operation(
            "read_ledger",
            "The whole ledger, streamed",
            answers={200: str},
            words=(
                "Oldest block first, one row a figure; a block without figures has one row. Blocks are given whole, "
                "whatever was looked for in them. As `application/x-ndjson` (usual) each line is an object, with "
                "numbers as decimal strings; as `text/csv` the first line names the columns, and a text that a "
                "spreadsheet would calculate has an apostrophe in front.\n\nMembers: "
                + ", ".join(f"`{name}`" for name in COLUMNS)
                + ".\n\nThe hash of a block is the SHA-256 of the previous block's hash, then `block_content`, then "
                "the `figure_content` of its rows, each of these followed by a line feed, in UTF-8. Without filters "
                "this is the whole chain."
            ),
        )
    }

    def get(self, request: Request) -> HttpResponseBase:
        asked = LedgerAsked(request.user, self.wanted)
        tag = etag(request, asked.mark)
        if unchanged := not_modified(request, tag):
            return unchanged
        kind, chosen = request.accepted_renderer.media_type, asked.blocks()
        lines = _csv(ledger_lines(chosen)) if kind == CsvLines.media_type else ledger_json_lines(chosen)
        return StreamingHttpResponse(lines, content_type=f"{kind}; charset=utf-8", headers={"ETag": tag})


def _csv(lines: Iterator[str]) -> Iterator[str]:
    """Without the byte order mark, which programs would take for a part of the first heading."""
    return (line.removeprefix(BOM) for line in lines)
