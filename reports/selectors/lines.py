"""One line of a plan: its tasks in the plan's order with their targets, and the working groups that lead it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, Q

from agencies.models import User
from targets.models import ActionLine, ResponsibleUnit, Task, WorkingGroup

from .moment import Moment
from .parts import Part, part


@dataclass(frozen=True)
class LinePage:
    """One line at a moment."""

    line: ActionLine
    siblings: tuple[ActionLine, ...]
    part: Part
    groups: tuple[WorkingGroup, ...]


def line_page(moment: Moment, user: User, code: str) -> LinePage | None:
    """None where the plan has no line of that code."""
    siblings = tuple(moment.plan.lines.all())
    line = next((line for line in siblings if line.code == code), None)
    if line is None:
        return None
    found = part(moment, user, Q(task__line=line), Task.objects.filter(line=line))
    return LinePage(line, siblings, found, groups_with_units(line.working_groups))


def groups_with_units(groups) -> tuple[WorkingGroup, ...]:
    """Working groups with their convenors and units at hand."""
    units = Prefetch("units", ResponsibleUnit.objects.select_related("agency", "group"))
    return tuple(groups.prefetch_related("convenors", units))
