"""Packets: made when a quarter opens, one line per assignment that reports."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from agencies.models import Agency
from targets.models import Assignment, Plan

from ..models import Entry, ReportingPeriod, Submission
from ..models.submissions import State


def open_due_packets(now: datetime) -> int:
    """Makes the packets of every quarter that can be entered now; returns how many lines were added."""
    from .periods import create_periods

    added = 0
    for plan in Plan.objects.all():
        for period in create_periods(plan):
            if period.opens_at <= now < period.closes_at:
                added += open_packets(period, at=now)
    return added


@transaction.atomic
def open_packets(
    period: ReportingPeriod, *, at: datetime, agencies: Iterable[Agency] | None = None, is_sample: bool = False
) -> int:
    """Makes what is missing of a quarter's packets and lines; never doubles or loses one. Returns lines added."""
    assignments = Assignment.objects.current().filter(target__plan=period.plan_id, reports=True)
    if agencies is not None:
        assignments = assignments.filter(agency__in=list(agencies))
    by_agency: dict[int, list[int]] = {}
    for assignment, agency in assignments.order_by("pk").values_list("pk", "agency_id"):
        by_agency.setdefault(agency, []).append(assignment)
    Submission.objects.bulk_create(
        [Submission(agency_id=agency, period=period, created_at=at, is_sample=is_sample) for agency in by_agency],
        ignore_conflicts=True,
    )
    packets = dict(Submission.objects.filter(period=period, agency__in=by_agency).values_list("agency_id", "pk"))
    held = set(Entry.objects.filter(submission__in=packets.values()).values_list("submission_id", "assignment_id"))
    missing = [
        Entry(submission_id=packets[agency], assignment_id=assignment)
        for agency, lines in by_agency.items()
        for assignment in lines
        if (packets[agency], assignment) not in held
    ]
    Entry.objects.bulk_create(missing, ignore_conflicts=True)
    _reopen({entry.submission_id for entry in missing})
    return len(missing)


def _reopen(packets: set[int]) -> None:
    """A packet that was settled before a target was added has an open line again."""
    settled = Submission.objects.filter(pk__in=packets).exclude(state=State.DRAFT)
    for submission in settled.select_for_update(of=("self",)).order_by("pk"):
        settle(submission)


def settle(submission: Submission) -> None:
    """Sets a packet's state to that of its least settled line: returned, draft, submitted, accepted."""
    states = set(submission.entries.values_list("state", flat=True))
    order = (State.RETURNED, State.DRAFT, State.SUBMITTED, State.ACCEPTED)
    submission.state = next((state for state in order if state in states), State.DRAFT)
    submission.version += 1
    submission.save(update_fields=["state", "version", "submitted_at", "submitted_by"])
