"""Histories for the back-test of the forecast: sample histories, published figures, and shapes made apart.

A sample history comes in two kinds, both made by the product's own code: *told* (the story's values, uneven in
between: every seed ends on the same value) and *drawn* (an S-curve to an end drawn by chance).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

from reports.rules.periods import quarter_days, quarter_ordinal
from reports.services.sample.paths import city_path
from reports.services.sample.story import Course, Story, read_story
from targets.packs import PlanPack, read_pack
from targets.packs import Target as Term
from targets.rules import Accumulation, Bound, Goal
from targets.rules.forecast import FEWEST_POINTS

FIXTURES = Path(__file__).parents[1] / "fixtures"
HUNDRED = Decimal(100)
QUARTERS_OF_A_SHAPE = 12

Points = list[tuple[date, Decimal]]


class Series(NamedTuple):
    """What was measured up to the due date, and what that is a share of. `kind` is what the table groups by."""

    name: str
    kind: str
    points: Points
    goal: Goal
    percent: bool
    never_falls: bool

    @property
    def span(self) -> Decimal:
        return abs((self.goal.goal or Decimal(1)) - (self.goal.baseline or Decimal(0)))


class Cut(NamedTuple):
    """A series as it was known on a cut-off, `ahead` points before its end."""

    series: Series
    known: Points
    ahead: int

    @property
    def actual(self) -> Decimal:
        return self.series.points[-1][1]


def cuts(series: Iterable[Series]) -> list[Cut]:
    """Every cut-off that leaves enough points before it and the due date after it."""
    return [
        Cut(one, one.points[:known], len(one.points) - known)
        for one in series
        for known in range(FEWEST_POINTS, len(one.points))
    ]


def sample_histories(seeds: Iterable[int]) -> Iterator[Series]:
    """One told and one drawn history of each quantified target of the shipped plan for each seed."""
    pack, story = read_pack(FIXTURES / "shanghai_2020_2022.yaml"), read_story(FIXTURES / "sample_story.yaml")
    terms = [one for line in pack.lines for task in line.tasks for one in task.targets if one.bound != Bound.MILESTONE]
    for seed in seeds:
        for term in terms:
            yield _history(pack, term, story, seed, "told")
            yield _history(pack, term, story, seed, "drawn")


def _history(pack: PlanPack, term: Term, story: Story, seed: int, kind: str) -> Series:
    course = story.courses.get(term.code, Course())
    if kind == "drawn":
        course = course._replace(values={}, steps=False)
    quarters = range(quarter_ordinal(pack.plan.first_period), quarter_ordinal(pack.plan.last_period) + 1)
    path = city_path(
        Random(f"{seed}:{term.code}"),
        quarters,
        course.values,
        term.baseline or Decimal(0),
        term.goal or Decimal(1),
        places=course.places,
        steps=course.steps,
    )
    percent = term.unit is not None and term.unit.zh == "%"
    dated = [(quarter_days(quarter)[1], value) for quarter, value in zip(quarters, path, strict=True)]
    return Series(
        term.code,
        kind,
        [(on, min(value, HUNDRED) if percent else value) for on, value in dated if on <= term.due_on],
        _goal(term.goal, term.due_on, bound=Bound(term.bound), baseline=term.baseline),
        percent,
        term.accumulation != Accumulation.LEVEL,
    )


def _goal(number: Decimal | None, due_on: date, *, bound: Bound = Bound.REACH, baseline: Decimal | None = None) -> Goal:
    return Goal(bound, number, None, Decimal("0.05"), baseline, date(2020, 1, 1), due_on, False, ())


def published() -> dict[tuple[str, str], Points]:
    """Dated points of each thing that was measured; of two numbers for one day the last counts."""
    found: dict[tuple[str, str], dict[date, Decimal]] = defaultdict(dict)
    with (FIXTURES / "published_figures.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            measured = found[row["target"], row["measured_en"]]
            measured[date.fromisoformat(row["as_of"])] = Decimal(row["value"])
    return {key: sorted(points.items()) for key, points in found.items()}


def published_series(points: Points, name: str) -> list[Series]:
    """Each later point in turn is taken for the due date; errors are shares of that point, for no goal fits."""
    ends = range(FEWEST_POINTS + 1, len(points) + 1)
    return [Series(name, "published", points[:end], _goal(*points[end - 1][::-1]), False, True) for end in ends]


def shapes(seeds: Iterable[int]) -> Iterator[Series]:
    """Running totals of twelve quarters towards 100 that no part of the product has made."""
    for seed in seeds:
        for kind, steps in SHAPES.items():
            random = Random(f"{kind}:{seed}")
            noise = random.uniform(0.02, 0.3)
            added = [max(0.0, step * (1 + noise * random.gauss(0, 1))) for step in steps(random)]
            scale = 100 * random.uniform(0.6, 1.2) / sum(added)
            values = [Decimal(f"{scale * total:.4f}") for total in accumulate(added)]
            days = [quarter_days(8080 + number)[1] for number in range(QUARTERS_OF_A_SHAPE)]
            yield Series(kind, kind, list(zip(days, values, strict=True)), _goal(HUNDRED, days[-1]), False, True)


def _line(random: Random) -> list[float]:
    return [1.0] * QUARTERS_OF_A_SHAPE


def _s_curve(random: Random) -> list[float]:
    return [float(min(number + 1, QUARTERS_OF_A_SHAPE - number)) for number in range(QUARTERS_OF_A_SHAPE)]


def _late_jump(random: Random) -> list[float]:
    jump = random.randrange(8, QUARTERS_OF_A_SHAPE)
    return [6.0 if number == jump else 0.4 for number in range(QUARTERS_OF_A_SHAPE)]


def _plateau(random: Random) -> list[float]:
    full = random.randrange(5, 9)
    return [1.0 if number < full else 0.05 for number in range(QUARTERS_OF_A_SHAPE)]


def _walk(random: Random) -> list[float]:
    return [random.choice((0.25, 0.5, 1.0, 2.0)) for _ in range(QUARTERS_OF_A_SHAPE)]


SHAPES: dict[str, Callable[[Random], list[float]]] = {
    "line": _line,
    "S-curve": _s_curve,
    "late jump": _late_jump,
    "plateau": _plateau,
    "walk": _walk,
}
