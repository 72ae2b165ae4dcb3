"""The same workbook back, with its refused cells marked."""

from __future__ import annotations

from openpyxl.styles import Font

from reports.services import workbooks
from reports.sheets.looks import RED
from tests.reports.sheets.books import HIDDEN, Book


def marks(book: Book) -> dict[str, str]:
    """Comments by coordinate, of cells that are red."""
    return {
        cell.coordinate: cell.comment.text
        for row in book.page.iter_rows()
        for cell in row
        if cell.comment and cell.fill.start_color.rgb == "00" + RED
    }


def test_refused_cells_are_red_with_the_sentence_and_the_rest_is_as_it_was(trip):
    book = trip.download().type("stations", value="vierzig", words="=1+1").type("share", numerator=3, denominator=4)
    book.page.cell(40, 3).value = "my own note"
    book.page.cell(40, 3).font = Font(italic=True)
    found = trip.upload(book)
    marked = Book(workbooks.marked_copy(found))
    words, value = book.cell("stations", "words"), book.cell("stations", "value")
    assert marks(marked) == {
        words.coordinate: "note: this is a formula. Copy the cell and paste it as a value, then upload again."
    }
    assert marked.page.cell(40, 3).value == "my own note"
    assert marked.page.cell(40, 3).font.italic
    assert marked.cell("stations", "value").value == value.value
    mended = trip.upload(Book(workbooks.marked_copy(found)).type("stations", words="ok", value=40))
    assert [row["kind"] for row in mended.rows] == ["change", "change", "unchanged"]


def test_each_refused_cell_has_its_own_reason(trip, acting, world):
    book = (
        trip.download().type("stations", value=-1).type("centre", stage="soon").type("share", value=1, numerator="=2")
    )
    book.page.cell(30, 12).value = "hand-made"
    book.page.cell(31, 1).value = "small/2021Q1/bureau/x/y#1.1~0123456789ab"
    found = trip.upload(book)
    said = marks(Book(workbooks.marked_copy(found)))
    assert {place: words.split(":")[0][:24] for place, words in said.items()} == {
        book.cell("stations", "value").coordinate: "this quarter's value",
        book.cell("centre", "stage").coordinate: "stage",
        book.cell("share", "value").coordinate: "this quarter's value",
        book.cell("share", "numerator").coordinate: "numerator",
        "B30": "This row does not belong",
        "B31": "The packet has no such l",
    }


def test_a_conflict_is_marked_at_the_cells_that_differ(trip, acting, world):
    book = trip.download().type("stations", value=40)
    acting.save(world.line(world.stations), by=world.approver, value="35")
    said = marks(Book(workbooks.marked_copy(trip.upload(book))))
    assert list(said) == [book.cell("stations", "value").coordinate]
    assert "Somebody else changed this" in said[book.cell("stations", "value").coordinate]


def test_a_merged_cell_is_marked_where_it_is_shown(trip):
    book = trip.download()
    number = book.rows()["stations"]
    book.page.merge_cells(f"B{number}:D{number}")
    book.page.merge_cells(f"K{number}:L{number}")
    book.type("stations", value="many")
    assert list(marks(Book(workbooks.marked_copy(trip.upload(book))))) == [f"K{number}"]


def test_moved_columns_are_marked_where_they_are_now(trip):
    book = trip.download().type("stations", value="many")
    book.page.insert_cols(2, amount=3)
    book.page.insert_rows(HIDDEN, amount=2)
    (place,) = marks(Book(workbooks.marked_copy(trip.upload(book))))
    assert book.page[place].value == "many"
