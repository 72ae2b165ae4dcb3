"""Rule 7 (signature first)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from targets.rules.goals import Goal


class Forecast(NamedTuple):
    value: Decimal
    low: Decimal
    high: Decimal
    meets_on: date | None
    chance: Decimal
    method: str
    points: int


def forecast(points: Sequence[tuple[date, Decimal]], goal: Goal, *, percent: bool = False, never_falls: bool = False) -> Forecast | None:
    raise NotImplementedError
