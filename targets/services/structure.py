"""The text of a plan pack in the database: plan, lines, tasks, clauses, working groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from .. import packs
from ..models import ActionLine, Clause, Convenor, Plan, ResponsibleUnit, Target, Task, WorkingGroup
from .changes import Changes
from .who import NAMES, Who, names

PLAN_FIELDS = (
    *NAMES,
    "document",
    "issuer_zh",
    "issuer_en",
    "issued_on",
    "starts_on",
    "ends_on",
    "first_period",
    "last_period",
    "time_zone",
    "grading_method",
    "grading_ahead",
    "grading_on_track",
    "grading_behind",
    "grading_gap_behind",
    "opens_after_days",
    "due_after_days",
    "grace_days",
    "closes_after_days",
    "remind_before_days",
    "remind_after_days",
    "second_factor_roles",
)


def load_plan_head(head: packs.PlanHead, changes: Changes) -> Plan:
    """The plan's row, locked until the load is through."""
    row = Plan.objects.select_for_update().filter(code=head.code).first()
    wanted = Plan(
        code=head.code,
        document=head.document,
        issuer_zh=head.issuer.zh,
        issuer_en=head.issuer.en,
        issued_on=head.issued_on,
        starts_on=head.starts_on,
        ends_on=head.ends_on,
        first_period=head.first_period,
        last_period=head.last_period,
        time_zone=head.time_zone,
        **{f"grading_{name}": value for name, value in head.grading.model_dump().items()},
        **head.windows.model_dump(),
        second_factor_roles=[str(role) for role in head.access.second_factor_roles],
        **names(head.name),
    )
    return changes.put(f"plan {head.code}", row, wanted, PLAN_FIELDS)


def load_lines(pack: packs.PlanPack, plan: Plan, changes: Changes) -> dict[str, ActionLine]:
    """Lines by code."""
    existing = {line.code: line for line in plan.lines.all()}
    return {
        line.code: changes.put(
            f"line {line.code}",
            existing.get(line.code),
            ActionLine(
                plan=plan,
                code=line.code,
                kind=line.kind,
                short_zh=line.short.zh,
                short_en=line.short.en,
                position=position,
                **names(line.name),
            ),
            (*NAMES, "kind", "short_zh", "short_en", "position"),
        )
        for position, line in enumerate(pack.lines, 1)
    }


def load_tasks(pack: packs.PlanPack, plan: Plan, lines: dict[str, ActionLine], changes: Changes) -> dict[str, Task]:
    """Tasks by code. A task may have moved to another line."""
    existing = {task.code: task for task in Task.objects.filter(line__plan=plan)}
    return {
        task.code: changes.put(
            f"task {task.code}",
            existing.get(task.code),
            Task(line=lines[line.code], code=task.code, number=task.number, position=position, **names(task.name)),
            (*NAMES, "line_id", "number", "position"),
        )
        for line in pack.lines
        for position, task in enumerate(line.tasks, 1)
    }


def load_clauses(
    pack: packs.PlanPack, plan: Plan, tasks: dict[str, Task], who: Who, changes: Changes
) -> dict[str, Clause]:
    """Clauses by `task.number`, with their lists."""
    rows = Clause.objects.filter(task__line__plan=plan).select_related("task")
    existing = {f"{clause.task.code}.{clause.number}": clause for clause in rows}
    clauses: dict[str, Clause] = {}
    for task in pack.tasks():
        for clause in task.clauses:
            key = f"{task.code}.{clause.number}"
            wanted = Clause(
                task=tasks[task.code], number=clause.number, text=clause.text, open_list=clause.open_list or ""
            )
            row = changes.put(f"clause {key}", existing.get(key), wanted, ("text", "open_list"))
            load_units(f"clause {key}", clause.units, who, changes, clause=row)
            clauses[key] = row
    return clauses


def load_units(key: str, units: Sequence[packs.Unit], who: Who, changes: Changes, **owner: Model) -> None:
    """The list of units of a clause or a working group (`owner`), as written and in its order."""
    wanted = [
        ResponsibleUnit(
            position=position,
            as_written=unit.words,
            agency=None if unit.open else who.agencies.get(unit.words),
            group=None if unit.open else who.groups.get(unit.words),
            **owner,
        )
        for position, unit in enumerate(units, 1)
    ]
    fields = ("position", "as_written", "agency_id", "group_id")
    changes.put_list(key, "units", ResponsibleUnit.objects.filter(**owner), wanted, fields)


def load_working_groups(
    pack: packs.PlanPack, plan: Plan, lines: dict[str, ActionLine], who: Who, changes: Changes
) -> None:
    """Groups of the annex; those that the pack no longer has go, since nothing rests on them."""
    existing = {group.code: group for group in plan.working_groups.all()}
    for group in pack.working_groups:
        key = f"working group {group.code}"
        wanted = WorkingGroup(
            plan=plan,
            code=group.code,
            number=group.number,
            duty_zh=group.duty.zh,
            duty_en=group.duty.en,
            open_list=group.open_list or "",
            **names(group.name),
        )
        row = changes.put(
            key, existing.pop(group.code, None), wanted, (*NAMES, "number", "duty_zh", "duty_en", "open_list")
        )
        _lead_lines(key, row, [lines[code] for code in group.lines], changes)
        convenors = [
            Convenor(working_group=row, position=position, **convenor.model_dump())
            for position, convenor in enumerate(group.convenors, 1)
        ]
        changes.put_list(key, "convenors", row.convenors.all(), convenors, ("position", "name", "title"))
        load_units(key, group.units, who, changes, working_group=row)
    for group in existing.values():
        _remove(f"working group {group.code}", group, changes)


def _lead_lines(key: str, group: WorkingGroup, lines: list[ActionLine], changes: Changes) -> None:
    before = list(group.lines.values_list("code", flat=True))
    group.lines.set(lines)
    if key not in changes.created:
        changes.note(key, {"lines": before}, {"lines": [line.code for line in lines]})


def remove_what_is_gone(pack: packs.PlanPack, plan: Plan, changes: Changes) -> None:
    """Clauses, tasks and lines that the pack no longer has; those on which a retired target rests are kept."""
    tasks = {task.code: task for task in pack.tasks()}
    clauses = {f"{task.code}.{clause.number}" for task in tasks.values() for clause in task.clauses}
    for clause in Clause.objects.filter(task__line__plan=plan).select_related("task"):
        if str(clause) not in clauses:
            _remove_unless(clause.citations.exists(), f"clause {clause}", clause, changes)
    for task in Task.objects.filter(line__plan=plan).exclude(code__in=tasks):
        rests = Target.objects.filter(task=task).exists() or task.clauses.exists()
        _remove_unless(rests, f"task {task.code}", task, changes)
    for line in plan.lines.exclude(code__in=[line.code for line in pack.lines]):
        _remove_unless(line.tasks.exists(), f"line {line.code}", line, changes)


def _remove_unless(kept: bool, key: str, row: Any, changes: Changes) -> None:
    if kept:
        changes.kept.append(key)
    else:
        _remove(key, row, changes)


def _remove(key: str, row: Any, changes: Changes) -> None:
    row.delete()
    changes.removed.append(key)
