"""What waits for a person, in words, and by when: both sides of every boundary."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from agencies.models import Membership
from agencies.roles import Role
from reports.models import Submission
from reports.selectors.agenda import agenda, late_word
from reports.selectors.packets import packets
from reports.services.packets import open_packets
from reports.services.periods import extend
from tests.factories import at
from tests.reports.conftest import WEB

TICK = timedelta(microseconds=1)
OPENS, DUE, GRACE, CLOSES = (at(f"{day} 00:00") for day in ("2021-04-01", "2021-04-16", "2021-04-21", "2021-05-01"))


def said(user, now) -> list[str]:
    """ "agency: sentence" for each sentence, in English."""
    with override("en"):
        return [f"{item.submission.agency.code}: {one}" for item in agenda(user, now) for one in item.sentences]


@pytest.fixture
def opened(world):
    open_packets(world.periods[0], at=OPENS)
    return world


@pytest.mark.parametrize(
    ("now", "sentences"),
    [
        (OPENS - TICK, []),
        (OPENS, ["bureau: 3 of 3 lines missing · due in 14 days"]),
        (at("2021-04-14 23:59"), ["bureau: 3 of 3 lines missing · due in 1 day"]),
        (at("2021-04-15 00:00"), ["bureau: 3 of 3 lines missing · due today"]),
        (DUE - TICK, ["bureau: 3 of 3 lines missing · due today"]),
        (DUE, ["bureau: 3 of 3 lines missing · was due on 2021-04-15, can be entered until 2021-04-30"]),
        (GRACE, ["bureau: 3 of 3 lines missing · was due on 2021-04-15, can be entered until 2021-04-30"]),
        (GRACE + TICK, ["bureau: 3 of 3 lines missing · overdue since 2021-04-15, can be entered until 2021-04-30"]),
        (CLOSES - TICK, ["bureau: 3 of 3 lines missing · overdue since 2021-04-15, can be entered until 2021-04-30"]),
        (CLOSES, []),
    ],
)
def test_a_packet_that_waits(opened, now, sentences):
    assert said(opened.reporter, now) == sentences


def test_it_goes_down_with_every_line_and_away_with_the_packet(opened, acting):
    packet = opened.packet()
    acting.save(opened.line(opened.stations), value="7")
    assert said(opened.reporter, at("2021-04-10")) == ["bureau: 2 of 3 lines missing · due in 5 days"]
    acting.fill(packet)
    assert said(opened.reporter, at("2021-04-10")) == ["bureau: complete, but not submitted · due in 5 days"]
    acting.submit(packet)
    assert said(opened.reporter, at("2021-04-10")) == []


def test_a_retired_line_is_no_line(opened):
    opened.stations.retired_on = at("2021-04-02").date()
    opened.stations.save()
    open_packets(opened.periods[0], at=at("2021-04-02"))
    assert said(opened.reporter, at("2021-04-10")) == ["bureau: 2 of 2 lines missing · due in 5 days"]


RETURNED = "bureau: 1 line returned, to be entered again until 2021-05-20 12:00"


@pytest.mark.parametrize(
    ("now", "sentences"), [("2021-04-21", [RETURNED]), ("2021-05-20 11:59", [RETURNED]), ("2021-05-20 12:00", [])]
)
def test_returned_lines_wait_until_their_own_deadline(opened, acting, now, sentences):
    packet = acting.submitted()
    acting.give_back(packet, entries=[opened.line(opened.stations).pk], until=at("2021-05-20 12:00"))
    assert said(opened.reporter, at(now)) == sentences
    assert all(item.is_pressing for item in agenda(opened.reporter, at(now)))


def test_a_correction_waits_whatever_the_window(opened, acting):
    acting.accept(acting.submitted())
    acting.correct(opened.line(opened.stations))
    assert said(opened.reporter, at("2025-01-01")) == ["bureau: 1 correction to be entered"]


def test_an_extension_keeps_it_open(opened):
    extend(
        opened.periods[0], opened.bureau, until=at("2021-06-01 00:00"), reason="系统迁移", by=opened.supervisor,
        at=at("2021-04-05"), door=WEB,
    )  # fmt: skip
    words = "bureau: 3 of 3 lines missing · was due on 2021-04-15, can be entered until 2021-05-31"
    assert said(opened.reporter, at("2021-06-01 00:00") - TICK) == [words]
    assert said(opened.reporter, at("2021-06-01 00:00")) == []


@pytest.mark.parametrize("who", ["supervisor", "auditor", "plan_manager", "operator"])
def test_it_is_for_who_enters_figures(opened, who):
    assert agenda(getattr(opened, who), at("2021-04-10")) == []


def test_one_statement_for_any_number_of_packets(opened, django_assert_num_queries):
    user = opened.reporter
    assert user.roles
    with django_assert_num_queries(1):
        assert len(said(user, at("2021-04-10"))) == 1
    for agency in (opened.east, opened.west):
        Membership.objects.create(user=user, role=Role.REPORTER, agency=agency)
    del user.roles
    assert user.roles
    with django_assert_num_queries(1):
        assert len(said(user, at("2021-04-10"))) == 3


# --- what a list says ---------------------------------------------------------------------------------------------


def word(world, now) -> str:
    row: Submission = packets(world.plan, world.supervisor).get(agency=world.bureau)
    with override("en"):
        return late_word(row, now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(DUE, ""), (DUE + TICK, "Late"), (GRACE + TICK, "Overdue"), (CLOSES - TICK, "Overdue"), (CLOSES, "Not handed in")],
)
def test_the_word_for_a_packet_that_was_not_handed_in(opened, now, expected):
    assert word(opened, now) == expected


@pytest.mark.parametrize(("handed_in", "expected"), [(DUE, ""), (DUE + TICK, "Late")])
def test_the_word_for_one_that_was(opened, acting, handed_in, expected):
    packet = opened.packet()
    acting.fill(packet)
    acting.submit(packet, now=handed_in)
    assert word(opened, at("2026-01-01")) == expected


def test_there_is_none_for_one_that_is_asked_for_no_more(opened):
    Submission.objects.filter(agency=opened.bureau).update(state="retired")
    assert word(opened, at("2026-01-01")) == ""


def test_a_returned_line_stays_after_the_deadline_of_another_has_passed(opened, acting):
    packet = opened.packet()
    acting.fill(packet)
    acting.submit(packet)
    for target, until in ((opened.share, "2021-05-10 00:00"), (opened.stations, "2021-05-20 00:00")):
        acting.give_back(packet, entries=[opened.line(target).pk], until=at(until))
    acting.accept(packet)
    sentence = "bureau: {} returned, to be entered again until {}"
    assert said(opened.reporter, at("2021-05-09")) == [sentence.format("2 lines", "2021-05-09")]
    assert said(opened.reporter, at("2021-05-12")) == [sentence.format("1 line", "2021-05-19")]
    assert said(opened.reporter, at("2021-05-20 00:00")) == []
