"""Tables as Excel workbooks: numbers as numbers, days as days, and texts that are never formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import IO, Any, NamedTuple

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from agencies.exporting import is_formula

MOST_ROWS = 20_000  # a row takes a millisecond to write, and somebody waits for the file
MAX_DIGITS = 15  # a spreadsheet keeps no more of a number: longer ones are written as text
MAX_TEXT = 32_767  # characters that a cell can hold
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has no place for them


class Kind(Enum):
    """What a column holds, by the format in which a spreadsheet shows it."""

    TEXT = "@"
    COUNT = "0"
    NUMBER = "#,##0.######"
    RATIO = "0.0%"
    DAY = "yyyy-mm-dd"
    TIME = "yyyy-mm-dd hh:mm:ss"


class Column(NamedTuple):
    """`width` in characters."""

    heading: str
    kind: Kind
    width: int


class Sheet(NamedTuple):
    """One table; `about` are (what, what it says), on a sheet of their own."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    about_name: str
    about: Sequence[tuple[str, str]]


def write(sheet: Sheet, to: IO[bytes]) -> None:
    """Writes the .xlsx file row by row: what it needs of memory does not grow with the rows."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.name)
    _set_up(page, sheet.columns)
    page.append([_heading(page, column.heading) for column in sheet.columns])
    last = 1
    for row in sheet.rows:
        page.append([_cell(page, column.kind, cell) for column, cell in zip(sheet.columns, row, strict=True)])
        last += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{last}"
    _about(book.create_sheet(sheet.about_name), sheet.about)
    book.save(to)


def _set_up(page: Any, columns: Sequence[Column]) -> None:
    page.freeze_panes = "A2"
    for place, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(place)].width = column.width


def _heading(page: Any, text: str) -> WriteOnlyCell:
    cell = _text(page, text)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _about(page: Any, about: Sequence[tuple[str, str]]) -> None:
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 24, 90
    for what, words in about:
        cell = _text(page, words)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.append([_heading(page, what), cell])


def _cell(page: Any, kind: Kind, value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _text(page, value)
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > MAX_DIGITS:
        return _text(page, f"{value:f}")
    cell = WriteOnlyCell(page, value.replace(tzinfo=None) if isinstance(value, datetime) else value)
    cell.number_format = _format(kind, value)
    return cell


def _format(kind: Kind, value: Any) -> str:
    """A whole number has no decimal point to show."""
    is_whole = kind is Kind.NUMBER and not isinstance(value, date) and value == int(value)
    return "#,##0" if is_whole else kind.value


def _text(page: Any, text: str) -> WriteOnlyCell:
    """Text as text. What begins like a formula is marked, so that it is none either when somebody edits the cell."""
    cell = WriteOnlyCell(page)
    cell.value = UNWRITABLE.sub("", text)[:MAX_TEXT]
    cell.data_type = "s"
    cell.quotePrefix = is_formula(text)
    return cell
