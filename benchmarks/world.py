"""A made-up plan of a chosen size, and figures for it, through the ledger's own door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from agencies.models import Agency, District, Membership, User
from agencies.roles import Role
from reports.models import Figure, ReportingPeriod, Submission
from reports.services import ledger, packets, periods
from targets.models import ActionLine, Assignment, Commitment, Plan, Target, Task

STARTS = date(2020, 1, 1)
ACCEPTED = datetime(2023, 3, 1, tzinfo=UTC)
DISTRICTS = 16


class World(NamedTuple):
    """A plan with `targets` quantities, each reported by sixteen counting districts and one lead, for 12 quarters."""

    plan: Plan
    agencies: list[Agency]
    quarters: list[ReportingPeriod]
    reporter: User
    approver: User
    supervisor: User

    @property
    def cells(self) -> int:
        """How many (reporter, quarter) cells one version of everything fills."""
        return Assignment.objects.filter(target__plan=self.plan).count() * len(self.quarters)


@transaction.atomic
def make(code: str, targets: int) -> World:
    """Makes the plan, its people and its packets; no figures yet."""
    plan = _plan(code)
    agencies = [_agency(code, number) for number in range(DISTRICTS + 1)]
    line = ActionLine.objects.create(plan=plan, code="line", kind="action", name_zh="线", short_zh="线", position=1)
    task = Task.objects.create(line=line, code="task", number=1, position=1, name_zh="任务")
    rows = Target.objects.bulk_create([_target(plan, task, number) for number in range(targets)])
    Commitment.objects.bulk_create(
        Commitment(
            target=row,
            goal=Decimal(12_000),
            due_on=plan.ends_on,
            in_force_from=STARTS,
            decided_at=ACCEPTED,
            decision="plan",
        )
        for row in rows
    )
    Assignment.objects.bulk_create(
        _assignment(row, agency, position) for row in rows for position, agency in enumerate(agencies)
    )
    quarters = periods.create_periods(plan)
    for quarter in quarters:
        Submission.objects.bulk_create(
            Submission(agency=agency, period=quarter, created_at=ACCEPTED) for agency in agencies
        )
    return World(plan, agencies, quarters, *_people(code))


def _plan(code: str) -> Plan:
    return Plan.objects.create(
        code=code,
        name_zh=code,
        document="-",
        issuer_zh="-",
        issued_on=STARTS,
        starts_on=STARTS,
        ends_on=date(2022, 12, 31),
        first_period="2020Q1",
        last_period="2022Q4",
    )


def _agency(code: str, number: int) -> Agency:
    if number == 0:
        return Agency.objects.create(code=f"{code}-lead", name_zh="牵头", short_name_zh="牵头", kind="bureau")
    district, _ = District.objects.get_or_create(code=f"99{number:04}", defaults={"name_zh": f"区{number}"})
    return Agency.objects.create(
        code=f"{code}-d{number}", name_zh="区", short_name_zh="区", kind="district_government", district=district
    )


def _target(plan: Plan, task: Task, number: int) -> Target:
    return Target(
        plan=plan,
        task=task,
        code=f"target-{number}",
        name_zh=f"指标{number}",
        position=number,
        bound="reach",
        baseline=0,
        unit_zh="个",
        accumulation="running_total",
        combine="sum",
        measures_zh="-",
    )


def _assignment(target: Target, agency: Agency, position: int) -> Assignment:
    return Assignment(
        target=target,
        agency=agency,
        district=agency.district,
        role="district" if agency.district else "lead",
        position=position,
        reports=True,
        counts=bool(agency.district),
    )


def _people(code: str) -> tuple[User, User, User]:
    people = [User.objects.create(username=f"{code}-{role}") for role in ("reporter", "approver", "supervisor")]
    Membership.objects.create(user=people[2], role=Role.SUPERVISOR)
    return people[0], people[1], people[2]


def load(world: World, versions: int, *, first: int = 0) -> int:
    """Accepts `versions` whole histories, one block per agency and quarter; returns how many figures."""
    added = 0
    for version in range(first, first + versions):
        for submission, figures in blocks(world, version):
            added += len(figures)
            accept(world, submission, figures, version)
    return added


@transaction.atomic
def accept(world: World, submission: Submission, figures: list[Figure], version: int = 0) -> None:
    ledger.append(submission, figures, accepted_by=world.supervisor, at=ACCEPTED + timedelta(minutes=version))


def blocks(world: World, version: int) -> Iterator[tuple[Submission, list[Figure]]]:
    """(packet, its figures) for every quarter and agency of one version."""
    assignments: dict[int, list[Assignment]] = {}
    for assignment in Assignment.objects.filter(target__plan=world.plan).select_related("target", "agency"):
        assignments.setdefault(assignment.agency_id, []).append(assignment)
    submissions = Submission.objects.filter(period__plan=world.plan).select_related("agency", "period__plan")
    for submission in submissions.order_by("period__ordinal", "agency"):
        submission.submitted_by = world.approver
        yield submission, [figure(world, line, submission, version) for line in assignments[submission.agency_id]]


def figure(world: World, assignment: Assignment, submission: Submission, version: int) -> Figure:
    quarter = submission.period.ordinal % 100
    return Figure(
        target=assignment.target,
        assignment=assignment,
        period=submission.period,
        value=Decimal(quarter * 40 + version % 7 + assignment.position),
        entered_by=world.reporter,
    )


def open_all(world: World) -> None:
    """Lines for every packet, for benchmarks that enter and accept as people do."""
    for quarter in world.quarters:
        packets.open_packets(quarter, at=ACCEPTED)
