"""One district: everything that it answers for, with its own figure, its own status, and its part of the city's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from agencies.models import Agency, District, User
from targets.models import Assignment
from targets.rules import AssignmentRole

from ..wording import LAGGING, quarter_words
from .corrections import Corrections, corrections
from .districts import DistrictRow, answering, district_row
from .doubtful import DoubtedLines, doubted_lines
from .moment import Moment
from .overview import Count, counts
from .progress import reporter_progress
from .rollup import ProgressRow
from .sparks import Spark, spark
from .standings import Standing, lagging_since, standings
from .timeliness import Record, timeliness, together

ROWS = 100  # targets on one page
LISTED = 8  # doubts, and corrections


@dataclass(frozen=True)
class Held:
    """One target that the district answers for: the city's standing, and the district's own.

    `since` is the ordinal of the first quarter of the run in which its own row lags until now.
    """

    standing: Standing
    role: str
    reports: bool
    own: DistrictRow
    since: int | None
    spark: Spark | None

    @property
    def status(self) -> str:
        return self.own.status

    @property
    def lags(self) -> bool:
        return self.status in LAGGING

    @property
    def since_text(self) -> str:
        return "" if self.since is None else quarter_words(self.since)


class Part(NamedTuple):
    """One page of the targets that a district reports. `number` counts pages from 1."""

    rows: tuple[Held, ...]
    number: int
    of: int

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < self.of else 0


@dataclass(frozen=True)
class DistrictPage:
    """One district at a moment. `counts` are of its own statuses; `named_only` it takes part in and reports nothing of.

    `record` is null where the reader may see no packet of its agencies; `doubts` at an earlier moment.
    """

    district: District
    governments: tuple[Agency, ...]
    others: tuple[Agency, ...]
    reporting: int
    reported: int
    graded: int
    lagging: int
    counts: tuple[Count, ...]
    targets: Part
    named_only: tuple[Held, ...]
    record: Record | None
    doubts: DoubtedLines | None
    corrections: Corrections


def district_page(moment: Moment, user: User, code: str, *, page: int, now: datetime) -> DistrictPage | None:
    """None for a district that does not exist."""
    district = District.objects.filter(code=code).first()
    if district is None:
        return None
    assignments = _assignments(moment, user, code)
    agencies = _agencies(user, code, assignments)
    ids = [agency.pk for agency in agencies]
    held = _held(moment, user, district, assignments)
    reporting = [one for one in held if one.reports]
    graded = [one for one in reporting if one.status]
    records = timeliness(moment, user, ids, now=now)
    return DistrictPage(
        district,
        tuple(one for one in agencies if one.kind == Agency.Kind.DISTRICT_GOVERNMENT),
        tuple(one for one in agencies if one.kind != Agency.Kind.DISTRICT_GOVERNMENT),
        reporting=len(reporting),
        reported=sum(one.own.row is not None and one.own.row.reported > 0 for one in reporting),
        graded=len(graded),
        lagging=sum(one.lags for one in graded),
        counts=counts(graded, all_statuses=True),
        targets=_part(reporting, page),
        named_only=tuple(one for one in held if not one.reports)[:ROWS],
        record=together(records.values()) if records else None,
        doubts=doubted_lines(moment, user, ids, limit=LISTED),
        corrections=corrections(moment, user, district=code, limit=LISTED),
    )


def _assignments(moment: Moment, user: User, code: str) -> list[Assignment]:
    found = answering(Assignment.objects.visible_to(user).of_district(code), moment)
    return list(found.select_related("agency", "district", "target"))


def _agencies(user: User, code: str, assignments: Iterable[Assignment]) -> list[Agency]:
    answer = {assignment.agency_id for assignment in assignments}
    return list(Agency.objects.visible_to(user).filter(Q(district=code) | Q(pk__in=answer)))


def _held(moment: Moment, user: User, district: District, assignments: Sequence[Assignment]) -> list[Held]:
    """In the plan's order."""
    if not assignments:
        return []
    ours: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in assignments:
        ours[assignment.target_id].append(assignment)
    paths = _paths(moment, district, [one.target_id for one in assignments if one.reports])
    ordinals = {period.pk: period.ordinal for period in moment.periods}
    return [
        _one(standing, assignment, district, paths[standing.id, assignment.scope], ordinals)
        for standing in standings(moment, user, among=Q(pk__in=ours))
        for assignment in ours[standing.id]
    ]


def _paths(moment: Moment, district: District, targets: Sequence[int]) -> dict[tuple[int, str], list[ProgressRow]]:
    """The own rows of each reporter of the district up to the shown quarter, ascending."""
    shown = {period.pk for period in moment.periods if period.ordinal <= moment.period.ordinal}
    paths: dict[tuple[int, str], list[ProgressRow]] = defaultdict(list)
    rows = reporter_progress(moment, targets=targets, district=district.code, whole_path=True) if targets else []
    for row in rows:
        if row.period in shown:
            paths[row.target, row.scope].append(row)
    return paths


def _one(
    standing: Standing,
    assignment: Assignment,
    district: District,
    path: Sequence[ProgressRow],
    ordinals: dict[int, int],
) -> Held:
    baseline = standing.baseline
    if baseline is not None and assignment.share is not None:
        baseline *= assignment.share
    return Held(
        standing,
        str(dict(Assignment.ROLES)[AssignmentRole(assignment.role)]),
        assignment.reports,
        district_row(assignment, district, standing, assignment.target.combine, path[-1] if path else None),
        lagging_since(path, ordinals),
        spark(path, baseline),
    )


def _part(held: Sequence[Held], page: int) -> Part:
    """The asked page; the nearest one where there is no such."""
    of = max(-(-len(held) // ROWS), 1)
    number = min(max(page, 1), of)
    return Part(tuple(held[(number - 1) * ROWS : number * ROWS]), number, of)
