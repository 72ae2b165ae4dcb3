"""Progress rows computed from the ledger: one code path for "now" and for every "as known at".

The database finds the latest version of each (reporter, quarter); the rules do the rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
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
    Stage,
    Status,
    Version,
    city_value,
    effective_path,
    grade,
)

from ..models.progress import CITY
from .terms import Calendar, Quarter, Reporter, Terms, calendar, terms

PLACES = Decimal("0.000001")

# One index probe per (reporter, quarter): the cost does not grow with the number of versions in the ledger.
LATEST_CELLS = """
SELECT reporter.target_id, reporter.id, period.ordinal, figure.acceptance_id,
       figure.value, figure.numerator, figure.denominator, figure.stage, figure.actual_on
FROM targets_assignment reporter
JOIN reports_reportingperiod period ON period.plan_id = %(plan)s
CROSS JOIN LATERAL (
    SELECT acceptance_id, value, numerator, denominator, stage, actual_on
    FROM reports_figure
    WHERE assignment_id = reporter.id AND period_id = period.id
      AND (%(known)s IS NULL OR acceptance_id <= %(known)s)
    ORDER BY acceptance_id DESC
    LIMIT 1
) figure
WHERE reporter.target_id = ANY(%(targets)s) AND reporter.reports
ORDER BY reporter.target_id, reporter.id, period.ordinal
"""


class ProgressRow(NamedTuple):
    """One row of Progress, in the order of its columns; see the model for what each value means."""

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


Cells = dict[int, dict[int, list[Version]]]


def compute(
    plan: Plan, targets: Iterable[int], *, known: int | None = None, known_at: datetime | None = None
) -> Iterator[ProgressRow]:
    """Rows of the named targets, all quarters and scopes, as known at a ledger number (None: all there is)."""
    quarters = calendar(plan)
    all_terms = terms(plan, targets, known_at=known_at)
    cells = latest_cells(plan, [one.target for one in all_terms], known)
    for one in all_terms:
        yield from target_rows(one, cells[one.target], quarters, plan.grading)


def latest_cells(plan: Plan, targets: Sequence[int], known: int | None) -> Cells:
    """Latest versions by target and assignment, each list ascending by quarter."""
    found: Cells = defaultdict(lambda: defaultdict(list))
    with connection.cursor() as cursor:
        cursor.execute(LATEST_CELLS, {"plan": plan.pk, "targets": list(targets), "known": known})
        for target, assignment, ordinal, acceptance, value, numerator, denominator, stage, actual_on in cursor:
            version = Version(
                ordinal, acceptance, value, numerator, denominator, Stage(stage) if stage else None, actual_on
            )
            found[target][assignment].append(version)
    return found


def target_rows(
    one: Terms, cells: dict[int, list[Version]], quarters: Calendar, grading: Grading
) -> Iterator[ProgressRow]:
    """Rows of one target: the city's and each reporter's, for every quarter."""
    ordinals = [quarter.ordinal for quarter in quarters.quarters]
    paths = {
        reporter: effective_path(cells.get(reporter.assignment, ()), ordinals, one.accumulation)
        for reporter in one.reporters
    }
    for index, quarter in enumerate(quarters.quarters):
        goal = one.goal_on(quarter.ends_on)
        standing = {
            reporter: path[index] for reporter, path in paths.items() if reporter.answers_on(quarter.ends_on)
        }
        yield _city_row(one, goal, quarter, standing, quarters, grading)
        for reporter, effective in standing.items():
            yield _reporter_row(one, goal, quarter, reporter, effective, quarters, grading)


def _city_row(
    one: Terms,
    goal: Goal,
    quarter: Quarter,
    standing: dict[Reporter, Effective | None],
    quarters: Calendar,
    grading: Grading,
) -> ProgressRow:
    counting = [effective for reporter, effective in standing.items() if reporter.counts]
    if one.combine == Combine.LEAD:
        counting = counting[:1]
    state = city_value(counting, one.combine, ratio_scale=one.ratio_scale)
    graded = grade(goal, state, quarter.ends_on, grading, quarters.first_window_closes_on)
    rests_on = max((effective.acceptance for effective in counting if effective), default=None)
    return _row(one.target, quarter.id, CITY, None, state, graded, rests_on)


def _reporter_row(
    one: Terms,
    goal: Goal,
    quarter: Quarter,
    reporter: Reporter,
    effective: Effective | None,
    quarters: Calendar,
    grading: Grading,
) -> ProgressRow:
    state = city_value([effective], Combine.WEIGHTED if _is_ratio(one) else Combine.LEAD, ratio_scale=one.ratio_scale)
    own = reporter_goal(one, goal, reporter)
    graded = grade(own, state, quarter.ends_on, grading, quarters.first_window_closes_on) if own else None
    rests_on = effective.acceptance if effective else None
    return _row(one.target, quarter.id, reporter.scope, reporter.district, state, graded, rests_on)


def _is_ratio(one: Terms) -> bool:
    return one.combine == Combine.WEIGHTED


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
    target: int, period: int, scope: str, district: str | None, state: CityValue, graded: Grade | None, rests_on: int | None
) -> ProgressRow:
    ungraded: tuple[Any, ...] = (None, None, None, None, "", "", {})
    return ProgressRow(
        target,
        period,
        scope,
        district,
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
