"""One working group of a plan's annex: its duty, who leads it, and what stands under it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from agencies.models import User
from targets.models import ActionLine, Assignment, Task, WorkingGroup
from targets.rules import AssignmentRole

from .lines import groups_with_units
from .moment import Moment
from .parts import Part, part


@dataclass(frozen=True)
class GroupPage:
    """One working group at a moment. Without lines of its own it answers for what its units lead or report."""

    group: WorkingGroup
    siblings: tuple[WorkingGroup, ...]
    lines: tuple[ActionLine, ...]
    part: Part


def group_page(moment: Moment, user: User, code: str) -> GroupPage | None:
    """None where the plan has no working group of that code."""
    siblings = groups_with_units(moment.plan.working_groups)
    group = next((group for group in siblings if group.code == code), None)
    if group is None:
        return None
    lines = tuple(group.lines.all())
    among = among_group(group, lines)
    tasks = Task.objects.filter(line__plan=moment.plan, targets__in=_targets(moment, among)).distinct()
    return GroupPage(group, siblings, lines, part(moment, user, among, tasks))


def among_group(group: WorkingGroup, lines: tuple[ActionLine, ...]) -> Q:
    """Which targets stand under a working group: those of its lines, else those that its units lead or report for."""
    if lines:
        return Q(task__line__in=lines)
    units = group.units.all()
    agencies = Q(agency__in=[unit.agency_id for unit in units if unit.agency_id])
    members = Q(agency__groups__in=[unit.group_id for unit in units if unit.group_id])
    held = Assignment.objects.filter(agencies | members, ended_on__isnull=True).filter(
        Q(role=AssignmentRole.LEAD) | Q(reports=True)
    )
    return Q(pk__in=held.values("target"))


def _targets(moment: Moment, among: Q):
    return moment.plan.targets.filter(among)
