"""What a roll-up needs to know of targets: terms, reporters, quarters. Three statements for any number of targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from targets.models import Assignment, Checkpoint, Commitment, Plan, Target
from targets.rules import Accumulation, AssignmentRole, Bound, Combine, Goal, Stage
from targets.rules import Checkpoint as CheckpointRule

from ..models import ReportingPeriod


class Reporter(NamedTuple):
    """One reporting assignment. `scope` is its natural key within the target; `share` a fraction of the goal."""

    assignment: int
    scope: str
    district: str | None
    role: AssignmentRole
    counts: bool
    share: Decimal | None
    ended_on: date | None


class Terms(NamedTuple):
    """One target as roll-up sees it. `commitments` are (in force from, goal, upper, due on), oldest first."""

    target: int
    revision: int
    bound: Bound
    aspirational: bool
    tolerance: Decimal
    baseline: Decimal | None
    accumulation: Accumulation
    combine: Combine
    ratio_scale: Decimal
    starts_on: date
    commitments: tuple[tuple[date, Decimal | None, Decimal | None, date], ...]
    checkpoints: tuple[CheckpointRule, ...]
    reporters: tuple[Reporter, ...]

    def goal_on(self, on: date) -> Goal:
        """What is graded against at the end of a day: the commitment in force then (the first one before it)."""
        in_force = [commitment for commitment in self.commitments if commitment[0] <= on] or self.commitments[:1]
        _, goal, goal_upper, due_on = in_force[-1]
        return Goal(
            self.bound,
            goal,
            goal_upper,
            self.tolerance,
            self.baseline,
            self.starts_on,
            due_on,
            self.aspirational,
            self.checkpoints,
        )


class Quarter(NamedTuple):
    """One quarter of a plan: database id, ordinal, last day."""

    id: int
    ordinal: int
    ends_on: date


class Calendar(NamedTuple):
    """The quarters of a plan, ascending, and the day on which its first window closes."""

    quarters: tuple[Quarter, ...]
    first_window_closes_on: date


def calendar(plan: Plan) -> Calendar:
    rows = list(
        ReportingPeriod.objects.filter(plan=plan)
        .order_by("ordinal")
        .values_list("id", "ordinal", "ends_on", "closes_at")
    )
    first = rows[0][3].astimezone(ZoneInfo(plan.time_zone)).date() if rows else plan.ends_on
    return Calendar(tuple(Quarter(*row[:3]) for row in rows), first)


def terms(
    plan: Plan,
    targets: Iterable[int],
    *,
    known_at: datetime | None = None,
    agency: int | None = None,
    district: str | None = None,
) -> list[Terms]:
    """Terms of the named targets, with the commitments that had been decided by `known_at` (all when None).

    `agency` (an id) leaves only the reporters of one agency, `district` (a code) those of one district.
    """
    ids = list(targets)
    reporters, commitments, checkpoints = (
        _reporters(ids, agency, district),
        _commitments(ids, known_at),
        _checkpoints(ids),
    )
    return [
        Terms(
            target.pk,
            target.revision,
            Bound(target.bound),
            target.aspirational,
            target.tolerance,
            target.baseline,
            Accumulation(target.accumulation or Accumulation.LEVEL),
            Combine(target.combine),
            target.ratio_scale,
            plan.starts_on,
            commitments[target.pk],
            checkpoints[target.pk],
            reporters[target.pk],
        )
        for target in Target.objects.filter(pk__in=ids).order_by("pk")
        if commitments[target.pk]
    ]


def _commitments(ids: Sequence[int], known_at: datetime | None) -> dict[int, tuple]:
    rows = Commitment.objects.filter(target__in=ids).order_by("in_force_from", "pk")
    if known_at is not None:
        rows = rows.filter(decided_at__lte=known_at)
    return _by_target(rows.values_list("target_id", "in_force_from", "goal", "goal_upper", "due_on"), lambda *row: row)


def _checkpoints(ids: Sequence[int]) -> dict[int, tuple]:
    rows = Checkpoint.objects.filter(target__in=ids).order_by("on").values_list("target_id", "on", "value", "stage")
    return _by_target(rows, lambda on, value, stage: CheckpointRule(on, value, Stage(stage) if stage else None))


def _reporters(ids: Sequence[int], agency: int | None, district: str | None) -> dict[int, tuple]:
    found = Assignment.objects.filter(target__in=ids, reports=True)
    if agency is not None:
        found = found.filter(agency=agency)
    if district is not None:
        found = found.of_district(district)
    rows = found.order_by("position", "pk").values_list(
        "target_id", "pk", "agency__code", "district_id", "role", "counts", "share", "ended_on"
    )
    return _by_target(
        rows,
        lambda pk, agency, district, role, counts, share, ended_on: Reporter(
            pk, district or agency, district, AssignmentRole(role), counts, share, ended_on
        ),
    )


def _by_target(rows: Iterable[tuple], make: Callable[..., Any]) -> dict[int, tuple]:
    grouped: dict[int, list] = defaultdict(list)
    for target, *row in rows:
        grouped[target].append(make(*row))
    return defaultdict(tuple, {target: tuple(made) for target, made in grouped.items()})
