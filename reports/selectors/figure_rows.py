"""Accepted figures one after the other, in the ledger's order, for programs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from agencies.models import User
from targets.models import Assignment

from ..models import Figure
from .ledger_filter import first_number, last_number
from .moment import Moment
from .reporters import Scope, of_scope

FIELDS = (
    "acceptance_id", "position", "target__plan__code", "target__plan__time_zone", "target__code",
    "assignment__agency__code", "assignment__district_id", "period__code", "target__unit_zh", "target__unit_en",
    "target__accumulation", "value", "numerator", "denominator", "stage", "actual_on", "words", "reason",
    "entered_by__username", "acceptance__accepted_at", "acceptance__submission__is_sample",
)  # fmt: skip


class FigureFilter(NamedTuple):
    """Ids where rows are named; None asks for everything. Both days are included; they are of the plan's time zone."""

    plans: Collection[int] | None = None
    periods: Collection[int] | None = None
    targets: Collection[int] | None = None
    agencies: Collection[int] | None = None
    scope: Scope | None = None
    district: str | None = None
    since: date | None = None
    until: date | None = None


def figure_rows(wanted: FigureFilter, ledger: Moment, user: User) -> QuerySet[Figure]:
    """Rows of FIELDS, in any order, up to the moment's ledger number."""
    found = Figure.objects.visible_to(user).filter(acceptance__lte=ledger.number)
    for lookup, ids in (("target__plan", wanted.plans), ("period", wanted.periods), ("target", wanted.targets)):
        found = found if ids is None else found.filter(**{f"{lookup}__in": ids})
    zone = ZoneInfo(ledger.plan.time_zone)
    found = found.filter(acceptance__gte=first_number(wanted.since, zone)) if wanted.since else found
    found = found.filter(acceptance__lte=last_number(wanted.until, zone)) if wanted.until else found
    if wanted.agencies is not None or wanted.scope or wanted.district:
        found = found.filter(assignment__in=_reporters(wanted, user))
    return found.values(*FIELDS)


def _reporters(wanted: FigureFilter, user: User) -> QuerySet[Assignment]:
    found = Assignment.objects.visible_to(user)
    if wanted.agencies is not None:
        found = found.filter(agency__in=wanted.agencies)
    if wanted.scope:
        found = found.filter(of_scope(wanted.scope))
    return found.of_district(wanted.district) if wanted.district else found
