"""One target by district: figures against each district's own share of the goal, and their sum against the lead's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from agencies.models import District, User
from targets.models import Assignment, Target
from targets.rules import AssignmentRole, Combine

from ..rules.shares import Difference, share_difference
from ..wording import NOTHING, amount, exact_amount, percent, signed_percent, stage_word, status_word
from .moment import Moment
from .progress import reporter_progress
from .rollup import ProgressRow
from .standings import Standing
from .tiles import Grid, Tile, grid


@dataclass(frozen=True)
class DistrictRow:
    """One district's reporter of one target at a moment. `row` is null before the target had any terms.

    `contribution` is its part of the city's number as a fraction; null where numbers are not added up, or do not
    count.
    """

    district: District
    agency_code: str
    agency: str
    share: Decimal | None
    counts: bool
    row: ProgressRow | None
    part: Decimal | None
    contribution: Decimal | None
    unit: str
    is_milestone: bool

    @property
    def value(self) -> Decimal | None:
        return self.row.value if self.row else None

    @property
    def pace(self) -> Decimal | None:
        return self.row.pace if self.row else None

    @property
    def expected(self) -> Decimal | None:
        return self.row.expected if self.row else None

    @property
    def status(self) -> str:
        """Empty where the plan gives the district no goal of its own."""
        return self.row.status if self.row else ""

    @property
    def is_stale(self) -> bool:
        return self.row is not None and self.row.stale > 0

    @property
    def number(self) -> int | None:
        """The ledger number that its figure rests on."""
        return self.row.rests_on if self.row else None

    @cached_property
    def value_text(self) -> str:
        if self.is_milestone:
            return stage_word(self.row.stage if self.row else "")
        return amount(self.value, self.unit)

    @property
    def status_text(self) -> str:
        return status_word(self.status)

    @property
    def expected_text(self) -> str:
        return amount(self.expected, self.unit)

    @property
    def part_text(self) -> str:
        return amount(self.part, self.unit)

    @property
    def share_text(self) -> str:
        return percent(self.share)

    @property
    def pace_text(self) -> str:
        return percent(self.pace)

    @property
    def contribution_text(self) -> str:
        return percent(self.contribution)


@dataclass(frozen=True)
class ByDistrict:
    """One target's districts. `graded` have a goal of their own, lowest pace first, those without a figure last;
    `alone` have none: there is nothing to hold their value against, and they stand in the districts' order.

    `difference` sets the lead's own figure (`lead`) against the sum; null where the lead reports none, or numbers are
    not added up.
    """

    standing: Standing
    graded: tuple[DistrictRow, ...]
    alone: tuple[DistrictRow, ...]
    grid: Grid
    lead: str
    difference: Difference | None

    @property
    def rows(self) -> tuple[DistrictRow, ...]:
        return self.graded + self.alone

    @property
    def reported(self) -> int:
        return sum(row.row is not None and row.row.reported > 0 for row in self.rows)

    @property
    def has_shares(self) -> bool:
        return any(row.share is not None for row in self.rows)

    @property
    def has_contributions(self) -> bool:
        return any(row.contribution is not None for row in self.rows)

    @property
    def sum_text(self) -> str:
        return exact_amount(self.difference.total if self.difference else None, self.standing.unit)

    @property
    def difference_text(self) -> str:
        """ "+3 stations (+1.2%)"; a dash where one side has nothing."""
        found = self.difference
        if found is None or found.difference is None:
            return NOTHING
        sign = "+" if found.difference > 0 else ""
        said = sign + exact_amount(found.difference, self.standing.unit)
        return said if not found.ratio else f"{said} ({signed_percent(found.ratio)})"


def by_district(
    standing: Standing, combine: str, rows: Iterable[ProgressRow], assignments: Iterable[Assignment]
) -> ByDistrict | None:
    """None where no district reports. `rows` are the reporters' own of the shown quarter; `assignments` come with
    their agency and district.
    """
    own = {row.scope: row for row in rows}
    reporting = [one for one in assignments if one.reports]
    found = [
        district_row(one, one.district, standing, combine, own.get(one.scope)) for one in reporting if one.district
    ]
    if not found:
        return None
    lead = next((one for one in reporting if one.role == AssignmentRole.LEAD and not one.district_id), None)
    lead_row = own.get(lead.scope) if lead else None
    is_sum = lead is not None and combine == Combine.SUM
    return ByDistrict(
        standing,
        graded=tuple(sorted((row for row in found if row.status), key=_pace_first)),
        alone=tuple(row for row in found if not row.status),
        grid=grid([_tile(row) for row in found]),
        lead=exact_amount(lead_row.value if lead_row else None, standing.unit),
        difference=share_difference(lead_row.value if lead_row else None, [r.value for r in found]) if is_sum else None,
    )


def districts_of(standing: Standing, moment: Moment, user: User | None) -> ByDistrict | None:
    """`by_district` where nothing of it is at hand; without a user for a job. Seven statements."""
    visible = Assignment.objects.all() if user is None else Assignment.objects.visible_to(user)
    combine = Target.objects.values_list("combine", flat=True).get(pk=standing.id)
    assignments = list(answering(visible, moment).filter(target=standing.id))
    return by_district(standing, combine, reporter_progress(moment, targets=[standing.id]), assignments)


def answering(assignments: QuerySet[Assignment], moment: Moment) -> QuerySet[Assignment]:
    """Of these, those that had not ended by the shown quarter's end, with agency and district, in order."""
    ends_on = moment.period.ends_on
    not_ended = Q(ended_on__isnull=True) | Q(ended_on__gt=ends_on)
    kept = Q(target__retired_on__isnull=True) | Q(target__retired_on__gt=ends_on)
    found = assignments.filter(not_ended, kept, target__plan=moment.plan)
    return found.select_related("agency", "district").order_by("position", "pk")


def contribution(combine: str, counts: bool, row: ProgressRow | None, city: ProgressRow | None) -> Decimal | None:
    """Part of the city's number: of a sum, or of the numerators of a ratio; null where nothing is added up."""
    if row is None or city is None or not counts:
        return None
    parts = {Combine.SUM: (row.value, city.value), Combine.WEIGHTED: (row.numerator, city.numerator)}
    own, whole = parts.get(Combine(combine), (None, None))
    return own / whole if own is not None and whole else None


def goal_part(standing: Standing, share: Decimal | None, row: ProgressRow | None) -> Decimal | None:
    """What a reporter is held against in the end: its share of the goal, or the goal where it is everybody's."""
    goal = standing.pledge.goal
    if goal is None or row is None or not row.status:
        return None
    return goal if share is None else goal * share


def district_row(
    one: Assignment, district: District, standing: Standing, combine: str, row: ProgressRow | None
) -> DistrictRow:
    """One assignment that a district answers for, with its agency at hand."""
    return DistrictRow(
        district=district,
        agency_code=one.agency.code,
        agency=one.agency.short_name,
        share=one.share,
        counts=one.counts,
        row=row,
        part=goal_part(standing, one.share, row),
        contribution=contribution(combine, one.counts, row, standing.now),
        unit=standing.unit,
        is_milestone=standing.is_milestone,
    )


def _pace_first(row: DistrictRow) -> tuple[bool, Decimal, int, str]:
    """Lowest pace first; equal ones in the districts' order, those without a pace last."""
    return row.pace is None, row.pace or Decimal(0), row.district.position, row.district.code


def _tile(row: DistrictRow) -> Tile:
    said = [row.district.name, row.value_text]
    if row.status:
        said += [gettext("pace %(pace)s") % {"pace": row.pace_text}, row.status_text]
    return Tile(
        row.district,
        value=row.value_text if row.is_milestone or row.unit == "%" else amount(row.value, ""),
        note=row.pace_text if row.status and not row.is_milestone else "",
        title=" · ".join(part for part in said if part),
        status=row.status,
        is_apart=not row.status,
    )
