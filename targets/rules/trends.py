"""How a row of figures may go on: a slope that fades, from the last point, and how uncertain that is.

Which way of going on is the forecast's is decided in forecast.py; the back-test (benchmarks/forecast.py) holds the
others against it through the same code. Time is counted in quarters. Floats: an estimate is never a figure.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from math import log, sqrt
from statistics import median
from typing import NamedTuple

DAYS_OF_A_QUARTER = 365.25 / 4
# Even the evenest past bends later: a quarter of the usual step is never certain.
SHARE_OF_A_STEP = 0.25

Line = Sequence[tuple[float, float]]  # (quarters, value), ascending


class Method(NamedTuple):
    """A way of going on: the slope of the last `recent` points, times `damping` for each further quarter.

    `widening` fits the band to the back-test, so that it holds 8 of 10 outcomes.
    """

    code: str
    slope: Callable[[Line], float]
    recent: int
    damping: float
    widening: float


class Trend(NamedTuple):
    """Value at the last point, its slope per quarter, how the slope fades, and how far one quarter may stray."""

    last: float
    slope: float
    damping: float
    spread: float
    points: int

    def after(self, quarters: float) -> float:
        return self.last + self.slope * self._steps(quarters)

    def spread_after(self, quarters: float) -> float:
        """Steps add up (the root), and the slope itself is uncertain (the square)."""
        return self.spread * sqrt(quarters + quarters * quarters / (self.points - 1))

    def quarters_to(self, value: float) -> float | None:
        """After how many quarters the trend is at a value; None if it never gets there."""
        missing = value - self.last
        if self.slope == 0 or missing / self.slope < 0:
            return None
        steps = missing / self.slope
        if self.damping == 1:
            return steps
        left = 1 - steps * (1 - self.damping) / self.damping
        return log(left) / log(self.damping) if left > 0 else None

    def _steps(self, quarters: float) -> float:
        """How many undamped steps so many quarters come to."""
        if self.damping == 1:
            return quarters
        return float(self.damping * (1 - self.damping**quarters) / (1 - self.damping))


def trend(points: Sequence[tuple[date, Decimal]], method: Method, *, never_falls: bool) -> Trend:
    """The trend of points in ascending order."""
    line = [(on.toordinal() / DAYS_OF_A_QUARTER, float(value)) for on, value in points[-method.recent :]]
    slope = method.slope(line)
    if never_falls:
        slope = max(slope, 0.0)
    return Trend(line[-1][1], slope, method.damping, method.widening * _spread(line, slope), len(line))


def median_slope(line: Line) -> float:
    """Theil-Sen: the median of the slopes between all pairs, so that one odd quarter does not turn it."""
    return median([(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(line, 2)])


def _spread(line: Line, slope: float) -> float:
    """How far single quarters stray from the slope, and a share of the usual step."""
    steps = list(pairwise(line))
    # A step over n quarters strays by sqrt(n) of what a single quarter's step does.
    strays = [(y2 - y1 - slope * (x2 - x1)) / sqrt(x2 - x1) for (x1, y1), (x2, y2) in steps]
    unsure = SHARE_OF_A_STEP * sum(abs(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in steps) / len(steps)
    return sqrt(sum(stray * stray for stray in strays) / (len(strays) - 1) + unsure * unsure)
