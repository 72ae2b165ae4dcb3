"""What the supervision office does on a packet's page, and the request for a correction."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.roles import Role
from reports.models import Acceptance
from tests.factories import person
from tests.reports.pages import PAGE, text

REVIEW = f"{PAGE}review/"


@pytest.fixture
def submitted(packet, acting):
    acting.fill(packet)
    acting.submit(packet)
    packet.refresh_from_db()
    return packet


def decision(packet, action, *entries, **typed):
    return {"action": action, "version": packet.version, "entry": [entry.pk for entry in entries], **typed}


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("reporter", 403), ("approver", 403), ("auditor", 403), ("plan_manager", 404), ("operator", 404),
        ("stranger", 404), ("supervisor", 302),
    ],
)  # fmt: skip
def test_who_may_decide(world, submitted, browse, who, status):
    user = person(Role.REPORTER, world.east) if who == "stranger" else getattr(world, who)
    assert browse(user, REVIEW, decision(submitted, "accept")).status_code == status
    assert Acceptance.objects.exists() == (status == 302)


def test_the_office_sees_figures_in_comparison_and_no_fields(world, submitted, browse):
    shown = browse(world.supervisor)
    assert "expected by now: 49.4 stations" in text(shown)
    assert "10 stations" in text(shown)
    assert 'form="entry-form"' not in shown.content.decode()
    assert "Accept all submitted lines" in text(shown)
    assert "Accept all submitted lines" not in text(browse(world.auditor))


def test_all_lines_are_accepted_at_once(world, submitted, browse):
    browse(world.supervisor, REVIEW, decision(submitted, "accept"))
    assert Acceptance.objects.get().figure_count == 3
    assert "Accepted: block 1 of the ledger, 3 figures." in text(browse(world.supervisor))


@pytest.mark.parametrize("action", ["", "save", "return"])
def test_what_asks_for_no_decision_accepts_nothing(world, submitted, browse, action):
    browse(world.supervisor, REVIEW, decision(submitted, action))
    assert not Acceptance.objects.exists()
    assert "There is nothing to decide on here." in text(browse(world.supervisor))


def test_the_enter_key_decides_nothing(world, submitted, browse):
    html = browse(world.supervisor).content.decode()
    first = re.search(r'<form id="review-form".*?</form>', html, re.DOTALL)[0]
    assert '<button type="submit" disabled hidden>' in first, "a form's first button is what the Enter key presses"


def test_chosen_lines_are_accepted_and_others_returned(world, submitted, browse):
    browse(world.supervisor, REVIEW, decision(submitted, "accept_chosen", world.line(world.share)))
    submitted.refresh_from_db()
    until = timezone.localdate() + timedelta(days=3)
    typed = {"reason": "请核实", "until": until.isoformat()}
    browse(world.supervisor, REVIEW, decision(submitted, "return_chosen", world.line(world.stations), **typed))
    states = [world.line(target).state for target in (world.stations, world.share, world.centre)]
    assert states == ["returned", "accepted", "submitted"]
    line = world.line(world.stations)
    assert line.return_reason == "请核实"
    assert timezone.localtime(line.returned_until).date() == until + timedelta(days=1), "the last day counts whole"
    assert "请核实" in text(browse(world.reporter))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"reason": "", "until": "2100-01-01"}, "A reason is needed."),
        ({"reason": "请核实", "until": "2021-01-01"}, "The new deadline has passed already."),
        ({"reason": "请核实", "until": "tomorrow"}, "Enter a valid date."),
        ({"reason": "请核实", "until": ""}, "This field is required."),
        ({"reason": "请核实", "until": "9999-12-31"}, "Enter a valid date."),
    ],
)
def test_a_refused_return_keeps_what_was_typed_and_chosen(world, submitted, browse, typed, words):
    line = world.line(world.stations)
    response = browse(world.supervisor, REVIEW, decision(submitted, "return_chosen", line, **typed))
    assert response.status_code == 422
    assert words in text(response)
    assert typed["reason"] in text(response)
    assert f'name="entry" value="{line.pk}" checked' in response.content.decode()
    assert world.line(world.stations).state == "submitted"


def test_nothing_chosen_is_said(world, submitted, browse):
    browse(world.supervisor, REVIEW, decision(submitted, "accept_chosen"))
    assert "There is nothing to decide on here." in text(browse(world.supervisor))
    assert not Acceptance.objects.exists()


def test_a_packet_that_moved_on_is_not_accepted_unseen(world, submitted, browse):
    seen = decision(submitted, "accept")
    browse(world.supervisor, REVIEW, decision(submitted, "accept_chosen", world.line(world.share)))
    browse(world.supervisor, REVIEW, seen)
    assert "Somebody else changed this" in text(browse(world.supervisor))
    assert Acceptance.objects.count() == 1


def test_deciding_is_for_posts_only(world, submitted, browse):
    assert browse(world.supervisor, REVIEW).status_code == 405


class TestCorrection:
    @pytest.fixture
    def accepted(self, world, submitted, acting):
        acting.accept(submitted)
        return world.line(world.stations)

    def address(self, line) -> str:
        return f"{PAGE}{line.pk}/correction/"

    @pytest.mark.parametrize(
        ("who", "status"),
        [("reporter", 302), ("supervisor", 302), ("auditor", 403), ("plan_manager", 404), ("operator", 404)],
    )
    def test_who_may_ask(self, world, accepted, browse, who, status):
        response = browse(getattr(world, who), self.address(accepted), {"reason": "漏报"})
        assert response.status_code == status
        assert (world.line(world.stations).correction_reason == "漏报") == (status == 302)

    def test_the_new_line_shows_the_accepted_figure_beside_it(self, world, accepted, browse):
        browse(world.reporter, self.address(accepted), {"reason": "漏报"})
        shown = text(browse(world.reporter))
        assert "Correction: 漏报" in shown
        assert "accepted for this quarter: 10 stations" in shown

    def test_a_reason_is_needed(self, world, accepted, browse):
        browse(world.reporter, self.address(accepted), {"reason": " "})
        assert "A reason is needed." in text(browse(world.reporter))

    def test_a_reason_that_cannot_be_stored(self, world, accepted, browse):
        browse(world.reporter, self.address(accepted), {"reason": "长" * 2001})
        assert "longer than 2,000 characters" in text(browse(world.reporter))
        browse(world.reporter, self.address(accepted), {"reason": "漏\x00报"})
        assert world.line(world.stations).correction_reason == "漏报"

    def test_a_line_of_another_packet_is_not_there(self, world, accepted, browse):
        foreign = world.line(world.posts, world.east)
        assert browse(world.supervisor, self.address(foreign), {"reason": "x"}).status_code == 404
