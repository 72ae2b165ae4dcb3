"""Taking back what was not decided yet: a submitted packet, a correction that was opened by mistake."""

from __future__ import annotations

import pytest
from django.db import transaction

from agencies.models import AuditEvent, Membership, User
from agencies.roles import Role
from reports.models import Entry, Evidence, Figure
from reports.selectors.agenda import agenda
from reports.services import corrections, evidence, review
from reports.services.refused import Refused
from tests.factories import at, person
from tests.reports.conftest import OPEN, WEB


def refused(code, function, *args, **kwargs):
    with pytest.raises(Refused) as caught, transaction.atomic():
        function(*args, **kwargs)
    assert caught.value.refusal.code == code, str(caught.value)


@pytest.fixture
def take_back(world):
    def take_back(packet, by=None, now=OPEN):
        return review.withdraw(packet.pk, by=by or world.approver, at=now, door=WEB)

    return take_back


@pytest.fixture
def drop(world):
    def drop(entry, by=None, now=OPEN):
        return corrections.withdraw_correction(entry.pk, by=by or world.reporter, at=now, door=WEB)

    return drop


class TestPacket:
    def test_its_lines_can_be_entered_again(self, world, acting, take_back):
        packet = take_back(acting.submitted())
        assert packet.state == "draft"
        assert {entry.state for entry in packet.entries.all()} == {"draft"}
        event = AuditEvent.objects.get(action="submission.withdrawn")
        assert (event.actor, event.subject, len(event.after["lines"])) == (world.approver, "small/2021Q1/bureau", 3)
        acting.save(world.line(world.stations), value="11", explanation="已核实")
        assert acting.submit(packet).state == "submitted"

    def test_what_was_seen_before_is_a_conflict_for_the_office(self, world, acting, take_back):
        packet = acting.submitted()
        seen = packet.version
        acting.submit(take_back(packet))
        refused("version_conflict", acting.accept, packet, version=seen)

    @pytest.mark.parametrize(("now", "late"), [("2021-04-15 12:00", False), ("2021-04-16 00:01", True)])
    def test_an_early_packet_that_was_taken_back_can_still_be_late(self, world, acting, take_back, now, late):
        packet = take_back(acting.submitted())
        assert acting.submit(packet, now=at(now)).is_late is late

    def test_a_packet_that_had_come_back_once_keeps_when_it_was_handed_in(self, world, acting, take_back):
        packet, back = acting.submitted(), at("2021-05-10")
        acting.give_back(packet)
        take_back(acting.submit(packet, now=back), now=back)
        packet.refresh_from_db()
        assert packet.submitted_at == OPEN

    @pytest.mark.parametrize("decide", ["accept", "give_back"])
    def test_not_once_the_office_decided_on_a_line(self, world, acting, take_back, decide):
        packet = acting.submitted()
        getattr(acting, decide)(packet, entries=[world.line(world.share).pk])
        refused("decided_since", take_back, packet)
        assert world.line(world.stations).state == "submitted"

    def test_a_decision_before_the_last_submission_does_not_count(self, world, acting, take_back):
        packet = acting.submitted()
        acting.give_back(packet, entries=[world.line(world.stations).pk])
        acting.accept(packet)
        acting.submit(packet)
        take_back(packet)
        states = [world.line(target).state for target in (world.stations, world.share)]
        assert states == ["returned", "accepted"]

    def test_what_the_office_had_sent_back_is_sent_back_still(self, world, acting, take_back):
        """After the window only the deadline of the return lets it be entered: it must not look like any draft."""
        packet, after = acting.submitted(), at("2021-05-10")
        acting.give_back(packet, entries=[world.line(world.share).pk])
        acting.accept(packet)
        take_back(acting.submit(packet, now=after), now=after)
        packet.refresh_from_db()
        assert (packet.state, world.line(world.share).state) == ("returned", "returned")
        assert [item.returned for item in agenda(world.reporter, after)] == [1]

    def test_not_once_the_window_has_closed(self, world, acting, take_back):
        packet = acting.submitted()
        refused("closed", take_back, packet, now=at("2021-05-01 00:00"))
        assert take_back(packet, now=at("2021-04-30 23:59")).state == "draft"

    @pytest.mark.parametrize("who", ["reporter", "supervisor", "auditor", "stranger"])
    def test_only_the_agencys_approver(self, world, acting, take_back, who):
        packet = acting.submitted()
        by = person(Role.APPROVER, world.east) if who == "stranger" else getattr(world, who)
        refused("may_not_submit", take_back, packet, by=by)
        assert take_back(packet).state == "draft"

    def test_what_was_not_submitted(self, world, acting, take_back):
        refused("not_submitted", take_back, world.packet())
        packet = acting.submitted()
        acting.accept(packet)
        refused("not_submitted", take_back, packet)


class TestCorrection:
    @pytest.fixture
    def accepted(self, world, acting) -> Entry:
        acting.accept(acting.submitted())
        return world.line(world.stations)

    def test_it_goes_with_its_evidence_and_the_old_figure_stays(self, world, acting, accepted, drop):
        line = acting.correct(accepted)
        acting.save(line, value="12", explanation="漏报")
        evidence.add_link(line.pk, title="公告", url="https://example.org/a", by=world.reporter, at=OPEN, door=WEB)
        packet = drop(line)
        assert packet.state == "accepted"
        assert world.line(world.stations) == accepted
        assert not Evidence.objects.exists()
        assert Figure.objects.get(target=world.stations).value == 10
        event = AuditEvent.objects.get(action="correction.withdrawn")
        assert (event.subject, event.before["value"]) == ("small/2021Q1/bureau/stations/bureau", "12")
        assert (event.before["correction_reason"], event.before["evidence"][0][0]) == ("漏报一处", "公告")

    def test_it_can_be_asked_for_again(self, world, acting, accepted, drop):
        drop(acting.correct(accepted))
        assert acting.correct(accepted).state == "draft"

    def test_not_while_it_is_submitted_or_once_it_is_accepted(self, world, acting, accepted, drop):
        line = acting.correct(accepted)
        acting.save(line, value="12", explanation="漏报")
        packet = acting.submit(line.submission)
        refused("already_submitted", drop, line)
        acting.accept(packet)
        refused("already_accepted", drop, line)

    def test_a_line_that_is_no_correction(self, world, acting, drop):
        refused("no_correction", drop, world.line(world.stations))

    def test_each_side_withdraws_what_it_asked_for(self, world, acting, accepted, drop):
        line = acting.correct(accepted, by=world.supervisor)
        refused("correction_of_others", drop, line)
        drop(line, by=world.supervisor)
        line = acting.correct(accepted)
        refused("correction_of_others", drop, line, by=world.supervisor)
        drop(line)

    @pytest.mark.parametrize("who", ["supervisor", "reporter"])
    def test_the_side_that_asked_stays_when_the_person_has_left_it(self, world, acting, accepted, drop, who):
        line = acting.correct(accepted, by=getattr(world, who))
        Membership.objects.filter(user=getattr(world, who)).delete()
        office, agency = person(Role.SUPERVISOR, username="new"), User.objects.get(pk=world.approver.pk)
        asked, other = (office, agency) if who == "supervisor" else (agency, office)
        refused("correction_of_others", drop, line, by=other)
        drop(line, by=asked)

    @pytest.mark.parametrize("who", ["auditor", "plan_manager", "operator", "stranger"])
    def test_nobody_else(self, world, acting, accepted, drop, who):
        by = person(Role.APPROVER, world.east) if who == "stranger" else getattr(world, who)
        refused("not_your_agency", drop, acting.correct(accepted), by=by)
