"""Plans with their quarters are what Django reads, though their statement is written out."""

from __future__ import annotations

from django.db import connection
from django.db.models import Max, Model
from django.test.utils import CaptureQueriesContext

from agencies.models import User
from reports.models import Extension, ReportingPeriod
from reports.selectors.plans import readable_plans
from targets.models import Plan
from tests.api.conftest import Caller
from tests.api.reading.conftest import second_plan
from tests.factories import World, at

HEAD = 6  # ledger number of the newest acceptance in `told`


def values(row: Model) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def everything(plans: list[Plan]) -> list:
    return [
        (values(plan), [(values(one), one.plan is plan, one.extended_until, one.head) for one in plan.quarters])
        for plan in plans
    ]


def read_by_django() -> list:
    """The same of everything that there is, plan by plan."""
    quarters = ReportingPeriod.objects.annotate(extended_until=Max("extensions__until")).order_by("ordinal")
    return [
        (values(plan), [(values(one), True, one.extended_until, HEAD) for one in quarters.filter(plan=plan)])
        for plan in Plan.objects.order_by("-starts_on", "code")
    ]


def test_they_are_the_same(told: World, bureau: Caller) -> None:
    second_plan()
    Plan.objects.filter(code="later").update(second_factor_roles=["approver"], starts_on="2020-01-01")
    for agency, until in ((told.bureau, "2021-06-01"), (told.east, "2021-07-01")):
        Extension.objects.create(
            period=told.periods[0], agency=agency, until=at(until), reason="补报", granted_by=told.supervisor,
            granted_at=at("2021-05-01"),
        )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        found = readable_plans(told.supervisor)
    assert everything(found) == read_by_django()
    assert [plan.code for plan in found] == ["small", "later"]
    assert len(asked) == 1


def test_who_reads_no_progress_reads_no_plans(told: World) -> None:
    assert readable_plans(User.objects.create(username="nobody")) == []


def test_a_plan_that_was_read_can_be_written(told: World) -> None:
    (plan,) = readable_plans(told.supervisor)
    plan.revision += 1
    plan.save()
    assert Plan.objects.get(code="small").revision == plan.revision
