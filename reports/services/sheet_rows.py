"""Rows of an uploaded workbook against the lines of its packet: what each would change, and saving it.

A row is kept as JSON: `row` its number in the sheet, `name` the line (target/scope), `entry` and `version` the line
that it changes, `kind` what becomes of it, `typed` and `before` the texts of the input cells in the sheet and in the
packet, `faults` a list of [input column or "", refusal code, params], `doubts` those that the line has or would have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from agencies.models import AuditEvent, User

from ..models import Entry, Submission
from ..refusals import words
from ..rules.windows import Refusal, RefusalCode
from ..selectors.four_eyes import packet_key
from ..sheets.cells import normal, stored_texts
from ..sheets.columns import INPUT_CODES, LABELS, Key, asked, digest, parse_key
from ..sheets.reading import SheetRow
from .entries import Line, save_lines
from .filling import Input
from .refused import Refused

Row = dict[str, Any]
XLSX = AuditEvent.Door.XLSX
SHOWN = 120  # characters of an unknown key that are told back
FIELDS = {label: code for code, label in LABELS.items() if code in INPUT_CODES}


class Kind(StrEnum):
    """What becomes of a row. `kept`: not touched in the sheet, but changed by others since; their figures stay."""

    UNCHANGED = "unchanged"
    KEPT = "kept"
    CHANGE = "change"
    CONFLICT = "conflict"
    REFUSED = "refused"
    SAVED = "saved"


class Comparison:
    """The rows of one sheet and the lines of its packet, the lines read once."""

    def __init__(self, submission: Submission, rows: Sequence[SheetRow]) -> None:
        self.submission = submission
        self.packet = packet_key(submission)
        self.keys = {row.number: parse_key(row.key) for row in rows}
        self.lines = _lines(submission)
        self.places: dict[str, list[int]] = defaultdict(list)
        for number, key in self.keys.items():
            if key is not None and key.packet == self.packet:
                self.places[key.name].append(number)

    def of(self, rows: Iterable[SheetRow], *, by: User, at: datetime) -> list[Row]:
        """What becomes of some of the rows, as the saving service would answer now; nothing is changed."""
        compared = [self._row(row) for row in rows]
        _attempt(self.submission, [row for row in compared if row["kind"] == Kind.CHANGE], by=by, at=at)
        return [_without_ballast(row) for row in compared]

    def _row(self, row: SheetRow) -> Row:
        key = self.keys[row.number]
        if refusal := self._refusal(row, key):
            return {"row": row.number, "name": "", "kind": Kind.REFUSED, "faults": [["", refusal.code, refusal.params]]}
        line, entry = self.lines[key.name]
        stored, said = stored_texts(entry), _said(row)
        told = {
            "row": row.number, "name": key.name, "entry": entry.pk, "version": key.version if key.line == line else 0,
            "typed": _typed(entry, stored, said), "before": stored, "faults": _faults(row, entry, said), "doubts": [],
        }  # fmt: skip
        if told["faults"]:
            return told | {"kind": Kind.REFUSED}
        if all(said.get(code, stored[code]) == stored[code] for code in INPUT_CODES):
            return told | {"kind": Kind.UNCHANGED}
        return told | {"kind": Kind.KEPT if digest(said) == key.digest else Kind.CHANGE}

    def _refusal(self, row: SheetRow, key: Key | None) -> Refusal | None:
        """Why a row cannot be matched with one line."""
        if not row.key:
            return Refusal(RefusalCode.ROW_WITHOUT_KEY)
        if key is None:
            return Refusal(RefusalCode.ROW_UNKNOWN, {"key": row.key[:SHOWN]})
        if key.packet != self.packet:
            return Refusal(RefusalCode.ROW_FOREIGN, {"key": f"{key.packet}/{key.name}"[:SHOWN]})
        if key.name not in self.lines:
            return Refusal(RefusalCode.ROW_UNKNOWN, {"key": key.name[:SHOWN]})
        places = self.places[key.name]
        if len(places) > 1:
            return Refusal(RefusalCode.ROW_TWICE, {"rows": ", ".join(map(str, places[:10]))})
        return None


def _lines(submission: Submission) -> dict[str, tuple[int, Entry]]:
    """The newest line of each assignment by target/scope, and how many lines the assignment has had."""
    lines: dict[str, tuple[int, Entry]] = {}
    entries = submission.entries.select_related("assignment__target", "assignment__agency").order_by("pk")
    for entry in entries:
        name = f"{entry.assignment.target.code}/{entry.assignment.scope}"
        lines[name] = (lines.get(name, (0, entry))[0] + 1, entry)
    return lines


def _said(row: SheetRow) -> dict[str, str]:
    return {code: normal(code, text) for code, text in row.texts.items()}


def _typed(entry: Entry, stored: dict[str, str], said: dict[str, str]) -> dict[str, str]:
    """The line's whole input: what the sheet says, and what is stored where it says the same or has no such column."""
    exact = {code: getattr(entry, code) for code in ("words", "nothing_because", "explanation")}
    return {
        code: said[code] if said.get(code, stored[code]) != stored[code] else exact.get(code, stored[code])
        for code in INPUT_CODES
    }


def _faults(row: SheetRow, entry: Entry, said: dict[str, str]) -> list[list]:
    """Cells that cannot be read, and cells that say something where nothing is asked."""
    unreadable = [
        [fault.field, fault.code, {"field": LABELS[fault.field], "value": fault.value}] for fault in row.faults
    ]
    wanted = asked(entry.assignment.target)
    surplus = [
        [code, RefusalCode.ROW_NOT_ASKED, {"field": LABELS[code]}]
        for code, text in said.items()
        if text and code not in wanted
    ]
    return unreadable + surplus


def _attempt(submission: Submission, rows: Sequence[Row], *, by: User, at: datetime) -> None:
    """Saves the rows and takes it back: the preview is what the saving service itself answers."""
    if not rows:
        return
    with transaction.atomic():
        results = save_lines(submission.pk, [_line(row) for row in rows], by=by, at=at, door=XLSX)
        transaction.set_rollback(True)
    for row, result in zip(rows, results, strict=True):
        _tell(row, result, Kind.CHANGE)


def _line(row: Row) -> Line:
    return Line(row["entry"], Input(**row["typed"]), row["version"])


def _tell(row: Row, result: Entry | Refused, good: Kind) -> None:
    if isinstance(result, Refused):
        refusal = result.refusal
        row["kind"] = Kind.CONFLICT if refusal.code == RefusalCode.VERSION_CONFLICT else Kind.REFUSED
        row["faults"] = [[FIELDS.get(refusal.params.get("field", ""), ""), refusal.code, refusal.params]]
    else:
        row["kind"], row["doubts"] = good, result.doubts


def _without_ballast(row: Row) -> Row:
    """A row that changes nothing needs no texts to be told of."""
    if row["kind"] in (Kind.UNCHANGED, Kind.KEPT):
        return {name: row[name] for name in ("row", "name", "entry", "kind", "faults")}
    return row


def save(submission: Submission, rows: Sequence[Row], *, by: User, at: datetime) -> None:
    """Saves rows that were confirmed and writes into each what became of it. Inside a transaction."""
    entries = Entry.objects.filter(submission=submission, pk__in=[row["entry"] for row in rows])
    there = set(entries.select_for_update().order_by("pk").values_list("pk", flat=True))
    for row in rows:
        if row["entry"] not in there:  # a correction that was withdrawn since
            row |= {"kind": Kind.REFUSED, "faults": [["", RefusalCode.ROW_GONE, {}]]}
    left = [row for row in rows if row["entry"] in there]
    results = save_lines(submission.pk, [_line(row) for row in left], by=by, at=at, door=XLSX)
    for row, result in zip(left, results, strict=True):
        _tell(row, result, Kind.SAVED)
    _show_theirs([row for row in left if row["kind"] == Kind.CONFLICT])


def _show_theirs(rows: Sequence[Row]) -> None:
    """What somebody else saved between preview and confirmation stands beside what was not saved for it."""
    if rows:
        found = Entry.objects.select_related("assignment__target").in_bulk([row["entry"] for row in rows])
        for row in rows:
            row["before"] = stored_texts(found[row["entry"]])


def sentence(fault: Sequence[Any]) -> str:
    """A fault of a row in the reader's language."""
    _, code, params = fault
    return words(Refusal(RefusalCode(code), params))
