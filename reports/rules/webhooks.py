"""When an event that did not get through is sent again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

# after the first, second, … attempt that failed; after one more the event is a dead letter
PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
KEPT = timedelta(days=30)  # what was delivered is kept so long; what waited longer is given up
DEAD_KEPT = timedelta(days=90)  # a dead letter, from its event on
OVERLAP = timedelta(hours=24)  # for so long events are signed with the secret before, too


def next_attempt(attempts: int, at: datetime) -> datetime | None:
    """When to try again after so many failed attempts, the last one at `at`; null: never."""
    return at + PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
