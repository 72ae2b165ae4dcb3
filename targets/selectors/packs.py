"""A plan in the database as a plan pack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from django.db.models import Prefetch

from agencies.models import Agency, AgencyGroup, District

from .. import packs
from ..models import (
    ActionLine,
    Assignment,
    Clause,
    Commitment,
    Plan,
    ResponsibleUnit,
    Target,
    Task,
    WorkingGroup,
)
from ..rules import Bound


def in_force(commitments: Iterable[Commitment], on: date) -> Commitment:
    """The commitment in force at the end of a day; before the first one, the first."""
    ordered = sorted(commitments, key=lambda one: (one.in_force_from, one.pk))
    return next((one for one in reversed(ordered) if one.in_force_from <= on), ordered[0])


class Names(NamedTuple):
    """How the plan's text calls agencies: by group, and by the words of each clause."""

    groups: list[tuple[str, list[int]]]
    short: dict[int, str]

    def of(self, agencies: Sequence[int], written: dict[int, str]) -> tuple[str, ...]:
        """Names of agencies in order; a run that is a whole group is called by the group's name."""
        words: list[str] = []
        rest = list(agencies)
        while rest:
            name, members = next(
                (one for one in self.groups if one[1] and one[1] == rest[: len(one[1])]), ("", rest[:1])
            )
            words.append(name or written.get(rest[0]) or self.short[rest[0]])
            rest = rest[len(members) :]
        return tuple(words)


def plan_pack(plan: Plan, on: date) -> packs.PlanPack:
    """The plan as a pack, with the commitments in force on a day, without what is retired or ended."""
    lines = _lines(plan)
    working_groups = list(plan.working_groups.prefetch_related("lines", "convenors", "units"))
    groups = _groups(plan)
    agencies = _agencies(lines, working_groups, groups)
    names = Names(
        [(group.name_zh, [member.pk for member in group.members.all()]) for group in groups],
        {agency.pk: agency.short_name_zh for agency in agencies},
    )
    districts = District.objects.filter(agencies__in=agencies).distinct()
    return packs.PlanPack(
        plan=_head(plan),
        districts=tuple(_district(one) for one in districts),
        agencies=tuple(_agency(agency) for agency in agencies),
        groups=tuple(_group(group) for group in groups),
        lines=tuple(_line(line, names, on) for line in lines),
        working_groups=tuple(_working_group(group) for group in working_groups),
    )


# --- reads ------------------------------------------------------------------------------------------------------------


def _lines(plan: Plan) -> list[ActionLine]:
    assignments = Assignment.objects.filter(ended_on__isnull=True).order_by("position").select_related("agency")
    targets = (
        Target.objects.current()
        .order_by("position")
        .prefetch_related(
            "commitments",
            "checkpoints",
            "citations__clause__task",
            "citations__clause__units",
            Prefetch("assignments", assignments),
        )
    )
    clauses = Clause.objects.order_by("number").prefetch_related("units__agency")
    tasks = Task.objects.order_by("position").prefetch_related(
        Prefetch("clauses", clauses), Prefetch("targets", targets)
    )
    return list(plan.lines.order_by("position").prefetch_related(Prefetch("tasks", tasks)))


def _groups(plan: Plan) -> list[AgencyGroup]:
    units = ResponsibleUnit.objects.filter(clause__task__line__plan=plan) | ResponsibleUnit.objects.filter(
        working_group__plan=plan
    )
    members = Agency.objects.order_by("position", "code")
    return list(
        AgencyGroup.objects.filter(named_in__in=units)
        .distinct()
        .order_by("code")
        .prefetch_related(Prefetch("members", members))
    )


def _agencies(
    lines: Iterable[ActionLine], working_groups: Iterable[WorkingGroup], groups: Iterable[AgencyGroup]
) -> list[Agency]:
    """Every agency that a list, an assignment or a group names."""
    tasks = [task for line in lines for task in line.tasks.all()]
    lists = [*working_groups, *(clause for task in tasks for clause in task.clauses.all())]
    named = {unit.agency_id for one in lists for unit in one.units.all()}
    named |= {one.agency_id for task in tasks for target in task.targets.all() for one in target.assignments.all()}
    named |= {member.pk for group in groups for member in group.members.all()}
    return list(Agency.objects.filter(pk__in=named - {None}).order_by("position", "code"))


# --- rows as parts of a pack ------------------------------------------------------------------------------


def _name(row: ActionLine | Agency | AgencyGroup | District | Plan | Target | Task | WorkingGroup) -> packs.Named:
    return packs.Named(zh=row.name_zh, en=row.name_en)


def _head(plan: Plan) -> packs.PlanHead:
    grading = plan.grading
    return packs.PlanHead(
        code=plan.code,
        document=plan.document,
        name=_name(plan),
        issuer=packs.Issuer(zh=plan.issuer_zh, en=plan.issuer_en),
        issued_on=plan.issued_on,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        first_period=plan.first_period,
        last_period=plan.last_period,
        time_zone=plan.time_zone,
        grading=packs.Grading(**grading._asdict()),
        windows=packs.Windows(**{name: getattr(plan, name) for name in packs.Windows.model_fields}),
        access=packs.Access(second_factor_roles=tuple(plan.second_factor_roles)),
    )


def _district(district: District) -> packs.District:
    tile = packs.Tile(column=district.tile_column, row=district.tile_row) if district.tile_column else None
    return packs.District(code=district.code, name=_name(district), tile=tile)


def _agency(agency: Agency) -> packs.Agency:
    return packs.Agency(
        code=agency.code,
        short=agency.short_name_zh,
        short_en=agency.short_name_en,
        name=_name(agency),
        kind=agency.kind,
        district=agency.district_id,
        aliases=tuple(agency.aliases),
    )


def _group(group: AgencyGroup) -> packs.Group:
    members = tuple(member.code for member in group.members.all())
    return packs.Group(code=group.code, name=_name(group), members=members)


def _line(line: ActionLine, names: Names, on: date) -> packs.Line:
    return packs.Line(
        code=line.code,
        kind=line.kind,
        name=_name(line),
        short=packs.ShortNamed(zh=line.short_zh, en=line.short_en),
        tasks=tuple(_task(task, names, on) for task in line.tasks.all()),
    )


def _task(task: Task, names: Names, on: date) -> packs.Task:
    return packs.Task(
        code=task.code,
        number=task.number,
        name=_name(task),
        clauses=tuple(
            packs.Clause(number=one.number, text=one.text, units=_units(one), open_list=one.open_list or None)
            for one in task.clauses.all()
        ),
        targets=tuple(_target(target, names, on) for target in task.targets.all()),
    )


def _units(row: Clause | WorkingGroup) -> tuple[packs.Unit, ...]:
    return tuple(
        packs.Unit(words=unit.as_written, open=unit.agency_id is None and unit.group_id is None)
        for unit in sorted(row.units.all(), key=lambda unit: unit.position)
    )


def _target(target: Target, names: Names, on: date) -> packs.Target:
    commitment = in_force(target.commitments.all(), on)
    return packs.Target(
        code=target.code,
        name=_name(target),
        bound=target.bound,
        aspirational=target.aspirational,
        goal=commitment.goal,
        goal_upper=commitment.goal_upper,
        tolerance=target.tolerance if target.bound == Bound.ABOUT else None,
        baseline=target.baseline,
        unit=packs.UnitName(zh=target.unit_zh, en=target.unit_en) if target.unit_zh else None,
        due_on=commitment.due_on,
        accumulation=target.accumulation or None,
        combine=target.combine,
        evidence_required=target.evidence_required,
        measures=packs.Sentence(zh=target.measures_zh, en=target.measures_en),
        citations=tuple(packs.Citation(clause=str(one.clause), words=one.words) for one in target.citations.all()),
        checkpoints=tuple(
            packs.Checkpoint(on=one.on, value=one.value, stage=one.stage or None) for one in target.checkpoints.all()
        ),
        assignments=_assignments(target, names),
    )


def _assignments(target: Target, names: Names) -> tuple[packs.Assignment, ...]:
    """Neighbours of the same kind in one row, under the names of the clauses that the target cites."""
    units = [unit for one in target.citations.all() for unit in one.clause.units.all()]
    written = {unit.agency_id: unit.as_written for unit in reversed(units) if unit.agency_id}
    kinds = groupby(target.assignments.all(), lambda one: (one.role, one.reports, one.counts, one.share, one.trusted))
    return tuple(
        packs.Assignment(
            role=role,
            units=names.of([one.agency_id for one in run], written),
            reports=reports,
            counts=counts,
            share=share,
            trusted=trusted,
        )
        for (role, reports, counts, share, trusted), run in kinds
    )


def _working_group(group: WorkingGroup) -> packs.WorkingGroup:
    convenors = sorted(group.convenors.all(), key=lambda one: one.position)
    return packs.WorkingGroup(
        code=group.code,
        number=group.number,
        name=_name(group),
        duty=packs.Sentence(zh=group.duty_zh, en=group.duty_en),
        lines=tuple(line.code for line in sorted(group.lines.all(), key=lambda line: line.position)),
        convenors=tuple(packs.Convenor(name=one.name, title=one.title) for one in convenors),
        units=_units(group),
        open_list=group.open_list or None,
    )
