"""Audit rows, written in the same transaction as what they tell of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agencies.models import Agency, AuditEvent, User

Door = AuditEvent.Door


def record(
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
    """One row: who did what to which subject (natural key), before and after, why, through which door."""
    return AuditEvent.objects.create(
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
