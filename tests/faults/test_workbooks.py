"""A worker that dies while it saves a large workbook: another one goes on, and every row is saved once."""

from __future__ import annotations

import copy
import os
import signal

import pytest
from celery import current_app

from agencies.models import AuditEvent
from reports.models import Entry, Workbook
from reports.services import workbooks
from reports.services.periods import extend
from targets.models import Assignment, Commitment, Target
from tests.factories import World, at, small_plan
from tests.faults.servers import is_idle, wait_for, worker
from tests.history import WEB
from tests.reports.sheets.books import OPEN, download, upload

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 400
TASK = "reports.tasks.sweep"


def large_packet(world: World) -> None:
    """Gives the bureau ROWS more targets like the stations, before its packet is opened."""
    targets = [copy.copy(world.stations) for _ in range(ROWS)]
    for number, target in enumerate(targets, start=10):
        target.pk, target.code, target.position, target._state = (
            None,
            f"bulk-{number}",
            number,
            copy.copy(target._state),
        )
        target._state.adding = True
    targets = Target.objects.bulk_create(targets)
    Commitment.objects.bulk_create(
        Commitment(target=one, goal=100, due_on=world.plan.ends_on, in_force_from=world.plan.starts_on,
                   decided_at=at("2021-01-01"), decision="-")
        for one in targets
    )  # fmt: skip
    Assignment.objects.bulk_create(
        Assignment(target=one, agency=world.bureau, role="lead", position=1, reports=True, counts=True)
        for one in targets
    )


def confirmed_workbook(world: World) -> Workbook:
    """The packet's workbook with a number in every new row, uploaded, read and confirmed; none of it is saved yet."""
    packet = world.packet()
    extend(packet.period, world.bureau, until=at("2100-01-01"), reason="测试", by=world.supervisor, at=OPEN, door=WEB)
    book = download(packet, world.reporter)
    column = book.cell("stations", "value").column
    for place, (code, row) in enumerate(book.rows().items()):
        if code.startswith("bulk-"):
            book.page.cell(row, column).value = 20 + place % 50
    found = upload(packet, book, world.reporter)
    workbooks.go_on(found.pk, at=OPEN)  # what the worker does where the file is large
    return workbooks.confirm(found.pk, by=world.reporter, at=OPEN)


@pytest.fixture(autouse=True)
def empty_queue(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    current_app.control.purge()
    yield
    current_app.control.purge()


def test_a_worker_killed_while_it_saves_a_workbook_is_followed_by_one_that_finishes_it() -> None:
    world = small_plan()
    large_packet(world)
    found = confirmed_workbook(world)
    now = Workbook.objects.filter(pk=found.pk)
    assert (found.state, found.rows_done, found.rows_total) == (Workbook.State.SAVING, 0, ROWS)
    with worker() as first:
        current_app.send_task(TASK)
        wait_for(lambda: now.filter(rows_done__gt=0).exists(), "the saving to begin", every=0.002)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    wait_for(is_idle, "the killed worker's session to end")
    done = now.get().rows_done
    assert 0 < done < ROWS, "the kill was meant to hit the middle"
    assert_saved_once(done)
    with worker():
        current_app.send_task(TASK)
        wait_for(lambda: now.get().state == Workbook.State.DONE, "the sweep to finish the workbook")
    assert now.get().rows_done == ROWS
    assert_saved_once(ROWS)
    assert {row["kind"] for row in now.get().rows if row["name"].startswith("bulk-")} == {"saved"}


def assert_saved_once(number: int) -> None:
    """So many lines have a number, each in its second version with one audit row."""
    events = AuditEvent.objects.filter(action="entry.saved").values_list("subject", flat=True)
    assert len(events) == len(set(events)) == number
    versions = Entry.objects.exclude(value=None).values_list("version", flat=True)
    assert list(versions) == [2] * number
