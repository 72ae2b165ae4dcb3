"""Quarters, their windows, and extensions."""

from datetime import date, datetime, timedelta

import pytest

from agencies.models import AuditEvent
from reports.models import Extension, Submission
from reports.services.packets import open_due_packets, open_packets
from reports.services.periods import close_windows, create_periods, extend, follow_settings
from reports.services.refused import Refused
from tests.concurrency import at_once
from tests.factories import at, small_plan

DOOR = AuditEvent.Door.WEB
TICK = timedelta(microseconds=1)


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


OPENS = at("2021-04-01 00:00")


@pytest.mark.parametrize(
    ("now", "moved"),
    [
        (OPENS - TICK, ["2021Q1", "2021Q2"]),
        (OPENS, ["2021Q2"]),
        (at("2021-05-01 00:00"), ["2021Q2"]),
        (at("2021-07-01 00:00"), []),
    ],
)
def test_new_settings_hold_for_the_quarters_whose_window_has_not_opened(world, now, moved):
    world.plan.due_after_days, world.plan.closes_after_days = 20, 90
    assert [one.code for one in follow_settings(world.plan, at=now)] == moved
    closes = {one.code: one.closes_at for one in world.plan.periods.all()}
    assert closes["2021Q1"] == (at("2021-06-30 00:00") if "2021Q1" in moved else at("2021-05-01 00:00"))
    assert closes["2021Q2"] == (at("2021-09-29 00:00") if moved else at("2021-07-31 00:00"))
    assert follow_settings(world.plan, at=now) == [], "done once"


def test_a_window_that_moves_is_audited_with_what_changed(world):
    world.plan.grace_days = 7
    follow_settings(world.plan, at=at("2021-05-01"))
    event = AuditEvent.objects.get()
    assert (event.action, event.subject, event.actor, event.door) == ("period.moved", "small/2021Q2", None, "job")
    assert set(event.before) == set(event.after) == {"grace_until"}
    assert datetime.fromisoformat(event.after["grace_until"]) == at("2021-07-23 00:00")


def test_new_settings_can_open_a_window_at_once(world):
    world.plan.opens_after_days = 10
    follow_settings(world.plan, at=OPENS - TICK)
    world.plan.opens_after_days = 1
    world.plan.save()
    open_due_packets(at("2021-04-05"))
    assert {packet.period.code for packet in Submission.objects.all()} == {"2021Q1"}


# --- closing -----------------------------------------------------------------------------------------------------

CLOSES = at("2021-05-01 00:00")


def closed() -> list[str]:
    return sorted(AuditEvent.objects.filter(action="period.closed").values_list("subject", flat=True))


@pytest.mark.parametrize(("now", "recorded"), [(CLOSES - TICK, []), (CLOSES, ["small/2021Q1/bureau"])])
def test_a_window_that_closes_with_nothing_handed_in_is_recorded_once(world, now, recorded):
    world.packet()
    close_windows(now)
    close_windows(now)
    assert closed() == recorded


def test_what_is_recorded(world):
    world.packet()
    assert close_windows(CLOSES) == 1
    event = AuditEvent.objects.get(action="period.closed")
    assert (event.actor, event.door, event.agency, event.at) == (None, "job", world.bureau, CLOSES)
    assert event.after["lines"] == 3
    assert datetime.fromisoformat(event.after["closed_at"]) == CLOSES


def test_what_was_handed_in_or_is_asked_for_no_more_is_not_recorded(world, acting):
    acting.submitted()
    world.packet(world.east)
    world.posts.retired_on = date(2021, 4, 11)
    world.posts.save()
    open_due_packets(at("2021-04-12"))
    assert close_windows(CLOSES) == 0


def test_an_extension_puts_it_off_and_ends_once_more(world):
    world.packet()
    close_windows(CLOSES)
    grant(world)
    assert (close_windows(at("2021-05-03")), close_windows(at("2021-06-01"))) == (0, 1)
    assert close_windows(at("2021-06-02")) == 0
    assert closed() == ["small/2021Q1/bureau"] * 2


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_record_it_once():
    world = small_plan()
    open_packets(world.periods[0], at=OPENS)
    assert at_once(4, lambda number: close_windows(CLOSES)) == []
    assert closed() == ["small/2021Q1/bureau", "small/2021Q1/east", "small/2021Q1/west"]


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
