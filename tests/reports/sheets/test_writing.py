"""The workbook that is downloaded."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from openpyxl import load_workbook

from reports.models import Entry
from reports.sheets.columns import INPUT_CODES
from reports.sheets.writing import LABELS_ROW, PLACE
from tests.factories import at, person
from tests.reports.sheets.books import Book, download, outcome, upload


def test_a_line_stands_with_everything_it_is_compared_with(trip, world):
    book = trip.download()
    said = {code: book.cell("stations", code).value for code in PLACE}
    assert (said["target"], said["sentence"], said["unit"]) == ("Target stations", "新建100个基站", "stations")
    assert said["meaning"].startswith("running total since the plan began\nNewly built")
    assert (said["goal"], said["due"]) == ("100 stations", "2021-06-30")
    assert said["expected"].endswith("stations")
    assert said["state"] == "draft"
    assert book.page.cell(LABELS_ROW + 1, PLACE["target"]).value == "Network action", "grouped by action line"


def test_the_last_accepted_figure_and_its_quarter_stand_beside(trip, world):
    from tests.history import accepted

    accepted(world, world.stations, "40")
    book = download(world.packet(period=1), world.reporter, now=world.periods[1].opens_at)
    assert book.cell("stations", "last").value == "40 stations\nQ1 2021"


def test_only_cells_that_apply_can_be_typed_into(trip):
    book = trip.download()
    assert book.page.protection.sheet
    open_cells = {
        target: {code for code in PLACE if not book.cell(target, code).protection.locked} for target in book.rows()
    }
    words = {"words", "nothing_because", "explanation"}
    assert open_cells == {
        "stations": words | {"value"},
        "share": words | {"numerator", "denominator"},
        "centre": words | {"stage", "actual_on"},
    }


def test_nothing_can_be_typed_where_the_reader_may_not_enter(trip, world):
    for reader, now in ((world.supervisor, at("2021-04-10")), (world.reporter, at("2021-06-01"))):
        book = download(trip.packet, reader, now)
        cells = [book.cell(target, code) for target in book.rows() for code in INPUT_CODES]
        assert all(cell.protection.locked for cell in cells)


def test_header_key_and_code_rows_are_hidden(trip):
    page = trip.download().page
    assert page.row_dimensions[1].hidden
    assert page.column_dimensions["A"].hidden
    assert page.freeze_panes == "C5"
    assert page.print_title_rows == "$4:$4"
    assert (page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight) == ("landscape", 1, 0)


def test_cells_are_checked_while_typing(trip):
    checks = {check.type: check for check in trip.download().page.data_validations.dataValidation}
    assert set(checks) == {"decimal", "date", "list", "textLength"}
    assert checks["list"].formula1 == '"Not started,Under way,Done"'
    assert (checks["decimal"].operator, checks["decimal"].formula1) == ("greaterThanOrEqual", "0")


DANGEROUS = ['=HYPERLINK("http://evil","x")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "'=1", '=cmd|" /C calc"!A0']


@pytest.mark.parametrize("words", DANGEROUS)
def test_text_that_looks_like_a_formula_stays_text(trip, acting, world, words):
    acting.save(world.line(world.stations), words=words)
    world.stations.name_en = words
    world.stations.save()
    book = trip.download()
    for code in ("words", "target"):
        cell = book.cell("stations", code)
        assert (cell.value, cell.data_type) == (words.strip(), "s")
    assert all(cell.data_type != "f" for row in book.page.iter_rows() for cell in row)
    assert outcome(trip.upload(book))["stations"] == "unchanged"


def test_numbers_are_numbers_and_long_ones_are_exact(trip, acting, world):
    line = world.line(world.stations)
    for value, kind in (("12000000", "n"), ("0.000001", "n"), ("123456789012345678.123456", "s"), ("0", "n")):
        line = acting.save(line, value=value, explanation="x")
        book = trip.download()
        cell = book.cell("stations", "value")
        assert (cell.data_type, Decimal(str(cell.value))) == (kind, Decimal(value))
        assert outcome(trip.upload(book))["stations"] == "unchanged"


def test_what_a_sheet_cannot_hold_does_not_break_it(trip, world):
    """Control characters and foreign line ends, as an API or an old row may have left them."""
    Entry.objects.filter(pk=world.line(world.stations).pk).update(words="a\x0bb\r\nc\x1f", nothing_because="\ud7ff")
    assert outcome(trip.upload(trip.download()))["stations"] == "unchanged"


def test_in_chinese_for_a_chinese_reader(trip, acting, world):
    acting.save(world.line(world.centre), stage="under_way")
    with translation.override("zh-hans"):
        book = trip.download()
    assert book.cell("centre", "stage").value == "推进中"
    assert book.cell("stations", "target").value == "stations指标"
    assert outcome(trip.upload(book))["centre"] == "unchanged", "and read by an English one"


def test_districts_have_their_column(world):
    packet, east = world.packet(world.east), person("reporter", world.east)
    book = download(packet, east)
    assert book.cell("posts", "district").value == "District 310101"
    assert not book.page.column_dimensions["D"].hidden
    assert outcome(upload(packet, book.type("posts", value=5), east)) == {"posts": "change"}


def test_columns_that_no_line_uses_are_hidden(trip, world):
    hidden = trip.download().page.column_dimensions["D"].hidden
    assert hidden, "the bureau has no districts"


def test_no_statement_more_for_more_lines(trip, world):
    from reports.services import workbooks
    from reports.services.packets import open_packets
    from tests.factories import AssignmentFactory, TargetFactory

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            workbooks.sheet(world.packet(), reader=world.reporter, at=at("2021-04-10"))
        return len(captured)

    statements()  # the reader's roles are read once
    before = statements()
    for number in range(3):
        AssignmentFactory(target=TargetFactory(code=f"more-{number}", position=9 + number), agency=world.bureau)
    open_packets(world.periods[0], at=at("2021-04-10"), agencies=[world.bureau])
    assert world.packet().entries.count() == 6
    assert statements() == before


def test_the_workbook_opens_on_the_packet_with_a_legend_behind(trip):
    book = load_workbook(io.BytesIO(trip.download().content()))
    assert book.sheetnames == ["2021Q1", "Instructions"]
    assert book.active.title == "2021Q1"


def test_the_words_of_every_book_are_escaped_for_the_footer(trip, world):
    world.bureau.name_en = "Roads & Bridges"
    world.bureau.save()
    trip.packet.refresh_from_db()
    book: Book = trip.download()
    assert "Roads && Bridges" in str(book.page.oddFooter.left.text)
