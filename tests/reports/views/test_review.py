"""The comparison page of the supervision office: deciding line by line, extensions, the request for a correction."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import AuditEvent, Membership
from agencies.roles import Role
from reports.models import Acceptance, Entry, Extension
from reports.services.packets import open_packets
from tests.factories import at, person
from tests.history import accepted
from tests.reports.pages import PAGE, text

REVIEW = f"{PAGE}review/"
STATEMENTS = 24


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def states(world) -> list[str]:
    return [world.line(target).state for target in (world.stations, world.share, world.centre)]


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


@pytest.mark.parametrize(
    ("who", "status"),
    [("supervisor", 200), ("auditor", 200), ("reporter", 403), ("approver", 403), ("plan_manager", 404)],
)
def test_who_may_look(world, submitted, browse, who, status):
    assert browse(getattr(world, who), REVIEW).status_code == status


def test_a_line_is_compared_with_its_goal_and_who_handed_it_in(world, submitted, browse):
    shown = text(browse(world.supervisor, REVIEW))
    assert "expected by now: 49.4 stations" in shown
    assert "with this figure: Far behind 10.0%" in shown
    assert "entered by Reporter-Bureau, 2021-04-10 12:00 submitted by Approver-Bureau" in shown
    assert "3 lines to decide on." in shown


def test_the_change_is_said_against_the_last_accepted_figure(world, acting, browse):
    accepted(world, world.stations, "40")
    packet = world.packet(period=1, now=at("2021-07-01"))
    acting.save(world.line(world.stations, period=1), value="50", now=at("2021-07-02"))
    for target, typed in ((world.share, {"numerator": "1", "denominator": "2"}), (world.centre, {"stage": "done"})):
        acting.save(world.line(target, period=1), now=at("2021-07-02"), **typed)
    acting.submit(packet, now=at("2021-07-02"))
    shown = text(browse(world.supervisor, "/packets/bureau/2021Q2/review/"))
    assert "40 stations Q1 2021" in shown
    assert "change: +10 stations (+25%)" in shown


def test_doubtful_lines_come_first_with_their_explanation_unless_the_plan_order_is_asked_for(world, submitted, browse):
    line = world.line(world.centre)
    Entry.objects.filter(pk=line.pk).update(doubts=[["evidence_missing", {}]], explanation="附件后补")
    first = text(browse(world.supervisor, REVIEW))
    assert first.index("Look at these first 1") < first.index("Target centre") < first.index("Target stations")
    assert "Explanation: 附件后补" in first
    planned = text(browse(world.supervisor, f"{REVIEW}?order=plan"))
    assert planned.index("Target stations") < planned.index("Target centre")


def test_an_auditor_has_nothing_to_decide_with(world, submitted, browse):
    assert 'name="version"' in browse(world.supervisor, REVIEW).content.decode()
    shown = browse(world.auditor, REVIEW).content.decode()
    assert 'name="version"' not in shown and 'type="radio"' not in shown


def test_the_page_costs_the_same_however_many_lines(world, acting, browse, client, django_assert_num_queries):
    packet = world.packet()
    browse(world.supervisor, REVIEW)
    Entry.objects.filter(pk__in=[world.line(world.share).pk, world.line(world.centre).pk]).delete()
    with django_assert_num_queries(STATEMENTS):
        client.get(REVIEW)
    open_packets(packet.period, at=at("2021-04-10"))
    assert packet.entries.count() == 3
    with django_assert_num_queries(STATEMENTS):
        client.get(REVIEW)


def test_all_lines_are_accepted_at_once(world, submitted, browse):
    response = browse(world.supervisor, REVIEW, decision(submitted, "accept"))
    assert response.headers["location"] == "/desk/?plan=small", "nothing else waits"
    assert Acceptance.objects.get().figure_count == 3
    assert "bureau Q1 2021 · Accepted: block 1 of the ledger, 3 figures." in text(browse(world.supervisor))


def test_each_line_is_decided_by_itself_and_the_rest_waits(world, submitted, browse):
    stations, share, centre = (world.line(target) for target in (world.stations, world.share, world.centre))
    typed = {
        f"line-{stations.pk}": "return", f"reason-{stations.pk}": "请核实单位",
        f"line-{share.pk}": "accept", f"line-{centre.pk}": "", f"reason-{centre.pk}": "typed and thought better of",
        "until": tomorrow().isoformat(),
    }  # fmt: skip
    response = browse(world.supervisor, REVIEW, decision(submitted, "decide", **typed))
    assert response.headers["location"] == f"{REVIEW}?plan=small", "a line of it still waits"
    assert states(world) == ["returned", "accepted", "submitted"]
    line = world.line(world.stations)
    assert (line.return_reason, world.line(world.centre).return_reason) == ("请核实单位", "")
    assert timezone.localtime(line.returned_until).date() == tomorrow() + timedelta(days=1), "the last day counts whole"
    assert "Accepted: block 1 of the ledger, 1 figure. 1 line returned." in text(browse(world.supervisor, REVIEW))
    assert "请核实单位" in text(browse(world.reporter))


def test_the_rest_is_accepted_with_the_marked_lines(world, submitted, browse):
    line = world.line(world.share)
    typed = {f"line-{line.pk}": "return", f"reason-{line.pk}": "请核实", "until": tomorrow().isoformat()}
    browse(world.supervisor, REVIEW, decision(submitted, "rest", **typed))
    assert states(world) == ["accepted", "returned", "accepted"]


def test_the_next_packet_follows(world, submitted, acting, browse):
    other = world.packet(world.east)
    reporter, approver = person(Role.REPORTER, world.east), person(Role.APPROVER, world.east)
    acting.save(world.line(world.posts, world.east), by=reporter, value="5")
    acting.submit(other, by=approver)
    assert "Next packet: east" in text(browse(world.supervisor, REVIEW))
    response = browse(world.supervisor, REVIEW, decision(submitted, "accept"))
    assert response.headers["location"] == "/packets/east/2021Q1/review/?plan=small"


@pytest.mark.parametrize("action", ["", "save", "return", "decide", "accept_chosen"])
def test_what_asks_for_no_decision_accepts_nothing(world, submitted, browse, action):
    response = browse(world.supervisor, REVIEW, decision(submitted, action))
    assert response.status_code == 422
    assert not Acceptance.objects.exists()
    assert "There is nothing to decide on here." in text(response)


@pytest.mark.parametrize("typed", [{"line-0": "accept"}, {"line-": "accept"}, {"entry": ["x", "9" * 30]}])
def test_a_line_that_is_not_there_is_no_decision(world, submitted, browse, typed):
    response = browse(world.supervisor, REVIEW, decision(submitted, "decide") | typed)
    assert (response.status_code, Acceptance.objects.exists()) == (422, False)


def test_the_enter_key_decides_nothing(world, submitted, browse):
    html = browse(world.supervisor, REVIEW).content.decode()
    first = re.search(r'<form id="review-form".*?</form>', html, re.DOTALL)[0]
    assert '<button type="submit" disabled hidden>' in first, "a form's first button is what the Enter key presses"


def test_chosen_lines_are_accepted_and_others_returned_by_one_reason(world, submitted, browse):
    browse(world.supervisor, REVIEW, decision(submitted, "accept_chosen", world.line(world.share)))
    submitted.refresh_from_db()
    typed = {"reason": "请核实", "until": tomorrow().isoformat()}
    browse(world.supervisor, REVIEW, decision(submitted, "return_chosen", world.line(world.stations), **typed))
    assert states(world) == ["returned", "accepted", "submitted"]
    assert world.line(world.stations).return_reason == "请核实"


@pytest.mark.parametrize(
    ("reason", "until", "words"),
    [
        ("", "2100-01-01", "A reason is needed."),
        ("长" * 2001, "2100-01-01", "longer than 2,000 characters"),
        ("请核实", "2021-01-01", "The new deadline has passed already."),
        ("请核实", "tomorrow", "Enter a valid date."),
        ("请核实", "", "This field is required."),
        ("请核实", "9999-12-31", "Enter a valid date."),
    ],
)
def test_a_refused_decision_keeps_what_was_typed_and_marked(world, submitted, browse, reason, until, words):
    line, other = world.line(world.stations), world.line(world.share)
    typed = {f"line-{line.pk}": "return", f"reason-{line.pk}": reason, f"line-{other.pk}": "accept", "until": until}
    response = browse(world.supervisor, REVIEW, decision(submitted, "decide", **typed))
    html = response.content.decode()
    assert response.status_code == 422 and words in text(response)
    assert f'name="reason-{line.pk}" value="{reason}"' in html
    assert f'name="line-{line.pk}" value="return" checked' in html
    assert f'name="line-{other.pk}" value="accept" checked' in html
    assert f'name="until" form="review-form" value="{until}"' in html
    assert states(world) == ["submitted"] * 3, "the accepted part is not done without the returned one"


def test_a_packet_that_moved_on_is_not_accepted_unseen(world, submitted, browse):
    line = world.line(world.stations)
    seen = decision(
        submitted, "rest", **{f"line-{line.pk}": "return", f"reason-{line.pk}": "请核实", "until": "2100-01-01"}
    )
    browse(world.supervisor, REVIEW, decision(submitted, "accept_chosen", world.line(world.share)))
    response = browse(world.supervisor, REVIEW, seen)
    assert response.status_code == 409
    assert "Somebody else changed this" in text(response)
    assert f'name="line-{line.pk}" value="return" checked' in response.content.decode()
    submitted.refresh_from_db()
    assert f'name="version" value="{submitted.version}"' in response.content.decode(), "the next press is of this one"
    assert Acceptance.objects.count() == 1


def test_who_had_a_hand_in_it_is_told_before_and_refused_after(world, submitted, browse):
    Membership.objects.create(user=world.approver, role=Role.SUPERVISOR)
    assert "You submitted this packet yourself" in text(browse(world.approver, REVIEW))
    assert "yourself" not in text(browse(world.supervisor, REVIEW))
    response = browse(world.approver, REVIEW, decision(submitted, "accept"))
    assert (response.status_code, Acceptance.objects.exists()) == (422, False)


class TestExtension:
    ADDRESS = f"{PAGE}extension/"

    @pytest.mark.parametrize(
        ("who", "status"),
        [("supervisor", 302), ("auditor", 403), ("reporter", 403), ("approver", 403), ("plan_manager", 404)],
    )
    def test_who_may_grant_one(self, world, browse, who, status):
        world.packet()
        typed = {"reason": "系统迁移", "until": tomorrow().isoformat()}
        assert browse(getattr(world, who), self.ADDRESS, typed).status_code == status
        assert Extension.objects.filter(reason="系统迁移").exists() == (status == 302)

    def test_it_holds_to_the_end_of_its_last_day_and_is_shown(self, world, browse):
        world.packet()
        assert "None: the quarter's own window holds." in text(browse(world.supervisor, REVIEW))
        typed = {"reason": "系统迁移", "until": tomorrow().isoformat()}
        assert browse(world.supervisor, self.ADDRESS, typed).headers["location"] == f"{REVIEW}?plan=small"
        held = Extension.objects.get()
        assert timezone.localtime(held.until) == at(f"{tomorrow() + timedelta(days=1)} 00:00")
        shown = text(browse(world.supervisor, REVIEW))
        assert f"Can be entered until {tomorrow()}" in shown and "by Supervisor: 系统迁移" in shown
        assert AuditEvent.objects.get(action="extension.granted").reason == "系统迁移"

    def test_it_leads_back_to_the_desk_from_there(self, world, browse):
        world.packet()
        typed = {"reason": "系统迁移", "until": tomorrow().isoformat(), "back": "desk"}
        assert browse(world.supervisor, self.ADDRESS, typed).headers["location"] == "/desk/?plan=small"

    @pytest.mark.parametrize(
        ("reason", "until", "words"),
        [
            (" ", "2100-01-01", "A reason is needed."),
            ("\x00", "2100-01-01", "Null characters are not allowed."),
            ("系统迁移", "2021-01-01", "The new deadline has passed already."),
            ("系统迁移", "never", "Enter a valid date."),
            ("系统迁移", "", "This field is required."),
        ],
    )
    def test_what_cannot_be_granted_is_said_and_kept(self, world, browse, reason, until, words):
        world.packet()
        response = browse(world.supervisor, self.ADDRESS, {"reason": reason, "until": until})
        assert response.status_code == 422 and words in text(response)
        assert f'value="{until}"' in response.content.decode()
        assert not Extension.objects.exists()


class TestCorrection:
    @pytest.fixture
    def taken(self, world, submitted, acting):
        acting.accept(submitted)
        return world.line(world.stations)

    def address(self, line) -> str:
        return f"{PAGE}{line.pk}/correction/"

    @pytest.mark.parametrize(
        ("who", "status"),
        [("reporter", 302), ("supervisor", 302), ("auditor", 403), ("plan_manager", 404), ("operator", 404)],
    )
    def test_who_may_ask(self, world, taken, browse, who, status):
        response = browse(getattr(world, who), self.address(taken), {"reason": "漏报"})
        assert response.status_code == status
        assert (world.line(world.stations).correction_reason == "漏报") == (status == 302)

    def test_the_new_line_shows_the_accepted_figure_beside_it(self, world, taken, browse):
        browse(world.reporter, self.address(taken), {"reason": "漏报"})
        shown = text(browse(world.reporter))
        assert "Correction: 漏报" in shown
        assert "accepted for this quarter: 10 stations" in shown

    def test_a_reason_is_needed(self, world, taken, browse):
        browse(world.reporter, self.address(taken), {"reason": " "})
        assert "A reason is needed." in text(browse(world.reporter))

    def test_a_reason_that_cannot_be_stored(self, world, taken, browse):
        browse(world.reporter, self.address(taken), {"reason": "长" * 2001})
        assert "longer than 2,000 characters" in text(browse(world.reporter))
        browse(world.reporter, self.address(taken), {"reason": "漏\x00报"})
        assert world.line(world.stations).correction_reason == "漏报"

    def test_a_line_of_another_packet_is_not_there(self, world, taken, browse):
        foreign = world.line(world.posts, world.east)
        assert browse(world.supervisor, self.address(foreign), {"reason": "x"}).status_code == 404
