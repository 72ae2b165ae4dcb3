"""The rows of an uploaded workbook for its page: what changes from what to what, and what was refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext

from targets.reasons import doubt_words

from ..models import Entry, Workbook
from ..rules.numbers import NotANumber, parse_number
from ..rules.windows import RefusalCode
from ..services.sheet_rows import Kind, sentence
from ..services.workbooks import counts
from ..sheets.columns import INPUT_CODES, LABELS, NUMBERS
from ..wording import exact_amount, stage_word

SHOWN = 300  # rows of one table; more are only counted
CLIPPED = 200  # characters of a text
UNREADABLE = {RefusalCode.ROW_FORMULA, RefusalCode.ROW_ERROR_VALUE}


class Change(NamedTuple):
    """One cell: its column, what is stored, what the sheet says. `is_cleared`: the sheet empties it."""

    label: str
    before: str
    after: str
    is_cleared: bool


class ShownRow(NamedTuple):
    """One row of the sheet, with the line that it belongs to (null: none)."""

    number: int
    entry: Entry | None
    kind: str
    changes: list[Change]
    sentences: list[str]
    doubts: list[str]


class Preview(NamedTuple):
    """The rows by what becomes of them, with how many there are of each; `more` are not shown.

    `changing` would be or were saved, `problems` are refused or in conflict, `others` change nothing.
    """

    changing: list[ShownRow]
    problems: list[ShownRow]
    others: list[ShownRow]
    counts: dict[str, int]
    more: int

    @property
    def problem_count(self) -> int:
        return self.counts[Kind.REFUSED] + self.counts[Kind.CONFLICT]

    @property
    def other_count(self) -> int:
        return self.counts[Kind.UNCHANGED] + self.counts[Kind.KEPT]


def preview(found: Workbook) -> Preview:
    """Two statements for any number of rows."""
    tables = (
        _of(found, Kind.CHANGE, Kind.SAVED),
        _of(found, Kind.REFUSED, Kind.CONFLICT),
        _of(found, Kind.UNCHANGED, Kind.KEPT),
    )
    wanted = {row.get("entry") for table in tables for row in table} - {None}
    entries = Entry.objects.filter(submission=found.submission_id).select_related(
        "assignment__target", "assignment__district"
    )
    by_id = entries.in_bulk(wanted) if wanted else {}
    shown = [[_row(row, by_id.get(row.get("entry"))) for row in table] for table in tables]
    numbers = {kind: counts(found)[kind] for kind in Kind}
    return Preview(*shown, numbers, sum(numbers.values()) - sum(len(table) for table in tables))


def _of(found: Workbook, *kinds: Kind) -> list[dict[str, Any]]:
    return [row for row in found.rows if row["kind"] in kinds][:SHOWN]


def _row(row: dict[str, Any], entry: Entry | None) -> ShownRow:
    return ShownRow(
        row["row"],
        entry,
        row["kind"],
        _changes(row, entry) if entry else [],
        [sentence(fault) for fault in row["faults"]],
        [doubt_words(code, params) for code, params in row.get("doubts", [])],
    )


def _changes(row: dict[str, Any], entry: Entry) -> list[Change]:
    before, typed = row.get("before", {}), row.get("typed", {})
    unreadable = {field for field, code, _ in row["faults"] if code in UNREADABLE}
    unit = entry.assignment.target.unit
    return [
        Change(
            gettext(LABELS[code]),
            _text(code, before[code], unit),
            _text(code, typed[code], unit),
            bool(before[code]) and not typed[code],
        )
        for code in _differing(before, typed)
        if code not in unreadable
    ]


def _differing(before: dict[str, str], typed: dict[str, str]) -> Iterable[str]:
    return [code for code in INPUT_CODES if typed.get(code, "").split() != before.get(code, "").split()]


def _text(code: str, text: str, unit: str) -> str:
    if code in NUMBERS:
        try:
            number = parse_number(text)
        except NotANumber:
            return text[:CLIPPED]
        return "" if number is None else exact_amount(number, unit if code == "value" else "")
    if code == "stage" and text in ("not_started", "under_way", "done"):
        return stage_word(text)
    return text if len(text) <= CLIPPED else text[:CLIPPED] + "…"
