"""Rule 7: where a target will stand on its due date if it goes on as in the recent quarters.

The method is a damped trend: it starts at the last point with the median of the slopes between all pairs of the
last four, and each further quarter adds a tenth less than the one before. It was chosen by a back-test, and its
band fitted by one: docs/forecast.md. Floats are used inside: a forecast is an estimate, never a figure.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, isfinite
from statistics import NormalDist
from typing import NamedTuple

from targets.rules.goals import STRICT, Goal, bar, is_falling, met
from targets.rules.trends import DAYS_OF_A_QUARTER, Method, Trend, median_slope, trend

FEWEST_POINTS = 4
METHOD = Method("damped_trend", median_slope, recent=4, damping=0.9, widening=1.37)
DAYS_AHEAD_AT_MOST = 36525  # a goal met in more than a hundred years is not met
NORMAL = NormalDist()
Z_OF_80_PERCENT = NORMAL.inv_cdf(0.9)
SIX_PLACES = 6
FOUR_PLACES = 4


class Forecast(NamedTuple):
    """What to expect on the due date: `low` to `high` holds the value in 8 of 10 cases, in the target's unit.

    `meets_on` is the day the goal is (or was) met if the trend holds, None for never; `chance` of meeting it by
    the due date is 0 to 1. `method` is a code, `points` how many quarters it rests on.
    """

    value: Decimal
    low: Decimal
    high: Decimal
    meets_on: date | None
    chance: Decimal
    method: str
    points: int


class _Limits(NamedTuple):
    """Between what a value can lie at all."""

    lowest: float
    highest: float

    def clip(self, value: float) -> float:
        return min(max(value, self.lowest), self.highest)


def forecast(
    points: Sequence[tuple[date, Decimal]], goal: Goal, *, percent: bool = False, never_falls: bool = False
) -> Forecast | None:
    """The forecast for `goal.due_on` from one point per quarter (the quarter's last day), in any order.

    None below four points and for a goal without a number. `percent` keeps it within 0 to 100, `never_falls`
    (a running total) at the last value or above.
    """
    return forecast_by(METHOD, points, goal, percent=percent, never_falls=never_falls)


def forecast_by(
    method: Method, points: Sequence[tuple[date, Decimal]], goal: Goal, *, percent: bool, never_falls: bool
) -> Forecast | None:
    """The same by any method: the back-test compares them through this door."""
    threshold = bar(goal)
    dated = sorted(dict(points).items())
    if threshold is None or len(dated) < FEWEST_POINTS:
        return None
    ahead = trend(dated, method, never_falls=never_falls)
    if not all(isfinite(number) for number in (ahead.last, ahead.slope, ahead.spread, float(threshold))):
        return None
    limits = _limits(ahead.last, percent, never_falls)
    quarters = max((goal.due_on - dated[-1][0]).days, 0) / DAYS_OF_A_QUARTER
    middle, spread = ahead.after(quarters), ahead.spread_after(quarters)
    reach = Z_OF_80_PERCENT * spread
    return Forecast(
        value=_decimal(limits.clip(middle), SIX_PLACES),
        low=_decimal(limits.clip(middle - reach), SIX_PLACES),
        high=_decimal(limits.clip(middle + reach), SIX_PLACES),
        meets_on=_met_since(dated, goal) or _meets_on(dated[-1][0], ahead, goal, limits),
        chance=_decimal(_chance(middle, spread, goal, limits), FOUR_PLACES),
        method=method.code,
        points=ahead.points,
    )


def _limits(last: float, percent: bool, never_falls: bool) -> _Limits:
    lowest, highest = (0.0, 100.0) if percent else (float("-inf"), float("inf"))
    if never_falls:
        lowest = max(lowest, last)
    return _Limits(lowest, max(lowest, highest))


def _chance(middle: float, spread: float, goal: Goal, limits: _Limits) -> float:
    """Share of the outcomes that meet the goal, outcomes beyond the limits counted at the limit."""
    threshold = float(bar(goal) or 0)
    if spread == 0:
        return float(_beyond(limits.clip(middle), threshold, goal))
    if _beyond(limits.highest if is_falling(goal) else limits.lowest, threshold, goal):
        return 1.0
    if not _beyond(limits.lowest if is_falling(goal) else limits.highest, threshold, goal):
        return 0.0
    below = NORMAL.cdf((threshold - middle) / spread)
    return below if is_falling(goal) else 1.0 - below


def _beyond(value: float, threshold: float, goal: Goal) -> bool:
    if value == threshold:
        return goal.bound not in STRICT
    return (value < threshold) == is_falling(goal)


def _meets_on(last_on: date, ahead: Trend, goal: Goal, limits: _Limits) -> date | None:
    threshold = float(bar(goal) or 0)
    if not _beyond(limits.lowest if is_falling(goal) else limits.highest, threshold, goal):
        return None
    quarters = ahead.quarters_to(threshold)
    leads_away = (ahead.slope < 0) != is_falling(goal)  # from a last value that touches a strict goal
    if quarters is None or leads_away:
        return None
    days = round(quarters * DAYS_OF_A_QUARTER, 6)
    if days > DAYS_AHEAD_AT_MOST:
        return None
    # More than the goal is only reached after the day on which the line touches it.
    whole = int(days) + 1 if goal.bound in STRICT else ceil(days)
    return last_on + timedelta(days=whole)


def _met_since(points: Sequence[tuple[date, Decimal]], goal: Goal) -> date | None:
    """The first day of the unbroken row of points, up to the last, that meet the goal."""
    since = None
    for on, value in reversed(points):
        if not met(goal, value):
            break
        since = on
    return since


def _decimal(number: float, places: int) -> Decimal:
    return Decimal(f"{number:.{places}f}")
