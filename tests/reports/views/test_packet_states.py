"""What the packet's page says beside its lines: days left, returned lines first, taking back, lines not asked for."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from agencies.roles import Role
from reports.models import Entry
from reports.views.packet_page import standing
from targets.rules import AssignmentRole
from tests.factories import AssignmentFactory, at, person
from tests.history import accepted
from tests.reports.pages import PAGE, fields, text


@pytest.mark.parametrize(
    ("now", "left", "is_late", "window"),
    [
        ("2021-03-20", "26 days left", False, "It can be entered from 2021-04-01 00:00."),
        ("2021-04-14 23:59", "1 day left", False, "It can be entered until 2021-04-30."),
        ("2021-04-15 23:59", "due today", False, "It can be entered until 2021-04-30."),
        ("2021-04-16 00:00", "1 day past due", True, "It can be entered until 2021-04-30."),
        ("2021-05-01 00:00", "16 days past due", True, "It could be entered until 2021-04-30."),
    ],
)
def test_the_days_that_are_left_are_counted_in_the_plans_own_days(world, now, left, is_late, window):
    with override("en"):
        found = standing(world.packet(), at(now))
    assert (found.due, found.left, found.is_late, found.window) == ("2021-04-15", left, is_late, window)


def test_an_extension_is_named(world, packet, browse):
    assert "It can be entered until 2099-12-31, by an extension." in text(browse(world.reporter))


def test_returned_lines_stand_first_with_reason_and_deadline(world, packet, acting, browse):
    acting.fill(packet)
    acting.submit(packet)
    acting.give_back(packet, entries=[world.line(world.centre).pk], reason="请补充日期", until=at("2100-01-01 00:00"))
    response = browse(world.reporter)
    first = response.context["groups"][0]
    assert (first.title, [row.one.entry.assignment.target for row in first.rows]) == (
        "Returned by the supervision office", [world.centre],
    )  # fmt: skip
    assert "Returned: 请补充日期 to be entered again until 2099-12-31" in text(response)


def test_the_summary_counts_what_is_to_be_done(world, packet, acting, browse):
    assert "0 of 3 lines filled 0 doubts to explain nothing saved yet" in text(browse(world.reporter))
    acting.save(world.line(world.stations), value="34000")
    assert "1 of 3 lines filled 1 doubt to explain last saved 2021-04-10 12:00" in text(browse(world.reporter))


def test_a_retired_line_is_read_and_not_asked_for(world, packet, acting, browse):
    line = world.line(world.stations)
    acting.save(line, value="5")
    Entry.objects.filter(pk=line.pk).update(state="retired")
    response = browse(world.reporter)
    assert "no longer asked for" in text(response)
    assert "Stored: 5 stations" in text(response)
    assert not [name for name in fields(response) if name.startswith(f"line-{line.pk}-")]
    assert "0 of 2 lines filled" in text(response)


def test_the_lead_and_a_district_see_whether_the_parts_add_up(world, packet, acting, browse):
    AssignmentFactory(target=world.posts, agency=world.bureau, role=AssignmentRole.LEAD, counts=False, position=1)
    world.packet()
    accepted(world, world.posts, "12", world.east)
    acting.save(world.line(world.posts), value="15")
    shown = text(browse(world.reporter))
    assert "Districts together: 12 stations (1 of 2 reported)" in shown
    assert "difference: +3 stations" in shown
    shown = text(browse(person(Role.REPORTER, world.east), PAGE.replace("bureau", "east")))
    assert "bureau has no figure for the whole city yet" in shown, "what is not accepted is nobody else's to read"


class TestTakingBack:
    @pytest.fixture
    def submitted(self, packet, acting):
        acting.fill(packet)
        return acting.submit(packet)

    @pytest.mark.parametrize(
        ("who", "status"),
        [
            ("approver", 302), ("reporter", 403), ("supervisor", 403), ("auditor", 403), ("plan_manager", 404),
            ("operator", 404), ("stranger", 404),
        ],
    )  # fmt: skip
    def test_who_may(self, world, submitted, browse, who, status):
        user = person(Role.APPROVER, world.east) if who == "stranger" else getattr(world, who)
        assert browse(user, f"{PAGE}withdraw/", {}).status_code == status
        assert (world.line(world.stations).state == "draft") == (status == 302)

    def test_it_is_offered_until_the_office_decides(self, world, submitted, acting, browse):
        assert "Take the packet back" in text(browse(world.approver))
        assert "Take the packet back" not in text(browse(world.reporter))
        acting.accept(submitted, entries=[world.line(world.share).pk])
        assert "Take the packet back" not in text(browse(world.approver))
        browse(world.approver, f"{PAGE}withdraw/", {})
        assert "has already decided on a line" in text(browse(world.approver))

    def test_a_correction_is_withdrawn_by_who_asked(self, world, submitted, acting, browse):
        acting.accept(submitted)
        line = acting.correct(world.line(world.stations))
        address = f"{PAGE}{line.pk}/correction/withdraw/"
        assert "Withdraw the correction" in text(browse(world.reporter))
        assert "Withdraw the correction" not in text(browse(world.supervisor))
        assert browse(world.auditor, address, {}).status_code == 403
        assert browse(world.plan_manager, address, {}).status_code == 404
        browse(world.supervisor, address, {})
        assert "Only who asked for this correction" in text(browse(world.supervisor))
        browse(world.reporter, address, {})
        assert "The correction was withdrawn" in text(browse(world.reporter))
        assert browse(world.reporter, address, {}).status_code == 404
        assert world.line(world.stations).state == "accepted"

    def test_taking_back_is_for_posts_only(self, world, submitted, browse):
        assert browse(world.approver, f"{PAGE}withdraw/").status_code == 405
        assert browse(world.approver, f"{PAGE}1/correction/withdraw/").status_code == 405
