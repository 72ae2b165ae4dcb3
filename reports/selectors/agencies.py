"""Who answers for what: the list of agencies, and one agency with its targets and packets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from agencies.models import Agency, User
from targets.models import Assignment
from targets.rules import AssignmentRole

from ..models import Submission
from ..wording import amount, minute, percent, quarter_words, stage_word, status_word
from .moment import Moment
from .overview import Count, counts, lagging
from .progress import reporter_progress
from .rollup import ProgressRow
from .standings import Standing, standings

ROLES = (AssignmentRole.LEAD, AssignmentRole.DISTRICT, AssignmentRole.PARTNER)


class AgencyRow(NamedTuple):
    """One agency of the list: how many targets it answers for in each role, and how those that it leads stand."""

    code: str
    name: str
    short: str
    kind: str
    led: int
    as_district: int
    as_partner: int
    lagging: int
    counts: tuple[Count, ...]


def agency_rows(moment: Moment, user: User) -> list[AgencyRow]:
    """Agencies that answer for something in the plan, in the plan's order. Four statements for now."""
    found = {standing.id: standing for standing in standings(moment, user)}
    held: dict[int, dict[str, list[Standing]]] = defaultdict(lambda: defaultdict(list))
    assignments = Assignment.objects.visible_to(user).current().filter(target__plan=moment.plan)
    for agency, role, target in assignments.values_list("agency_id", "role", "target_id"):
        if target in found:
            held[agency][role].append(found[target])
    agencies = Agency.objects.visible_to(user).filter(pk__in=held)
    return [_row(agency, held[agency.pk]) for agency in agencies]


def _row(agency: Agency, by_role: dict[str, list[Standing]]) -> AgencyRow:
    led = by_role[AssignmentRole.LEAD]
    return AgencyRow(
        agency.code,
        agency.name,
        agency.short_name,
        agency.get_kind_display(),
        len(led),
        len(by_role[AssignmentRole.DISTRICT]),
        len(by_role[AssignmentRole.PARTNER]),
        sum(standing.lags for standing in led),
        counts(led),
    )


class HeldTarget(NamedTuple):
    """One target that an agency answers for: the city's standing, and what the agency itself reported."""

    standing: Standing
    reports: bool
    share: str
    own_value: str
    own_pace: str
    own_status: str
    own_status_text: str


class RoleGroup(NamedTuple):
    """The targets of one role, in the plan's order."""

    role: str
    text: str
    targets: tuple[HeldTarget, ...]
    counts: tuple[Count, ...]


class PacketRow(NamedTuple):
    """One packet of the agency, newest quarter first. Null times while it has not been handed in."""

    period: str
    quarter: str
    state: str
    state_text: str
    submitted_at: str
    is_late: bool


@dataclass(frozen=True)
class AgencyPage:
    """One agency at a moment."""

    agency: Agency
    roles: tuple[RoleGroup, ...]
    counts: tuple[Count, ...]
    answered: int
    lagging: tuple[Standing, ...]
    packets: tuple[PacketRow, ...]


def agency_page(moment: Moment, user: User, code: str) -> AgencyPage | None:
    """None for an agency that does not exist, or that the reader may not see."""
    agency = Agency.objects.visible_to(user).select_related("district").filter(code=code).first()
    if agency is None:
        return None
    roles = _roles(moment, user, agency)
    answered = [held.standing for group in roles for held in group.targets if group.role != AssignmentRole.PARTNER]
    return AgencyPage(
        agency,
        roles,
        counts(answered, all_statuses=True),
        len(answered),
        lagging(answered),
        _packets(moment, user, agency),
    )


def _roles(moment: Moment, user: User, agency: Agency) -> tuple[RoleGroup, ...]:
    assignments = list(Assignment.objects.visible_to(user).current().filter(agency=agency, target__plan=moment.plan))
    targets = [assignment.target_id for assignment in assignments]
    found = {standing.id: standing for standing in standings(moment, user, among=Q(pk__in=targets))}
    own = {row.target: row for row in reporter_progress(moment, targets=targets, agency=agency.pk)}
    groups = (_group(role, assignments, found, own) for role in ROLES)
    return tuple(group for group in groups if group.targets)


def _group(
    role: AssignmentRole, assignments: Sequence[Assignment], found: dict[int, Standing], own: dict[int, ProgressRow]
) -> RoleGroup:
    ours = {one.target_id: one for one in assignments if one.role == role}
    held = tuple(_held(found[pk], ours[pk], own.get(pk)) for pk in found if pk in ours)
    words = dict(Assignment.ROLES)[role]
    return RoleGroup(role.value, str(words), held, counts([one.standing for one in held]))


def _held(standing: Standing, assignment: Assignment, row: ProgressRow | None) -> HeldTarget:
    value = "" if row is None else stage_word(row.stage) if standing.is_milestone else amount(row.value, standing.unit)
    return HeldTarget(
        standing,
        assignment.reports,
        percent(assignment.share),
        value,
        percent(row.pace if row else None),
        row.status if row else "",
        status_word(row.status) if row else "",
    )


def _packets(moment: Moment, user: User, agency: Agency) -> tuple[PacketRow, ...]:
    packets = (
        Submission.objects.visible_to(user)
        .filter(agency=agency, period__plan=moment.plan)
        .select_related("period")
        .order_by("-period__ordinal")
    )
    return tuple(
        PacketRow(
            packet.period.code,
            quarter_words(packet.period.ordinal),
            packet.state,
            packet.get_state_display(),
            minute(packet.submitted_at, moment.plan.time_zone),
            packet.is_late,
        )
        for packet in packets
    )
