"""Lines of a packet: entering a figure. The one door for web, spreadsheet and API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_noop

from agencies.models import User
from agencies.roles import Can
from agencies.services import audit
from targets.rules import Bound, Combine, Stage

from ..models import Entry, Extension, Submission
from ..models.submissions import State
from ..rules.numbers import MAX_DIGITS, PLACES, NotANumber, parse_number, plain_or_none
from ..rules.windows import RefusalCode, window_refusal
from ..selectors.doubts import doubts_of
from .packets import settle
from .refused import Refused, refuse

MAX_WORDS = 2000
WRITTEN = (
    "value", "numerator", "denominator", "stage", "actual_on", "words", "nothing_because", "explanation",
    "doubts", "entered_by", "entered_at", "version",
)  # fmt: skip
FIELD_NAMES = {
    "value": gettext_noop("this quarter's value"),
    "numerator": gettext_noop("numerator"),
    "denominator": gettext_noop("denominator"),
    "stage": gettext_noop("stage"),
    "actual_on": gettext_noop("actual date"),
    "words": gettext_noop("note"),
    "nothing_because": gettext_noop("nothing to report, because"),
    "explanation": gettext_noop("explanation"),
    "correction_reason": gettext_noop("reason for the correction"),
}


@dataclass(frozen=True)
class Input:
    """What somebody typed into one line, as text. Empty text means nothing, never zero."""

    value: str = ""
    numerator: str = ""
    denominator: str = ""
    stage: str = ""
    actual_on: str = ""
    words: str = ""
    nothing_because: str = ""
    explanation: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Input:
        return cls(**{name: fields.get(name, "").strip() for name in cls.__dataclass_fields__})


class Line(NamedTuple):
    """What somebody typed into one line. `version` is the one of the line that they were looking at."""

    entry: int
    typed: Input
    version: int


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
    entries = _lock(submission, [line.entry for line in lines])
    extension = extended_until(submission)
    befores = {entry.pk: snapshot(entry) for entry in entries.values()}
    results = [_attempt(entries[line.entry], line, at, extension) for line in lines]
    changed = [found for found in results if isinstance(found, Entry) and snapshot(found) != befores[found.pk]]
    _write(submission, changed, befores, by=by, at=at, door=door)
    return results


def _attempt(entry: Entry, line: Line, at: datetime, extension: datetime | None) -> Entry | Refused:
    """The line as it would be saved, or why not. Typing what is there already is no change, whatever the version."""
    before = snapshot(entry)
    try:
        if entry.state == State.ACCEPTED:
            raise Refused(RefusalCode.ALREADY_ACCEPTED)
        if entry.state == State.SUBMITTED:
            raise Refused(RefusalCode.ALREADY_SUBMITTED)
        window(entry, at, extension)
        _fill(entry, line.typed)
        if entry.version != line.version and snapshot(entry) != before:
            raise Refused(RefusalCode.VERSION_CONFLICT)
    except Refused as refused:
        return refused
    return entry


def _write(
    submission: Submission,
    entries: Sequence[Entry],
    befores: dict[int, dict[str, str | None]],
    *,
    by: User,
    at: datetime,
    door: audit.Door,
) -> None:
    raised = doubts_of(submission, entries)
    for entry in entries:
        entry.entered_by, entry.entered_at = by, at
        entry.version += 1
        entry.doubts = [[doubt.code, doubt.params] for doubt in raised[entry.pk]]
        entry.save(update_fields=WRITTEN)
    audit.record_all(
        [
            audit.event(
                "entry.saved",
                subject(entry),
                actor=by,
                at=at,
                door=door,
                agency=submission.agency,
                before=befores[entry.pk],
                after=snapshot(entry),
            )
            for entry in entries
        ]
    )


def _lock(submission: Submission, entries: Sequence[int]) -> dict[int, Entry]:
    """The named lines of the packet, in the order of their ids so that two savers cannot wait for each other."""
    found = {
        entry.pk: entry
        for entry in submission.entries.filter(pk__in=entries)
        .select_for_update(of=("self",))
        .select_related("assignment__target", "assignment__agency")
        .order_by("pk")
    }
    for entry in found.values():
        entry.submission = submission
    if missing := set(entries) - set(found):
        raise Entry.DoesNotExist(f"lines {sorted(missing)} are not of packet {submission.pk}")
    return found


def subject(entry: Entry) -> str:
    """Natural key of a line: plan/quarter/agency/target/scope."""
    submission, assignment = entry.submission, entry.assignment
    return "/".join(
        (
            submission.period.plan.code,
            submission.period.code,
            submission.agency.code,
            assignment.target.code,
            assignment.scope,
        )
    )


def snapshot(entry: Entry) -> dict[str, str | None]:
    """What a line says, for audit rows and for seeing whether it changed."""
    return {
        "value": plain_or_none(entry.value),
        "numerator": plain_or_none(entry.numerator),
        "denominator": plain_or_none(entry.denominator),
        "stage": entry.stage,
        "actual_on": entry.actual_on.isoformat() if entry.actual_on else None,
        "words": entry.words,
        "nothing_because": entry.nothing_because,
        "explanation": entry.explanation,
    }


def _fill(entry: Entry, typed: Input) -> None:
    target = entry.assignment.target
    if target.bound == Bound.MILESTONE:
        _fill_stage(entry, typed)
    elif target.combine == Combine.WEIGHTED:
        _fill_ratio(entry, typed)
    else:
        entry.value = _number("value", typed.value)
    for name in ("words", "nothing_because", "explanation"):
        setattr(entry, name, _text(name, getattr(typed, name)))
    if entry.nothing_because and entry.has_figure:
        raise _bad("nothing_because", typed.nothing_because, "both_number_and_nothing")
    if entry.nothing_because and entry.corrects_id:  # the accepted figure would stay in force
        raise _bad("nothing_because", typed.nothing_because, "correction_without_number")


def _fill_stage(entry: Entry, typed: Input) -> None:
    if typed.stage and typed.stage not in set(Stage):
        raise _bad("stage", typed.stage, "not_a_stage")
    entry.stage, entry.actual_on = typed.stage, _date("actual_on", typed.actual_on)
    if entry.actual_on and entry.stage != Stage.DONE:
        raise _bad("actual_on", typed.actual_on, "date_without_done")


def _fill_ratio(entry: Entry, typed: Input) -> None:
    numerator, denominator = _number("numerator", typed.numerator), _number("denominator", typed.denominator)
    if (numerator is None) != (denominator is None):
        raise _bad("numerator", typed.numerator or typed.denominator, "ratio_incomplete")
    if denominator is not None and denominator <= 0:
        raise _bad("denominator", typed.denominator, "denominator_not_positive")
    entry.numerator, entry.denominator = numerator, denominator
    scale = entry.assignment.target.ratio_scale
    ratio = None if numerator is None or denominator is None else scale * numerator / denominator
    if ratio is not None and ratio.adjusted() >= MAX_DIGITS:
        raise _bad("numerator", typed.numerator, "too_long")
    entry.value = None if ratio is None else ratio.quantize(PLACES)


def _number(name: str, text: str) -> Decimal | None:
    try:
        number = parse_number(text)
    except NotANumber as error:
        raise _bad(name, text, error.code) from error
    if number is not None and number < 0:
        raise _bad(name, text, "negative")
    return number


def _date(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _bad(name, text, "not_a_date") from error


def _text(name: str, text: str) -> str:
    if len(text) > MAX_WORDS:
        raise _bad(name, text[:40] + "…", "too_long_text")
    return text.replace("\x00", "")


def _bad(name: str, value: str, why: str) -> Refused:
    return Refused(RefusalCode.BAD_VALUE, field=FIELD_NAMES[name], value=value, why=why)


@transaction.atomic
def open_correction(entry_id: int, *, reason: str, by: User, at: datetime, door: audit.Door) -> Entry:
    """Opens a new line that will replace an accepted figure; the old figure stays in the ledger."""
    # the packet is locked because its state is settled below: somebody may be submitting it at this moment
    packets = Submission.objects.select_for_update(of=("self",)).select_related("agency", "period__plan")
    submission = packets.get(entries=entry_id)
    old = _lock(submission, [entry_id])[entry_id]
    if not (by.can(Can.ENTER, submission.agency_id) or by.can(Can.REVIEW)):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    reason = _text("correction_reason", reason).strip()
    if not reason:
        raise Refused(RefusalCode.REASON_MISSING)
    if submission.entries.filter(assignment=old.assignment).exclude(state=State.ACCEPTED).exists():
        raise Refused(RefusalCode.LINE_OPEN)
    if old.state != State.ACCEPTED:
        raise Refused(RefusalCode.NOT_ACCEPTED_YET)
    # none where "nothing to report" was accepted: a figure that turns up later is a correction too
    figure = old.assignment.figures.filter(period=submission.period).order_by("-acceptance_id").first()
    entry = Entry.objects.create(
        submission=submission, assignment=old.assignment, corrects=figure, correction_reason=reason
    )
    settle(submission)
    audit.record(
        "correction.opened",
        subject(old),
        actor=by,
        at=at,
        door=door,
        agency=submission.agency,
        before=snapshot(old),
        reason=reason,
    )
    return entry
