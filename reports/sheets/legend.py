"""The second sheet: how to fill the first one, and what its colours mean."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop
from openpyxl.worksheet.worksheet import Worksheet

from . import looks

STEPS = (
    gettext_noop("Fill the yellow cells of the first sheet. Everything else is locked."),
    gettext_noop("Numbers may be written as 34000, 34,000 or 3.4万, in the unit of the line."),
    gettext_noop("An empty cell means that nothing was entered; a true zero is written as 0."),
    gettext_noop("A cell that you empty will empty what is stored: the preview shows it before anything is saved."),
    gettext_noop(
        "Where there is no figure this quarter, leave it empty and say why under “nothing to report, because”."
    ),
    gettext_noop("Paste values, not formulas: a row with a formula in a yellow cell is not taken over."),
    gettext_noop("Rows may be sorted or deleted, columns moved or hidden: every row carries its own hidden key."),
    gettext_noop(
        "Save as .xlsx and upload the file on the packet's page. Nothing is saved before you confirm the preview."
    ),
    gettext_noop("Where somebody else changed a line after the download, you see both and nothing is overwritten."),
)
COLOURS = (
    (looks.INPUT, gettext_noop("to be filled")),
    (looks.GREY, gettext_noop("not asked for in this line")),
    (
        "FFFFFF",
        gettext_noop("to be read; a line without yellow cells was submitted, accepted, or cannot be entered now"),
    ),
    (looks.RED, gettext_noop("could not be taken over: the comment says why (in a marked workbook only)")),
)


def write_legend(page: Worksheet) -> None:
    """Instructions and legend, in the reader's language."""
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 8, 96
    _title(page, 1, gettext("How to fill this workbook"))
    row = 1
    for number, step in enumerate(STEPS, start=1):
        row += 1
        looks.put(page.cell(row, 2), gettext(step))
        _look(page, row)
        page.cell(row, 1, number).alignment = looks.CENTRE
    _title(page, row + 2, gettext("Colours"))
    row += 3
    for colour, words in COLOURS:
        row += 1
        looks.put(page.cell(row, 2), gettext(words))
        _look(page, row)
        page.cell(row, 1).fill, page.cell(row, 1).border = looks.fill(colour), looks.BORDER
    page.sheet_view.showGridLines = False
    page.protection.sheet = True
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def _title(page: Worksheet, row: int, words: str) -> None:
    looks.put(page.cell(row, 1), words).font = looks.font(13, bold=True, colour=looks.HEAD)


def _look(page: Worksheet, row: int) -> None:
    for column in (1, 2):
        cell = page.cell(row, column)
        cell.font, cell.alignment = looks.font(10), looks.TOP
    words = str(page.cell(row, 2).value or "")
    page.row_dimensions[row].height = looks.lines_of(words, 100) * 16 + 2
