"""Packets: one per agency and quarter, with one line per assignment that reports; and how they follow the plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from agencies.models import Agency
from agencies.services import audit
from targets.models import Assignment, Plan

from ..models import Entry, Extension, ReportingPeriod, Submission
from ..models.submissions import State
from ..selectors.four_eyes import line_key
from . import outbox, pulse
from .periods import create_periods, follow_settings

OPEN_STATES = (State.DRAFT, State.RETURNED, State.SUBMITTED)  # of a line on which the ledger does not rest yet
# the least settled first; a packet of nothing but retired lines is asked for no more
ORDER = (State.RETURNED, State.DRAFT, State.SUBMITTED, State.ACCEPTED, State.RETIRED)


def open_due_packets(now: datetime) -> int:
    """Brings the packets of every quarter that can be entered now up to the plan; returns how many lines were added.

    After its window a quarter is followed for the agencies only whose extension runs; other packets stay as they are.
    """
    added = 0
    for plan in Plan.objects.all():
        follow_settings(plan, at=now)
        for period in create_periods(plan):
            if period.opens_at <= now < period.closes_at:
                with transaction.atomic():
                    added += open_packets(period, at=now)
                    outbox.window_opened(period, at=now)
            elif period.opens_at <= now and (extended := _extended(period, now)):
                added += open_packets(period, at=now, agencies=extended)
    return added


def _extended(period: ReportingPeriod, now: datetime) -> list[int]:
    return list(Extension.objects.filter(period=period, until__gt=now).values_list("agency_id", flat=True))


@transaction.atomic
def open_packets(
    period: ReportingPeriod,
    *,
    at: datetime,
    agencies: Iterable[Agency | int] | None = None,
    is_sample: bool = False,
    door: audit.Door = audit.Door.JOB,
) -> int:
    """Makes what is missing of a quarter's packets and lines, and retires lines that are no longer asked for.

    Nothing is doubled and nothing vanishes: a retired line keeps what was entered, and the same line is asked for
    again when its assignment comes back. Accepted lines and corrections of them are left alone. Returns lines added.
    """
    wanted = _wanted(period, agencies)
    Submission.objects.bulk_create(
        [Submission(agency_id=one, period=period, created_at=at, is_sample=is_sample) for one in wanted.by_agency],
        ignore_conflicts=True,
    )
    differing = _differences(period, wanted).packets
    if not differing:
        return 0
    # locked before they are looked at again: somebody may be submitting, or opening the same packets
    packets = Submission.objects.filter(pk__in=differing).select_for_update(of=("self",)).order_by("pk")
    locked = {packet.pk: packet for packet in packets.select_related("agency", "period__plan")}
    found = _differences(period, wanted, locked)
    # the others were made just now and are as they should be
    begun = set(Entry.objects.filter(submission__in=locked).order_by().values_list("submission_id", flat=True))
    Entry.objects.bulk_create(found.missing)
    _lock_lines([*found.gone, *found.back])
    job = _Job(locked, at, door)
    _move("entry.retired", found.gone, State.RETIRED, job)
    _move("entry.asked_again", [line for line in found.back if not line.returned_until], State.DRAFT, job)
    _move("entry.asked_again", [line for line in found.back if line.returned_until], State.RETURNED, job)
    for pk in sorted(found.packets & begun):
        settle(locked[pk])
    return len(found.missing)


class _Wanted(NamedTuple):
    """Assignments that report, by agency; and the agencies asked about, null for all."""

    by_agency: dict[int, list[int]]
    agencies: list[Agency | int] | None


class _Differences(NamedTuple):
    """Lines to be made, lines that nobody asks for any more, and retired ones that are asked for again."""

    missing: list[Entry]
    gone: list[Entry]
    back: list[Entry]

    @property
    def packets(self) -> set[int]:
        return {entry.submission_id for entries in self for entry in entries}


def _wanted(period: ReportingPeriod, agencies: Iterable[Agency | int] | None) -> _Wanted:
    named = None if agencies is None else list(agencies)
    assignments = Assignment.objects.current().filter(target__plan=period.plan_id, reports=True)
    if named is not None:
        assignments = assignments.filter(agency__in=named)
    by_agency: dict[int, list[int]] = {}
    for assignment, agency in assignments.order_by("pk").values_list("pk", "agency_id"):
        by_agency.setdefault(agency, []).append(assignment)
    return _Wanted(by_agency, named)


def _differences(period: ReportingPeriod, wanted: _Wanted, packets: Collection[int] | None = None) -> _Differences:
    """What the packets of a quarter (those named) have too little and too much."""
    submissions = Submission.objects.filter(period=period)
    if wanted.agencies is not None:
        submissions = submissions.filter(agency__in=wanted.agencies)
    if packets is not None:
        submissions = submissions.filter(pk__in=packets)
    agencies = dict(submissions.values_list("pk", "agency_id"))
    entries = Entry.objects.filter(submission__in=agencies).order_by("pk")
    lines = list(entries.only("submission_id", "assignment_id", "state", "correction_reason", "returned_until"))
    held = {(line.submission_id, line.assignment_id) for line in lines}
    asked = {assignment for assignments in wanted.by_agency.values() for assignment in assignments}
    missing = [
        Entry(submission_id=packet, assignment_id=assignment)
        for packet, agency in agencies.items()
        for assignment in wanted.by_agency.get(agency, ())
        if (packet, assignment) not in held
    ]
    # a correction mends what was accepted while it was asked for, whether or not it still is
    own = [line for line in lines if not line.correction_reason]
    gone = [line for line in own if line.state in OPEN_STATES and line.assignment_id not in asked]
    back = [line for line in own if line.state == State.RETIRED and line.assignment_id in asked]
    return _Differences(missing, gone, back)


class _Job(NamedTuple):
    """The locked packets by id, when, and through which door."""

    packets: dict[int, Submission]
    at: datetime
    door: audit.Door


def _lock_lines(lines: list[Entry]) -> None:
    """All of them at once, in the order of their ids, as savers lock them."""
    list(Entry.objects.filter(pk__in=[line.pk for line in lines]).order_by("pk").select_for_update().values_list("pk"))


def _move(action: str, lines: list[Entry], state: State, job: _Job) -> None:
    """Writes the state of the lines, which are locked, as their packets are."""
    if not lines:
        return
    chosen = Entry.objects.filter(pk__in=[line.pk for line in lines])
    events = []
    for line in chosen.select_related("assignment__target", "assignment__agency").order_by("pk"):
        line.submission = job.packets[line.submission_id]
        facts = {"actor": None, "at": job.at, "door": job.door, "agency": line.submission.agency}
        events.append(
            audit.event(action, line_key(line), **facts, before={"state": line.state}, after={"state": state})
        )
    chosen.update(state=state, version=F("version") + 1)
    audit.record_all(events)


def settle(submission: Submission) -> None:
    """Sets a packet's state to that of its least settled line; retired lines count only where there is no other.

    The caller holds the packet's lock.
    """
    states = set(submission.entries.values_list("state", flat=True))
    submission.state = next((state for state in ORDER if state in states), State.DRAFT)
    submission.version += 1
    submission.save(update_fields=["state", "version", "submitted_at", "submitted_by"])
    pulse.beat()
