"""The queue of the office: who sees it, what stands where and in which order, and accepting many."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Membership
from agencies.roles import Role
from reports.models import Acceptance, Entry, ReportingPeriod
from tests.factories import at, person
from tests.reports.pages import text

DESK = "/desk/"
SECTIONS = ("waiting", "returned", "missing", "done")
STATEMENTS = 8


@pytest.fixture
def open_quarter(world):
    """The first quarter can be entered today; it was due long ago."""
    closes = timezone.now() + timedelta(days=1)
    ReportingPeriod.objects.filter(pk=world.periods[0].pk).update(closes_at=closes)
    return world


def hand_in(world, acting, agency, value="5", **kwargs):
    packet = world.packet(agency)
    acting.save(world.line(world.posts, agency), by=person(Role.REPORTER, agency), value=value, explanation="已核实")
    return acting.submit(packet, by=person(Role.APPROVER, agency), **kwargs)


def sections(response) -> dict[str, list[str]]:
    """Agencies by section, in the order of the page."""
    html = response.content.decode()
    found = {}
    for code in SECTIONS:
        section = re.search(rf'<section [^>]*id="{code}".*?</section>', html, re.DOTALL)[0]
        found[code] = re.findall(r"data-opens[^>]*>([^<]+)</a>", section)
    return found


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("supervisor", 200),
        ("auditor", 200),
        ("reporter", 403),
        ("approver", 403),
        ("plan_manager", 403),
        ("operator", 403),
    ],
)
def test_who_sees_the_desk(world, browse, who, status):
    world.packet()
    assert browse(getattr(world, who), DESK).status_code == status


@pytest.mark.parametrize(("who", "is_there"), [("supervisor", True), ("auditor", True), ("reporter", False)])
@pytest.mark.parametrize("page", ["/", "/packets/"])
def test_it_is_in_the_navigation_of_who_sees_it(world, browse, who, is_there, page):
    for _ in range(2):  # the second time the reading page comes from the cache
        assert ('href="/desk/"' in browse(getattr(world, who), page).content.decode()) == is_there


def test_packets_stand_where_they_are(open_quarter, acting, browse):
    world = open_quarter
    hand_in(world, acting, world.east)
    west = hand_in(world, acting, world.west)
    acting.give_back(west)
    world.packet()
    assert sections(browse(world.supervisor, DESK)) == {
        "waiting": ["east"], "returned": ["west"], "missing": ["bureau"], "done": [],
    }  # fmt: skip
    acting.accept(world.packet(world.east))
    shown = browse(world.supervisor, DESK)
    assert sections(shown)["done"] == ["east"]
    assert "0 Waiting for you 1 With the agency 1 Not handed in 1 Done" in text(shown)


def test_a_packet_with_one_line_returned_still_waits_for_the_others(open_quarter, acting, browse):
    world = open_quarter
    packet = acting.submitted()
    acting.give_back(packet, entries=[world.line(world.share).pk])
    assert sections(browse(world.supervisor, DESK))["waiting"] == ["bureau"]
    assert "2 /3" in text(browse(world.supervisor, DESK))


def test_what_waits_of_a_closed_quarter_is_not_forgotten(world, acting, browse):
    hand_in(world, acting, world.east)
    world.packet(world.west)
    shown = sections(browse(world.supervisor, DESK))
    assert shown["waiting"] == ["east"], "its window closed long ago"
    assert shown["missing"] == [], "nobody can enter this any more"
    assert sections(browse(world.supervisor, f"{DESK}?period=2021Q1"))["missing"] == ["west"], "but it can be asked for"


def test_a_correction_waits_with_the_agency_and_then_for_the_office(world, acting, browse):
    acting.accept(hand_in(world, acting, world.east))
    line = acting.correct(world.line(world.posts, world.east), by=person(Role.REPORTER, world.east))
    assert sections(browse(world.supervisor, DESK))["returned"] == ["east"]
    acting.save(line, by=person(Role.REPORTER, world.east), value="6", explanation="已核实")
    acting.submit(world.packet(world.east), by=person(Role.APPROVER, world.east))
    shown = browse(world.supervisor, DESK)
    assert sections(shown)["waiting"] == ["east"]
    assert re.search(r'name="packet" value="\d+:\d+" disabled', shown.content.decode()), "it has to be opened"


def test_the_order_is_by_due_date_lateness_and_doubts(world, acting, browse):
    for agency, period in ((world.east, 1), (world.west, 1)):
        packet = world.packet(agency, period)
        acting.save(
            world.line(world.posts, agency, period), by=person(Role.REPORTER, agency), value="5", now=at("2021-07-02")
        )
        acting.submit(packet, by=person(Role.APPROVER, agency), now=at("2021-07-02"))
    hand_in(world, acting, world.west)
    hand_in(world, acting, world.east, now=at("2021-04-20"))
    Entry.objects.filter(pk=world.line(world.posts, world.west, 1).pk).update(doubts=[["evidence_missing", {}]])
    shown = browse(world.supervisor, DESK).content.decode()
    rows = re.findall(r'data-opens href="/packets/(\w+)/(\w+)/review/', shown)
    assert rows == [("east", "2021Q1"), ("west", "2021Q1"), ("west", "2021Q2"), ("east", "2021Q2")]


def test_the_biggest_change_is_said(open_quarter, acting, browse):
    world = open_quarter
    acting.accept(hand_in(world, acting, world.east, "10"))
    packet = world.packet(world.east, 1)
    acting.save(
        world.line(world.posts, world.east, 1), by=person(Role.REPORTER, world.east), value="15",
        explanation="已核实", now=at("2021-07-02"),
    )  # fmt: skip
    acting.submit(packet, by=person(Role.APPROVER, world.east), now=at("2021-07-02"))
    assert "+50% Target posts" in text(browse(world.supervisor, DESK))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("text=EAST", ["east"]), ("text=市east", ["east"]), ("text=nobody", []), ("text=%00", ["east", "west"]),
        ("line=network", ["east", "west"]), ("line=lost", ["east", "west"]), ("period=2021Q1", ["east", "west"]),
        ("period=2021Q2", []), ("period=%00", ["east", "west"]), ("plan=small", ["east", "west"]),
    ],
)  # fmt: skip
def test_it_is_narrowed(open_quarter, acting, browse, query, found):
    for agency in (open_quarter.east, open_quarter.west):
        hand_in(open_quarter, acting, agency)
    assert sections(browse(open_quarter.supervisor, f"{DESK}?{query}"))["waiting"] == found


def test_a_plan_that_is_not_there(world, browse):
    assert browse(world.supervisor, f"{DESK}?plan=large").status_code == 404


def test_without_a_plan(db, browse):
    assert "load_plan" in text(browse(person(Role.SUPERVISOR), DESK))


def test_an_extension_is_offered_where_something_is_missing(open_quarter, acting, browse):
    open_quarter.packet()
    shown = browse(open_quarter.supervisor, DESK).content.decode()
    assert 'action="/packets/bureau/2021Q1/extension/?plan=small"' in shown
    assert "extension/" not in browse(open_quarter.auditor, DESK).content.decode()


def test_it_costs_the_same_for_one_packet_and_for_three(
    open_quarter, acting, browse, client, django_assert_num_queries
):
    world = open_quarter
    hand_in(world, acting, world.east)
    browse(world.supervisor, DESK)
    with django_assert_num_queries(STATEMENTS):
        assert len(sections(client.get(DESK))["waiting"]) == 1
    hand_in(world, acting, world.west)
    acting.submitted()
    with django_assert_num_queries(STATEMENTS):
        assert len(sections(client.get(DESK))["waiting"]) == 3


def test_a_page_that_follows_takes_no_message_away(open_quarter, acting, browse, client):
    world = open_quarter
    hand_in(world, acting, world.east)
    browse(world.supervisor, f"{DESK}accept/", {"packet": []})
    for address in (DESK, "/"):
        assert "No packet was chosen." not in text(client.get(address, headers={"X-Refresh": "1"}))
    assert "No packet was chosen." in text(client.get(DESK))


class TestAcceptingMany:
    ADDRESS = f"{DESK}accept/"

    @pytest.fixture
    def packets(self, open_quarter, acting):
        world = open_quarter
        return [hand_in(world, acting, world.east), hand_in(world, acting, world.west), acting.submitted()]

    def chosen(self, packets) -> dict:
        return {"packet": [f"{one.pk}:{one.version}" for one in packets], "plan": "small"}

    @pytest.mark.parametrize(
        ("who", "status"),
        [("supervisor", 302), ("auditor", 403), ("approver", 403), ("plan_manager", 403), ("operator", 403)],
    )
    def test_who_may(self, world, packets, browse, who, status):
        assert browse(getattr(world, who), self.ADDRESS, self.chosen(packets)).status_code == status
        assert Acceptance.objects.count() == (3 if status == 302 else 0)

    def test_what_became_of_each_is_said(self, world, packets, browse):
        acted = person(Role.APPROVER, world.west)
        Membership.objects.create(user=acted, role=Role.SUPERVISOR)
        stale = self.chosen(packets)
        packets[0].version = 0
        stale["packet"][0] = f"{packets[0].pk}:0"
        browse(acted, self.ADDRESS, stale)
        shown = text(browse(acted, DESK))
        assert "1 packet accepted: #1." in shown
        assert "east Q1 2021 was not accepted: Somebody else changed this in the meantime." in shown
        assert "west Q1 2021 was not accepted: You submitted this packet yourself" in shown
        assert "Entered or submitted by you" in shown, "and it cannot be chosen again"

    @pytest.mark.parametrize("sent", ["", "x", "1", "9" * 30 + ":1", "1:x", "-1:2", "1:\x00"])
    def test_what_names_no_packet_is_none(self, world, packets, browse, sent):
        assert browse(world.supervisor, self.ADDRESS, {"packet": sent, "plan": "\x00"}).status_code == 302
        assert not Acceptance.objects.exists()
        assert "No packet was chosen." in text(browse(world.supervisor, DESK))

    def test_it_is_for_posts_only(self, world, browse):
        assert browse(world.supervisor, self.ADDRESS).status_code == 405
