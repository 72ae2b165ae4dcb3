"""Progress rows computed from the ledger: one code path for "now" and for every "as known at".

The database finds the latest version of each (reporter, quarter); the rules do the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from targets.models import Plan
from targets.rules import (
    AssignmentRole,
    Bound,
    CityValue,
    Combine,
    Effective,
    Goal,
    Grade,
    Grading,
    Status,
    Version,
    city_value,
    effective_path,
    grade,
)

from .terms import Calendar, Quarter, Reporter, Terms, calendar, terms

CITY = "city"
PLACES = Decimal("0.000001")

# One index probe per (reporter, quarter): the cost does not grow with the number of versions in the ledger.
LATEST_CELLS = """
SELECT reporter.id, period.ordinal, figure.acceptance_id,
       figure.value, figure.numerator, figure.denominator, nullif(figure.stage, ''), figure.actual_on
FROM unnest(%(reporters)s::bigint[]) AS reporter(id)
CROSS JOIN (SELECT id, ordinal FROM reports_reportingperiod WHERE plan_id = %(plan)s) period
CROSS JOIN LATERAL (
    SELECT acceptance_id, value, numerator, denominator, stage, actual_on
    FROM reports_figure
    WHERE assignment_id = reporter.id AND period_id = period.id
      AND (%(known)s IS NULL OR acceptance_id <= %(known)s)
    ORDER BY acceptance_id DESC
    LIMIT 1
) figure
ORDER BY reporter.id, period.ordinal
"""


class ProgressRow(NamedTuple):
    """Rolled-up state of one target, one scope, one quarter; see the model Progress for what each value means.

    `scope` is "city" or the natural key of one reporter (its district's code, else its agency's). A reporter without
    a share of the goal is not graded: `status` is empty.
    """

    target: int
    period: int
    scope: str
    district: str | None
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    stage: str
    actual_on: date | None
    reported: int
    reporters: int
    stale: int
    expected: Decimal | None
    completion: Decimal | None
    pace: Decimal | None
    elapsed: Decimal | None
    status: str
    reason_code: str
    reason_params: dict[str, str]
    rests_on: int | None


Cells = dict[int, list[Version]]


class Yardstick(NamedTuple):
    """What a plan grades with: its quarters and its grading."""

    calendar: Calendar
    grading: Grading

    @classmethod
    def of(cls, plan: Plan) -> Yardstick:
        return cls(calendar(plan), plan.grading)

    def grade(self, goal: Goal, state: CityValue, quarter: Quarter) -> Grade:
        return grade(goal, state, quarter.ends_on, self.grading, self.calendar.first_window_closes_on)


def compute(
    plan: Plan,
    targets: Iterable[int],
    *,
    periods: Collection[int] | None = None,
    known: int | None = None,
    known_at: datetime | None = None,
) -> Iterator[ProgressRow]:
    """The city's rows of the named targets, of all quarters or of some, as known at a ledger number (None: all)."""
    yardstick = Yardstick.of(plan)
    all_terms = terms(plan, targets, known_at=known_at)
    counting = [reporter.assignment for one in all_terms for reporter in one.reporters if reporter.counts]
    cells = latest_cells(plan, counting, known)
    for one in all_terms:
        yield from _city_rows(one, cells, yardstick, periods)


def compute_reporters(
    plan: Plan,
    targets: Iterable[int],
    *,
    agency: int | None = None,
    district: str | None = None,
    period: int | None = None,
    known: int | None = None,
    known_at: datetime | None = None,
) -> Iterator[ProgressRow]:
    """The reporters' own rows of the named targets (those of one agency or district), of all quarters or of one."""
    yardstick = Yardstick.of(plan)
    all_terms = terms(plan, targets, known_at=known_at, agency=agency, district=district)
    reporting = [reporter.assignment for one in all_terms for reporter in one.reporters]
    cells = latest_cells(plan, reporting, known)
    for one in all_terms:
        for reporter in one.reporters:
            yield from _reporter_rows(one, reporter, cells, yardstick, period)


def latest_cells(plan: Plan, reporters: Sequence[int], known: int | None) -> Cells:
    """Latest versions by reporting assignment, each list ascending by quarter."""
    found: Cells = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(LATEST_CELLS, {"plan": plan.pk, "reporters": list(reporters), "known": known})
        for reporter, *cell in cursor.fetchall():
            found[reporter].append(Version._make(cell))
    return found


def _path(one: Terms, reporter: Reporter, cells: Cells, yardstick: Yardstick) -> list[Effective | None]:
    ordinals = [quarter.ordinal for quarter in yardstick.calendar.quarters]
    return effective_path(cells.get(reporter.assignment, ()), ordinals, one.accumulation)


def _city_rows(
    one: Terms, cells: Cells, yardstick: Yardstick, periods: Collection[int] | None
) -> Iterator[ProgressRow]:
    counting = [reporter for reporter in one.reporters if reporter.counts]
    if one.combine == Combine.LEAD:  # who leads no longer did so before who leads now
        counting.sort(key=lambda reporter: reporter.ended_on or date.max)
    paths = [_path(one, reporter, cells, yardstick) for reporter in counting]
    for index, quarter in enumerate(yardstick.calendar.quarters):
        if periods is not None and quarter.id not in periods:
            continue
        standing = [
            path[index]
            for reporter, path in zip(counting, paths, strict=True)
            if reporter.ended_on is None or reporter.ended_on > quarter.ends_on
        ]
        if one.combine == Combine.LEAD:
            standing = standing[:1]
        state = city_value(standing, one.combine, ratio_scale=one.ratio_scale)
        graded = yardstick.grade(one.goal_on(quarter.ends_on), state, quarter)
        rests_on = max([effective.acceptance for effective in standing if effective], default=None)
        yield _row((one.target, quarter.id, CITY, None), state, graded, rests_on)


def _reporter_rows(
    one: Terms, reporter: Reporter, cells: Cells, yardstick: Yardstick, period: int | None
) -> Iterator[ProgressRow]:
    combine = Combine.WEIGHTED if one.combine == Combine.WEIGHTED else Combine.LEAD
    path = _path(one, reporter, cells, yardstick)
    for quarter, effective in zip(yardstick.calendar.quarters, path, strict=True):
        if reporter.ended_on is not None and reporter.ended_on <= quarter.ends_on:
            return
        if period not in (None, quarter.id):
            continue
        state = city_value([effective], combine, ratio_scale=one.ratio_scale)
        goal = reporter_goal(one, one.goal_on(quarter.ends_on), reporter)
        graded = yardstick.grade(goal, state, quarter) if goal else None
        rests_on = effective.acceptance if effective else None
        yield _row((one.target, quarter.id, reporter.scope, reporter.district), state, graded, rests_on)


def reporter_goal(one: Terms, goal: Goal, reporter: Reporter) -> Goal | None:
    """What one reporter is graded against; None where the plan gives it no goal of its own.

    A share is a part of the city's goal. A stage, a ratio or an extreme is the same for every reporter, and so is
    the whole that a lead agency reports.
    """
    if reporter.share is not None and goal.goal is not None:
        return _part(goal, reporter.share)
    same_for_all = one.bound == Bound.MILESTONE or one.combine != Combine.SUM
    return goal if same_for_all or reporter.role == AssignmentRole.LEAD else None


def _part(goal: Goal, share: Decimal) -> Goal:
    def part(value: Decimal | None) -> Decimal | None:
        return None if value is None else value * share

    checkpoints = tuple(checkpoint._replace(value=part(checkpoint.value)) for checkpoint in goal.checkpoints)
    return goal._replace(
        goal=part(goal.goal), goal_upper=part(goal.goal_upper), baseline=part(goal.baseline), checkpoints=checkpoints
    )


def _places(number: Decimal | None) -> Decimal | None:
    return None if number is None else number.quantize(PLACES)


def _row(
    key: tuple[int, int, str, str | None], state: CityValue, graded: Grade | None, rests_on: int | None
) -> ProgressRow:
    """`key` is target, period, scope, district."""
    ungraded: tuple[Any, ...] = (None, None, None, None, "", "", {})
    return ProgressRow(
        *key,
        _places(state.value),
        _places(state.numerator),
        _places(state.denominator),
        state.stage or "",
        state.actual_on,
        state.reported,
        state.reporters,
        state.stale,
        *(_graded(graded) if graded else ungraded),
        rests_on,
    )


def _graded(graded: Grade) -> tuple[Any, ...]:
    return (
        _places(graded.expected),
        _places(graded.completion),
        _places(graded.pace),
        graded.elapsed,
        Status(graded.status).value,
        graded.reason.code,
        graded.reason.params,
    )
