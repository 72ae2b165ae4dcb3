"""The uploaded workbook again, with the refused cells filled red and the reason as a comment in each."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from typing import Any, BinaryIO, NamedTuple

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from ..rules.windows import RefusalCode
from . import guard, looks
from .columns import Unusable
from .reading import KEY, SEARCHED, find


class Mark(NamedTuple):
    """One reason: the row of the sheet, the input column ("" for the row as a whole), the sentence."""

    row: int
    field: str
    words: str


def marked(file: BinaryIO, marks: Iterable[Mark]) -> bytes:
    """The workbook as it was uploaded, with the marks. Unusable where openpyxl cannot write it again."""
    guard.inspect(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _marked(file, marks)
    except Unusable:
        raise
    except Exception as error:  # whatever a workbook of another program makes openpyxl trip over
        raise Unusable(RefusalCode.SHEET_DAMAGED) from error


def _marked(file: BinaryIO, marks: Iterable[Mark]) -> bytes:
    file.seek(0)
    book = load_workbook(file, keep_links=False)
    page, layout = find([(page, page.iter_rows(max_row=SEARCHED)) for page in book.worksheets])
    whole = layout.columns[KEY] + 1
    for mark in marks:
        _mark(page, page.cell(mark.row, layout.columns.get(mark.field, whole)), mark.words)
    book.active = book.worksheets.index(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _mark(page: Worksheet, cell: Any, words: str) -> None:
    if isinstance(cell, MergedCell):  # it has no comment of its own: that of the whole range is shown
        cell = next(page.cell(one.min_row, one.min_col) for one in page.merged_cells.ranges if cell.coordinate in one)
    cell.fill = looks.fill(looks.RED)
    before = f"{cell.comment.text}\n" if cell.comment else ""
    if words not in before:
        cell.comment = Comment(before + words, "nib_tracker", width=320, height=120)
    page.row_dimensions[cell.row].hidden = False
