"""Audit rows, written in the same transaction as what they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..models import Agency, AuditEvent, User

Door = AuditEvent.Door


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
) -> AuditEvent:
    """One row, not yet written: who did what to which subject (natural key), before and after, why, by which door."""
    return AuditEvent(
        at=at,
        actor=actor,
        door=door,
        action=action,
        subject=subject,
        agency=agency,
        before=before or {},
        after=after or {},
        reason=reason,
    )


def record(action: str, subject: str, **facts: Any) -> AuditEvent:
    """Writes one row; see `event` for the facts."""
    (written,) = record_all([event(action, subject, **facts)])
    return written


def record_all(events: Sequence[AuditEvent]) -> list[AuditEvent]:
    """Writes many rows in one statement."""
    return AuditEvent.objects.bulk_create(events)
