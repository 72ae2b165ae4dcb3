"""How values stand in the answers of the API: numbers and moments as texts that every language reads the same."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..rules.goals import plain


def number(value: Decimal | None) -> str | None:
    """Plain digits without zeros at the end: "34000", "0.85"; null for nothing, never for zero."""
    return None if value is None else plain(value)


def day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def moment(at: datetime | None, zone: str) -> str | None:
    """RFC 3339, with the offset of the plan's own time zone."""
    return at.astimezone(ZoneInfo(zone)).isoformat() if at else None
