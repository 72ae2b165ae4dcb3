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
    periods = None if whole_path else {moment.period.pk}
    return list(compute(moment.plan, ids, periods=periods, known=moment.number, known_at=moment.known_at))


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
