"""Lines of a packet: entering a figure. The one door for web, spreadsheet and API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from agencies.models import User
from agencies.roles import Can
from agencies.services import audit

from ..models import Entry, Extension, Submission
from ..models.submissions import State
from ..rules.numbers import trim
from ..rules.windows import RefusalCode, window_refusal
from ..selectors.doubts import doubts_of
from ..selectors.four_eyes import line_key, line_of, packet_key
from .filling import Input, fill
from .refused import Refused, refuse

# one statement for any number of lines; what was typed goes in as JSON
WRITE = """
UPDATE reports_entry AS line
SET value = said.value, numerator = said.numerator, denominator = said.denominator, stage = coalesce(said.stage, ''),
    actual_on = said.actual_on, words = coalesce(said.words, ''), nothing_because = coalesce(said.nothing_because, ''),
    explanation = coalesce(said.explanation, ''), doubts = said.doubts,
    version = line.version + 1, entered_by_id = %(by)s, entered_at = %(at)s
FROM json_to_recordset(%(lines)s) AS said(
    id bigint, value numeric, numerator numeric, denominator numeric, stage text, actual_on date, words text,
    nothing_because text, explanation text, doubts jsonb)
WHERE line.id = said.id
"""


class Line(NamedTuple):
    """What somebody typed into one line. `version` is the one of the line that they were looking at; null for who
    looked at none.
    """

    entry: int
    typed: Input
    version: int | None


def local_day(submission: Submission, at: datetime) -> date:
    """The day that people of the plan's place would name at a moment."""
    return at.astimezone(ZoneInfo(submission.period.plan.time_zone)).date()


def extended_until(submission: Submission) -> datetime | None:
    """Until when an extension lets the packet's agency enter its quarter; null without one."""
    granted = Extension.objects.filter(period=submission.period_id, agency=submission.agency_id)
    return granted.values_list("until", flat=True).first()


def window(entry: Entry, now: datetime, extension: datetime | None) -> None:
    """Refuses when the entry's quarter cannot be entered now by its agency.

    A correction is not bound to the window: what it corrects came to light after the quarter was settled.
    """
    if entry.correction_reason:
        return
    period = entry.submission.period
    deadlines = [moment for moment in (extension, entry.returned_until) if moment is not None]
    refuse(window_refusal(now, period.opens_at, period.closes_at, extended_until=max(deadlines, default=None)))


_SETTLED = {
    State.ACCEPTED: RefusalCode.ALREADY_ACCEPTED,
    State.SUBMITTED: RefusalCode.ALREADY_SUBMITTED,
    State.RETIRED: RefusalCode.LINE_RETIRED,
}


def changeable(entry: Entry, now: datetime, extension: datetime | None) -> None:
    """Refuses when a line, or what supports it, cannot be changed now by its agency."""
    if code := _SETTLED.get(entry.state):
        raise Refused(code)
    window(entry, now, extension)


def why_closed(entry: Entry, now: datetime, extension: datetime | None) -> Refused | None:
    """What `changeable` would refuse with; null for a line that can be changed. For pages: a service asks again."""
    try:
        changeable(entry, now, extension)
    except Refused as refused:
        return refused
    return None


def is_changeable(entry: Entry, *, by: User, at: datetime) -> bool:
    """Whether to offer this person changing a line."""
    may_enter = by.can(Can.ENTER, entry.submission.agency_id)
    return may_enter and why_closed(entry, at, extended_until(entry.submission)) is None


def lock_open(entry_id: int, *, by: User, at: datetime) -> Entry:
    """A line, locked, that the person may change now; Refused otherwise. Inside a transaction."""
    submission = Submission.objects.select_related("period__plan", "agency").get(entries=entry_id)
    if not by.can(Can.ENTER, submission.agency_id):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    entry = lock(submission, [entry_id])[entry_id]
    changeable(entry, at, extended_until(submission))
    return entry


@transaction.atomic
def save_entry(entry_id: int, typed: Input, *, version: int, by: User, at: datetime, door: audit.Door) -> Entry:
    """Saves one line; returns it with its doubts. Refused changes nothing.

    `version` is the one that the person was looking at: a line changed since by somebody else is a conflict.
    """
    submission_id = Entry.objects.values_list("submission_id", flat=True).get(pk=entry_id)
    (saved,) = save_lines(submission_id, [Line(entry_id, typed, version)], by=by, at=at, door=door)
    if isinstance(saved, Refused):
        raise saved
    return saved


@transaction.atomic
def save_lines(
    submission_id: int, lines: Sequence[Line], *, by: User, at: datetime, door: audit.Door
) -> list[Entry | Refused]:
    """Saves lines of one packet, each by itself: a refused one changes nothing and keeps no other from being saved.

    Returns, in the order of `lines`, the line as it stands or why it was refused. The number of reads does not grow
    with the number of lines. Entry.DoesNotExist for a line that is not of this packet.
    """
    submission = Submission.objects.select_related("period__plan", "agency").get(pk=submission_id)
    if not by.can(Can.ENTER, submission.agency_id):
        return [Refused(RefusalCode.NOT_YOUR_AGENCY) for _ in lines]
    entries = lock(submission, [line.entry for line in lines])
    typed = [(entries[line.entry], line.typed, line.version) for line in lines]
    return [one.refused or one.line for one in save_locked(typed, by=by, at=at, door=door)]


class Attempt(NamedTuple):
    """What became of one line: what it said before and says now, or why it was refused."""

    line: Entry
    before: Said
    after: Said
    refused: Refused | None

    @property
    def is_change(self) -> bool:
        return self.refused is None and self.after != self.before


def save_locked(
    lines: Sequence[tuple[Entry, Input, int | None]], *, by: User, at: datetime, door: audit.Door
) -> list[Attempt]:
    """Saves lines of one packet that are locked, by who may enter them: (line, what was typed, version seen).

    The number of statements does not grow with the number of lines.
    """
    if not lines:
        return []
    submission = lines[0][0].submission
    moment = Moment(at, local_day(submission, at), extended_until(submission))
    attempts = [_attempt(*line, moment) for line in lines]
    if changes := [one for one in attempts if one.is_change]:
        _write(submission, changes, by=by, at=at, door=door)
    return attempts


class Said(NamedTuple):
    """What a line says."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    stage: str
    actual_on: date | None
    words: str
    nothing_because: str
    explanation: str


class Moment(NamedTuple):
    """When lines are saved: the moment, the day of the plan's place, and until when an extension lets them be."""

    at: datetime
    today: date
    extension: datetime | None


def _attempt(entry: Entry, typed: Input, version: int | None, moment: Moment) -> Attempt:
    """The line as it would be saved, or why not.

    Typing what is there already is no change, whatever the version, and whether or not the line is still open: who
    sends again what was saved, and perhaps accepted, is told so.
    """
    before = said(entry)
    closed = why_closed(entry, moment.at, moment.extension)
    try:
        fill(entry, typed, today=moment.today)
    except Refused as refused:
        return Attempt(entry, before, before, closed or refused)
    after = said(entry)
    if after != before and closed is None and version not in (None, entry.version):
        closed = Refused(RefusalCode.VERSION_CONFLICT)
    return Attempt(entry, before, after, closed if after != before else None)


def _write(submission: Submission, changes: Sequence[Attempt], *, by: User, at: datetime, door: audit.Door) -> None:
    """Writes lines, their doubts and their audit rows."""
    raised, packet = doubts_of(submission, [one.line for one in changes]), packet_key(submission)
    facts = {"actor": by, "at": at, "door": door, "agency": submission.agency}
    rows, events = [], []
    for entry, before, content, _refused in changes:
        entry.entered_by, entry.entered_at = by, at
        entry.version += 1
        entry.doubts = [[doubt.code, doubt.params] for doubt in raised[entry.pk]]
        told = [name for name, old, new in zip(Said._fields, before, content, strict=True) if _says(old) or _says(new)]
        after = _told(content, told)
        rows.append({"id": entry.pk, "doubts": entry.doubts, **after})
        subject = line_of(packet, entry)
        events.append(audit.event("entry.saved", subject, **facts, before=_told(before, told), after=after))
    with connection.cursor() as cursor:
        cursor.execute(WRITE, {"by": by.pk, "at": at, "lines": json.dumps(rows)})
    audit.record_all(events)


def lock(submission: Submission, entries: Sequence[int]) -> dict[int, Entry]:
    """The named lines of the packet by id, in the order of their ids so that two savers cannot wait for each other."""
    rows = submission.entries.filter(pk__in=entries).select_related("assignment__target")
    found = {entry.pk: entry for entry in rows.select_for_update(of=("self",)).order_by("pk")}
    if missing := set(entries) - set(found):
        raise Entry.DoesNotExist(f"lines {sorted(missing)} are not of packet {submission.pk}")
    for entry in found.values():
        entry.submission = submission
        entry.assignment.agency = submission.agency  # the packet's lines are of its agency's assignments
    return found


def subject(entry: Entry) -> str:
    """Natural key of a line: plan/quarter/agency/target/scope."""
    return line_key(entry)


def said(entry: Entry) -> Said:
    """What a line says, to be compared."""
    return Said(
        entry.value, entry.numerator, entry.denominator, entry.stage, entry.actual_on, entry.words,
        entry.nothing_because, entry.explanation,
    )  # fmt: skip


def snapshot(entry: Entry) -> dict[str, str]:
    """The parts of a line that say something, for audit rows."""
    content = said(entry)
    return _told(content, [name for name, part in zip(Said._fields, content, strict=True) if _says(part)])


def _says(part: Decimal | date | str | None) -> bool:
    return part is not None and part != ""  # a zero is something


def _told(content: Said, parts: Sequence[str]) -> dict[str, str | None]:
    """The named parts as texts."""
    return {name: _text(getattr(content, name)) for name in parts}


def _text(part: Decimal | date | str | None) -> str | None:
    return trim(part) if isinstance(part, Decimal) else part and str(part)
