"""Submitting, accepting, returning: how a packet moves between the agency and the supervision office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from agencies.models import AuditEvent, User
from agencies.roles import Can
from agencies.services import audit

from ..models import Acceptance, Entry, Figure, Submission
from ..models.submissions import State
from ..rules.windows import RefusalCode
from . import ledger
from .entries import extended_until, subject, window
from .packets import settle
from .queueing import nudge
from .refused import Refused

_CLOSED_STATES = {
    State.SUBMITTED: RefusalCode.ALREADY_SUBMITTED,
    State.ACCEPTED: RefusalCode.ALREADY_ACCEPTED,
}


@transaction.atomic
def submit(submission_id: int, *, by: User, at: datetime, door: audit.Door) -> Submission:
    """Hands a packet's open lines to the supervision office: all of them filled, every doubt explained."""
    submission = _lock(submission_id)
    if not by.can(Can.SUBMIT, submission.agency_id):
        raise Refused(RefusalCode.MAY_NOT_SUBMIT)
    lines = _lines(submission, State.DRAFT, State.RETURNED)
    if not lines:
        raise Refused(_CLOSED_STATES.get(submission.state, RefusalCode.NOTHING_TO_DO))
    extension = extended_until(submission)
    for line in lines:
        window(line, at, extension)
    _refuse_lines(RefusalCode.LINES_EMPTY, [line for line in lines if not line.is_filled])
    _refuse_lines(RefusalCode.DOUBTS_UNEXPLAINED, [line for line in lines if line.doubts and not line.explanation])
    entered_by = {line.entered_by_id for line in lines}
    if submission.agency.two_people and entered_by == {by.pk}:
        raise Refused(RefusalCode.TWO_PEOPLE)
    _move(lines, State.SUBMITTED, submitted_by=by)
    # the first hand-in decides whether a packet was late; what comes back after a return does not make it so
    submission.submitted_at, submission.submitted_by = submission.submitted_at or at, by
    settle(submission)
    _record("submission.submitted", submission, lines, by=by, at=at, door=door)
    return submission


@transaction.atomic
def accept(
    submission_id: int,
    *,
    by: User,
    at: datetime,
    door: audit.Door,
    entries: Iterable[int] | None = None,
    version: int | None = None,
    reason: str = "",
) -> Acceptance:
    """Accepts a packet's submitted lines (or those named): one block of the ledger. The roll-up follows.

    `version` is the packet's version that the person was looking at; null where nobody looked (a job, a history).
    """
    submission, lines = _for_review(submission_id, by, entries, version)
    if _has_entered(by, lines):
        raise Refused(RefusalCode.FOUR_EYES_ENTERED)
    figures = [_figure(submission, line) for line in lines if line.has_figure]
    block = ledger.append(submission, figures, accepted_by=by, at=at, reason=reason)
    _move(lines, State.ACCEPTED)
    settle(submission)
    _record("submission.accepted", submission, lines, by=by, at=at, door=door, reason=reason, block=block.number)
    nudge()
    return block


@transaction.atomic
def return_lines(
    submission_id: int,
    *,
    reason: str,
    until: datetime,
    by: User,
    at: datetime,
    door: audit.Door,
    entries: Iterable[int] | None = None,
    version: int | None = None,
) -> Submission:
    """Sends submitted lines (all, or those named) back to the agency, with the reason and a new deadline."""
    submission, lines = _for_review(submission_id, by, entries, version)
    if not reason.strip():
        raise Refused(RefusalCode.REASON_MISSING)
    _move(lines, State.RETURNED, return_reason=reason.strip(), returned_until=until)
    settle(submission)
    _record("submission.returned", submission, lines, by=by, at=at, door=door, reason=reason)
    return submission


def _lock(submission_id: int) -> Submission:
    return (
        Submission.objects.select_for_update(of=("self",))
        .select_related("agency", "period__plan", "submitted_by")
        .get(pk=submission_id)
    )


def _lines(submission: Submission, *states: State) -> list[Entry]:
    lines = (
        submission.entries.filter(state__in=states)
        .select_for_update(of=("self",))
        .select_related("assignment__target", "assignment__agency", "entered_by")
        .order_by("pk")
    )
    for line in (found := list(lines)):
        line.submission = submission
    return found


def _for_review(
    submission_id: int, by: User, entries: Iterable[int] | None, version: int | None
) -> tuple[Submission, list[Entry]]:
    submission = _lock(submission_id)
    if not by.can(Can.REVIEW):
        raise Refused(RefusalCode.MAY_NOT_REVIEW)
    if version is not None and version != submission.version:
        raise Refused(RefusalCode.VERSION_CONFLICT)
    lines = _lines(submission, State.SUBMITTED)
    if not lines:
        raise Refused(RefusalCode.NOT_SUBMITTED)
    if entries is not None:
        named = set(entries)
        lines = [line for line in lines if line.pk in named]
    if not lines:
        raise Refused(RefusalCode.NOTHING_TO_DO)
    if by.pk in {submission.submitted_by_id, *(line.submitted_by_id for line in lines)}:
        raise Refused(RefusalCode.FOUR_EYES_SUBMITTED)
    return submission, lines


def _has_entered(by: User, lines: Sequence[Entry]) -> bool:
    """Whether a person ever saved one of the lines: that somebody else saved it later makes it no other's number."""
    if any(line.entered_by_id == by.pk for line in lines):
        return True
    saved = AuditEvent.objects.filter(action="entry.saved", actor=by)
    return saved.filter(subject__in=[subject(line) for line in lines]).exists()


def _figure(submission: Submission, line: Entry) -> Figure:
    return Figure(
        target=line.assignment.target,
        assignment=line.assignment,
        period=submission.period,
        value=line.value,
        numerator=line.numerator,
        denominator=line.denominator,
        stage=line.stage,
        actual_on=line.actual_on,
        words=line.words,
        reason=line.correction_reason,
        entry=line,
        entered_by=line.entered_by,
    )


def _move(lines: Sequence[Entry], state: State, **with_it: str | datetime | User) -> None:
    """The lines are locked and were looked at one by one; one statement writes them all."""
    for line in lines:
        line.state = state
        line.version += 1
    Entry.objects.filter(pk__in=[line.pk for line in lines]).update(state=state, version=F("version") + 1, **with_it)


def _refuse_lines(code: RefusalCode, lines: Sequence[Entry]) -> None:
    if lines:
        raise Refused(code, lines="、".join(line.assignment.target.name for line in lines))


def _record(
    action: str,
    submission: Submission,
    lines: Sequence[Entry],
    *,
    by: User,
    at: datetime,
    door: audit.Door,
    reason: str = "",
    block: int | None = None,
) -> None:
    audit.record(
        action,
        f"{submission.period.plan.code}/{submission.period.code}/{submission.agency.code}",
        actor=by,
        at=at,
        door=door,
        agency=submission.agency,
        after={"lines": [subject(line) for line in lines], "state": submission.state, "block": block},
        reason=reason,
    )
