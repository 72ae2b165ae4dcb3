"""Rule 7: where a target will stand on its due date if it goes on as in the recent quarters.

The method is the median trend: the slope is the median of the slopes between all pairs of the last six
points (Theil-Sen), so that one odd quarter does not turn it, and the line starts at the last point. How far
single steps stray from that slope gives the band, which widens with the distance. Floats are used inside: a
forecast is an estimate, never a figure.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from math import ceil, isfinite, sqrt
from statistics import NormalDist, median
from typing import NamedTuple

from targets.rules.goals import STRICT, Goal, bar, is_falling, met

METHOD = "median_trend"
FEWEST_POINTS = 4
RECENT_POINTS = 6
DAYS_OF_A_QUARTER = 365.25 / 4
DAYS_AHEAD_AT_MOST = 36525  # a goal met in more than a hundred years is not met
NORMAL = NormalDist()
Z_OF_80_PERCENT = NORMAL.inv_cdf(0.9)
# Student's t at 90 % by degrees of freedom: with three to five steps the normal band would be too narrow.
T_OF_80_PERCENT = {2: 1.886, 3: 1.638, 4: 1.533}
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


class _Trend(NamedTuple):
    """Value at the last point, slope per quarter, and how far one quarter's step strays from it (1 sigma)."""

    last: float
    slope: float
    spread: float
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
    threshold = bar(goal)
    recent = sorted(dict(points).items())[-RECENT_POINTS:]
    if threshold is None or len(recent) < FEWEST_POINTS:
        return None
    trend = _trend(recent, never_falls)
    if not all(isfinite(number) for number in (*trend, float(threshold))):
        return None
    limits = _limits(trend.last, percent, never_falls)
    quarters = max((goal.due_on - recent[-1][0]).days, 0) / DAYS_OF_A_QUARTER
    middle, spread = trend.last + trend.slope * quarters, _spread_after(trend, quarters)
    reach = Z_OF_80_PERCENT * spread
    return Forecast(
        value=_decimal(limits.clip(middle), SIX_PLACES),
        low=_decimal(limits.clip(middle - reach), SIX_PLACES),
        high=_decimal(limits.clip(middle + reach), SIX_PLACES),
        meets_on=_met_since(sorted(points), goal) or _meets_on(recent[-1][0], trend, goal, limits),
        chance=_decimal(_chance(middle, spread, goal, limits), FOUR_PLACES),
        method=METHOD,
        points=len(recent),
    )


def _trend(recent: Sequence[tuple[date, Decimal]], never_falls: bool) -> _Trend:
    line = [(on.toordinal() / DAYS_OF_A_QUARTER, float(value)) for on, value in recent]
    slope = median([(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(line, 2)])
    if never_falls:
        slope = max(slope, 0.0)
    # A step over n quarters strays by sqrt(n) of what a single quarter's step does.
    strays = [(y2 - y1 - slope * (x2 - x1)) / sqrt(x2 - x1) for (x1, y1), (x2, y2) in pairwise(line)]
    freedom = len(strays) - 1
    sigma = sqrt(sum(stray * stray for stray in strays) / freedom)
    widened = sigma * T_OF_80_PERCENT[freedom] / Z_OF_80_PERCENT
    return _Trend(line[-1][1], slope, widened, len(line))


def _spread_after(trend: _Trend, quarters: float) -> float:
    """Steps add up (the root), and the slope itself is uncertain (the square)."""
    return trend.spread * sqrt(quarters + quarters * quarters / (trend.points - 1))


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


def _meets_on(last_on: date, trend: _Trend, goal: Goal, limits: _Limits) -> date | None:
    threshold = float(bar(goal) or 0)
    missing = threshold - trend.last
    if not _beyond(limits.lowest if is_falling(goal) else limits.highest, threshold, goal):
        return None
    if trend.slope == 0 or missing / trend.slope < 0:
        return None
    days = round(missing / trend.slope * DAYS_OF_A_QUARTER, 6)
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
