"""Packets that somebody must see to: each kind with what belongs to it and what does not, and since when."""

from __future__ import annotations

from datetime import datetime

import pytest

from agencies.models import User
from agencies.roles import Role
from reports.models import ReportingPeriod, Submission
from reports.selectors.attention import LISTED, Packets, packets_to_see
from reports.selectors.moment import moment
from reports.selectors.plans import readable_plans
from reports.services.periods import extend
from tests.factories import AgencyFactory, World, at, person
from tests.reports.conftest import WEB, Acting

IN_GRACE, OVERDUE, CLOSED = at("2021-04-20"), at("2021-04-22"), at("2021-06-01")


def to_see(world: World, now: datetime = OVERDUE, user: User | None = None, period: str = "2021Q1") -> Packets:
    reader = user or world.supervisor
    return packets_to_see(moment({"period": period}, readable_plans(reader), now=now), reader, now)


def agencies(packets: tuple) -> list[str]:
    return [one.agency_code for one in packets]


def test_a_packet_that_was_not_handed_in_within_the_grace_is_overdue(world: World) -> None:
    world.packet()
    assert to_see(world, IN_GRACE).overdue == ()
    (found,) = to_see(world).overdue
    assert (found.agency_code, found.period, found.since) == ("bureau", "2021Q1", "2021-04-15"), "since it was due"
    assert str(to_see(world, CLOSED).overdue[0].word) == "未报", "it can be entered no more"


def test_what_was_handed_in_is_not_overdue_even_when_it_was_sent_back(world: World, acting: Acting) -> None:
    packet = acting.submitted()
    assert to_see(world).overdue_total == 0
    acting.give_back(packet)
    assert to_see(world).overdue_total == 0


def test_who_has_more_time_is_not_overdue_before_it_ends(world: World) -> None:
    packet = world.packet()
    extend(packet.period, world.bureau, until=at("2021-07-01"), reason="延期", by=world.supervisor, at=at("2021-04-16"),
           door=WEB)  # fmt: skip
    assert to_see(world, CLOSED).overdue_total == 0
    assert to_see(world, at("2021-07-02")).overdue_total == 1


def test_a_packet_of_which_nothing_is_asked_any_more_is_not_overdue(world: World) -> None:
    packet = world.packet()
    packet.state = "retired"
    packet.save()
    assert to_see(world).overdue_total == 0


def test_overdue_are_those_of_the_shown_quarter_and_of_quarters_that_are_open(world: World) -> None:
    world.packet()
    world.packet(period=1)
    assert [one.period for one in to_see(world, at("2021-07-22")).overdue] == ["2021Q1", "2021Q2"]
    assert [one.period for one in to_see(world, at("2021-07-22"), period="2021Q2").overdue] == ["2021Q2"]
    assert [one.period for one in to_see(world, at("2022-01-01")).overdue] == ["2021Q1"], "the second one is closed"


def doubted(world: World, acting: Acting, **typed: str) -> Submission:
    """A line of the bureau a hundred times above the goal: a doubt."""
    acting.save(world.line(world.stations), value="10000", now=at("2021-04-11"), **typed)
    return world.packet()


def test_a_line_with_doubts_that_nobody_explained(world: World, acting: Acting) -> None:
    doubted(world, acting)
    found = to_see(world, at("2021-04-12"))
    (packet,) = found.doubtful
    assert (packet.agency_code, packet.lines, packet.since) == ("bureau", 1, "2021-04-11")
    assert (found.doubtful_total, found.doubtful_lines, found.overdue_total) == (1, 1, 0)


def test_an_explained_doubt_needs_no_attention_nor_does_what_was_decided(world: World, acting: Acting) -> None:
    packet = doubted(world, acting, explanation="集中验收")
    assert to_see(world).doubtful == ()
    packet.entries.update(state="accepted", explanation="", submitted_by=world.approver)
    assert to_see(world).doubtful == (), "what was accepted cannot be explained any more"


def test_a_doubt_needs_attention_whatever_its_quarter(world: World, acting: Acting) -> None:
    doubted(world, acting)
    assert to_see(world, at("2022-01-01"), period="2021Q2").doubtful_total == 1


def test_agency_staff_see_their_own_packets_only(world: World, acting: Acting) -> None:
    doubted(world, acting)
    world.packet(world.east)
    east = to_see(world, user=person(Role.REPORTER, world.east))
    assert (agencies(east.overdue), east.doubtful) == (["east"], ())
    bureau = to_see(world, user=world.reporter)
    assert (agencies(bureau.overdue), agencies(bureau.doubtful)) == (["bureau"], ["bureau"])
    assert to_see(world, user=world.plan_manager) == Packets((), 0, (), 0, 0)


@pytest.mark.parametrize("more", [1, LISTED + 2])
def test_a_list_is_cut_says_its_total_and_costs_one_statement(
    world: World, django_assert_num_queries, more: int
) -> None:
    period = ReportingPeriod.objects.get(code="2021Q1")
    for number in range(more):
        agency = AgencyFactory(code=f"late-{number}")
        Submission.objects.create(agency=agency, period=period, created_at=period.opens_at)
    shown = moment({"period": "2021Q1"}, readable_plans(world.supervisor), now=OVERDUE)
    with django_assert_num_queries(1):
        found = packets_to_see(shown, world.supervisor, OVERDUE)
    assert (len(found.overdue), found.overdue_total) == (min(more, LISTED), more)
