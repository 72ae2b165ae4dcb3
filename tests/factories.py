"""Test objects. `small_plan()` is a whole little plan with people; the factories make single rows.

Numbers are as small as they can be, so that a test can say its expectation in the head.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

import factory
from django.contrib.auth.hashers import make_password
from django.db.models import Model
from factory.django import DjangoModelFactory

from agencies.models import Agency, AgencyGroup, District, Membership, User
from agencies.roles import Role
from reports.models import Entry, ReportingPeriod, Submission
from reports.services.packets import open_packets
from reports.services.periods import create_periods
from targets.models import (
    ActionLine,
    Assignment,
    Checkpoint,
    Citation,
    Clause,
    Commitment,
    Plan,
    ResponsibleUnit,
    Target,
    Task,
    WorkingGroup,
)
from targets.rules import Accumulation, AssignmentRole, Bound, Combine, LineKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
PASSWORD = "correct horse battery staple"


def at(text: str) -> datetime:
    """A moment in Shanghai: "2021-04-10" (its noon) or "2021-04-10 09:30"."""
    day, _, clock = text.partition(" ")
    return datetime.fromisoformat(f"{day} {clock or '12:00'}").replace(tzinfo=SHANGHAI)


class Found(DjangoModelFactory):
    """Takes the row that is there; otherwise makes it, without a savepoint around each: nobody else is at it."""

    class Meta:
        abstract = True

    @classmethod
    def _get_or_create(cls, model_class: type[Model], **kwargs: object) -> Model:
        keys = {name: kwargs[name] for name in cls._meta.django_get_or_create}
        return model_class.objects.filter(**keys).first() or model_class.objects.create(**kwargs)


class DistrictFactory(Found):
    class Meta:
        model = District
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"3101{n:02d}")
    name_zh = factory.LazyAttribute(lambda one: f"{one.code}区")
    name_en = factory.LazyAttribute(lambda one: f"District {one.code}")
    position = factory.Sequence(int)


class AgencyFactory(Found):
    class Meta:
        model = Agency
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"agency-{n}")
    name_zh = factory.LazyAttribute(lambda one: f"上海市{one.code}委员会")
    name_en = factory.LazyAttribute(lambda one: f"Shanghai {one.code} Commission")
    short_name_zh = factory.LazyAttribute(lambda one: f"市{one.code}委")
    short_name_en = factory.LazyAttribute(lambda one: one.code)
    kind = Agency.Kind.BUREAU
    position = factory.Sequence(int)


class AgencyGroupFactory(Found):
    class Meta:
        model = AgencyGroup
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"group-{n}")
    name_zh = "各区政府"
    name_en = "district governments"


class UserFactory(Found):
    class Meta:
        model = User
        django_get_or_create = ["username"]
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    display_name = factory.LazyAttribute(lambda one: one.username.title())


class PlanFactory(Found):
    """A plan of two quarters: 2021Q1 (window 1 April to 30 April, due 15 April) and 2021Q2."""

    class Meta:
        model = Plan
        django_get_or_create = ["code"]

    code = "small"
    name_zh = "小方案"
    name_en = "Small plan"
    document = "测〔2021〕1号"
    issuer_zh = "市政府"
    issuer_en = "the city"
    issued_on = date(2021, 1, 1)
    starts_on = date(2021, 1, 1)
    ends_on = date(2021, 6, 30)
    first_period = "2021Q1"
    last_period = "2021Q2"


class LineFactory(Found):
    class Meta:
        model = ActionLine
        django_get_or_create = ["plan", "code"]

    plan = factory.SubFactory(PlanFactory)
    code = "network"
    kind = LineKind.ACTION
    name_zh = "新网络建设行动"
    name_en = "Network action"
    short_zh = "新网络"
    short_en = "Networks"
    position = 1


class TaskFactory(Found):
    class Meta:
        model = Task
        django_get_or_create = ["line", "code"]

    line = factory.SubFactory(LineFactory)
    code = factory.LazyAttribute(lambda one: f"{one.line.code}-{one.number}")
    number = 1
    name_zh = "建设宽带网络"
    name_en = "Build broadband networks"
    position = factory.SelfAttribute("number")


class ClauseFactory(Found):
    class Meta:
        model = Clause
        django_get_or_create = ["task", "number"]

    task = factory.SubFactory(TaskFactory)
    number = 1
    text = "三年内新建100个基站。"


class TargetFactory(Found):
    """A running total to 100 stations by the plan's end, with its first commitment and one citation.

    `goal`, `due_on` go to the commitment: `TargetFactory(goal=50)`.
    """

    class Meta:
        model = Target
        django_get_or_create = ["plan", "code"]
        skip_postgeneration_save = True

    class Params:
        is_stage = factory.Trait(
            bound=Bound.MILESTONE, unit_zh="", unit_en="", accumulation="", combine=Combine.LEAD,
            baseline=None, goal=None,
        )  # fmt: skip
        is_ratio = factory.Trait(
            bound=Bound.MORE_THAN, unit_zh="%", unit_en="%", accumulation=Accumulation.LEVEL, combine=Combine.WEIGHTED,
            baseline=None, goal=60,
        )  # fmt: skip

    plan = factory.SelfAttribute("task.line.plan")
    task = factory.SubFactory(TaskFactory)
    code = factory.Sequence(lambda n: f"target-{n}")
    position = factory.Sequence(lambda n: n + 1)
    name_zh = factory.LazyAttribute(lambda one: f"{one.code}指标")
    name_en = factory.LazyAttribute(lambda one: f"Target {one.code}")
    bound = Bound.REACH
    baseline = Decimal(0)
    unit_zh = "个"
    unit_en = "stations"
    accumulation = Accumulation.RUNNING_TOTAL
    combine = Combine.SUM
    measures_zh = "方案实施以来新建数量。"
    measures_en = "Newly built since the plan began."

    @classmethod
    def _create(cls, model_class: type[Target], *args: object, **kwargs: object) -> Target:
        goal, due_on = kwargs.pop("goal", 100), kwargs.pop("due_on", None)
        target = super()._create(model_class, *args, **kwargs)
        if not target.commitments.exists():
            CommitmentFactory(target=target, goal=goal, due_on=due_on or target.plan.ends_on)
            clause = ClauseFactory(task=target.task)
            Citation.objects.create(target=target, clause=clause, position=1, words="新建100个基站")
        return target


class CommitmentFactory(DjangoModelFactory):
    class Meta:
        model = Commitment

    target = factory.SubFactory(TargetFactory)
    goal = Decimal(100)
    due_on = date(2021, 6, 30)
    in_force_from = factory.SelfAttribute("target.plan.starts_on")
    decided_at = datetime(2021, 1, 1, tzinfo=UTC)
    decision = "测〔2021〕1号"


class CheckpointFactory(DjangoModelFactory):
    class Meta:
        model = Checkpoint

    target = factory.SubFactory(TargetFactory)
    on = date(2021, 3, 31)
    value = Decimal(50)


class AssignmentFactory(DjangoModelFactory):
    class Meta:
        model = Assignment

    target = factory.SubFactory(TargetFactory)
    agency = factory.SubFactory(AgencyFactory)
    role = AssignmentRole.LEAD
    position = factory.Sequence(lambda n: n + 1)
    reports = True
    counts = True


@cache
def _hashed() -> str:
    """Hashed once for all people: hashing is slow on purpose."""
    return make_password(PASSWORD)


def person(role: Role, agency: Agency | None = None, *, username: str = "") -> User:
    """Somebody who holds one role; named after the role and the agency, with PASSWORD as password."""
    name = username or "-".join(filter(None, [role, agency and agency.code]))
    user = UserFactory(username=name, password=_hashed())
    held = {"user": user, "role": role, "agency": agency}
    if not Membership.objects.filter(**held).exists():
        Membership.objects.create(**held)
    return user


@dataclass
class World:
    """The small plan: two bureaus, two districts, four targets, one person of each role."""

    plan: Plan
    bureau: Agency  # leads everything
    partner: Agency  # reports nothing
    east: Agency  # district government
    west: Agency
    stations: Target  # the bureau alone: running total, reach 100
    posts: Target  # the two districts: sum, reach 40, half each
    share: Target  # the bureau: numerator and denominator, more than 60 %
    centre: Target  # the bureau: a milestone
    periods: list[ReportingPeriod]
    reporter: User  # of the bureau
    approver: User  # of the bureau
    supervisor: User
    plan_manager: User
    auditor: User
    operator: User

    def packet(self, agency: Agency | None = None, period: int = 0, *, now: datetime | None = None) -> Submission:
        """The packet of an agency (the bureau) for the first or second quarter, opened if it is not."""
        agency, quarter = agency or self.bureau, self.periods[period]
        open_packets(quarter, at=now or quarter.opens_at, agencies=[agency])
        return Submission.objects.get(agency=agency, period=quarter)

    def line(self, target: Target, agency: Agency | None = None, period: int = 0) -> Entry:
        """The newest line of an agency (the bureau) for a target."""
        packet = self.packet(agency, period)
        return packet.entries.filter(assignment__target=target).order_by("-pk").first()


def small_plan() -> World:
    """Makes the world; see its fields. No packet is opened and nothing is reported yet."""
    plan = PlanFactory()
    bureau, partner = AgencyFactory(code="bureau"), AgencyFactory(code="partner")
    east, west = (_district_government(code, name) for code, name in (("310101", "east"), ("310104", "west")))
    targets = _targets(bureau, partner, [east, west])
    return World(
        plan, bureau, partner, east, west, *targets, create_periods(plan),
        reporter=person(Role.REPORTER, bureau),
        approver=person(Role.APPROVER, bureau),
        supervisor=person(Role.SUPERVISOR),
        plan_manager=person(Role.PLAN_MANAGER),
        auditor=person(Role.AUDITOR),
        operator=person(Role.OPERATOR),
    )  # fmt: skip


def working_group(world: World, agency: Agency, *, of_line: bool, code: str = "networks") -> WorkingGroup:
    """A group that an agency leads: of the small plan's line, or of none."""
    group = WorkingGroup.objects.create(
        plan=world.plan, code=code, number=1, name_zh="网络组", name_en="Network group", duty_zh="牵头", duty_en="Leads"
    )
    if of_line:
        group.lines.add(world.stations.task.line)
    ResponsibleUnit.objects.create(working_group=group, position=1, as_written="某单位", agency=agency)
    return group


def _district_government(code: str, name: str) -> Agency:
    district = DistrictFactory(code=code)
    return AgencyFactory(code=name, kind=Agency.Kind.DISTRICT_GOVERNMENT, district=district)


def _targets(bureau: Agency, partner: Agency, districts: list[Agency]) -> list[Target]:
    task = TaskFactory()
    stations = TargetFactory(task=task, code="stations", position=1)
    posts = TargetFactory(task=task, code="posts", position=2, goal=40)
    share = TargetFactory(task=task, code="share", position=3, is_ratio=True)
    centre = TargetFactory(task=task, code="centre", position=4, is_stage=True)
    for target in (stations, share, centre):
        AssignmentFactory(target=target, agency=bureau, position=1)
    AssignmentFactory(
        target=stations, agency=partner, role=AssignmentRole.PARTNER, reports=False, counts=False, position=2
    )
    for position, agency in enumerate(districts, start=1):
        AssignmentFactory(
            target=posts, agency=agency, district=agency.district, role=AssignmentRole.DISTRICT,
            share=Decimal("0.5"), position=position,
        )  # fmt: skip
    return [stations, posts, share, centre]
