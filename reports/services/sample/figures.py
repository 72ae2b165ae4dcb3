"""What every reporter of a plan would truthfully report in every quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import NamedTuple

from targets.models import Assignment, Plan, Target
from targets.rules import Accumulation, AssignmentRole, Combine, Stage

from ...rules.numbers import trim
from ...rules.periods import quarter_days, quarter_ordinal
from ..entries import Input
from .paths import ZERO, city_path, delayed, drawn_weights, rounded, shared_out
from .story import Course, Story

NEVER_DONE, DONE_IN_LAST_QUARTER = 0.12, 0.32  # of the milestones that no story tells of; the second on top

Truth = dict[tuple[int, int], Input]  # (assignment id, quarter ordinal) -> what is typed


class Case(NamedTuple):
    """One target, who reports it, and how the story goes. `chance` is its own."""

    target: Target
    reporters: list[Assignment]
    quarters: range
    course: Course
    story: Story
    chance: Random

    @property
    def parts(self) -> list[Assignment]:
        """Reporters of a part of the city's number."""
        return [one for one in self.reporters if one.role == AssignmentRole.DISTRICT]


def truth(plan: Plan, story: Story, seed: int) -> Truth:
    """Every target has a generator of its own: the same plan, story and seed give the same figures."""
    quarters = range(quarter_ordinal(plan.first_period), quarter_ordinal(plan.last_period) + 1)
    found: Truth = {}
    targets = Target.objects.current().filter(plan=plan).prefetch_related("assignments__agency", "commitments")
    for target in targets.order_by("code"):
        reporters = [one for one in target.assignments.all() if one.reports and one.ended_on is None]
        course = story.courses.get(target.code, Course())
        case = Case(target, reporters, quarters, course, story, Random(f"{seed}:{target.code}"))  # noqa: S311
        for reporter, said in zip(reporters, _said(case), strict=True):
            found |= {(reporter.pk, quarter): one for quarter, one in zip(quarters, said, strict=True)}
    return found


def _said(case: Case) -> list[list[Input]]:
    """By reporter and quarter."""
    if case.target.is_milestone:
        return _stages(case)
    path = _city_path(case)
    if case.target.combine == Combine.WEIGHTED:
        return _ratios(case, path)
    values = _shared(case, path) if case.target.combine == Combine.SUM and case.parts else _alike(case, path)
    return [[Input(value=trim(value)) for value in own] for own in values]


def _city_path(case: Case) -> list[Decimal]:
    goal = case.target.commitments.all()[0].goal or Decimal(1)
    start = case.target.baseline or ZERO
    course = case.course
    path = city_path(case.chance, case.quarters, course.values, start, goal, places=course.places, steps=course.steps)
    if case.target.accumulation != Accumulation.PER_PERIOD:
        return path
    return [path[0] - start, *(after - before for before, after in pairwise(path))]


def _ratios(case: Case, path: Sequence[Decimal]) -> list[list[Input]]:
    """Numerators and denominators whose ratio is the path's; denominators grow a little."""
    said = []
    for weight in drawn_weights(case.chance, len(case.reporters)):
        own = []
        for quarter, value in enumerate(path):
            denominator = rounded(case.course.denominator * weight * (1 + Decimal(quarter) / 200), 0)
            numerator = rounded(denominator * value / case.target.ratio_scale, 0)
            own.append(Input(numerator=trim(numerator), denominator=trim(denominator)))
        said.append(own)
    return said


def _alike(case: Case, path: Sequence[Decimal]) -> list[list[Decimal]]:
    """Everybody goes the same way, some a little later."""
    lags = [0 if one.role == AssignmentRole.LEAD else case.chance.choice((0, 0, 1, 1, 2)) for one in case.reporters]
    return [delayed(path, lag) for lag in lags]


def _shared(case: Case, path: Sequence[Decimal]) -> list[list[Decimal]]:
    """The districts share the path; whoever reports the whole reports what they add up to."""
    shares = [one.share for one in case.parts]
    weights = drawn_weights(case.chance, len(shares)) if None in shares else [share / sum(shares) for share in shares]
    shared = dict(zip((one.pk for one in case.parts), shared_out(path, weights, case.course.places), strict=True))
    for fall in case.story.falls:
        for one in case.parts:
            if (one.agency.code, case.target.code) == (fall.agency, fall.target):
                _lower(shared[one.pk], case.quarters, fall.quarter, fall.by)
    whole = [sum(values, ZERO) for values in zip(*shared.values(), strict=True)]
    return [shared.get(one.pk, whole) for one in case.reporters]


def _lower(values: list[Decimal], quarters: range, since: int, by: Decimal) -> None:
    """From a quarter on the values stay lower, and the quarter itself below the one before."""
    for index, quarter in enumerate(quarters):
        if quarter == since and index:
            values[index] = max(ZERO, values[index - 1] - by)
        elif quarter > since:
            values[index] = max(values[index - 1], values[index] - by)


def _stages(case: Case) -> list[list[Input]]:
    under_way, done_on = case.course.under_way, case.course.done_on
    drawn = _drawn_stages(case)
    if under_way is None:
        under_way, done_on = drawn
    said = []
    for reporter in case.reporters:
        early = 0 if reporter.role == AssignmentRole.LEAD else case.chance.randint(0, 150)
        own_done = done_on and max(done_on - timedelta(days=early), quarter_days(under_way)[0])
        said.append([_stage(quarter, under_way, own_done) for quarter in case.quarters])
    return said


def _drawn_stages(case: Case) -> tuple[int, date | None]:
    """Quarter in which it gets under way, and the day on which it is done: mostly in time, at times not at all."""
    chance, first = case.chance, case.quarters[0]
    under_way = min(first + chance.choice((0, 0, 1, 2, 3, 5)), case.quarters[-1])
    last_day = quarter_days(case.quarters[-1])[1]
    outcome = chance.random()
    if outcome < NEVER_DONE:
        return under_way, None
    if outcome < DONE_IN_LAST_QUARTER:
        return under_way, last_day - timedelta(days=chance.randint(5, 85))
    begun = quarter_days(under_way)[1] + timedelta(days=60)
    due_on = case.target.commitments.all()[0].due_on
    room = max(1, (min(due_on, last_day) - begun).days - 90)
    return under_way, begun + timedelta(days=chance.randint(0, room))


def _stage(quarter: int, under_way: int, done_on: date | None) -> Input:
    if done_on is not None and done_on <= quarter_days(quarter)[1]:
        return Input(stage=Stage.DONE, actual_on=done_on.isoformat())
    return Input(stage=Stage.UNDER_WAY if quarter >= under_way else Stage.NOT_STARTED)
