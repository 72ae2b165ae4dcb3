"""Submitting, accepting, returning: how a packet moves between the agency and the supervision office."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet

from agencies.models import AuditEvent, User
from agencies.roles import Can
from agencies.services import audit

from ..models import Acceptance, Entry, Figure, Submission
from ..models.submissions import State
from ..rules.windows import RefusalCode
from ..selectors.four_eyes import own_lines, packet_key
from . import ledger, outbox
from .entries import extended_until, subject, window
from .filling import storable_text
from .packets import settle
from .queueing import nudge
from .refused import Refused

logger = logging.getLogger(__name__)

_CLOSED_STATES = {
    State.SUBMITTED: RefusalCode.ALREADY_SUBMITTED,
    State.ACCEPTED: RefusalCode.ALREADY_ACCEPTED,
    State.RETIRED: RefusalCode.LINE_RETIRED,
}

DECISIONS = ("submission.accepted", "submission.returned")


class Act(NamedTuple):
    """Who decides, when, and through which door."""

    by: User
    at: datetime
    door: audit.Door


class Decided(NamedTuple):
    """What a decision came to. `block` is null where nothing was accepted."""

    submission: Submission
    block: Acceptance | None
    accepted: int
    returned: int


class Outcome(NamedTuple):
    """What became of one of many packets: its block, or why it was refused."""

    submission: Submission
    block: Acceptance | None
    refused: Refused | None


@transaction.atomic
def submit(
    submission_id: int, *, by: User, at: datetime, door: audit.Door, seen: Mapping[int, int] | None = None
) -> Submission:
    """Hands a packet's open lines to the supervision office: all of them filled, every doubt explained.

    `seen` is the version of each line that the person was looking at, by its id: who submits answers for what they
    saw. Null where nobody looked (a history).
    """
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
    if seen is not None:
        _refuse_lines(RefusalCode.CHANGED_SINCE, [line for line in lines if seen.get(line.pk) != line.version])
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
    return _accept(submission, lines, Act(by, at, door), reason)


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
    """Sends submitted lines (all, or those named) back to the agency, with one reason and a new deadline."""
    submission, lines = _for_review(submission_id, by, entries, version)
    _return(submission, dict.fromkeys(lines, reason), until, Act(by, at, door))
    return submission


@transaction.atomic
def decide(
    submission_id: int,
    *,
    accept: Iterable[int],
    returns: Mapping[int, str],
    until: datetime | None,
    version: int | None,
    by: User,
    at: datetime,
    door: audit.Door,
) -> Decided:
    """Decides on submitted lines of a packet in one go: all of it, or nothing when any part is refused.

    `accept` names lines to accept (one block), `returns` lines to give back, each with its reason; a line named in
    both is given back. `until` is the new deadline of those given back. Lines that are not named stay as they are.
    """
    act, returns = Act(by, at, door), dict(returns)
    submission, lines = _for_review(submission_id, by, {*accept, *returns}, version)
    back = {line: returns[line.pk] for line in lines if line.pk in returns}
    accepted = [line for line in lines if line not in back]
    if back:
        _return(submission, back, until, act)
    block = _accept(submission, accepted, act) if accepted else None
    return Decided(submission, block, len(accepted), len(back))


def accept_many(
    packets: Iterable[tuple[Submission, int]], *, by: User, at: datetime, door: audit.Door
) -> list[Outcome]:
    """`accept` for each packet (with the version that the person was looking at), each in a transaction of its own.

    What is refused or fails is told in its outcome and keeps no other packet from being accepted.
    """
    return [_outcome(submission, version, by=by, at=at, door=door) for submission, version in packets]


def _outcome(submission: Submission, version: int, **act: Any) -> Outcome:
    try:
        return Outcome(submission, accept(submission.pk, version=version, **act), None)
    except Refused as refused:
        return Outcome(submission, None, refused)
    except Exception:
        logger.exception("packet %s could not be accepted", submission)
        return Outcome(submission, None, Refused(RefusalCode.FAILED))


def _accept(submission: Submission, lines: Sequence[Entry], act: Act, reason: str = "") -> Acceptance:
    _refuse_own(submission, lines, act.by)
    figures = [_figure(submission, line) for line in lines if line.has_figure]
    block = ledger.append(submission, figures, accepted_by=act.by, at=act.at, reason=reason)
    _move(lines, State.ACCEPTED)
    settle(submission)
    _record("submission.accepted", submission, lines, **act._asdict(), reason=reason, block=block.number)
    outbox.packet_accepted(submission, lines, block)
    nudge()
    return block


def _return(submission: Submission, reasons: Mapping[Entry, str], until: datetime | None, act: Act) -> None:
    reasons = {line: storable_text("return_reason", reason).strip() for line, reason in reasons.items()}
    if not all(reasons.values()):
        raise Refused(RefusalCode.REASON_MISSING)
    if until is None or until <= act.at:
        raise Refused(RefusalCode.DEADLINE_PASSED)
    for reason in dict.fromkeys(reasons.values()):
        alike = [line for line, own in reasons.items() if own == reason]
        _move(alike, State.RETURNED, return_reason=reason, returned_until=until)
    settle(submission)
    told = {
        "reasons": {subject(line): reason for line, reason in reasons.items()},
        "until": until.isoformat(),
    }
    words = "\n".join(dict.fromkeys(reasons.values()))
    _record("submission.returned", submission, list(reasons), **act._asdict(), reason=words, told=told)
    outbox.lines_returned(submission, reasons, until=until, at=act.at)


@transaction.atomic
def withdraw(submission_id: int, *, by: User, at: datetime, door: audit.Door) -> Submission:
    """The agency takes a submitted packet back to change it, while the office has decided on no line of it.

    What had been sent back before is sent back again, with its reason and deadline. Refused once the window has
    closed: what could not be handed in again is not taken back.
    """
    submission = _lock(submission_id)
    if not by.can(Can.SUBMIT, submission.agency_id):
        raise Refused(RefusalCode.MAY_NOT_SUBMIT)
    lines = _lines(submission, State.SUBMITTED)
    if not lines:
        raise Refused(RefusalCode.NOT_SUBMITTED)
    if decided_since(submission):
        raise Refused(RefusalCode.DECIDED_SINCE)
    extension = extended_until(submission)
    for line in lines:
        window(line, at, extension)
    _move([line for line in lines if line.returned_until], State.RETURNED)
    _move([line for line in lines if not line.returned_until], State.DRAFT)
    if not _history(submission).filter(action__in=DECISIONS).exists():
        # as if it had never been handed in: otherwise an early empty packet would never be late
        submission.submitted_at = submission.submitted_by = None
    settle(submission)
    _record("submission.withdrawn", submission, lines, by=by, at=at, door=door)
    return submission


def decided_since(submission: Submission) -> bool:
    """Whether the office accepted or returned a line since the packet was last handed in."""
    events = _history(submission).filter(action__in=("submission.submitted", *DECISIONS)).order_by("-pk")
    return events.values_list("action", flat=True).first() in DECISIONS


def _history(submission: Submission) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(subject=packet_key(submission))


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


def _refuse_own(submission: Submission, lines: Sequence[Entry], by: User) -> None:
    """Refuses who ever entered or submitted one of the lines, whoever did so last.

    The lines are locked: who saves or submits one writes the audit row under the same lock.
    """
    own = own_lines(by, [packet_key(submission)], [subject(line) for line in lines])
    if own.entered or any(line.entered_by_id == by.pk for line in lines):
        raise Refused(RefusalCode.FOUR_EYES_ENTERED)
    if own.submitted:
        raise Refused(RefusalCode.FOUR_EYES_SUBMITTED)


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
        asked = [line.assignment for line in lines]
        raise Refused.of_lines(code, {f"{one.target.code}/{one.scope}": one.target.name for one in asked})


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
    told: Mapping[str, Any] | None = None,
) -> None:
    audit.record(
        action,
        packet_key(submission),
        actor=by,
        at=at,
        door=door,
        agency=submission.agency,
        after={"lines": [subject(line) for line in lines], "state": submission.state, "block": block, **(told or {})},
        reason=reason,
    )
