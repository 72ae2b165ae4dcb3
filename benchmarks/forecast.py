"""The back-test that the forecast's method is chosen by; docs/forecast.md keeps its table. Needs no database.

The rule: among the methods whose 80 % band covers 75 to 85 % of the held-out sample histories, and which do no worse
than the last value carried on the shapes apart, the one with the lowest mean absolute error at the due date, an error
above the whole goal counted as the whole goal.

Every method gets the same kind of band from its own residuals. Its width is fitted so that it covers 80 % on one
half of the targets and the first half of the seeds, and tried on the other targets with the other seeds; then the
halves change places. Only what is called held out is said of cases that the band was not fitted to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from statistics import fmean, median
from typing import NamedTuple

from targets.rules.forecast import METHOD, Forecast, forecast_by
from targets.rules.trends import Line, Method, median_slope

from .forecast_series import Cut, Series, cuts, published, published_series, sample_histories, shapes
from .measure import title

SEEDS, SHAPE_SEEDS = 5, 40  # seeds of each half; seeds of the shapes
AIM, LOWEST, HIGHEST = 0.8, 0.75, 0.85
HORIZONS = {"1": (1, 1), "2-4": (2, 4), "5-8": (5, 8)}
# The four wordings of one series: outdoor stations, and 5G stations with and without their type.
JOINED = ("5g-base-stations", ("outdoor", "5G stations"))


class Outcome(NamedTuple):
    """What a method said on a cut-off; error (signed) and width are shares of the goal."""

    cut: Cut
    error: float
    width: float
    inside: bool


def last_value(line: Line) -> float:
    return 0.0


def least_squares(line: Line) -> float:
    middle, level = fmean(x for x, _ in line), fmean(y for _, y in line)
    return sum((x - middle) * (y - level) for x, y in line) / sum((x - middle) ** 2 for x, _ in line)


def half_median_slope(line: Line) -> float:
    """The mean of the last value carried and the median slope."""
    return median_slope(line) / 2


CANDIDATES = {
    "last value carried": Method("last_value", last_value, 6, 1.0, 1.0),
    "straight line, least squares, 6": Method("line", least_squares, 6, 1.0, 1.0),
    "straight line, least squares, 4": Method("line_4", least_squares, 4, 1.0, 1.0),
    "median slope, 6": Method("median_trend", median_slope, 6, 1.0, 1.0),
    "median slope, 4": Method("median_trend_4", median_slope, 4, 1.0, 1.0),
    "mean of last value and median, 6": Method("half", half_median_slope, 6, 1.0, 1.0),
    "damped 0.8 median slope, 6": Method("damped_8", median_slope, 6, 0.8, 1.0),
    "damped 0.9 median slope, 6": Method("damped_trend_6", median_slope, 6, 0.9, 1.0),
    "damped 0.9 median slope, 4": Method("damped_trend", median_slope, 4, 0.9, 1.0),
}


def run(scale: float) -> None:
    seeds = max(1, round(SEEDS * scale))
    halves = _halves(seeds)
    apart = cuts(shapes(range(max(1, round(SHAPE_SEEDS * scale)))))
    fits: dict[str, Method] = {}
    sample: dict[str, list[Outcome]] = {}
    shaped: dict[str, list[Outcome]] = {}
    title(f"Width of the band by method, fitted to each half ({len(halves[0][0])} and {len(halves[1][0])} cases)")
    for name, method in CANDIDATES.items():
        widened = [fitted(method, fit) for fit, _ in halves]
        sample[name] = [one for with_, (_, held) in zip(widened, halves, strict=True) for one in outcomes(with_, held)]
        fits[name] = mean_of(widened)
        shaped[name] = outcomes(fits[name], apart)
        print(f"  {name:<34}" + "".join(f"{with_.widening:>8.2f}" for with_ in widened), flush=True)
    _tables("Held-out sample histories", sample, ("told", "drawn"))
    _tables(
        "Shapes apart (bands as fitted to the sample histories)", shaped, tuple({one.series.kind: 0 for one in apart})
    )
    title(f"Lowest mean error that keeps the rule: {chosen(sample, shaped)}")
    _production([cut for _, held in halves for cut in held], apart)
    _published(fits)


def _halves(seeds: int) -> list[tuple[list[Cut], list[Cut]]]:
    """Twice (cases to fit to, cases held out): neither a target nor a seed is in both."""
    first, second = (list(sample_histories(range(start, start + seeds))) for start in (1, 1 + seeds))
    even = set(sorted({one.name for one in first})[::2])

    def part(series: Sequence[Series], *, in_even: bool) -> list[Cut]:
        return cuts(one for one in series if (one.name in even) == in_even)

    return [(part(first, in_even=here), part(second, in_even=not here)) for here in (True, False)]


def outcomes(method: Method, tried: Sequence[Cut]) -> list[Outcome]:
    return [_outcome(method, cut) for cut in tried]


def _outcome(method: Method, cut: Cut) -> Outcome:
    series = cut.series
    found = _forecast(method, cut)
    error, width = (found.value - cut.actual) / series.span, (found.high - found.low) / series.span
    return Outcome(cut, float(error), float(width), found.low <= cut.actual <= found.high)


def _forecast(method: Method, cut: Cut) -> Forecast:
    series = cut.series
    found = forecast_by(method, cut.known, series.goal, percent=series.percent, never_falls=series.never_falls)
    assert found is not None
    return found


def coverage(found: Sequence[Outcome]) -> float:
    return fmean(one.inside for one in found)


def fitted(method: Method, tried: Sequence[Cut]) -> Method:
    """The method with the narrowest band, to 1 %, that covers 80 % of the cases."""
    low, high = 0.05, 20.0
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        if coverage(outcomes(method._replace(widening=middle), tried)) < AIM:
            low = middle
        else:
            high = middle
    return method._replace(widening=high)


def mean_of(methods: Sequence[Method]) -> Method:
    return methods[0]._replace(widening=fmean(one.widening for one in methods))


def mean_error(found: Sequence[Outcome]) -> float:
    return fmean(min(abs(one.error), 1.0) for one in found)


def chosen(sample: dict[str, list[Outcome]], shaped: dict[str, list[Outcome]]) -> str:
    worst = mean_error(shaped["last value carried"])
    fit = [
        name
        for name, found in sample.items()
        if LOWEST <= coverage(found) <= HIGHEST and mean_error(shaped[name]) <= worst
    ]
    return min(fit, key=lambda name: mean_error(sample[name]))


def _tables(words: str, found: dict[str, list[Outcome]], kinds: Sequence[str]) -> None:
    for kind in (None, *kinds):
        named = {name: [one for one in all_ if kind in (None, one.cut.series.kind)] for name, all_ in found.items()}
        title(f"{words}: {kind or 'all'}, {len(next(iter(named.values())))} cases")
        _head()
        for name, those in named.items():
            _row(name, those)


def _head() -> None:
    cells = ("median", "mean", "90th", "bias", "width", "covers", *(f"{name} q" for name in HORIZONS))
    print(f"  {'error at the due date, % of goal':<34}" + "".join(f"{cell:>8}" for cell in cells))


def _row(name: str, found: Sequence[Outcome]) -> None:
    errors = sorted(abs(one.error) for one in found)
    bias = fmean(max(-1.0, min(1.0, one.error)) for one in found)
    numbers = (median(errors), mean_error(found), errors[int(0.9 * len(errors))], bias)
    ahead = [[one for one in found if nearest <= one.cut.ahead <= furthest] for nearest, furthest in HORIZONS.values()]
    covers = (coverage(those) if those else None for those in (found, *ahead))
    cells = [f"{100 * number:.1f}" for number in (*numbers, median(one.width for one in found))]
    cells += ["-" if share is None else f"{100 * share:.0f} %" for share in covers]
    print(f"  {name:<34}" + "".join(f"{cell:>8}" for cell in cells), flush=True)


def _production(held: Sequence[Cut], apart: Sequence[Cut]) -> None:
    found = outcomes(METHOD, held)
    low, high = _interval(found)
    title(f"As it is in production ({METHOD.code}, band {METHOD.widening:.2f}), {len(found)} sample cases")
    _head()
    for name, chooses in KINDS.items():
        those = [one for one in found if chooses(one)]
        if those:
            _row(name, those)
    _row("shapes apart", outcomes(METHOD, apart))
    print(f"  Coverage if other targets had been drawn (90 % of resamples by target): {low:.0%} to {high:.0%}")


KINDS: dict[str, Callable[[Outcome], bool]] = {
    "all": lambda one: True,
    "told": lambda one: one.cut.series.kind == "told",
    "drawn": lambda one: one.cut.series.kind == "drawn",
    "running totals": lambda one: one.cut.series.never_falls,
    "levels": lambda one: not one.cut.series.never_falls and not one.cut.series.percent,
    "percentages": lambda one: one.cut.series.percent,
    "4 points": lambda one: len(one.cut.known) == 4,
    "nothing moved in the last 4": lambda one: len({value for _, value in one.cut.known[-4:]}) == 1,
}


def _interval(found: Sequence[Outcome]) -> tuple[float, float]:
    """Cases of one target resemble each other, so whole targets are drawn."""
    by_target: dict[str, list[bool]] = {}
    for one in found:
        by_target.setdefault(one.cut.series.name, []).append(one.inside)
    random, targets = Random(1), list(by_target.values())
    drawn = sorted(
        fmean(inside for those in random.choices(targets, k=len(targets)) for inside in those) for _ in range(400)
    )
    return drawn[20], drawn[-21]


def _published(methods: dict[str, Method]) -> None:
    series = published()
    enough = {key: points for key, points in series.items() if len(points) >= 5}
    title(f"Published figures: {len(series)} things measured, {len(enough)} with at least five dated points")
    for (target, measured), points in enough.items():
        _published_rows(f"{target}, {measured}", published_series(points, target), methods)
    target, starts = JOINED
    joined = {
        on: value
        for (code, measured), points in series.items()
        if code == target and measured.startswith(starts)
        for on, value in points
    }
    _published_rows(
        f"{target}, four wordings joined: for information, the definitions differ; % of the figure itself",
        published_series(sorted(joined.items()), target),
        methods,
    )


def _published_rows(words: str, series: Sequence[Series], methods: dict[str, Method]) -> None:
    tried = cuts(series)
    title(f"{words}, {len(tried)} cases (points are not quarterly; columns count points ahead)")
    _head()
    for name, method in methods.items():
        _row(name, outcomes(method, tried))
