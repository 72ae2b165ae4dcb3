"""The accepted figures of one target: those that its shown value rests on, and the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet, Window

from agencies.models import User
from targets.models import Target
from targets.rules import Accumulation

from ..models import Figure
from ..wording import exact_amount, quarter_words, stage_word
from .evidence import NO_SUPPORT, Support, support_of
from .moment import Moment

MOST = 200  # rows of each kind on one page; the ledger has them all


class FigureRow(NamedTuple):
    """One accepted figure. `in_force`: no later acceptance of the same reporter and quarter, by the moment.

    `rests_on`: the shown value was made of it. `ratio` is what a weighted value was made of: "3 / 10".
    """

    assignment: int
    agency_code: str
    agency: str
    ordinal: int
    quarter: str
    value: Decimal | None
    value_text: str
    ratio: str
    words: str
    reason: str
    entered_by: str
    accepted_by: str
    accepted_at: datetime
    number: int
    in_force: bool
    rests_on: bool
    support: Support


class Figures(NamedTuple):
    """`resting` in the reporters' order, `others` newest first; `total` counts also what is not listed."""

    resting: tuple[FigureRow, ...]
    others: tuple[FigureRow, ...]
    total: int

    @property
    def others_total(self) -> int:
        return self.total - len(self.resting)

    @property
    def unlisted(self) -> int:
        return self.total - len(self.resting) - len(self.others)


def figures_of(target: Target, counting: Collection[int], moment: Moment, user: User) -> Figures:
    """Accepted figures up to the shown quarter, as known at the moment. Three statements.

    `counting` are the assignments that make the value. Of each the newest quarter's figure in force counts; where
    quarters are added up, every quarter's.
    """
    known = (
        Figure.objects.visible_to(user)
        .filter(target=target, acceptance__lte=moment.number, period__ordinal__lte=moment.period.ordinal)
        .select_related("assignment__agency", "period", "acceptance__accepted_by", "entered_by")
        .annotate(is_replaced=Exists(_later(moment)))
    )
    resting = list(known.filter(pk__in=_resting(target, counting, moment)).order_by("-period__ordinal", "pk")[:MOST])
    resting.sort(key=lambda one: (one.assignment.position, one.assignment_id, -one.period.ordinal))
    left = known.exclude(pk__in=[one.pk for one in resting]).annotate(total=Window(Count("pk")))
    others = list(left.order_by("-acceptance_id", "position")[:MOST])
    support = support_of([figure.entry_id for figure in (*resting, *others)], user)

    def rows(found: Sequence[Figure], *, rests_on: bool) -> tuple[FigureRow, ...]:
        return tuple(_row(one, target, support.get(one.entry_id, NO_SUPPORT), rests_on=rests_on) for one in found)

    return Figures(
        rows(resting, rests_on=True),
        rows(others, rests_on=False),
        len(resting) + (others[0].total if others else 0),
    )


def _later(moment: Moment) -> QuerySet[Figure]:
    cell = Figure.objects.filter(assignment=OuterRef("assignment"), period=OuterRef("period"))
    return cell.filter(acceptance__gt=OuterRef("acceptance"), acceptance__lte=moment.number)


def _resting(target: Target, counting: Collection[int], moment: Moment) -> QuerySet[Figure]:
    """The newest version of each counting reporter's newest quarter, or of each of its quarters."""
    found = Figure.objects.filter(
        assignment__in=counting, acceptance__lte=moment.number, period__ordinal__lte=moment.period.ordinal
    ).order_by("assignment_id", "-period__ordinal", "-acceptance_id")
    sums_quarters = target.accumulation == Accumulation.PER_PERIOD
    return found.distinct("assignment_id", *(["period__ordinal"] if sums_quarters else [])).values("pk")


def _row(figure: Figure, target: Target, support: Support, *, rests_on: bool) -> FigureRow:
    agency, is_ratio = figure.assignment.agency, figure.denominator is not None
    return FigureRow(
        figure.assignment_id,
        agency.code,
        agency.short_name,
        figure.period.ordinal,
        quarter_words(figure.period.ordinal),
        figure.value,
        stage_word(figure.stage) if figure.stage else exact_amount(figure.value, target.unit),
        f"{exact_amount(figure.numerator, '')} / {exact_amount(figure.denominator, '')}" if is_ratio else "",
        figure.words,
        figure.reason,
        str(figure.entered_by),
        str(figure.acceptance.accepted_by),
        figure.acceptance.accepted_at,
        figure.acceptance_id,
        not figure.is_replaced,
        rests_on,
        support,
    )
