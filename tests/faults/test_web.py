"""The web process is killed while people work: what was confirmed is there, and nothing is there by half."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from agencies.models import AuditEvent
from reports.models import Acceptance, Entry, Evidence, Figure, Submission
from reports.services import files, ledger
from reports.services.packets import open_packets
from reports.services.periods import extend
from tests.factories import AgencyFactory, AssignmentFactory, TargetFactory, World, at, small_plan
from tests.faults.people import Collector, Person, Reviewer, Typist
from tests.faults.servers import Web, is_idle, is_waited_for, nobody_writes, wait_for, web

pytestmark = pytest.mark.django_db(transaction=True)
SEED = 20211
KILLS = 3
LINES = 15
AGENCIES = 24  # packets of so many lines, more than can be accepted before two kills


@pytest.fixture(autouse=True)
def stored(settings, tmp_path) -> Iterator[None]:
    """An empty folder of files; accepting leaves messages for a worker that is not there."""
    settings.MEDIA_ROOT = tmp_path / "files"
    yield
    current_app.control.purge()


@pytest.fixture
def world() -> World:
    """The small plan with the bureau's packet open today."""
    world = small_plan()
    extend(
        world.packet().period, world.bureau, until=at("2100-01-01 00:00"), reason="测试", by=world.supervisor,
        at=at("2021-05-02"), door=AuditEvent.Door.WEB,
    )  # fmt: skip
    return world


@pytest.fixture
def waiting(world: World) -> list[Submission]:
    """Packets that the bureau's people handed in for other agencies."""
    agencies = [AgencyFactory() for _ in range(AGENCIES)]
    for target in [TargetFactory() for _ in range(LINES)]:
        for agency in agencies:
            AssignmentFactory(target=target, agency=agency)
    quarter, now = world.periods[0], at("2021-04-10")
    open_packets(quarter, at=now, agencies=agencies)
    packets = Submission.objects.filter(period=quarter, agency__in=agencies)
    people = {"submitted_by": world.approver, "state": "submitted"}
    Entry.objects.filter(submission__in=packets).update(
        value=5, entered_by=world.reporter, entered_at=now, **people
    )  # fmt: skip
    packets.update(submitted_at=now, **people)
    return list(packets)


def assert_figures_are_whole(packets: list[Submission]) -> None:
    """A packet is accepted with one block of all its lines, or waits as it did; and the ledger holds."""
    for packet in Submission.objects.filter(pk__in=[one.pk for one in packets]).prefetch_related(
        "entries", "acceptances"
    ):
        (state,) = {line.state for line in packet.entries.all()}
        blocks = [block.figure_count for block in packet.acceptances.all()]
        assert (packet.state, state, blocks) in [
            ("accepted", "accepted", [LINES]),
            ("submitted", "submitted", []),
        ]
    assert Figure.objects.count() == LINES * Acceptance.objects.count()
    assert ledger.verify() is None


def assert_files_are_whole() -> None:
    """Every row has its file as it was sent, and one audit row; a file without a row is found, and harms nobody."""
    found = list(files.verify(at=timezone.now() + timedelta(hours=2)))
    assert {one.fault for one in found} <= {"orphan"}
    assert AuditEvent.objects.filter(action="evidence.added").count() == Evidence.objects.count()


def assert_every_save_left_a_trace(line: Entry) -> None:
    """A line and its audit rows are written together or not at all."""
    line.refresh_from_db()
    saved = AuditEvent.objects.filter(action="entry.saved")
    assert saved.count() == line.version - 1, "one audit row for each version of the line"
    assert [int(event.after["value"]) for event in saved[:1]] == ([int(line.value)] if line.value else [])


def test_lines_that_were_confirmed_as_saved_survive_kills(world: World) -> None:
    chance = Random(SEED)
    line = world.line(world.stations)
    with web() as server:
        typist = Typist(server, world.reporter, line)
        for _ in range(KILLS):
            typist.go_on_until_the_server_is_killed(chance)
            wait_for(is_idle, "the killed server's sessions to end")
            assert_every_save_left_a_trace(line)
            assert typist.confirmed[-1] <= line.value <= typist.sent[-1]
            server.start()


def test_evidence_that_was_confirmed_survives_kills(world: World) -> None:
    chance = Random(SEED)
    lines = [world.line(target) for target in (world.stations, world.share, world.centre)]
    with web() as server:
        collector = Collector(server, world.reporter, lines)
        for _ in range(KILLS):
            collector.go_on_until_the_server_is_killed(chance)
            wait_for(is_idle, "the killed server's sessions to end")
            assert_files_are_whole()
            kept = {int(title.removesuffix(".pdf")) for title in Evidence.objects.values_list("title", flat=True)}
            assert set(collector.confirmed) <= kept <= set(collector.sent)
            server.start()


def test_blocks_that_were_confirmed_survive_kills(world: World, waiting: list[Submission]) -> None:
    chance = Random(SEED)
    with web() as server:
        reviewer = Reviewer(server, world.supervisor, waiting)
        for _ in range(2):
            reviewer.go_on_until_the_server_is_killed(chance)
            wait_for(is_idle, "the killed server's sessions to end")
            assert_figures_are_whole(waiting)
            assert Acceptance.objects.count() >= len(reviewer.confirmed)
            server.start()
        while Submission.objects.filter(state="submitted").exists():
            assert reviewer.try_once(0)
    assert_figures_are_whole(waiting)
    assert list(Acceptance.objects.order_by("number").values_list("number", flat=True)) == list(range(1, AGENCIES + 1))


def kill_in_the_middle(server: Web, person: Person) -> None:
    """Kills the server when all but the last row of the transaction, the audit row, has been written."""

    def act() -> None:
        try:
            person.try_once(1)
        finally:
            connection.close()  # this thread's own

    with nobody_writes("agencies_auditevent"):
        acting = threading.Thread(target=act)
        acting.start()
        wait_for(lambda: is_waited_for("agencies_auditevent"), "the act to reach its last row")
        server.kill()
        acting.join()
    wait_for(is_idle, "the killed server's transaction to end")
    assert person.confirmed == []


def test_an_act_killed_before_its_last_row_leaves_nothing_and_can_be_done_again(
    world: World, waiting: list[Submission]
) -> None:
    line = world.line(world.stations)
    with web() as server:
        typist = Typist(server, world.reporter, line)
        collector = Collector(server, world.reporter, [line])
        reviewer = Reviewer(server, world.supervisor, waiting)
        for person in (typist, collector, reviewer):
            kill_in_the_middle(server, person)
            server.start()
        assert_every_save_left_a_trace(line)
        assert (line.version, line.value) == (1, None)
        assert not Evidence.objects.exists() and not Acceptance.objects.exists()
        assert_figures_are_whole(waiting)
        assert all(person.try_once(1) for person in (typist, collector, reviewer))
    assert_every_save_left_a_trace(line)
    assert_files_are_whole()
    assert_figures_are_whole(waiting)
    line.refresh_from_db()
    assert (line.value, Evidence.objects.count(), Acceptance.objects.count()) == (1, 1, 1)
