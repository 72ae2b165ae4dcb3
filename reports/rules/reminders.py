"""Which reminder a packet should have by now. Pure.

Each reminder belongs to a moment of the packet (`about`), and the same reminder about the same moment goes out once.
Of several that fell due while nothing ran, only the newest is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from .windows import Moments

DAY = timedelta(days=1)
RECENT = 3 * DAY  # an older reminder is not made good: a plan loaded late must not write to everybody about its past


class Kind(StrEnum):
    OPENED = "opened"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    CLOSING = "closing"
    RETURNED = "returned"


class Schedule(NamedTuple):
    """When the plan reminds: days before and after the due moment; 0 sends none."""

    before_days: int
    after_days: int


class Waiting(NamedTuple):
    """What of a packet waits for its agency.

    `created_at`: since when there is a packet. `drafts`: whether lines were never handed in.
    `returned_at`: when lines were last sent back, and `returned_until` by when the first of them has to be back;
    both null where no line is returned.
    """

    moments: Moments
    created_at: datetime
    drafts: bool
    returned_at: datetime | None = None
    returned_until: datetime | None = None


class Reminder(NamedTuple):
    """One reminder: what it is about, and from when on it should go out."""

    kind: Kind
    about: datetime
    send_at: datetime


def reminder_due(now: datetime, waiting: Waiting, schedule: Schedule) -> Reminder | None:
    """The reminder that a packet should have had last, if that was lately; None when there is none."""
    passed = [one for one in _all(now, waiting, schedule) if one.send_at <= now]
    newest = max(passed, key=lambda one: one.send_at, default=None)
    return newest if newest and now - newest.send_at < RECENT else None


def _all(now: datetime, waiting: Waiting, schedule: Schedule) -> Iterator[Reminder]:
    """Nothing is said about what cannot be entered any more."""
    end = waiting.moments.ends_at
    if waiting.drafts and now < end:
        yield from _of_drafts(waiting, schedule)
    if waiting.returned_at is not None and now < (end := max(end, waiting.returned_until or end)):
        yield Reminder(Kind.RETURNED, waiting.returned_at, waiting.returned_at)
        yield Reminder(Kind.CLOSING, end, max(waiting.returned_at, end - DAY))


def _of_drafts(waiting: Waiting, schedule: Schedule) -> Iterator[Reminder]:
    """An extension beyond the due moment takes its place: that is the date which the agency was given."""
    moments = waiting.moments
    opened = max(moments.opens_at, waiting.created_at)
    due = max(moments.due_at, moments.extended_until or moments.due_at)
    yield Reminder(Kind.OPENED, opened, opened)
    yield Reminder(Kind.CLOSING, moments.ends_at, max(opened, moments.ends_at - DAY))
    if schedule.before_days:
        yield Reminder(Kind.DUE_SOON, due, max(opened, due - schedule.before_days * DAY))
    if schedule.after_days:
        again = max(moments.overdue_after, due + schedule.after_days * DAY)
        yield Reminder(Kind.OVERDUE, due, due + schedule.after_days * DAY)
        yield Reminder(Kind.OVERDUE, moments.overdue_after, again)
