"""Checks of the ledger: asked for, done by the worker, one at a time; what was altered and who died are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from agencies.models import AuditEvent
from reports.models import LedgerCheck
from reports.models.checks import SILENT_FOR
from reports.selectors.state import current_pulse
from reports.services import ledger, ledger_checks
from tests.factories import World, at
from tests.history import WEB, accepted

from .test_ledger import unguarded

NOW = at("2021-05-01")


@pytest.fixture
def blocks(world: World) -> list:
    return [
        accepted(world, world.posts, value, agency)
        for value, agency in (("5", world.east), ("6", world.west), ("7", world.east))
    ]


def check(world: World, after: timedelta = timedelta()) -> LedgerCheck:
    """A check asked for by the supervisor, and done."""
    ledger_checks.ask(by=world.supervisor, at=NOW + after, door=WEB)
    ledger_checks.work(lambda: NOW + after)
    return LedgerCheck.objects.first()


def test_a_ledger_that_holds(world: World, blocks: list) -> None:
    done = check(world)
    assert done.holds
    assert (done.head_number, done.head_hash, done.blocks) == (3, blocks[-1].hash, 3)
    assert (done.asked_by, done.finished_at, done.broken_number, done.fault) == (world.supervisor, NOW, None, "")
    assert list(AuditEvent.objects.order_by("pk").values_list("action", "door"))[-2:] == [
        ("ledger.check_asked", "web"),
        ("ledger.checked", "job"),
    ]


def test_the_first_block_that_does_not_hold_is_named(world: World, blocks: list) -> None:
    with unguarded("reports_figure"), connection.cursor() as cursor:
        cursor.execute("UPDATE reports_figure SET value = value + 1 WHERE acceptance_id = 2")
    done = check(world)
    assert (done.holds, done.broken_number, done.fault) == (False, 2, "content")


def test_a_ledger_cut_off_since_the_last_check_is_found(world: World, blocks: list) -> None:
    assert check(world).holds
    with unguarded("reports_figure", "reports_acceptance"), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM reports_figure WHERE acceptance_id = 3; DELETE FROM reports_acceptance WHERE number = 3"
        )
    done = check(world)
    assert (done.head_number, done.broken_number, done.fault) == (2, 3, "head")


def test_the_nights_check_is_nobodys(world: World, blocks: list) -> None:
    ledger_checks.ask(by=None, at=NOW, door=AuditEvent.Door.JOB)
    ledger_checks.work()
    assert LedgerCheck.objects.get().holds and LedgerCheck.objects.get().asked_by is None


def test_one_at_a_time(world: World, blocks: list) -> None:
    first = ledger_checks.ask(by=world.supervisor, at=NOW, door=WEB)
    assert ledger_checks.ask(by=world.auditor, at=NOW, door=WEB) == first
    with pytest.raises(IntegrityError, match="ledger_check_one_at_a_time"), transaction.atomic():
        LedgerCheck.objects.create(asked_at=NOW, seen_at=NOW)


def test_one_that_died_with_its_worker_is_closed_and_not_begun_again(world: World, blocks: list, monkeypatch) -> None:
    def killed(**options: object) -> None:
        raise SystemExit

    ledger_checks.ask(by=world.supervisor, at=NOW, door=WEB)
    with monkeypatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(ledger, "verify", killed)
        ledger_checks.work()
    ledger_checks.work()
    died = LedgerCheck.objects.get()
    assert (died.holds, died.fault, died.broken_number) == (False, "unfinished", None)
    assert check(world).holds


def test_one_that_nobody_works_on_makes_place(world: World, blocks: list) -> None:
    silent = ledger_checks.ask(by=world.supervisor, at=NOW, door=WEB)
    later = SILENT_FOR + timedelta(seconds=1)
    assert check(world, after=later).holds
    silent.refresh_from_db()
    assert (silent.fault, LedgerCheck.objects.count()) == ("unfinished", 2)


def test_who_oversees_no_packets_asks_for_none(world: World) -> None:
    for user in (world.reporter, world.approver, world.plan_manager, world.operator):
        with pytest.raises(PermissionDenied):
            ledger_checks.ask(by=user, at=NOW, door=WEB)


def test_kept_pages_and_open_pages_follow(world: World, blocks: list) -> None:
    pulses = [current_pulse(NOW)]
    ledger_checks.ask(by=world.supervisor, at=NOW, door=WEB)
    pulses.append(current_pulse(NOW))
    ledger_checks.work(lambda: NOW)
    pulses.append(current_pulse(NOW))
    assert len(set(pulses)) == 3


def test_a_check_that_falls_silent_is_another_state(world: World) -> None:
    ledger_checks.ask(by=world.supervisor, at=NOW, door=WEB)
    assert current_pulse(NOW) != current_pulse(NOW + SILENT_FOR + timedelta(seconds=1))


def test_figures_that_are_added_meanwhile_are_no_fault(world: World, blocks: list) -> None:
    """A block that is accepted after the head was read is left for the next time."""
    seen = []

    def advance(done: int) -> None:
        if not seen:
            accepted(world, world.posts, "8", world.west)
        seen.append(done)

    assert ledger.verify(advance=advance) is None
    assert len(seen) == 3


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_a_gap_is_found_wherever_a_batch_ends(world: World, blocks: list, monkeypatch, batch: int) -> None:
    monkeypatch.setattr(ledger, "BATCH", batch)
    assert ledger.verify() is None
    with unguarded("reports_figure", "reports_acceptance"), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM reports_figure WHERE acceptance_id = 2; DELETE FROM reports_acceptance WHERE number = 2"
        )
    assert ledger.verify() == (3, "gap")
