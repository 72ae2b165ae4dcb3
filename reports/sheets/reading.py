"""Reads the rows of an uploaded workbook, by openpyxl's streaming reader.

It tells formulas, errors and percentages from plain values, and takes the memory of one row, whatever a sheet claims.
python-calamine does neither: it reads an error cell as an empty one, and two cells in opposite corners end the process.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from openpyxl import load_workbook

from ..models import Submission
from ..rules.windows import RefusalCode
from . import guard
from .cells import BadCell, clean, text_of
from .columns import CODE, INPUT_CODES, LABELS, MARK, Unusable, check_header

SEARCHED = 20  # rows in which the hidden header is looked for: people insert some above
KEY = "key"


class Fault(NamedTuple):
    """A cell that cannot be read: the input column, why, and what it shows."""

    field: str
    code: RefusalCode
    value: str


class SheetRow(NamedTuple):
    """One row: its number in the sheet, its key as it stands, the texts of its input cells, and what is unreadable."""

    number: int
    key: str
    texts: dict[str, str]
    faults: list[Fault]


class Layout(NamedTuple):
    """Where the header stands, what it says, and the number of every column that is read."""

    row: int
    header: str
    columns: dict[str, int]


def read(file: BinaryIO, submission: Submission) -> list[SheetRow]:
    """The rows of a packet's sheet that say something. Unusable where the file is not such a sheet."""
    guard.inspect(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what a workbook has that is not read
            return _read(file, submission)
    except Unusable:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it trip over
        raise Unusable(RefusalCode.SHEET_DAMAGED) from error


def _read(file: BinaryIO, submission: Submission) -> list[SheetRow]:
    file.seek(0)
    book = load_workbook(file, read_only=True, keep_links=False)
    try:
        sheet, layout = find([(sheet, _rows(sheet)) for sheet in book.worksheets])
        check_header(layout.header, submission)
        return list(_said(_rows(sheet), layout))
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    sheet.reset_dimensions()  # what a file claims about its size is not believed
    return sheet.iter_rows(max_row=guard.MAX_ROWS)


def find(sheets: Iterable[tuple[Any, Iterable[Sequence[Any]]]]) -> tuple[Any, Layout]:
    """The sheet that carries the hidden header, whatever it is called now, and its layout."""
    found = [(sheet, layout) for sheet, rows in sheets for layout in _layouts(rows)]
    if not found:
        raise Unusable(RefusalCode.SHEET_NOT_OURS)
    if len(found) > 1:
        raise Unusable(RefusalCode.SHEET_TWICE)
    return found[0]


def _layouts(rows: Iterable[Sequence[Any]]) -> Iterator[Layout]:
    for number, cells in enumerate(islice(rows, SEARCHED), start=1):
        said = [(place, cell.value) for place, cell in enumerate(cells, start=1) if isinstance(cell.value, str)]
        for place, text in said:
            if text.startswith(MARK + "/"):
                yield Layout(number, text.strip(), {KEY: place, **_columns(said)})


def _columns(said: Iterable[tuple[int, str]]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, text in said:
        code = text.strip().removeprefix(CODE)
        if text.strip() == CODE + code and code in INPUT_CODES:
            if code in columns:
                raise Unusable(RefusalCode.SHEET_COLUMN_TWICE, field=LABELS[code])
            columns[code] = place
    return columns


def _said(rows: Iterable[Sequence[Any]], layout: Layout) -> Iterator[SheetRow]:
    for number, cells in enumerate(rows, start=1):
        if number <= layout.row:
            continue
        row = _row(number, cells, layout.columns)
        if not row.key.startswith(CODE) and (row.key or any(row.texts.values()) or row.faults):
            yield row


def _row(number: int, cells: Sequence[Any], columns: dict[str, int]) -> SheetRow:
    texts, faults, key = {}, [], ""
    for code, place in columns.items():
        cell = cells[place - 1] if place <= len(cells) else None
        if code == KEY:
            key = clean(str(cell.value)) if cell is not None and cell.value is not None else ""
            continue
        try:
            texts[code] = text_of(cell) if cell is not None else ""
        except BadCell as bad:
            texts[code] = ""
            faults.append(Fault(code, bad.code, bad.value[:40]))
    return SheetRow(number, key, texts, faults)
