"""Progress for pages: the city's rows are stored for now; everything else is computed by the same code."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Count

from targets.models import Plan, Target

from ..models import Progress, ReportingPeriod
from .moment import Moment
from .rollup import CITY, ProgressRow, compute, compute_reporters

STORED = ("target_id", "period_id", *ProgressRow._fields[4:])


def progress(
    moment: Moment,
    *,
    targets: Sequence[int] | None = None,
    periods: Collection[int] = (),
    whole_path: bool = False,
) -> list[ProgressRow]:
    """The city's rows of a moment, by target: of its quarter, of other `periods` (ids), or of all with `whole_path`."""
    periods = None if whole_path else periods or {moment.period.pk}
    if moment.is_now:
        return _stored(moment, targets, periods)
    ids = _all_targets(moment.plan) if targets is None else targets
    return list(compute(moment.plan, ids, periods=periods, known=moment.number, known_at=moment.known_at))


def class_counts(moment: Moment, targets: Sequence[int]) -> dict[int, Counter[str]]:
    """By quarter (id) up to the shown one: how many of the targets stood in each class. One statement for now."""
    shown = quarters_from(moment.periods[0], moment)
    if moment.is_now:
        counted: dict[int, Counter[str]] = defaultdict(Counter)
        rows = Progress.objects.filter(target__in=targets, period__in=shown).order_by()
        for period, status, number in rows.values_list("period", "status").annotate(number=Count("pk")):
            counted[period][status] = number
        return counted
    return counted_classes(compute(moment.plan, targets, periods=shown, known=moment.number, known_at=moment.known_at))


def counted_classes(rows: Iterable[ProgressRow]) -> dict[int, Counter[str]]:
    """By quarter (id): how many of the rows stand in each class."""
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        counted[row.period][row.status] += 1
    return counted


def quarters_from(first: ReportingPeriod, moment: Moment) -> set[int]:
    """The quarters from one up to the shown one, by id."""
    return {period.pk for period in moment.periods if first.ordinal <= period.ordinal <= moment.period.ordinal}


def reporter_progress(
    moment: Moment,
    *,
    targets: Sequence[int] | None = None,
    agency: int | None = None,
    district: str | None = None,
    whole_path: bool = False,
) -> list[ProgressRow]:
    """Rows of the single reporters (of one agency, by id, or of one district, by code), likewise."""
    return list(
        compute_reporters(
            moment.plan,
            _all_targets(moment.plan) if targets is None else targets,
            agency=agency,
            district=district,
            period=None if whole_path else moment.period.pk,
            known=moment.known,
            known_at=moment.known_at,
        )
    )


def _stored(moment: Moment, targets: Sequence[int] | None, periods: Collection[int] | None) -> list[ProgressRow]:
    rows = Progress.objects.filter(target__plan=moment.plan)
    if targets is not None:
        rows = rows.filter(target__in=targets)
    if periods is not None:
        rows = rows.filter(period__in=periods)
    found = rows.order_by("target_id", "period__ordinal").values_list(*STORED)
    return [ProgressRow(target, period, CITY, None, *rest) for target, period, *rest in found]


def _all_targets(plan: Plan) -> list[int]:
    return list(Target.objects.filter(plan=plan).values_list("pk", flat=True))
