"""Whether every part that the product stands on works now. Nothing here tells an address or a password."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from datetime import datetime
from typing import Any, NamedTuple

import redis
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from ..models import RollupState

HEARTBEAT = "worker-heartbeat"  # cache key: when the worker last did a job, as seconds since the epoch
PATIENCE = 1.2  # seconds for each of database and broker
OLDEST_HEARTBEAT = 120  # seconds; beat sends one every 15
LONGEST_LAG = 600  # seconds that an accepted figure may wait for its roll-up

# A part that hangs holds its threads: few of them, so that probes cannot use up the process, and for each part its
# own, so that one that hangs does not make the other look so.
_database_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="health-database")
_broker_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="health-broker")

LAG = """
SELECT count(DISTINCT target.id), min(block.accepted_at)
FROM targets_target target
JOIN targets_plan plan ON plan.id = target.plan_id
LEFT JOIN reports_rollupstate state ON state.target_id = target.id
LEFT JOIN LATERAL (
    SELECT min(acceptance_id) AS number FROM reports_figure
    WHERE target_id = target.id AND acceptance_id > coalesce(state.ledger_number, 0)
) news ON true
LEFT JOIN reports_acceptance block ON block.number = news.number
WHERE state.failed_at IS NULL
  AND (news.number IS NOT NULL OR state.ledger_number IS NULL
       OR state.target_revision <> target.revision OR state.plan_revision <> plan.revision)
"""


class Check(NamedTuple):
    """One part: whether it works, one sentence, and numbers for a machine. `needed`: not ready without it."""

    name: str
    ok: bool
    words: str
    needed: bool = True
    numbers: dict[str, Any] = {}


def readiness(now: datetime) -> list[Check]:
    """Every check; those that rest on the database or the broker are left out when that is away."""
    database, broker = _database_threads.submit(_ping_database), _broker_threads.submit(_ping_broker)
    checks = [_database(_answered(database)), _broker(_answered(broker))]
    if checks[1].ok:
        checks.append(_worker())
    if checks[0].ok:
        checks += _resting_on_database(now)
    return checks


def _answered(ping: Future[None]) -> bool:
    try:
        ping.result(timeout=PATIENCE)
    except (TooLate, Error, redis.RedisError, OSError):
        return False
    return True


def _ping_database() -> None:
    # the connection of this thread, so that a server that accepts and then keeps silent holds up nobody else
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def _ping_broker() -> None:
    with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE) as client:
        client.ping()


def _database(ok: bool) -> Check:
    return Check("database", ok, _("The database answers.") if ok else _("The database does not answer."))


def _broker(ok: bool) -> Check:
    return Check("broker", ok, _("The broker answers.") if ok else _("The broker does not answer."))


def _worker() -> Check:
    beat = cache.get(HEARTBEAT)
    if beat is None:
        return Check("worker", False, _("No worker has reported."))
    age = max(0, round(time.time() - beat))
    words = _("The worker was last heard of %(age)s seconds ago.") % {"age": age}
    return Check("worker", age <= OLDEST_HEARTBEAT, words, numbers={"age_seconds": age})


def _resting_on_database(now: datetime) -> list[Check]:
    try:
        migrations = _migrations()
        return [migrations] if not migrations.ok else [migrations, _lag(now), _failed()]
    except Error:
        return [_database(False)]


def _migrations() -> Check:
    executor = MigrationExecutor(connection)
    unapplied = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not unapplied:
        return Check("migrations", True, _("All migrations are applied."), numbers={"unapplied": 0})
    words = _("%(count)s migrations are not applied. Run `manage.py migrate`.") % {"count": unapplied}
    return Check("migrations", False, words, numbers={"unapplied": unapplied})


def _lag(now: datetime) -> Check:
    with connection.cursor() as cursor:
        cursor.execute(LAG)
        waiting, oldest = cursor.fetchone()
    seconds = max(0, round((now - oldest).total_seconds())) if oldest else 0
    numbers = {"waiting_targets": waiting, "oldest_seconds": seconds}
    if not waiting:
        return Check("rollup", True, _("Every target is rolled up."), numbers=numbers)
    words = _("%(count)s targets wait for their roll-up, the oldest figure for %(seconds)s seconds.")
    return Check("rollup", seconds <= LONGEST_LAG, words % {"count": waiting, "seconds": seconds}, numbers=numbers)


def _failed() -> Check:
    count = RollupState.objects.filter(failed_at__isnull=False).count()
    words = _("No roll-up has failed.")
    if count:
        words = _("The roll-up of %(count)s targets failed; their last good state is shown.") % {"count": count}
    return Check("failed_rollups", not count, words, needed=False, numbers={"failed_targets": count})
