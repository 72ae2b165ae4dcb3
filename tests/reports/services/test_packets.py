"""Packets are made once, and complete."""

from contextlib import suppress
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agencies.models import AuditEvent
from reports.models import Entry, Submission
from reports.services.packets import open_due_packets, open_packets
from reports.services.periods import extend
from reports.services.refused import Refused
from targets.models import Assignment, Target
from tests.concurrency import at_once
from tests.factories import AssignmentFactory, TargetFactory, at, small_plan
from tests.reports.conftest import Acting


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


def test_a_line_added_to_an_open_packet_shows_in_its_version(world):
    """By it an open page learns that the packet has moved on; a new packet begins with 1."""
    packet = world.packet()
    assert packet.version == 1
    AssignmentFactory(target=TargetFactory(code="late", position=9), agency=world.bureau)
    open_packets(world.periods[0], at=at("2021-04-12"))
    versions = dict(Submission.objects.values_list("agency__code", "version"))
    assert versions == {"bureau": 2, "east": 1, "west": 1}


# --- lines that are no longer asked for --------------------------------------------------------------------------

LATER = at("2021-04-12")


def retire(world, target: Target | None = None) -> None:
    target = target or world.stations
    target.retired_on = date(2021, 4, 11)
    target.save()
    open_due_packets(LATER)


def unretire(world, target: Target | None = None) -> None:
    target = target or world.stations
    target.retired_on = None
    target.save()
    open_due_packets(LATER)


def states(packet: Submission) -> dict[str, str]:
    packet.refresh_from_db()
    found = packet.entries.order_by("pk").values_list("assignment__target__code", "state")
    return {"packet": packet.state, **dict(found)}


def test_a_retired_target_retires_its_line_and_what_was_entered_stays(world, acting):
    packet = world.packet()
    acting.save(world.line(world.stations), value="7", words="情况说明")
    retire(world)
    assert states(packet) == {"packet": "draft", "stations": "retired", "share": "draft", "centre": "draft"}
    line = world.line(world.stations)
    assert (line.value, line.words) == (7, "情况说明")
    assert "stations" not in lines(world.packet(period=1))


@pytest.mark.parametrize("empty", [True, False])
def test_a_retired_line_is_audited_and_never_vanishes(world, acting, empty):
    packet = world.packet()
    if not empty:
        acting.save(world.line(world.stations), value="7")
    retire(world)
    event = AuditEvent.objects.get(action="entry.retired")
    assert (event.subject, event.actor, event.door) == ("small/2021Q1/bureau/stations/bureau", None, "job")
    assert (event.before, event.after, event.agency) == ({"state": "draft"}, {"state": "retired"}, world.bureau)
    assert packet.entries.count() == 3


@pytest.mark.parametrize("change", [{"ended_on": date(2021, 4, 11)}, {"reports": False, "counts": False}])
def test_an_assignment_that_ends_or_reports_no_more_retires_the_line(world, change):
    packet = world.packet()
    assignment = Assignment.objects.filter(target=world.stations, agency=world.bureau)
    assignment.update(**change)
    open_due_packets(LATER)
    assert states(packet)["stations"] == "retired"
    assignment.update(ended_on=None, reports=True, counts=True)
    open_due_packets(LATER)
    assert states(packet)["stations"] == "draft"
    assert packet.entries.count() == 3


def test_a_target_that_comes_back_finds_its_line_as_it_was(world, acting):
    packet = world.packet()
    acting.save(world.line(world.stations), value="7")
    before = world.line(world.stations)
    retire(world)
    unretire(world)
    line = world.line(world.stations)
    assert (line.pk, line.state, line.value) == (before.pk, "draft", 7)
    assert AuditEvent.objects.get(action="entry.asked_again").subject == "small/2021Q1/bureau/stations/bureau"
    assert packet.entries.count() == 3


def test_a_retired_line_cannot_be_entered_and_does_not_hold_up_the_packet(world, acting):
    packet = world.packet()
    acting.fill(packet)
    acting.save(line := world.line(world.stations), nothing_because="")
    retire(world)
    with pytest.raises(Refused) as caught:
        acting.save(line, value="9", version=99)
    assert caught.value.refusal.code == "line_retired"
    acting.submit(packet)
    assert states(packet) == {"packet": "submitted", "stations": "retired", "share": "submitted", "centre": "submitted"}
    assert acting.accept(packet).figure_count == 2
    assert states(packet)["packet"] == "accepted"


def test_a_submitted_line_leaves_the_review(world, acting):
    packet = acting.submitted()
    seen = packet.version
    retire(world)
    assert states(packet) == {"packet": "submitted", "stations": "retired", "share": "submitted", "centre": "submitted"}
    with pytest.raises(Refused) as caught:
        acting.accept(packet, version=seen)
    assert caught.value.refusal.code == "version_conflict", "who decides has to see that a line is gone"
    assert [figure.target.code for figure in acting.accept(packet).figures.all()] == ["share", "centre"]


def test_a_returned_line_that_is_retired_lets_the_rest_be_settled(world, acting):
    packet = acting.submitted()
    acting.accept(packet, entries=[world.line(world.share).pk, world.line(world.centre).pk])
    acting.give_back(packet)
    retire(world)
    assert states(packet)["packet"] == "accepted"


def test_a_returned_line_that_is_asked_for_again_is_still_a_returned_one(world, acting):
    packet = acting.submitted()
    acting.give_back(packet, entries=[world.line(world.stations).pk])
    retire(world)
    unretire(world)
    assert states(packet)["stations"] == "returned", "its deadline goes on"


def test_a_packet_of_nothing_but_retired_lines_is_asked_for_no_more(world):
    packet = world.packet(world.east)
    retire(world, world.posts)
    assert states(packet) == {"packet": "retired", "posts": "retired"}
    assert packet.submitted_by is None
    unretire(world, world.posts)
    assert states(packet) == {"packet": "draft", "posts": "draft"}


def test_an_accepted_line_and_its_correction_stay(world, acting):
    packet = acting.submitted()
    acting.accept(packet)
    acting.correct(world.line(world.stations))
    retire(world)
    assert list(packet.entries.order_by("pk").values_list("state", flat=True)) == ["accepted"] * 3 + ["draft"]


@pytest.mark.parametrize(
    ("now", "state"), [("2021-03-31", "draft"), ("2021-04-30 23:59", "retired"), ("2021-05-01 00:00", "draft")]
)
def test_a_packet_is_left_as_it_is_once_its_window_has_closed(world, now, state):
    packet = world.packet()
    world.stations.retired_on = date(2021, 4, 11)
    world.stations.save()
    open_due_packets(at(now))
    assert states(packet)["stations"] == state


def test_a_packet_whose_extension_runs_is_followed_and_no_other(world):
    packet, other = world.packet(), world.packet(world.east)
    extend(
        world.periods[0], world.bureau, until=at("2021-06-01"), reason="系统迁移", by=world.supervisor,
        at=at("2021-04-30"), door=AuditEvent.Door.WEB,
    )  # fmt: skip
    for target in (world.stations, world.posts):
        target.retired_on = date(2021, 4, 11)
        target.save()
    open_due_packets(at("2021-05-10"))
    assert (states(packet)["stations"], states(other)["posts"]) == ("retired", "draft")


def test_looking_again_at_packets_that_are_right_locks_and_writes_nothing(world, django_assert_num_queries):
    open_packets(world.periods[0], at=LATER)
    before = list(Submission.objects.order_by("pk").values_list("version", flat=True))
    with django_assert_num_queries(6) as found:
        open_packets(world.periods[0], at=LATER)
    assert not any("FOR UPDATE" in one["sql"] or "UPDATE " in one["sql"] for one in found)
    assert list(Submission.objects.order_by("pk").values_list("version", flat=True)) == before


# --- at the same moment ------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_line_added_while_the_packet_is_submitted_is_never_left_open_in_a_submitted_packet():
    """Whoever comes second sees what the first did: refused as empty, or handed in and then open again."""
    world = small_plan()
    acting, packet = Acting(world), world.packet()
    acting.fill(packet)
    for number in range(8):
        AssignmentFactory(target=TargetFactory(code=f"late-{number}", position=9 + number), agency=world.bureau)

        def work(place: int) -> None:
            try:
                acting.submit(packet) if place else open_packets(world.periods[0], at=LATER)
            except Refused as refused:
                assert refused.refusal.code == "lines_empty"

        assert at_once(2, work) == []
        found = states(packet)
        assert found["packet"] == "draft"
        assert found[f"late-{number}"] == "draft"
        acting.save(world.line(Target.objects.get(code=f"late-{number}")), value="10", explanation="情况属实")


@pytest.mark.django_db(transaction=True)
def test_a_line_retired_while_the_packet_is_submitted_leaves_it_settled():
    world = small_plan()
    acting, packet = Acting(world), world.packet()
    acting.fill(packet)
    world.stations.retired_on = date(2021, 4, 11)
    world.stations.save()
    assert at_once(2, lambda place: acting.submit(packet) if place else open_packets(world.periods[0], at=LATER)) == []
    assert states(packet) == {"packet": "submitted", "stations": "retired", "share": "submitted", "centre": "submitted"}


@pytest.mark.django_db(transaction=True)
def test_jobs_at_once_make_each_line_once():
    world = small_plan()
    added = []
    assert at_once(5, lambda place: added.append(open_packets(world.periods[0], at=LATER))) == []
    assert sum(added) == Entry.objects.count() == 5
    assert Submission.objects.count() == 3


# --- whatever happens in whatever order ---------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "retire", "bring back", "enter", "submit", "accept", "return", "open"]),
        st.integers(0, 3),
    ),
    max_size=14,
)


class Lived:
    """Random steps in one packet, and what was entered in it."""

    def __init__(self) -> None:
        self.world = small_plan()
        self.acting, self.packet = Acting(self.world), self.world.packet()
        self.entered: dict[int, int] = {}

    def take(self, step: str, number: int) -> None:
        targets = list(Target.objects.filter(assignments__agency=self.world.bureau, bound="reach").order_by("pk"))
        target = targets[number % len(targets)]
        if step == "add":
            AssignmentFactory(target=TargetFactory(), agency=self.world.bureau)
        elif step in ("retire", "bring back"):
            target.retired_on = date(2021, 4, 11) if step == "retire" else None
            target.save()
        elif step == "open":
            open_packets(self.world.periods[0], at=LATER)
        else:
            with suppress(Refused):
                self.act(step, target, number)

    def act(self, step: str, target: Target, number: int) -> None:
        if step == "enter" and (line := self.packet.entries.filter(assignment__target=target).first()):
            self.acting.save(line, value=str(number), explanation="已核实")
            self.entered[line.pk] = number
        elif step == "submit":
            for entry in self.packet.entries.exclude(state__in=("accepted", "retired")):
                if not entry.is_filled and entry.state in ("draft", "returned"):
                    self.acting.save(entry, nothing_because="本季度无新增")
            self.acting.submit(self.packet)
        elif step == "accept":
            self.acting.accept(self.packet)
        elif step == "return":
            self.acting.give_back(self.packet)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_order_of_steps_loses_or_doubles_anything(db, steps):
    with transaction.atomic():
        lived = Lived()
        for step in steps:
            lived.take(*step)
            check(lived, opened=step[0] == "open")
        transaction.set_rollback(True)


def check(lived: Lived, *, opened: bool) -> None:
    lived.packet.refresh_from_db()
    lines = list(lived.packet.entries.select_related("assignment__target"))
    assert len({line.assignment_id for line in lines}) == len(lines), "no line stands twice"
    for pk, value in lived.entered.items():
        assert Entry.objects.get(pk=pk).value == value, "what was entered stays"
    order = ["returned", "draft", "submitted", "accepted", "retired"]
    assert lived.packet.state == min((line.state for line in lines), key=order.index)
    if opened:
        asked = Assignment.objects.current().filter(agency=lived.world.bureau, reports=True)
        kept = {line.assignment_id for line in lines if line.state != "retired"}
        assert set(asked.values_list("pk", flat=True)) <= kept, "every assignment has its line"
        gone = [line for line in lines if line.assignment.target.retired_on and line.state != "accepted"]
        assert {line.state for line in gone} <= {"retired"}, "nothing is asked for that ended"


# --- when ---------------------------------------------------------------------------------------------------------


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
