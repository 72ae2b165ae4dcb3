"""What every reporter of a plan would truthfully report in every quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from targets.models import Assignment, Plan, Target
from targets.rules import Accumulation, AssignmentRole, Combine, Stage

from ...rules.numbers import trim
from ...rules.periods import quarter_days, quarter_ordinal
from ..entries import Input
from .paths import ZERO, delayed, drawn_goal, drawn_weights, rounded, s_curve, shared_out, through
from .story import Course, Story

Truth = dict[tuple[int, int], Input]  # (assignment id, quarter ordinal) -> what is typed


def truth(plan: Plan, story: Story, seed: int) -> Truth:
    """Every target has a generator of its own: the same plan, story and seed give the same figures."""
    quarters = range(quarter_ordinal(plan.first_period), quarter_ordinal(plan.last_period) + 1)
    found: Truth = {}
    targets = Target.objects.current().filter(plan=plan).prefetch_related("assignments__agency", "commitments")
    for target in targets.order_by("code"):
        chance = Random(f"{seed}:{target.code}")
        course = story.courses.get(target.code, Course())
        reporters = [one for one in target.assignments.all() if one.reports and one.ended_on is None]
        tell = _stages if target.is_milestone else _numbers
        for reporter, said in zip(reporters, tell(chance, target, course, reporters, quarters, story), strict=True):
            found |= {(reporter.pk, quarter): one for quarter, one in zip(quarters, said, strict=True)}
    return found


def _numbers(
    chance: Random, target: Target, course: Course, reporters: list[Assignment], quarters: range, story: Story
) -> list[list[Input]]:
    path = _city_path(chance, target, course, quarters)
    if target.combine == Combine.WEIGHTED:
        return _ratios(chance, target, course, path, reporters)
    parts = [one for one in reporters if one.role == AssignmentRole.DISTRICT]
    if target.combine != Combine.SUM or not parts:
        lags = [0 if one.role == AssignmentRole.LEAD else chance.choice((0, 0, 1, 1, 2)) for one in reporters]
        values = [delayed(path, lag) for lag in lags]
    else:
        values = _shared(chance, target, course, path, reporters, quarters, story)
    return [[Input(value=trim(value)) for value in own] for own in values]


def _city_path(chance: Random, target: Target, course: Course, quarters: range) -> list[Decimal]:
    goal = target.commitments.all()[0].goal or Decimal(1)
    start = target.baseline or ZERO
    anchors = course.values or s_curve(chance, quarters, start, drawn_goal(chance, goal - start) + start)
    path = through(chance, quarters, anchors, course.places, steps=course.steps)
    if target.accumulation != Accumulation.PER_PERIOD:
        return path
    return [path[0] - start, *(after - before for before, after in zip(path, path[1:], strict=False))]


def _ratios(
    chance: Random, target: Target, course: Course, path: Sequence[Decimal], reporters: list[Assignment]
) -> list[list[Input]]:
    """Numerators and denominators whose ratio is the path's; denominators grow a little."""
    said = []
    for weight in drawn_weights(chance, len(reporters)):
        own = []
        for quarter, value in enumerate(path):
            denominator = rounded(course.denominator * weight * (1 + Decimal(quarter) / 200), 0)
            numerator = rounded(denominator * value / target.ratio_scale, 0)
            own.append(Input(numerator=trim(numerator), denominator=trim(denominator)))
        said.append(own)
    return said


def _shared(
    chance: Random,
    target: Target,
    course: Course,
    path: Sequence[Decimal],
    reporters: list[Assignment],
    quarters: range,
    story: Story,
) -> list[list[Decimal]]:
    """The districts share the path; whoever reports the whole reports what they add up to."""
    parts = [one for one in reporters if one.role == AssignmentRole.DISTRICT]
    shares = [one.share for one in parts]
    weights = drawn_weights(chance, len(parts)) if None in shares else [one / sum(shares) for one in shares]
    shared = dict(zip((one.pk for one in parts), shared_out(path, weights, course.places), strict=True))
    for fall in story.falls:
        for one in parts:
            if (one.agency.code, target.code) == (fall.agency, fall.target):
                _lower(shared[one.pk], quarters, fall.quarter, fall.by)
    whole = [sum(values, ZERO) for values in zip(*shared.values(), strict=True)]
    return [shared.get(one.pk, whole) for one in reporters]


def _lower(values: list[Decimal], quarters: range, since: int, by: Decimal) -> None:
    """From a quarter on the values stay lower, and the quarter itself below the one before."""
    for index, quarter in enumerate(quarters):
        if quarter == since and index:
            values[index] = max(ZERO, values[index - 1] - by)
        elif quarter > since:
            values[index] = max(values[index - 1], values[index] - by)


def _stages(
    chance: Random, target: Target, course: Course, reporters: list[Assignment], quarters: range, story: Story
) -> list[list[Input]]:
    due_on = target.commitments.all()[0].due_on
    drawn = _drawn_stages(chance, quarters, due_on)
    under_way, done_on = drawn if course.under_way is None else (course.under_way, course.done_on)
    said = []
    for reporter in reporters:
        early = 0 if reporter.role == AssignmentRole.LEAD else chance.randint(0, 150)
        own_done = done_on and max(done_on - timedelta(days=early), quarter_days(under_way)[1])
        said.append([_stage(quarter, under_way, own_done) for quarter in quarters])
    return said


def _drawn_stages(chance: Random, quarters: range, due_on: date) -> tuple[int, date | None]:
    """Most are done in time, some only just, some not within the plan."""
    under_way = quarters[0] + chance.choice((0, 0, 1, 2, 3, 5)) if len(quarters) > 6 else quarters[0]
    last_day = quarter_days(quarters[-1])[1]
    outcome = chance.random()
    if outcome < 0.12:
        return under_way, None
    if outcome < 0.32:
        return under_way, last_day - timedelta(days=chance.randint(5, 85))
    first = quarter_days(under_way)[1] + timedelta(days=60)
    room = max(1, (min(due_on, last_day) - first).days - 90)
    return under_way, first + timedelta(days=chance.randint(0, room))


def _stage(quarter: int, under_way: int, done_on: date | None) -> Input:
    if done_on is not None and done_on <= quarter_days(quarter)[1]:
        return Input(stage=Stage.DONE, actual_on=done_on.isoformat())
    return Input(stage=Stage.UNDER_WAY if quarter >= under_way else Stage.NOT_STARTED)

