"""A packet's workbook in a person's hands: downloaded, edited with openpyxl, uploaded."""

from __future__ import annotations

import io
from collections.abc import Iterable

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from agencies.models import User
from reports.models import Submission, Workbook
from reports.services import workbooks
from reports.sheets.writing import CODES_ROW, LABELS_ROW, PLACE
from tests.factories import at

OPEN = at("2021-04-10")


class Book:
    """One downloaded workbook; cells are named by target code and input column."""

    def __init__(self, content: bytes) -> None:
        self.book = load_workbook(io.BytesIO(content))
        self.page = self.book.worksheets[0]

    def rows(self) -> dict[str, int]:
        """Row numbers by target code."""
        keys = ((number, str(self.page.cell(number, 1).value or "")) for number in range(5, self.page.max_row + 1))
        return {key.split("/")[3]: number for number, key in keys if key.count("/") == 4}

    def cell(self, target: str, code: str):
        return self.page.cell(self.rows()[target], PLACE[code])

    def type(self, target: str, **cells: object) -> Book:
        """Types into input cells of a target's row."""
        for code, value in cells.items():
            self.cell(target, code).value = value
        return self

    def content(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


HIDDEN, LABELS = CODES_ROW, LABELS_ROW


def download(packet: Submission, reader: User, now=OPEN) -> Book:
    return Book(workbooks.sheet(packet, reader=reader, at=now))


def upload(packet: Submission, book: Book | bytes, by: User, now=OPEN, name: str = "填报.xlsx") -> Workbook:
    """Uploads and reads; small ones at once."""
    content = book.content() if isinstance(book, Book) else book
    return workbooks.receive(packet, SimpleUploadedFile(name, content), by=by, at=now)


def outcome(found: Workbook) -> dict[str, str]:
    """What becomes of each line, by target code; rows without a line by their number."""
    return {row["name"].split("/")[0] or str(row["row"]): row["kind"] for row in found.rows}


def codes(found: Workbook) -> list[str]:
    """Why rows were refused, in the order of the sheet."""
    return [fault[1] for row in found.rows for fault in row["faults"]]


def kinds(found: Workbook) -> Iterable[str]:
    return [row["kind"] for row in found.rows]
