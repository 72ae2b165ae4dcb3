"""Writes a packet as a workbook: what is compared with is locked, what is asked for can be typed."""

from __future__ import annotations

import io
from collections.abc import Callable, Container, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ..models import Entry, Submission
from ..selectors.four_eyes import packet_key
from ..selectors.packets import LineGroup, PacketLine
from ..wording import quarter_words, stage_word
from . import looks
from .cells import stored_texts
from .checks import Checks
from .columns import CODE, COLUMNS, INPUT_CODES, NUMBERS, Key, asked, digest, header
from .legend import write_legend

CODES_ROW, TITLE_ROW, FACTS_ROW, LABELS_ROW = 1, 2, 3, 4
PLACE = {column.code: number for number, column in enumerate(COLUMNS, start=1)}
MAX_DIGITS = 15  # a spreadsheet keeps no more of a number: longer ones are written as text


class Sheet(NamedTuple):
    """What goes into the workbook: the packet, its lines, and which of them can be entered by the reader now.

    `numbers` counts, by assignment id, the lines that it has had in the packet; `facts` is the sentence below the
    title.
    """

    submission: Submission
    groups: Sequence[LineGroup]
    can_enter: Container[int]
    numbers: dict[int, int]
    facts: str


def workbook(sheet: Sheet) -> bytes:
    """The .xlsx file, in the reader's language."""
    book = Workbook()
    page = book.active
    page.title = sheet.submission.period.code
    _head(page, sheet)
    checks = Checks(page)
    row = LABELS_ROW
    for group in sheet.groups:
        row += 1
        _heading(page, row, group.line.name)
        for one in group.lines:
            row += 1
            _line(page, row, one, sheet, checks)
    checks.finish(row)
    _columns(page, sheet)
    _set_up(page, sheet, row)
    write_legend(book.create_sheet(gettext("Instructions")))
    book.properties.creator, book.properties.title = "nib_tracker", _title(sheet.submission)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _title(submission: Submission) -> str:
    return f"{submission.agency.name} · {quarter_words(submission.period.ordinal)}"


def _head(page: Worksheet, sheet: Sheet) -> None:
    looks.put(page.cell(CODES_ROW, PLACE["key"]), header(sheet.submission))
    for code in INPUT_CODES:
        looks.put(page.cell(CODES_ROW, PLACE[code]), CODE + code)
    page.row_dimensions[CODES_ROW].hidden = True
    for row in (TITLE_ROW, FACTS_ROW, LABELS_ROW):
        looks.put(page.cell(row, PLACE["key"]), CODE + "head")
    title = looks.put(page.cell(TITLE_ROW, PLACE["target"]), _title(sheet.submission))
    title.font = looks.font(15, bold=True, colour=looks.HEAD)
    page.row_dimensions[TITLE_ROW].height = 26
    facts = looks.put(page.cell(FACTS_ROW, PLACE["target"]), sheet.facts)
    facts.font = looks.font(9)
    page.row_dimensions[FACTS_ROW].height = 18
    _labels(page)


def _labels(page: Worksheet) -> None:
    for column in COLUMNS[1:]:
        cell = looks.put(page.cell(LABELS_ROW, PLACE[column.code]), capfirst(gettext(column.label)))
        cell.font = looks.font(9, bold=True, colour="FFFFFF")
        cell.fill = looks.fill("8A5800" if column.code in INPUT_CODES else looks.HEAD)
        cell.alignment, cell.border = looks.MIDDLE, looks.BORDER
    page.row_dimensions[LABELS_ROW].height = 30


def _heading(page: Worksheet, row: int, words: str) -> None:
    looks.put(page.cell(row, PLACE["key"]), CODE + "group")
    for column in COLUMNS[1:]:
        cell = page.cell(row, PLACE[column.code])
        cell.fill = looks.fill(looks.BAND)
    cell = looks.put(page.cell(row, PLACE["target"]), words)
    cell.font = looks.font(10, bold=True, colour=looks.HEAD)
    page.row_dimensions[row].height = 18


def _line(page: Worksheet, row: int, one: PacketLine, sheet: Sheet, checks: Checks) -> None:
    entry = one.entry
    texts = stored_texts(entry)
    looks.put(page.cell(row, PLACE["key"]), str(_key(entry, sheet, texts)))
    written = {**_facts(one), **{code: texts[code] for code in INPUT_CODES}}
    for code, text in written.items():
        cell = looks.put(page.cell(row, PLACE[code]), text)
        cell.font, cell.border = looks.font(), looks.BORDER
        cell.alignment = looks.RIGHT if code in {"goal", "expected", "last"} else looks.TOP
    page.cell(row, PLACE["target"]).font = looks.font(bold=True)
    wanted = asked(entry.assignment.target)
    for code in INPUT_CODES:
        cell = page.cell(row, PLACE[code])
        _WRITE.get(code, lambda cell, entry: None)(cell, entry)
        if code not in wanted:
            cell.fill = looks.fill(looks.GREY)
        elif entry.pk in sheet.can_enter:
            cell.fill, cell.border = looks.fill(looks.INPUT), looks.INPUT_BORDER
            cell.protection = looks.OPEN
            checks.add(code, cell)
    page.row_dimensions[row].height = _height(written)


def _key(entry: Entry, sheet: Sheet, texts: dict[str, str]) -> Key:
    assignment = entry.assignment
    return Key(
        packet_key(sheet.submission),
        assignment.target.code,
        assignment.scope,
        sheet.numbers.get(assignment.pk, 1),
        entry.version,
        digest(texts),
    )


def _facts(one: PacketLine) -> dict[str, str]:
    """The texts of the columns that are only read."""
    target, assignment = one.entry.assignment.target, one.entry.assignment
    meaning = "" if target.is_milestone else str(target.get_accumulation_display())
    last = f"{one.last}\n{quarter_words(one.last_quarter)}" if one.last_quarter else one.last
    return {
        "target": target.name,
        "sentence": "\n".join(citation.words for citation in target.citations.all()),
        "district": assignment.district.name if assignment.district else "",
        "unit": "" if target.is_milestone else target.unit,
        "meaning": "\n".join(filter(None, (meaning, target.measures))),
        "goal": one.goal,
        "due": one.due_on,
        "expected": one.expected,
        "last": last,
        "doubts": "\n".join(_remarks(one)),
        "state": one.entry.get_state_display(),
    }


def _remarks(one: PacketLine) -> list[str]:
    entry, remarks = one.entry, []
    if entry.correction_reason:
        remarks.append(f"{gettext('Correction:')} {entry.correction_reason}")
    if entry.return_reason and entry.state != "accepted":
        remarks.append(f"{gettext('Returned:')} {entry.return_reason}")
    return remarks + list(one.doubts)


def _number(code: str) -> Callable:
    def write(cell, entry: Entry) -> None:
        number: Decimal | None = getattr(entry, code)
        cell.number_format = "#,##0.######"
        cell.alignment = looks.RIGHT
        if cell.value is not None and number is not None and len(number.normalize().as_tuple().digits) <= MAX_DIGITS:
            cell.value = number.normalize()
            cell.quotePrefix = False

    return write


def _day(cell, entry: Entry) -> None:
    cell.number_format = "yyyy-mm-dd"
    if cell.value is not None:
        cell.value = entry.actual_on
        cell.number_format = "yyyy-mm-dd"


def _stage(cell, entry: Entry) -> None:
    looks.put(cell, stage_word(entry.stage) if entry.stage else "")


_WRITE: dict[str, Callable] = {**{code: _number(code) for code in NUMBERS}, "actual_on": _day, "stage": _stage}


def _height(written: dict[str, str]) -> float:
    """Points: enough for the tallest cell, and for two lines of typing."""
    widths = {column.code: column.width for column in COLUMNS}
    lines = max(looks.lines_of(text, widths[code]) for code, text in written.items())
    return min(400.0, max(2, lines) * looks.LINE_HEIGHT + 3)


def _columns(page: Worksheet, sheet: Sheet) -> None:
    """Widths; columns that no line of the packet uses are hidden."""
    targets = [one.entry.assignment for group in sheet.groups for one in group.lines]
    used = set().union(*(asked(one.target) for one in targets)) if targets else set(INPUT_CODES)
    if any(one.district_id for one in targets):
        used.add("district")
    for column in COLUMNS:
        look = page.column_dimensions[get_column_letter(PLACE[column.code])]
        look.width = column.width
        look.hidden = column.code == "key" or (column.code in {*INPUT_CODES, "district"} and column.code not in used)


def _set_up(page: Worksheet, sheet: Sheet, last_row: int) -> None:
    page.freeze_panes = page.cell(LABELS_ROW + 1, PLACE["sentence"])
    page.sheet_view.showGridLines = False
    page.sheet_view.zoomScale = 100
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = False  # False: allowed
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{LABELS_ROW}:{LABELS_ROW}"
    page.print_area = f"B{TITLE_ROW}:{get_column_letter(len(COLUMNS))}{last_row}"
    page.page_margins.left = page.page_margins.right = 0.3
    page.page_margins.top = page.page_margins.bottom = 0.5
    page.oddFooter.left.text = _title(sheet.submission).replace("&", "&&")
    page.oddFooter.right.text = "&P / &N"
