"""Audit rows, written in the same transaction as what they tell of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from ..models import Agency, AuditEvent, User
from .copying import copy_rows

Door = AuditEvent.Door
COLUMNS = ("at", "actor_id", "door", "action", "subject", "agency_id", "before", "after", "reason")


class Event(NamedTuple):
    """One row, not yet written: who did what to which subject (natural key), before and after, why, by which door."""

    at: datetime
    actor: User | None
    door: Door
    action: str
    subject: str
    agency: Agency | None
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


def event(
    action: str,
    subject: str,
    *,
    actor: User | None,
    at: datetime,
    door: Door,
    agency: Agency | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> Event:
    """One of many rows for `record_all`."""
    return Event(at, actor, door, action, subject, agency, before or {}, after or {}, reason)


def record(action: str, subject: str, **facts: Any) -> AuditEvent:
    """Writes one row; see `event` for the facts."""
    return AuditEvent.objects.create(**event(action, subject, **facts)._asdict())


def record_all(events: Iterable[Event]) -> int:
    """Writes many rows in one statement; returns how many."""
    return copy_rows(AuditEvent._meta.db_table, COLUMNS, map(_row, events))


def _row(one: Event) -> tuple[Any, ...]:
    return (
        one.at.isoformat(),
        one.actor and one.actor.pk,
        str(one.door),
        one.action,
        one.subject,
        one.agency and one.agency.pk,
        json.dumps(one.before),
        json.dumps(one.after),
        one.reason,
    )
