"""Packets are made once, and complete."""

from datetime import date

import pytest

from reports.models import Submission
from reports.services.packets import open_due_packets, open_packets
from tests.factories import AssignmentFactory, TargetFactory, at


def lines(packet: Submission) -> list[str]:
    return [entry.assignment.target.code for entry in packet.entries.all()]


def test_a_packet_has_one_line_for_each_assignment_that_reports(world):
    assert open_packets(world.periods[0], at=at("2021-04-01")) == 5
    packets = {packet.agency.code: lines(packet) for packet in Submission.objects.all()}
    assert packets == {"bureau": ["stations", "share", "centre"], "east": ["posts"], "west": ["posts"]}


def test_opening_again_adds_nothing_and_loses_nothing(world, acting):
    packet = world.packet()
    acting.save(world.line(world.stations), value="7")
    assert open_packets(world.periods[0], at=at("2021-04-11"), agencies=[world.bureau]) == 0
    assert world.line(world.stations).value == 7
    assert packet.entries.count() == 3


def test_a_target_added_later_adds_a_line_and_opens_a_settled_packet_again(world, acting):
    packet = acting.submitted()
    acting.accept(packet)
    AssignmentFactory(target=TargetFactory(code="late", position=9), agency=world.bureau)
    assert open_packets(world.periods[0], at=at("2021-04-12")) == 3, "the new line and the two districts' lines"
    packet.refresh_from_db()
    assert packet.state == "draft"
    assert lines(packet) == ["stations", "share", "centre", "late"]


def test_a_retired_target_gets_no_line_but_what_was_entered_stays(world, acting):
    acting.save(world.line(world.stations), value="7")
    world.stations.retired_on = date(2021, 4, 11)
    world.stations.save()
    assert "stations" in lines(world.packet(period=0))
    assert "stations" not in lines(world.packet(period=1))


@pytest.mark.parametrize(
    ("now", "quarters"),
    [
        ("2021-03-31 23:59", set()),
        ("2021-04-01 00:00", {"2021Q1"}),
        ("2021-04-30 23:59", {"2021Q1"}),
        ("2021-05-01 00:00", set()),
        ("2021-07-01 00:00", {"2021Q2"}),
    ],
)
def test_packets_are_opened_while_the_window_is_open(world, now, quarters):
    open_due_packets(at(now))
    assert set(Submission.objects.values_list("period__code", flat=True)) == quarters
