"""The two addresses for probes."""

from __future__ import annotations

import socket
import time

import pytest
from django.core.cache import cache
from django.utils import timezone

from reports.models import RollupState
from reports.selectors.health import HEARTBEAT, LONGEST_LAG, OLDEST_HEARTBEAT
from reports.services import rollup
from tests.factories import at


@pytest.fixture
def beating(db) -> None:
    cache.set(HEARTBEAT, time.time())


def ready(client) -> tuple[int, dict]:
    response = client.get("/health/ready", headers={"accept-language": "en"})
    return response.status_code, response.json()["checks"]


def test_live_asks_nothing(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert client.get("/health/live").status_code == 200


def test_ready_without_sign_in(client, beating):
    status, checks = ready(client)
    assert (status, set(checks)) == (
        200,
        {"database", "broker", "worker", "migrations", "rollup", "failed_rollups"},
    )
    assert all(check["ok"] and check["words"] for check in checks.values())


@pytest.mark.parametrize(
    ("age", "status"), [(0, 200), (OLDEST_HEARTBEAT - 5, 200), (OLDEST_HEARTBEAT + 5, 503), (None, 503)]
)
def test_a_worker_that_is_not_heard_of(client, db, age, status):
    if age is not None:
        cache.set(HEARTBEAT, time.time() - age)
    assert ready(client)[0] == status


def accepted(acting, now):
    packet = acting.world.packet()
    acting.fill(packet)
    acting.submit(packet)
    acting.accept(packet, now=now)


def test_a_figure_that_waits_too_long_for_its_roll_up(client, acting, beating):
    rollup.roll_up()
    accepted(acting, timezone.now())
    status, checks = ready(client)
    assert (status, checks["rollup"]["waiting_targets"]) == (200, 3), "a fresh figure is about to be rolled up"
    rollup.roll_up()
    assert ready(client)[1]["rollup"]["waiting_targets"] == 0


def test_the_age_of_the_oldest_waiting_figure_decides(client, acting, beating):
    accepted(acting, at("2021-04-12"))
    status, checks = ready(client)
    assert status == 503
    assert checks["rollup"]["oldest_seconds"] > LONGEST_LAG


def test_a_failed_roll_up_is_told_but_pages_are_served(client, world, beating):
    rollup.roll_up()
    RollupState.objects.filter(target=world.stations).update(
        failed_at=timezone.now(), error="ValueError: secret", ledger_number=None
    )
    status, checks = ready(client)
    assert (status, checks["failed_rollups"]["failed_targets"]) == (200, 1)
    assert not checks["failed_rollups"]["ok"]
    assert "secret" not in str(checks), "errors are for the operator's page"


def test_a_broker_that_is_away(client, beating, settings):
    settings.REDIS_URL = "redis://:top-secret@127.0.0.1:1/0"
    status, checks = ready(client)
    assert (status, checks["broker"]["ok"]) == (503, False)
    assert "worker" not in checks
    assert checks["database"]["ok"]
    assert "top-secret" not in str(checks)


def test_a_broker_that_accepts_and_keeps_silent_does_not_make_the_database_look_away(client, beating, settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        for _ in range(3):
            status, checks = ready(client)
            assert (status, checks["broker"]["ok"], checks["database"]["ok"]) == (503, False, True)
