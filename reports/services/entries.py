"""Lines of a packet: entering a figure. The one door for web, spreadsheet and API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from agencies.models import AuditEvent, User
from agencies.roles import Can
from agencies.services import audit

from ..models import Entry, Extension, Submission
from ..models.submissions import State
from ..rules.numbers import plain_or_none
from ..rules.windows import RefusalCode, window_refusal
from ..selectors.doubts import doubts_of
from ..selectors.four_eyes import line_key
from .files import remove_after_commit
from .filling import Input, fill, storable_text
from .packets import settle
from .refused import Refused, refuse

WRITTEN = (
    "value", "numerator", "denominator", "stage", "actual_on", "words", "nothing_because", "explanation",
    "doubts", "entered_by", "entered_at", "version",
)  # fmt: skip

OFFICE, AGENCY = "office", "agency"  # who asked for a correction, whoever is there by now


class Line(NamedTuple):
    """What somebody typed into one line. `version` is the one of the line that they were looking at."""

    entry: int
    typed: Input
    version: int


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
    entry = _lock(submission, [entry_id])[entry_id]
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
        changeable(entry, at, extension)
        fill(entry, line.typed, today=local_day(entry.submission, at))
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
    return line_key(entry)


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


@transaction.atomic
def open_correction(entry_id: int, *, reason: str, by: User, at: datetime, door: audit.Door) -> Entry:
    """Opens a new line that will replace an accepted figure; the old figure stays in the ledger."""
    # the packet is locked because its state is settled below: somebody may be submitting it at this moment
    packets = Submission.objects.select_for_update(of=("self",)).select_related("agency", "period__plan")
    submission = packets.get(entries=entry_id)
    old = _lock(submission, [entry_id])[entry_id]
    if not (by.can(Can.ENTER, submission.agency_id) or by.can(Can.REVIEW)):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    reason = storable_text("correction_reason", reason).strip()
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
        before=snapshot(old) | {"asked_by": OFFICE if by.can(Can.REVIEW) else AGENCY},
        reason=reason,
    )
    return entry


@transaction.atomic
def withdraw_correction(entry_id: int, *, by: User, at: datetime, door: audit.Door) -> Submission:
    """Removes a correction that was opened by mistake, with its evidence; the accepted figure was never touched.

    Only the side that opened it may: what the office asked for, the agency cannot drop. Returns the packet.
    """
    packets = Submission.objects.select_for_update(of=("self",)).select_related("agency", "period__plan")
    submission = packets.get(entries=entry_id)
    entry = _lock(submission, [entry_id])[entry_id]
    _may_withdraw(entry, by)
    before = snapshot(entry) | {
        "correction_reason": entry.correction_reason,
        "evidence": [[one.title, one.sha256 or one.url] for one in entry.evidence.all()],
    }
    remove_after_commit(entry.evidence.values_list("file", flat=True))
    entry.evidence.all().delete()
    entry.delete()
    settle(submission)
    about = {"actor": by, "at": at, "door": door, "agency": submission.agency}
    audit.record("correction.withdrawn", subject(entry), **about, before=before)
    return submission


def _may_withdraw(entry: Entry, by: User) -> None:
    """Refuses for what is no open correction, and for who did not ask for it."""
    if not (by.can(Can.ENTER, entry.submission.agency_id) or by.can(Can.REVIEW)):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    if entry.state == State.ACCEPTED:
        raise Refused(RefusalCode.ALREADY_ACCEPTED)
    if entry.state == State.SUBMITTED:
        raise Refused(RefusalCode.ALREADY_SUBMITTED)
    if not entry.correction_reason:
        raise Refused(RefusalCode.NO_CORRECTION)
    if not by.can(Can.REVIEW if asked_by_office([entry]) else Can.ENTER, entry.submission.agency_id):
        raise Refused(RefusalCode.CORRECTION_OF_OTHERS)


def asked_by_office(corrections: Sequence[Entry]) -> set[int]:
    """Those of the corrections that the supervision office, not the agency, opened; one statement."""
    if not corrections:
        return set()
    opened = AuditEvent.objects.filter(
        action="correction.opened", subject__in=[subject(entry) for entry in corrections]
    ).order_by("pk")
    newest = dict(opened.values_list("subject", "before__asked_by"))
    return {entry.pk for entry in corrections if newest.get(subject(entry)) == OFFICE}
