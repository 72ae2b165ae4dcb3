"""Tables as workbooks and CSV: nothing that a spreadsheet would calculate, every digit, every day."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from reports.exports.tables import Table, as_csv
from reports.exports.workbooks import Column, Kind, Sheet, write

CALCULATES = tuple("=+-@\t\r\n＝＋－＠")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.builds(
    "{}{}{}".format, st.sampled_from(["", " ", "\u3000", "\xa0", "'"]), st.sampled_from(CALCULATES), st.text(max_size=9)
)
OFFICE = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)


def book_of(columns: list[Column], rows: list[list], about: list[tuple[str, str]] | None = None):
    file = io.BytesIO()
    write(Sheet("Progress", columns, rows, "About", about or [("Plan", "Small plan")]), file)
    return file


def cells_of(kind: Kind, *values):
    """Each as the cell that somebody opens."""
    page = load_workbook(book_of([Column("a", kind, 9) for _ in values], [values]))["Progress"]
    return list(page[2])


@given(st.lists(TEXTS, min_size=1, max_size=5))
@settings(deadline=None, max_examples=200)
def test_no_text_of_a_csv_file_begins_like_a_formula(texts: list[str]) -> None:
    lines = "".join(as_csv(Table(texts, [texts]))).removeprefix("\ufeff")
    for row in csv.reader(io.StringIO(lines, newline="")):
        assert len(row) == len(texts)
        for cell, text in zip(row, texts, strict=True):
            assert not cell.lstrip().startswith(CALCULATES) and not cell.startswith(CALCULATES)
            assert cell in (text, f"'{text}")


def test_a_number_of_a_csv_file_is_none_of_those_texts() -> None:
    lines = list(as_csv(Table(["a", "b"], [[Decimal("-5.250000"), Decimal("123456789012345678.123456")]])))
    assert lines[1] == "-5.250000,123456789012345678.123456\r\n"


@given(st.lists(TEXTS, min_size=1, max_size=5))
@settings(deadline=None, max_examples=60)
def test_no_cell_of_a_workbook_is_a_formula(texts: list[str]) -> None:
    columns = [Column(text, Kind.TEXT, 9) for text in texts]
    file = book_of(columns, [texts], [(text, text) for text in texts])
    for page in load_workbook(file):
        found = [cell for row in page.iter_rows() for cell in row]
        assert all(cell.data_type == "s" or cell.value is None for cell in found)
    assert b"<f>" not in zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml")


def test_text_stays_as_it_is_and_stays_text_when_it_is_edited() -> None:
    formula, plain = cells_of(Kind.TEXT, "=1+1", "5G")
    assert (formula.value, formula.data_type, formula.quotePrefix) == ("=1+1", "s", True)
    assert (plain.value, plain.quotePrefix) == ("5G", False)


def test_what_no_sheet_can_hold_is_left_out() -> None:
    control, long = cells_of(Kind.TEXT, "a\x00\x0bb", "x" * 40_000)
    assert control.value == "ab" and len(long.value) == 32_767


def test_numbers_are_numbers_with_a_format() -> None:
    whole, broken, negative = cells_of(Kind.NUMBER, Decimal(34000), Decimal("0.000001"), Decimal("-5.25"))
    assert (whole.value, whole.number_format) == (34000, "#,##0")
    assert (broken.value, broken.number_format) == (0.000001, "#,##0.######")
    assert (negative.value, negative.data_type) == (-5.25, "n")
    (ratio,) = cells_of(Kind.RATIO, Decimal("0.853712"))
    assert (ratio.value, ratio.number_format) == (0.853712, "0.0%")


def test_a_number_of_more_digits_than_a_sheet_keeps_is_text() -> None:
    (cell,) = cells_of(Kind.NUMBER, Decimal("123456789012345678.123456"))
    assert (cell.value, cell.data_type) == ("123456789012345678.123456", "s")


def test_days_and_times_are_dates() -> None:
    (day,) = cells_of(Kind.DAY, date(2021, 3, 31))
    assert day.is_date and day.value.date() == date(2021, 3, 31) and day.number_format == "yyyy-mm-dd"
    (time,) = cells_of(Kind.TIME, datetime(2021, 4, 10, 9, 30, tzinfo=UTC))
    assert time.value == datetime(2021, 4, 10, 9, 30)


def test_nothing_is_an_empty_cell_and_zero_is_zero() -> None:
    zero, nothing, empty = cells_of(Kind.NUMBER, Decimal(0), None, "")
    assert (zero.value, nothing.value, empty.value) == (0, None, None)


def test_the_head_is_bold_and_stays_and_filters() -> None:
    columns = [Column("Code", Kind.TEXT, 12), Column("Value", Kind.NUMBER, 20)]
    book = load_workbook(book_of(columns, [["a", Decimal(1)], ["b", Decimal(2)]]))
    page = book["Progress"]
    assert page["A1"].font.bold and page.freeze_panes == "A2" and page.auto_filter.ref == "A1:B3"
    assert page.column_dimensions["B"].width == 20
    assert [cell.value for cell in book["About"][1]] == ["Plan", "Small plan"]


def test_libreoffice_shows_a_formula_as_text(tmp_path: Path) -> None:
    if reason := os.environ.get("NO_LIBREOFFICE") or ("" if OFFICE else "no LibreOffice on this machine"):
        pytest.skip(reason)
    rows = [["=1+1", Decimal("34000.5"), date(2021, 3, 31)], [" =1+1", Decimal(-2), None]]
    columns = [Column("text", Kind.TEXT, 9), Column("number", Kind.NUMBER, 9), Column("day", Kind.DAY, 12)]
    (tmp_path / "a.xlsx").write_bytes(book_of(columns, rows).getvalue())
    command = [
        OFFICE, "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "csv",
        "--outdir", str(tmp_path), str(tmp_path / "a.xlsx"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert (tmp_path / "a.csv").exists(), done.stderr
    said = list(csv.reader((tmp_path / "a.csv").read_text().splitlines()))
    said = [[cell.replace(",", "") for cell in row] for row in said[1:]]
    assert said == [["=1+1", "34000.5", "2021-03-31"], [" =1+1", "-2", ""]]
