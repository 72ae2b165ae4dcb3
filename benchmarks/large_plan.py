"""A plan far larger than any city's: made up, its figures through the ledger's own door and rolled up as always."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import transaction

from agencies.models import Agency, District, Membership, User
from agencies.roles import Role
from reports.models import Figure, ReportingPeriod, Submission
from reports.services import ledger, packets, periods, rollup
from targets.models import ActionLine, Assignment, Commitment, Plan, Target, Task
from targets.rules import Stage

TARGETS, AGENCIES = 2000, 100
DISTRICTS = 16  # governments besides the agencies
LINES, TASKS = 6, 10  # lines, and tasks of each
STARTS, ENDS = date(2015, 1, 1), date(2024, 12, 31)  # 40 quarters
ACCEPTED = datetime(2025, 3, 1, tzinfo=UTC)
GOAL = Decimal(10_000)
EVERY_MILESTONE = 5  # every fifth target is one
EVERY_BY_DISTRICT = 40  # every fortieth is a sum over the districts
CODE = "large"


def make(scale: float) -> Plan:
    """The plan with a figure of every target and quarter but the last, whose packets are open; rolled up."""
    plan = _plan()
    people = [User.objects.create(username=f"{CODE}-{role}") for role in ("reporter", "approver", "supervisor")]
    Membership.objects.create(user=people[2], role=Role.SUPERVISOR)
    agencies = Agency.objects.bulk_create(_agency(number) for number in range(max(int(AGENCIES * scale), 2)))
    governments = _governments()
    assignments = _targets(plan, agencies, governments, max(int(TARGETS * scale), 60))
    *settled, last = periods.create_periods(plan)
    for quarter in settled:
        _accept(quarter, [*agencies, *governments], assignments, people)
    packets.open_packets(last, at=ACCEPTED)
    rollup.roll_up()
    return plan


def _plan() -> Plan:
    return Plan.objects.create(
        code=CODE,
        name_zh="大方案",
        name_en="Large plan",
        document="-",
        issuer_zh="-",
        issued_on=STARTS,
        starts_on=STARTS,
        ends_on=ENDS,
        first_period="2015Q1",
        last_period="2024Q4",
    )


def _agency(number: int) -> Agency:
    return Agency(
        code=f"{CODE}-{number}", name_zh=f"单位{number}", short_name_zh=f"单位{number}",
        name_en=f"Agency {number}", short_name_en=f"Agency {number}", kind=Agency.Kind.BUREAU, position=number,
    )  # fmt: skip


def _governments() -> list[Agency]:
    districts = District.objects.bulk_create(
        District(code=f"99{number:04}", name_zh=f"区{number}", name_en=f"District {number}", position=100 + number)
        for number in range(DISTRICTS)
    )
    return Agency.objects.bulk_create(
        Agency(
            code=f"{CODE}-d{one.code}", name_zh=f"{one.name_zh}政府", short_name_zh=one.name_zh, name_en=one.name_en,
            short_name_en=one.name_en, kind=Agency.Kind.DISTRICT_GOVERNMENT, district=one, position=one.position,
        )
        for one in districts
    )  # fmt: skip


def _targets(plan: Plan, agencies: list[Agency], governments: list[Agency], number: int) -> list[Assignment]:
    """Each led by one agency, which reports it unless the districts do; returns who answers for what."""
    tasks = [task for place in range(LINES) for task in _tasks(plan, place)]
    rows = Target.objects.bulk_create(_target(plan, tasks[place % len(tasks)], place) for place in range(number))
    Commitment.objects.bulk_create(
        Commitment(
            target=row,
            goal=None if row.is_milestone else GOAL,
            due_on=plan.ends_on,
            in_force_from=STARTS,
            decided_at=datetime(2015, 1, 1, tzinfo=UTC),
            decision="plan",
        )
        for row in rows
    )
    led = [_assignment(row, agencies[place % len(agencies)], "lead") for place, row in enumerate(rows)]
    split = [_assignment(row, one, "district") for row in rows if row.combine == "sum" for one in governments]
    return Assignment.objects.bulk_create([*led, *split])


def _assignment(target: Target, agency: Agency, role: str) -> Assignment:
    reports = (role == "district") == (target.combine == "sum")
    return Assignment(
        target=target,
        agency=agency,
        role=role,
        position=1 + (agency.position if role == "district" else 0),
        reports=reports,
        counts=reports,
        district=agency.district,
        share=Decimal(1) / DISTRICTS if role == "district" else None,
    )


def _tasks(plan: Plan, place: int) -> list[Task]:
    line = ActionLine.objects.create(
        plan=plan, code=f"line-{place}", kind="action", name_zh=f"行动{place}", short_zh=f"行动{place}",
        name_en=f"Action {place}", short_en=f"Action {place}", position=place + 1,
    )  # fmt: skip
    return Task.objects.bulk_create(
        Task(line=line, code=f"line-{place}-{number}", number=number, position=number, name_zh=f"任务{number}")
        for number in range(1, TASKS + 1)
    )


def _target(plan: Plan, task: Task, place: int) -> Target:
    kind = {"bound": "reach", "baseline": 0, "unit_zh": "个", "unit_en": "stations", "accumulation": "running_total"}
    if place % EVERY_MILESTONE == 0:
        kind = {"bound": "milestone", "accumulation": ""}
    return Target(
        plan=plan, task=task, code=f"target-{place}", name_zh=f"第{place}项指标", name_en=f"Target number {place}",
        position=place, combine="sum" if place % EVERY_BY_DISTRICT == 1 else "lead", measures_zh="-", **kind,
    )  # fmt: skip


@transaction.atomic
def _accept(
    quarter: ReportingPeriod, agencies: list[Agency], assignments: list[Assignment], people: list[User]
) -> None:
    """One block per agency."""
    reporter, approver, supervisor = people
    held: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in assignments:
        if assignment.reports:
            held[assignment.agency_id].append(assignment)
    submissions = Submission.objects.bulk_create(
        Submission(
            agency=agency, period=quarter, state="accepted", created_at=quarter.opens_at,
            submitted_at=quarter.opens_at, submitted_by=approver,
        )
        for agency in agencies
    )  # fmt: skip
    for submission in submissions:
        figures = [_figure(assignment, quarter, reporter) for assignment in held[submission.agency_id]]
        ledger.append(submission, figures, accepted_by=supervisor, at=ACCEPTED)


def _figure(assignment: Assignment, quarter: ReportingPeriod, by: User) -> Figure:
    """Of every class some: each target keeps its own share of the way, and a few fall back from quarter to quarter."""
    place, target = assignment.target.position, assignment.target
    cell = {"target": target, "assignment": assignment, "period": quarter, "entered_by": by}
    if target.is_milestone:
        return Figure(stage=Stage.DONE if place % 3 else Stage.UNDER_WAY, **cell)
    way = Decimal((quarter.ends_on - STARTS).days) / (ENDS - STARTS).days
    share = Decimal(70 + (place * 7 + quarter.ordinal // 3) % 45) / 100 * (assignment.share or 1)
    return Figure(value=(GOAL * way * share).quantize(Decimal(1)), **cell)
