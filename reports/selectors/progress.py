"""Progress for pages: stored for now, computed by the same code for every earlier "as known at"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import F

from targets.models import Plan, Target

from ..models import Progress, RollupState
from ..models.progress import CITY
from .moment import Moment
from .rollup import ProgressRow, compute

FIELDS = tuple("target_id" if name == "target" else "period_id" if name == "period" else "district_id" if name == "district" else name for name in ProgressRow._fields)


def progress(
    moment: Moment, *, targets: Sequence[int] | None = None, scope: str | None = CITY, whole_path: bool = False
) -> list[ProgressRow]:
    """Rows of a moment: one quarter (all quarters with `whole_path`), one scope (all scopes when None)."""
    if moment.is_now:
        rows = Progress.objects.filter(target__plan=moment.plan)
        if targets is not None:
            rows = rows.filter(target__in=targets)
        if scope is not None:
            rows = rows.filter(scope=scope)
        if not whole_path:
            rows = rows.filter(period=moment.period)
        ordered = rows.order_by("target_id", "period__ordinal", "scope").values_list(*FIELDS)
        return [ProgressRow(*row) for row in ordered]
    if targets is None:
        targets = list(Target.objects.filter(plan=moment.plan).values_list("pk", flat=True))
    computed = compute(moment.plan, targets, known=moment.number, known_at=moment.known_at)
    return [
        row
        for row in computed
        if (scope is None or row.scope == scope) and (whole_path or row.period == moment.period.pk)
    ]


def failures(plan: Plan) -> Iterable[RollupState]:
    """Targets whose last roll-up failed, with the error, newest first."""
    return (
        RollupState.objects.filter(target__plan=plan, failed_at__isnull=False)
        .select_related("target")
        .order_by(F("failed_at").desc())
    )
