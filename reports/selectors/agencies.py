"""Who answers for what: the list of agencies, and one agency with its targets and packets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet

from agencies.models import Agency, User
from targets.models import Assignment
from targets.rules import AssignmentRole

from ..wording import NOTHING, amount, percent, stage_word, status_word
from .corrections import Corrections, corrections
from .districts import answering, contribution
from .doubtful import DoubtedLines, doubted_lines
from .moment import Moment
from .overview import Count, counts, is_empty
from .progress import reporter_progress
from .rollup import ProgressRow
from .standings import Standing, standings
from .statuses import TargetStatus, statuses
from .timeliness import Record, timeliness

PARTNER = AssignmentRole.PARTNER.value
LISTED, DOUBTED, CORRECTED = 150, 20, 20  # as many of each as one page names; numbers tell of all
FEWEST_TO_COMPARE = 3  # targets that an agency must lead for its share of lagging ones to be compared
ROLES = (AssignmentRole.LEAD, AssignmentRole.DISTRICT, AssignmentRole.PARTNER)


class AgencyRow(NamedTuple):
    """One agency of the list: how many targets it answers for in each role, how those that it leads stand in the city,
    and how its packets came in (null where the reader may not see them).
    """

    code: str
    short: str
    kind: str
    led: int
    lagging: int
    counts: tuple[Count, ...]
    as_district: int
    as_partner: int
    record: Record | None

    @property
    def lagging_share(self) -> Decimal:
        return Decimal(self.lagging) / (self.led or 1)

    @property
    def is_small(self) -> bool:
        """Whether it leads too few targets for a share to say anything."""
        return 0 < self.led < FEWEST_TO_COMPARE

    @property
    def untimely_share(self) -> Decimal:
        asked = self.record.asked if self.record else 0
        return Decimal(asked - self.record.on_time) / asked if asked else Decimal(0)


def agency_rows(moment: Moment, user: User, *, now: datetime, sort: str = "") -> list[AgencyRow]:
    """Agencies that answer for something in the plan, in the plan's order or as `sort` (of ORDERS) says.

    Five statements for now, for any number of agencies.
    """
    held = _held_by_agency(moment, statuses(moment, user), Assignment.objects.visible_to(user))
    records = timeliness(moment, user, list(held), now=now)
    agencies = Agency.objects.visible_to(user).filter(pk__in=held)
    rows = [_row(agency, held[agency.pk], records.get(agency.pk)) for agency in agencies]
    return sorted(rows, key=ORDERS[sort]) if sort in ORDERS else rows


def lead_rows(moment: Moment) -> list[AgencyRow]:
    """The same without packets, for a job; those that lag most come first, where the numbers can be compared."""
    held = _held_by_agency(moment, statuses(moment, None), Assignment.objects.all())
    rows = [_row(agency, held[agency.pk], None) for agency in Agency.objects.filter(pk__in=held)]
    return sorted((row for row in rows if row.led), key=ORDERS["lagging"])


Held = dict[int, dict[str, list[TargetStatus]]]


def _held_by_agency(moment: Moment, found: Iterable[TargetStatus], assignments: QuerySet[Assignment]) -> Held:
    """By agency and role, what each answered for at the shown quarter's end, as its own page has it."""
    by_id = {one.id: one for one in found}
    held: Held = defaultdict(lambda: defaultdict(list))
    for agency, role, target in answering(assignments, moment).values_list("agency_id", "role", "target_id"):
        if target in by_id:
            held[agency][role].append(by_id[target])
    return held


# shares of few targets say little: they come after the others, and nobody leads a list by one target of one
ORDERS: dict[str, Callable[[AgencyRow], tuple]] = {
    "lagging": lambda row: (row.led == 0, row.is_small, -row.lagging_share, -row.lagging),
    "untimely": lambda row: (not row.record, -row.untimely_share),
    "led": lambda row: (-row.led,),
}


def _row(agency: Agency, by_role: dict[str, list[TargetStatus]], record: Record | None) -> AgencyRow:
    led = by_role[AssignmentRole.LEAD]
    return AgencyRow(
        agency.code,
        agency.short_name,
        agency.get_kind_display(),
        len(led),
        sum(one.lags for one in led),
        counts(led),
        len(by_role[AssignmentRole.DISTRICT]),
        len(by_role[AssignmentRole.PARTNER]),
        record,
    )


class HeldTarget(NamedTuple):
    """One target that an agency answers for: the city's standing, and what the agency itself reported.

    `contribution` is its part of the city's number, where numbers are added up.
    """

    standing: Standing
    reports: bool
    share: str
    own_value: str
    own_status: str
    own_status_text: str
    contribution: str


class RoleGroup(NamedTuple):
    """The targets of one role, in the plan's order."""

    role: str
    text: str
    targets: tuple[HeldTarget, ...]

    @property
    def listed(self) -> tuple[HeldTarget, ...]:
        return self.targets[:LISTED]

    @property
    def left_out(self) -> int:
        return len(self.targets) - len(self.listed)

    @property
    def lagging(self) -> int:
        return sum(held.standing.lags for held in self.targets)

    @property
    def has_contributions(self) -> bool:
        """Whether somebody else has a part in any of these numbers, too."""
        return any(held.contribution not in (NOTHING, percent(Decimal(1))) for held in self.listed)


@dataclass(frozen=True)
class AgencyPage:
    """One agency at a moment. `answered` targets it leads or reports for a district, the others are in its role as
    partner only. `record` is null where the reader sees none of its packets, `doubted` at an earlier moment, too.
    """

    agency: Agency
    roles: tuple[RoleGroup, ...]
    answered: tuple[Standing, ...]
    counts: tuple[Count, ...]
    record: Record | None
    doubted: DoubtedLines | None
    corrections: Corrections

    @property
    def lagging(self) -> int:
        return sum(standing.lags for standing in self.answered)

    @property
    def is_empty(self) -> bool:
        return is_empty(self.answered)


def agency_page(moment: Moment, user: User, code: str, *, now: datetime) -> AgencyPage | None:
    """None for an agency that does not exist, or that the reader may not see."""
    agency = Agency.objects.visible_to(user).select_related("district").filter(code=code).first()
    if agency is None:
        return None
    roles = _roles(moment, user, agency)
    answered = {held.standing.id: held.standing for role in roles if role.role != PARTNER for held in role.targets}
    record = timeliness(moment, user, [agency.pk], now=now).get(agency.pk)
    return AgencyPage(
        agency,
        roles,
        tuple(answered.values()),
        counts(list(answered.values()), all_statuses=True),
        record,
        doubted_lines(moment, user, [agency.pk], limit=DOUBTED) if record else None,
        corrections(moment, user, agency=agency.code, limit=CORRECTED),
    )


def _roles(moment: Moment, user: User, agency: Agency) -> tuple[RoleGroup, ...]:
    visible = Assignment.objects.visible_to(user).filter(agency=agency).select_related("target")
    of_target: dict[int, list[Assignment]] = defaultdict(list)
    for one in answering(visible, moment):
        of_target[one.target_id].append(one)
    found = standings(moment, user, among=Q(pk__in=of_target))
    own = {(row.target, row.scope): row for row in reporter_progress(moment, targets=list(of_target), agency=agency.pk)}
    held = [(one, standing) for standing in found for one in of_target[standing.id]]
    groups = (_group(role, [pair for pair in held if pair[0].role == role], own) for role in ROLES)
    return tuple(group for group in groups if group.targets)


def _group(
    role: AssignmentRole, held: Sequence[tuple[Assignment, Standing]], own: dict[tuple[int, str], ProgressRow]
) -> RoleGroup:
    targets = tuple(_held(one, standing, own.get((one.target_id, one.scope))) for one, standing in held)
    return RoleGroup(role.value, str(dict(Assignment.ROLES)[role]), targets)


def _held(assignment: Assignment, standing: Standing, row: ProgressRow | None) -> HeldTarget:
    value = "" if row is None else stage_word(row.stage) if standing.is_milestone else amount(row.value, standing.unit)
    return HeldTarget(
        standing,
        assignment.reports,
        percent(assignment.share),
        value,
        row.status if row else "",
        status_word(row.status) if row else "",
        percent(contribution(assignment.target.combine, assignment.counts, row, standing.now)),
    )
