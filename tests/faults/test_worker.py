"""A worker that dies, a message that is lost, a broker that is away: the ledger is the queue, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from celery import current_app

from benchmarks import world as large
from reports.models import Acceptance, Progress, RollupState
from reports.selectors.progress import STORED
from reports.selectors.rollup import compute
from reports.services import rollup
from tests.factories import World, person, small_plan
from tests.faults.servers import ROOT, environment, wait_for, worker
from tests.history import NOW, accepted

pytestmark = pytest.mark.django_db(transaction=True)


def assert_current(world: World | large.World) -> None:
    """Stored rows are exactly what the ledger gives when it is read afresh."""
    targets = list(world.plan.targets.values_list("pk", flat=True))
    expected = {(row.target, row.period): tuple(row[:2]) + tuple(row[4:]) for row in compute(world.plan, targets)}
    stored = {row[:2]: row for row in Progress.objects.filter(target__in=targets).values_list(*STORED)}
    assert stored == expected


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    current_app.control.purge()
    yield
    current_app.control.purge()


def test_a_worker_killed_in_the_middle_of_a_rebuild_leaves_a_state_that_is_finished() -> None:
    world = large.make("kill", 600)
    for number, (submission, figures) in enumerate(large.blocks(world, 0)):
        if number % 6 == 0:
            large.accept(world, submission, figures)
    done = RollupState.objects.filter(ledger_number__isnull=False)
    with worker() as first:
        rollup.ask_for_rebuild()
        current_app.send_task("reports.tasks.roll_up")
        wait_for(done.exists, "the rebuild to begin", every=0.002)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    left = len(rollup.waiting(world.plan))
    assert 0 < left < 600, f"the kill was meant to hit the middle of the rebuild, {left} of 600 targets were left"
    with worker():
        current_app.send_task("reports.tasks.sweep")
        wait_for(lambda: not rollup.waiting(world.plan), "the sweep to finish the rebuild")
    assert_current(world)


def test_the_dashboards_follow_an_acceptance() -> None:
    world = small_plan()
    with worker():
        accepted(world, world.stations, "40")
        wait_for(lambda: Progress.objects.filter(target=world.stations, value=40).exists(), "the roll-up to follow")
    assert_current(world)


def test_a_lost_message_is_made_good_by_the_sweep() -> None:
    world = small_plan()
    accepted(world, world.stations, "40")
    assert current_app.control.purge() == 1, "accepting sends one message"
    with worker():
        current_app.send_task("reports.tasks.sweep")
        wait_for(lambda: not rollup.waiting(world.plan), "the sweep to find what was accepted")
    assert_current(world)


ACCEPT = """
import django; django.setup()
from agencies.models import AuditEvent, User
from reports.services.review import accept
from tests.factories import at
accept({packet}, by=User.objects.get(username={by!r}), at=at("2021-04-10"), door=AuditEvent.Door.WEB)
"""


def test_what_is_accepted_while_the_broker_is_away_is_kept() -> None:
    world = small_plan()
    first = accepted(world, world.stations, "40")
    packet = _submitted_again(world)
    script = ACCEPT.format(packet=packet, by=world.supervisor.username)
    environ = environment(REDIS_URL="redis://127.0.0.1:1/0", DJANGO_SETTINGS_MODULE="nib_tracker.settings")
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "the broker is away" in done.stderr
    assert Acceptance.objects.count() == first.number + 1
    assert rollup.waiting(world.plan), "and the next sweep will roll it up"


def _submitted_again(world: World) -> int:
    from agencies.roles import Role
    from reports.services.entries import Input, save_entry
    from reports.services.review import submit
    from tests.history import WEB

    packet, line = world.packet(world.east), world.line(world.posts, world.east)
    reporter, approver = person(Role.REPORTER, world.east), person(Role.APPROVER, world.east)
    save_entry(line.pk, Input(value="5"), version=line.version, by=reporter, at=NOW, door=WEB)
    submit(packet.pk, by=approver, at=NOW, door=WEB)
    return packet.pk
