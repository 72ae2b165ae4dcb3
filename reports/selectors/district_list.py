"""All districts side by side: how many of its own targets lag in each, always with the number that they are of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext, ngettext

from agencies.models import District, User, in_language
from targets.models import Assignment, Target
from targets.rules import Status

from ..wording import LAGGING
from .districts import ByDistrict, answering, by_district
from .moment import Moment
from .overview import Count, counts
from .progress import reporter_progress
from .rollup import ProgressRow
from .standings import standings
from .tiles import Grid, Tile, grid
from .timeliness import Record, timeliness, together

CHOICES_AT_MOST = 200  # targets that a list to choose from can hold; beyond that a code is typed


class Duty(NamedTuple):
    """One assignment as the comparison needs it: for which district, and under which key its agency reports."""

    district: str
    target: int
    agency: int
    reports: bool
    scope: str


@dataclass(frozen=True)
class DistrictLine:
    """One district. `answers`: targets that it answers for; of these it reports `reporting`, and has `reported`.

    `graded` of them have a goal of its own, or one that is everybody's; only those can lag. `record` is null where the
    reader may see no packet of its agencies.
    """

    district: District
    answers: int
    reporting: int
    reported: int
    graded: int
    lagging: int
    done: int
    counts: tuple[Count, ...]
    record: Record | None

    @property
    def lags_text(self) -> str:
        words = ngettext(
            "%(lagging)s of %(number)s target behind", "%(lagging)s of %(number)s targets behind", self.graded
        )
        return words % {"lagging": self.lagging, "number": self.graded}


class DistrictList(NamedTuple):
    """`choices` are (code, name) of the targets that districts report, in the plan's order; `chosen` is the one shown
    by district. `fault` names the parameter of the address that could not be used.
    """

    lines: tuple[DistrictLine, ...]
    grid: Grid
    choices: tuple[tuple[str, str], ...]
    chosen: ByDistrict | None
    fault: str

    @property
    def is_typed(self) -> bool:
        """Whether there are too many targets to choose one from a list."""
        return len(self.choices) > CHOICES_AT_MOST


def _part(number: int, of: int) -> Fraction | None:
    return Fraction(number, of) if of else None


# what `?sort=` takes; highest part first, who has no base for it last, equal ones in the plan's order
SORTS = {
    "lagging": lambda line: _part(line.lagging, line.graded),
    "done": lambda line: _part(line.done, line.graded),
    "reported": lambda line: _part(line.reported, line.reporting),
    "on_time": lambda line: _part(line.record.on_time, line.record.asked) if line.record else None,
}


def district_list(moment: Moment, user: User, *, target: str, sort: str, now: datetime) -> DistrictList:
    """Districts that answer for something in the plan; `target` and `sort` as the address says them, or empty."""
    duties = _duties(moment, user)
    districts = list(District.objects.filter(pk__in={duty.district for duty in duties}))
    reported_on = {duty.target for duty in duties if duty.reports}
    rows = reporter_progress(moment, targets=sorted(reported_on)) if reported_on else []
    records = timeliness(moment, user, {duty.agency for duty in duties}, now=now)
    lines = _lines(districts, duties, rows, records)
    choices = tuple(_choices(moment, user, reported_on))
    chosen = _chosen(moment, user, target, rows) if target else None
    return DistrictList(
        tuple(_sorted(lines, sort)),
        grid([_tile(line) for line in lines]),
        choices,
        chosen,
        _fault(target, chosen, sort),
    )


def _fault(target: str, chosen: ByDistrict | None, sort: str) -> str:
    if target and chosen is None:
        return "target"
    return "sort" if sort and sort not in SORTS else ""


def _duties(moment: Moment, user: User) -> list[Duty]:
    of_a_district = Q(district__isnull=False) | Q(agency__district__isnull=False)
    found = answering(Assignment.objects.visible_to(user).filter(of_a_district), moment)
    fields = ("district_id", "agency__district_id", "target_id", "agency_id", "reports", "agency__code")
    return [
        Duty(district or home, target, agency, reports, district or code)
        for district, home, target, agency, reports, code in found.values_list(*fields)
    ]


def _lines(
    districts: Sequence[District], duties: Iterable[Duty], rows: Iterable[ProgressRow], records: dict[int, Record]
) -> list[DistrictLine]:
    own = {(row.target, row.scope): row for row in rows}
    by_code: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties:
        by_code[duty.district].append(duty)
    return [_line(district, by_code[district.code], own, records) for district in districts]


def _line(
    district: District,
    duties: Sequence[Duty],
    own: dict[tuple[int, str], ProgressRow],
    records: dict[int, Record],
) -> DistrictLine:
    reporting = [own.get((duty.target, duty.scope)) for duty in duties if duty.reports]
    graded = [row for row in reporting if row and row.status]
    held = [records[agency] for agency in sorted({duty.agency for duty in duties}) if agency in records]
    return DistrictLine(
        district,
        answers=len({duty.target for duty in duties}),
        reporting=len(reporting),
        reported=sum(row is not None and row.reported > 0 for row in reporting),
        graded=len(graded),
        lagging=sum(row.status in LAGGING for row in graded),
        done=sum(row.status == Status.DONE for row in graded),
        counts=counts(graded),
        record=together(held) if held else None,
    )


def _choices(moment: Moment, user: User, ids: Iterable[int]) -> Iterable[tuple[str, str]]:
    found = Target.objects.visible_to(user).filter(pk__in=list(ids))
    found = found.filter(assignments__district__isnull=False, assignments__reports=True).distinct()
    ordered = found.order_by("task__line__position", "task__position", "position", "pk")
    fields = ("code", "name_zh", "name_en", "task__line__position", "task__position", "position", "pk")
    return [(code, in_language(zh, en)) for code, zh, en, *_ in ordered.values_list(*fields)]


def _chosen(moment: Moment, user: User, code: str, rows: Iterable[ProgressRow]) -> ByDistrict | None:
    found = standings(moment, user, among=Q(code=code))
    if not found:
        return None
    assignments = list(answering(Assignment.objects.visible_to(user), moment).filter(target=found[0].id))
    combine = Target.objects.values_list("combine", flat=True).get(pk=found[0].id)
    return by_district(found[0], combine, [row for row in rows if row.target == found[0].id], assignments)


def _sorted(lines: Sequence[DistrictLine], sort: str) -> list[DistrictLine]:
    if sort not in SORTS:
        return list(lines)
    parts = {line.district.code: SORTS[sort](line) for line in lines}

    def key(line: DistrictLine) -> tuple[bool, Fraction]:
        part = parts[line.district.code]
        return part is None, -(part or Fraction(0))

    return sorted(lines, key=key)


def _tile(line: DistrictLine) -> Tile:
    number = f"{line.lagging}/{line.graded}" if line.graded else "—"
    said = line.lags_text if line.graded else gettext("no target of its own to be held against")
    return Tile(line.district, value=number, note="", title=f"{line.district.name} · {said}", counts=line.counts)
