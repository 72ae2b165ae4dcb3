"""Quarters, their windows, and extensions."""

from datetime import datetime

import pytest

from agencies.models import AuditEvent
from reports.models import Extension
from reports.services.periods import create_periods, extend
from reports.services.refused import Refused
from tests.factories import at

DOOR = AuditEvent.Door.WEB


def test_a_quarter_has_its_window_in_the_plans_time_zone(world):
    first = world.periods[0]
    assert [period.code for period in world.periods] == ["2021Q1", "2021Q2"]
    assert (first.opens_at, first.due_at) == (at("2021-04-01 00:00"), at("2021-04-16 00:00"))
    assert (first.grace_until, first.closes_at) == (at("2021-04-21 00:00"), at("2021-05-01 00:00"))


def test_quarters_that_exist_keep_their_windows_when_the_plan_changes(world):
    world.plan.closes_after_days, world.plan.last_period = 90, "2021Q3"
    periods = create_periods(world.plan)
    assert [period.code for period in periods] == ["2021Q1", "2021Q2", "2021Q3"]
    assert periods[0].closes_at == at("2021-05-01 00:00"), "an announced window must not move by itself"
    assert periods[2].closes_at == at("2021-12-30 00:00")


def grant(world, *, by=None, reason="系统迁移", until="2021-06-01"):
    return extend(
        world.periods[0], world.bureau, until=at(until), reason=reason, by=by or world.supervisor,
        at=at("2021-05-02"), door=DOOR,
    )  # fmt: skip


def test_an_extension_replaces_the_one_before_and_both_are_audited(world):
    grant(world)
    grant(world, until="2021-07-01")
    assert Extension.objects.get().until == at("2021-07-01")
    newest, oldest = AuditEvent.objects.filter(action="extension.granted")
    assert oldest.before == {}
    assert datetime.fromisoformat(newest.before["until"]) == at("2021-06-01")
    assert newest.subject == "small/2021Q1/bureau"


@pytest.mark.parametrize(
    ("changes", "code"), [({"by": "approver"}, "may_not_review"), ({"reason": "  "}, "reason_missing")]
)
def test_an_extension_needs_the_office_and_a_reason(world, changes, code):
    if "by" in changes:
        changes = {"by": getattr(world, changes["by"])}
    with pytest.raises(Refused) as caught:
        grant(world, **changes)
    assert caught.value.refusal.code == code
    assert not Extension.objects.exists()
    assert not AuditEvent.objects.exists()
