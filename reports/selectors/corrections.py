"""What was corrected: accepted figures that took the place of earlier ones. Target, agency, district and quarter pages
read this.

    found = corrections(moment, user, targets=[target.pk], limit=20)
    found = corrections(moment, user, agency="sheitc", limit=20)          # an agency's code; district= a district's
    found = corrections(moment, user, only_quarter=True, limit=50)        # of the moment's quarter alone
    found.total, found.rows                                               # rows: newest correction first
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, TextField, Window
from django.db.models.functions import Cast, JSONObject
from django.utils.dateparse import parse_datetime

from agencies.models import User
from targets.models import Assignment, Target

from ..models import Figure
from ..wording import exact_amount, stage_word
from .moment import Moment


class Correction(NamedTuple):
    """One accepted figure that took the place of the one before it; a figure corrected twice makes two.

    `quarter` is the figure's own (ordinal). `was` and `now` are exact, in words with their unit; `was_number` and
    `now_number` are the ledger's: an address with `known_at=` the first shows the page as it was. `by` entered it.
    `stands`: nothing came after it by the moment.
    """

    target_code: str
    target_name: str
    agency_code: str
    agency: str
    quarter: int
    was: str
    was_number: int
    was_at: datetime
    now: str
    now_number: int
    now_at: datetime
    reason: str
    by: str
    stands: bool


class Corrections(NamedTuple):
    """The newest of them, and how many there are in all."""

    rows: tuple[Correction, ...]
    total: int


def corrections(
    moment: Moment,
    user: User,
    *,
    targets: Collection[int] | None = None,
    agency: str | None = None,
    district: str | None = None,
    only_quarter: bool = False,
    limit: int,
) -> Corrections:
    """Corrections known at the moment of quarters up to its own, newest first. One statement.

    `targets` are ids (all of the plan when None), `agency` and `district` codes; `only_quarter` leaves the corrections
    of the moment's quarter alone.
    """
    found = _figures(moment, user).filter(_among(moment, targets, agency, district, only_quarter))
    rows = list(_with_the_one_before(found, moment).order_by("-acceptance_id", "position")[:limit])
    return Corrections(tuple(map(_correction, rows)), rows[0].total if rows else 0)


def _figures(moment: Moment, user: User) -> QuerySet[Figure]:
    return (
        Figure.objects.visible_to(user)
        .filter(acceptance__lte=moment.number, period__ordinal__lte=moment.period.ordinal)
        .select_related("target", "assignment__agency", "period", "acceptance", "entered_by")
    )


def _among(
    moment: Moment, targets: Collection[int] | None, agency: str | None, district: str | None, only_quarter: bool
) -> Q:
    among = Q(target__plan=moment.plan) if targets is None else Q(target__in=targets)
    if agency is not None:
        among &= Q(assignment__agency__code=agency)
    if district is not None:
        among &= Q(assignment__in=Assignment.objects.of_district(district).filter(target__plan=moment.plan))
    return among & Q(period=moment.period) if only_quarter else among


def _with_the_one_before(found: QuerySet[Figure], moment: Moment) -> QuerySet[Figure]:
    """Figures that have one before them, with `before` (its fields), `stood` (the next block's number) and `total`."""
    of_the_cell = Figure.objects.filter(assignment=OuterRef("assignment"), period=OuterRef("period"))
    before = of_the_cell.filter(acceptance__lt=OuterRef("acceptance")).order_by("-acceptance_id")
    after = of_the_cell.filter(acceptance__gt=OuterRef("acceptance"), acceptance__lte=moment.number)
    numbers = {name: Cast(name, TextField()) for name in ("value", "numerator", "denominator")}  # JSON's are floats
    fields = JSONObject(**numbers, stage="stage", number="acceptance_id", at="acceptance__accepted_at")
    return (
        found.annotate(before=Subquery(before.values(json=fields)[:1]), after=Subquery(after.values("pk")[:1]))
        .filter(before__isnull=False)
        .annotate(total=Window(Count("pk")))
    )


def _correction(figure: Figure) -> Correction:
    target, before = figure.target, figure.before
    numbers = (Decimal(before[name]) if before[name] else None for name in ("value", "numerator", "denominator"))
    return Correction(
        target.code,
        target.name,
        figure.assignment.agency.code,
        figure.assignment.agency.short_name,
        figure.period.ordinal,
        figure_text(target, *numbers, before["stage"]),
        before["number"],
        parse_datetime(before["at"]),
        figure_text(target, figure.value, figure.numerator, figure.denominator, figure.stage),
        figure.acceptance_id,
        figure.acceptance.accepted_at,
        figure.reason,
        str(figure.entered_by),
        figure.after is None,
    )


def figure_text(
    target: Target, value: Decimal | None, numerator: Decimal | None, denominator: Decimal | None, stage: str
) -> str:
    """An accepted figure in words: a stage, or a number with all its digits and what a ratio was made of."""
    if stage:
        return stage_word(stage)
    said = exact_amount(value, target.unit)
    return said if denominator is None else f"{said} ({exact_amount(numerator, '')} / {exact_amount(denominator, '')})"
