"""Quarters as numbers, and the four moments of a quarter's entry window. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

QUARTER = re.compile(r"(\d{4})Q([1-4])")


def quarter_ordinal(code: str) -> int:
    """The quarter "2021Q3" as 8086 (year * 4 + quarter - 1). ValueError for anything else."""
    match = QUARTER.fullmatch(code)
    if match is None:
        raise ValueError(f"{code!r} is not a quarter; write it like 2021Q3")
    return int(match[1]) * 4 + int(match[2]) - 1


def quarter_name(ordinal: int) -> str:
    """8086 -> "2021Q3"."""
    return f"{ordinal // 4}Q{ordinal % 4 + 1}"


def quarter_days(ordinal: int) -> tuple[date, date]:
    """First and last day of a quarter."""
    year, quarter = divmod(ordinal, 4)
    first = date(year, quarter * 3 + 1, 1)
    after = date(year + (quarter == 3), (quarter * 3 + 3) % 12 + 1, 1)
    return first, after - timedelta(days=1)


class WindowMoments(NamedTuple):
    """When a quarter can be entered: open in [opens_at, closes_at); late after due_at, overdue after grace_until."""

    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    closes_at: datetime


def window_moments(
    ends_on: date, zone: ZoneInfo, *, opens_after: int, due_after: int, grace: int, closes_after: int
) -> WindowMoments:
    """Moments of a window, counted in days after the quarter's last day; each day counts until its midnight."""

    def midnight(days: int) -> datetime:
        return datetime.combine(ends_on + timedelta(days=days), time.min, zone)

    return WindowMoments(
        midnight(opens_after), midnight(due_after + 1), midnight(due_after + grace + 1), midnight(closes_after + 1)
    )
