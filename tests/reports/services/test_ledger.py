"""The ledger: numbers without gaps, hashes onto each other, and whatever was altered is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from agencies.models import Agency, User
from agencies.roles import Role
from reports.models import Acceptance, Figure
from reports.rules.canonical import GENESIS
from reports.services import ledger
from reports.services.entries import Input, save_entry
from reports.services.review import accept, submit
from tests.factories import World, person, small_plan
from tests.history import NOW, WEB, accepted


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


def test_blocks_are_chained(world: World) -> None:
    first = accepted(world, world.stations, "40")
    second = accepted(world, world.posts, "5", world.east)
    assert (first.number, first.previous_hash) == (1, GENESIS)
    assert (second.number, second.previous_hash) == (2, first.hash)
    assert ledger.verify() is None


def test_an_empty_ledger_holds(world: World) -> None:
    assert ledger.verify() is None


def test_a_block_holds_the_filled_lines_only(world: World) -> None:
    block = accepted(world, world.stations, "40")
    assert [figure.value for figure in block.figures.all()] == [40]
    assert block.figure_count == 1


def test_a_true_zero_is_a_figure(world: World) -> None:
    accepted(world, world.stations, "0")
    assert Figure.objects.get().value == 0


def test_what_is_rolled_back_leaves_no_gap(world: World) -> None:
    accepted(world, world.stations, "40")
    with pytest.raises(RuntimeError), transaction.atomic():
        accepted(world, world.posts, "5", world.east)
        raise RuntimeError
    assert accepted(world, world.posts, "6", world.west).number == 2


def test_a_clock_that_steps_back_makes_no_older_block(world: World) -> None:
    first = accepted(world, world.stations, "40")
    second = accepted(world, world.posts, "5", world.east, now=NOW.replace(day=9))
    assert second.accepted_at == first.accepted_at


@pytest.mark.django_db(transaction=True)
def test_it_grows_inside_a_transaction_only() -> None:
    world = small_plan()
    with pytest.raises(transaction.TransactionManagementError):
        ledger.append(world.packet(), [], accepted_by=world.supervisor, at=NOW)
    assert not Acceptance.objects.exists()


@contextmanager
def unguarded(*tables: str) -> Iterator[None]:
    """As a thief with the owner's rights: by DDL."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in tables:
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.parametrize(
    ("tampering", "number", "fault"),
    [
        ("UPDATE reports_figure SET value = value + 1 WHERE acceptance_id = 2", 2, "content"),
        ("UPDATE reports_figure SET reason = 'x' WHERE acceptance_id = 3", 3, "content"),
        (
            "UPDATE reports_acceptance SET accepted_at = accepted_at - interval '1 microsecond' WHERE number = 1",
            1,
            "content",
        ),
        ("UPDATE reports_acceptance SET hash = repeat('e', 64) WHERE number = 2", 2, "content"),
        ("UPDATE reports_acceptance SET previous_hash = repeat('e', 64) WHERE number = 2", 2, "chain"),
        ("DELETE FROM reports_figure WHERE acceptance_id = 2", 2, "count"),
        (
            "DELETE FROM reports_figure WHERE acceptance_id = 2; DELETE FROM reports_acceptance WHERE number = 2",
            3,
            "gap",
        ),
        ("UPDATE reports_figure SET acceptance_id = 3, position = 7 WHERE acceptance_id = 2", 2, "count"),
    ],
)
def test_verify_names_the_first_block_that_does_not_hold(world: World, tampering: str, number: int, fault: str) -> None:
    for value, agency in (("5", world.east), ("6", world.west), ("7", world.east)):
        accepted(world, world.posts, value, agency)
    with unguarded("reports_acceptance", "reports_figure"), connection.cursor() as cursor:
        cursor.execute(tampering)
    assert ledger.verify() == (number, fault)


def test_figures_of_a_block_that_is_not_there_are_found(world: World) -> None:
    accepted(world, world.posts, "5", world.east)
    with unguarded("reports_figure"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reports_figure (acceptance_id, position, target_id, assignment_id, period_id, value, stage,"
            " words, reason, entered_by_id) SELECT 99, position, target_id, assignment_id, period_id, 500, '', '', '',"
            " entered_by_id FROM reports_figure"
        )
    assert ledger.verify() == (99, "gap")


def test_a_ledger_cut_off_at_its_end_is_found_with_a_noted_head(world: World) -> None:
    accepted(world, world.posts, "5", world.east)
    head = accepted(world, world.posts, "6", world.west)
    with unguarded("reports_acceptance", "reports_figure"), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM reports_figure WHERE acceptance_id = 2; DELETE FROM reports_acceptance WHERE number = 2"
        )
    assert ledger.verify() is None, "the chain alone cannot know of what came after"
    assert ledger.verify(head=(2, head.hash)) == (2, "head")


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_under_concurrency() -> None:
    world = small_plan()
    packets = [
        _submitted(world, agency, period) for agency in (world.bureau, world.east, world.west) for period in (0, 1)
    ]
    together, failed = Barrier(len(packets)), []

    def work(packet: int) -> None:
        try:
            together.wait()
            accept(packet, by=world.supervisor, at=NOW, door=WEB)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work, args=[packet]) for packet in packets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(Acceptance.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert ledger.verify() is None


def _submitted(world: World, agency: Agency, period: int) -> int:
    packet = world.packet(agency, period)
    packet.period.__class__.objects.filter(pk=packet.period_id).update(opens_at=NOW.replace(month=1))
    for entry in packet.entries.all():
        save_entry(
            entry.pk,
            Input(nothing_because="无"),
            version=entry.version,
            by=person(Role.REPORTER, agency),
            at=NOW,
            door=WEB,
        )
    submit(packet.pk, by=person(Role.APPROVER, agency), at=NOW, door=WEB)
    return packet.pk


@pytest.mark.parametrize("history", [0, 12])
def test_accepting_takes_the_same_statements_however_long_the_ledger(
    world: World, history: int, django_assert_num_queries
) -> None:
    for value in range(history):
        accepted(world, world.posts, str(value), world.east)
    packet = _submitted(world, world.bureau, 0)
    with django_assert_num_queries(15):
        accept(packet, by=User.objects.get(pk=world.supervisor.pk), at=NOW, door=WEB)
