"""Who hands in when: on time, late, not at all, and what was sent back."""

from __future__ import annotations

from datetime import datetime

import pytest

from agencies.models import User
from agencies.roles import Role
from reports.models import ReportingPeriod
from reports.models.submissions import State
from reports.rules.windows import Timeliness
from reports.selectors.moment import moment
from reports.selectors.plans import readable_plans
from reports.selectors.timeliness import Record, timeliness, together
from reports.services import review
from reports.services.periods import extend
from tests.factories import World, at, person
from tests.reports.conftest import WEB, Acting

YEARS_LATER = at("2024-01-01")


def record(
    world: World, now: datetime, *, user: User | None = None, period: str = "2021Q1", known_at: str = ""
) -> Record | None:
    """The bureau's."""
    asked = {"period": period, "known_at": known_at}
    shown = moment(asked, readable_plans(world.supervisor), now=now)
    return timeliness(shown, user or world.supervisor, [world.bureau.pk], now=now).get(world.bureau.pk)


def numbers(found: Record) -> tuple[int, int, int, int, int]:
    return found.on_time, found.late, found.missing, found.pending, found.asked


def submitted(acting: Acting, now: datetime) -> None:
    packet = acting.world.packet()
    acting.fill(packet, now=now)
    acting.submit(packet, now=now)


@pytest.mark.parametrize(
    ("day", "standing", "days"),
    [
        ("2021-04-10", Timeliness.ON_TIME, 0),
        ("2021-04-15 23:59", Timeliness.ON_TIME, 0),
        ("2021-04-16 00:00", Timeliness.ON_TIME, 0),
        ("2021-04-16 00:01", Timeliness.LATE, 1),
        ("2021-04-20 09:00", Timeliness.LATE, 5),
    ],
)
def test_what_is_handed_in_after_its_last_day_is_late_by_whole_days(
    world: World, acting: Acting, day: str, standing: Timeliness, days: int
) -> None:
    submitted(acting, at(day))
    (packet,) = record(world, YEARS_LATER).packets
    assert (packet.timeliness, packet.days_late, packet.submitted_at) == (standing, days, at(day))


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        ("2021-04-10", (0, 0, 0, 1, 0)),
        ("2021-04-18", (0, 1, 0, 0, 1)),
        ("2021-04-22", (0, 0, 1, 0, 1)),
        ("2021-06-01", (0, 0, 1, 0, 1)),
    ],
)
def test_what_is_not_handed_in_counts_once_and_not_before_it_is_due(
    world: World, day: str, counts: tuple[int, ...]
) -> None:
    world.packet()
    found = record(world, at(day))
    assert numbers(found) == counts
    assert found.packets[0].days_late == 0, "days are counted to the hand-in, and there is none"


def test_an_extension_puts_off_overdue_but_not_late(world: World, acting: Acting) -> None:
    packet = world.packet()
    extend(
        packet.period, world.bureau, until=at("2021-06-01"), reason="系统故障",
        by=world.supervisor, at=at("2021-04-14"), door=WEB,
    )  # fmt: skip
    assert record(world, at("2021-05-20")).packets[0].timeliness == Timeliness.LATE
    submitted(acting, at("2021-05-20"))
    found = record(world, YEARS_LATER)
    assert (numbers(found), found.packets[0].days_late) == ((0, 1, 0, 0, 1), 35)


def test_what_comes_back_after_a_return_stays_as_timely_as_it_was(world: World, acting: Acting) -> None:
    packet = acting.submitted()
    acting.give_back(packet, now=at("2021-04-14"))
    acting.fill(packet, now=at("2021-05-18"))
    acting.submit(packet, now=at("2021-05-18"))
    acting.give_back(packet, now=at("2021-05-19"), until=at("2021-06-20"))
    found = record(world, YEARS_LATER)
    assert (numbers(found), found.returned) == ((1, 0, 0, 0, 1), 1), "one packet, however often it went back"
    assert (found.packets[0].returned, found.packets[0].state) == (2, State.RETURNED)


def test_an_earlier_moment_knows_nothing_of_what_came_later(world: World, acting: Acting) -> None:
    submitted(acting, at("2021-04-18"))
    acting.give_back(world.packet(), now=at("2021-04-25"))
    before = record(world, YEARS_LATER, known_at="2021-04-12")
    assert (numbers(before), before.returned, before.packets[0].state) == ((0, 0, 0, 1, 0), 0, "")
    between = record(world, YEARS_LATER, known_at="2021-04-20")
    assert (numbers(between), between.returned) == ((0, 1, 0, 0, 1), 0)


def test_a_hand_in_that_was_withdrawn_later_had_been_made_then(world: World, acting: Acting) -> None:
    submitted(acting, at("2021-04-10"))
    review.withdraw(world.packet().pk, by=world.approver, at=at("2021-04-12"), door=WEB)
    submitted(acting, at("2021-04-20"))
    assert numbers(record(world, YEARS_LATER)) == (0, 1, 0, 0, 1)
    assert numbers(record(world, YEARS_LATER, known_at="2021-04-11")) == (1, 0, 0, 0, 1)
    assert numbers(record(world, YEARS_LATER, known_at="2021-04-14")) == (0, 0, 0, 1, 0)


def test_an_extension_that_was_prolonged_later_held_then(world: World) -> None:
    packet = world.packet()
    for day, until in (("2021-04-14", "2021-06-01"), ("2021-05-20", "2021-07-01")):
        extend(
            packet.period, world.bureau, until=at(until), reason="系统故障", by=world.supervisor, at=at(day), door=WEB
        )
    (then,) = record(world, YEARS_LATER, known_at="2021-05-10").packets
    assert then.timeliness == Timeliness.LATE


def test_quarters_after_the_shown_one_are_left_out(world: World) -> None:
    world.packet()
    world.packet(period=1)
    assert [packet.period for packet in record(world, YEARS_LATER).packets] == ["2021Q1"]
    assert [packet.period for packet in record(world, YEARS_LATER, period="2021Q2").packets] == ["2021Q2", "2021Q1"]


def test_a_packet_of_which_nothing_is_asked_any_more_is_not_missing(world: World) -> None:
    packet = world.packet()
    packet.state = State.RETIRED
    packet.save()
    assert record(world, YEARS_LATER) is None


def test_staff_of_another_agency_see_no_record(world: World, acting: Acting) -> None:
    acting.submitted()
    assert record(world, YEARS_LATER, user=person(Role.REPORTER, world.east)) is None
    assert record(world, YEARS_LATER, user=world.reporter).on_time == 1


def test_several_agencies_are_counted_together(world: World, acting: Acting, django_assert_num_queries) -> None:
    acting.submitted()
    world.packet(world.east)
    shown = moment({"period": "2021Q1"}, readable_plans(world.supervisor), now=YEARS_LATER)
    agencies = [world.bureau.pk, world.east.pk, world.west.pk]
    with django_assert_num_queries(2):
        found = timeliness(shown, world.supervisor, agencies, now=YEARS_LATER)
    assert set(found) == {world.bureau.pk, world.east.pk}, "the west was asked for nothing"
    assert numbers(together(found.values())) == (1, 0, 1, 0, 2)


def test_the_windows_of_the_small_plan_are_those_that_these_tests_name(world: World) -> None:
    period = ReportingPeriod.objects.get(code="2021Q1")
    moments = (period.due_at, period.grace_until, period.closes_at)
    assert moments == (at("2021-04-16 00:00"), at("2021-04-21 00:00"), at("2021-05-01 00:00"))
