"""Submitting, accepting, returning: success and refusals from the same packets."""

import pytest
from django.db import transaction

from agencies.models import AuditEvent, Membership
from agencies.roles import Role
from reports.models import Acceptance, Entry, Figure
from reports.services import entries, ledger
from reports.services.refused import Refused
from tests.factories import at, person


def refused(code, function, *args, **kwargs):
    with pytest.raises(Refused) as caught, transaction.atomic():
        function(*args, **kwargs)
    assert caught.value.refusal.code == code, str(caught.value)
    return caught.value


def states(packet) -> dict[str, str]:
    packet.refresh_from_db()
    lines = packet.entries.order_by("pk").values_list("assignment__target__code", "state")
    return {"packet": packet.state, **dict(lines)}


def all_in(state: str) -> dict[str, str]:
    return dict.fromkeys(("packet", "stations", "share", "centre"), state)


def test_a_packet_is_submitted_whole_and_audited(world, acting):
    packet = acting.submitted()
    assert states(packet) == all_in("submitted")
    event = AuditEvent.objects.get(action="submission.submitted")
    assert (event.actor, event.subject) == (world.approver, "small/2021Q1/bureau")
    assert event.after["lines"][0] == "small/2021Q1/bureau/stations/bureau"


def test_what_keeps_a_packet_from_being_submitted(world, acting):
    packet = world.packet()
    refused("may_not_submit", acting.submit, packet, by=world.reporter)
    refused("may_not_submit", acting.submit, packet, by=person(Role.APPROVER, world.east))
    assert "stations指标" in str(refused("lines_empty", acting.submit, packet))
    acting.fill(packet)
    Entry.objects.filter(pk=world.line(world.stations).pk).update(doubts=[["falls", {}]], explanation="")
    assert "stations指标" in str(refused("doubts_unexplained", acting.submit, packet))
    acting.save(world.line(world.stations), value="10", explanation="口径调整")
    acting.submit(packet)
    refused("already_submitted", acting.submit, packet)
    acting.accept(packet)
    refused("already_accepted", acting.submit, packet)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ("2021-03-31 23:59", "not_opened"),
        ("2021-04-01 00:00", None),
        ("2021-04-30 23:59", None),
        ("2021-05-01 00:00", "closed"),
    ],
)
def test_a_packet_is_submitted_inside_the_window(world, acting, now, code):
    packet = world.packet()
    acting.fill(packet)
    if code:
        refused(code, acting.submit, packet, now=at(now))
    else:
        assert acting.submit(packet, now=at(now)).state == "submitted"


def test_who_entered_every_line_cannot_submit_alone_where_two_people_are_needed(world, acting):
    packet = world.packet()
    acting.fill(packet, by=world.approver)
    refused("two_people", acting.submit, packet, by=world.approver)
    acting.save(world.line(world.stations), value="11", explanation="已核对")
    assert acting.submit(packet, by=world.approver).state == "submitted"


def test_one_person_is_enough_where_the_agency_says_so(world, acting):
    world.bureau.two_people = False
    world.bureau.save()
    packet = world.packet()
    acting.fill(packet, by=world.approver)
    assert acting.submit(packet, by=world.approver).state == "submitted"


def test_accepting_makes_one_block_of_the_lines_with_a_figure(world, acting):
    packet = world.packet()
    acting.fill(packet)
    acting.save(world.line(world.stations), nothing_because="未开工")
    acting.submit(packet)
    block = acting.accept(packet, reason="同意")
    assert (block.number, block.figure_count, block.accepted_by, block.submitted_by) == (
        1,
        2,
        world.supervisor,
        world.approver,
    )
    assert [figure.target.code for figure in block.figures.all()] == ["share", "centre"]
    assert states(packet) == all_in("accepted")
    assert AuditEvent.objects.get(action="submission.accepted").after["block"] == 1
    assert ledger.verify() is None


def test_some_lines_can_be_accepted_and_others_returned(world, acting):
    packet = acting.submitted()
    acting.accept(packet, entries=[world.line(world.share).pk])
    acting.give_back(packet, entries=[world.line(world.stations).pk], reason="与上季度不一致")
    assert states(packet) == {
        "packet": "returned",
        "stations": "returned",
        "share": "accepted",
        "centre": "submitted",
    }
    line = world.line(world.stations)
    assert (line.return_reason, line.returned_until) == ("与上季度不一致", at("2021-05-20"))
    assert AuditEvent.objects.get(action="submission.returned").reason == "与上季度不一致"


def test_a_returned_packet_comes_back_without_becoming_late(world, acting):
    packet = acting.submitted()
    acting.give_back(packet)
    acting.save(world.line(world.stations), value="9", explanation="已核实", now=at("2021-05-10"))
    packet = acting.submit(packet, now=at("2021-05-10"))
    assert not packet.is_late, "it was handed in on time at first"
    assert acting.accept(packet, now=at("2021-05-11")).figures.get(target=world.stations).value == 9


@pytest.mark.parametrize(("now", "late"), [("2021-04-15 23:59", False), ("2021-04-16 00:01", True)])
def test_a_packet_is_late_after_its_due_moment(world, acting, now, late):
    packet = world.packet()
    acting.fill(packet)
    assert acting.submit(packet, now=at(now)).is_late is late


@pytest.mark.parametrize("who", ["reporter", "approver", "plan_manager", "auditor", "operator"])
def test_only_the_office_decides(world, acting, who):
    packet = acting.submitted()
    for decide in (acting.accept, acting.give_back):
        refused("may_not_review", decide, packet, by=getattr(world, who))
    assert not Acceptance.objects.exists()
    assert acting.accept(packet).number == 1


def test_nobody_accepts_what_they_entered_or_submitted(world, acting):
    packet = acting.submitted()
    for who, code in ((world.reporter, "four_eyes_entered"), (world.approver, "four_eyes_submitted")):
        Membership.objects.create(user=who, role=Role.SUPERVISOR)
        del who.roles
        refused(code, acting.accept, packet, by=who)
    assert not Figure.objects.exists()
    assert acting.accept(packet).figure_count == 3


def test_a_number_stays_the_one_of_who_typed_it_when_somebody_saves_over_it(world, acting):
    Membership.objects.create(user=world.supervisor, role=Role.REPORTER, agency=world.bureau)
    packet = world.packet()
    acting.fill(packet, by=world.supervisor)
    for entry in packet.entries.all():
        acting.save(entry, by=world.reporter, **entries.snapshot(entry) | {"words": "已核对"})
    acting.submit(packet)
    assert {line.entered_by for line in packet.entries.all()} == {world.reporter}
    refused("four_eyes_entered", acting.accept, packet)
    acting.accept(packet, by=person(Role.SUPERVISOR, username="second"))


def test_what_cannot_be_decided(world, acting):
    packet = world.packet()
    refused("not_submitted", acting.accept, packet)
    refused("not_submitted", acting.give_back, packet)
    packet = acting.submitted()
    foreign = world.line(world.posts, world.east)
    refused("nothing_to_do", acting.accept, packet, entries=[foreign.pk])
    refused("reason_missing", acting.give_back, packet, reason=" ")
    refused("version_conflict", acting.accept, packet, version=packet.version - 1)
    assert acting.accept(packet, version=packet.version).number == 1
    refused("not_submitted", acting.accept, packet)


def test_a_refused_decision_leaves_no_audit_row(world, acting):
    packet = acting.submitted()
    before = AuditEvent.objects.count()
    refused("reason_missing", acting.give_back, packet, reason="")
    refused("may_not_review", acting.accept, packet, by=world.auditor)
    assert AuditEvent.objects.count() == before
    assert states(packet) == all_in("submitted")


def test_accepting_asks_for_a_roll_up_after_the_commit(world, acting, django_capture_on_commit_callbacks):
    packet = acting.submitted()
    with django_capture_on_commit_callbacks() as callbacks:
        acting.accept(packet)
    assert ("reports.tasks.roll_up",) in [getattr(callback, "args", ()) for callback in callbacks]
