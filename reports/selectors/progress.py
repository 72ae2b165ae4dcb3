"""Progress for pages: the city's rows are stored for now; everything else is computed by the same code."""

from __future__ import annotations

from collections.abc import Sequence

from targets.models import Plan, Target

from ..models import Progress
from .moment import Moment
from .rollup import CITY, ProgressRow, compute, compute_reporters

STORED = ("target_id", "period_id", *ProgressRow._fields[4:])


def progress(moment: Moment, *, targets: Sequence[int] | None = None, whole_path: bool = False) -> list[ProgressRow]:
    """The city's rows of a moment, by target: of its quarter, or of all quarters with `whole_path`."""
    if moment.is_now:
        return _stored(moment, targets, whole_path)
    ids = _all_targets(moment.plan) if targets is None else targets
    computed = compute(moment.plan, ids, known=moment.number, known_at=moment.known_at)
    return [row for row in computed if whole_path or row.period == moment.period.pk]


def reporter_progress(
    moment: Moment, *, targets: Sequence[int] | None = None, agency: int | None = None, whole_path: bool = False
) -> list[ProgressRow]:
    """Rows of the single reporters (of one agency), likewise."""
    ids = _all_targets(moment.plan) if targets is None else targets
    computed = compute_reporters(moment.plan, ids, agency=agency, known=moment.known, known_at=moment.known_at)
    return [row for row in computed if whole_path or row.period == moment.period.pk]


def _stored(moment: Moment, targets: Sequence[int] | None, whole_path: bool) -> list[ProgressRow]:
    rows = Progress.objects.filter(target__plan=moment.plan)
    if targets is not None:
        rows = rows.filter(target__in=targets)
    if not whole_path:
        rows = rows.filter(period=moment.period)
    found = rows.order_by("target_id", "period__ordinal").values_list(*STORED)
    return [ProgressRow(target, period, CITY, None, *rest) for target, period, *rest in found]


def _all_targets(plan: Plan) -> list[int]:
    return list(Target.objects.filter(plan=plan).values_list("pk", flat=True))
