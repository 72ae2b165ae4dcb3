"""The pulse: one short text in Redis that changes when what pages show changes. Open pages ask for it all the time.

It is written after the commit of whatever moves a packet and at the end of every roll-up (the sweep's too, so that a
lost one is made good within half a minute). Nothing but the freshness of open pages rests on it.
"""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from ..selectors.state import current_pulse

logger = logging.getLogger(__name__)

KEY, WORKED_ON = "pulse", "pulse:worked-on"
KEPT_FOR = 600  # seconds; longer than the sweep's interval, so that an idle installation asks the database seldom
ONE_AT_A_TIME = 5  # seconds that one process has for working it out


def beat() -> None:
    """Publishes once the caller's transaction is committed, however often it is called in it."""
    if not any(function is _publish_quietly for _, function, *_ in connection.run_on_commit):
        transaction.on_commit(_publish_quietly, robust=True)


def publish() -> str:
    """Works out the pulse and writes it; one statement. Two that publish at once are no harm: both saw the change."""
    found = current_pulse(timezone.now())
    try:
        cache.set(KEY, found, KEPT_FOR)
    except RedisError:
        logger.warning("Redis is away; open pages will follow when it is back")
    return found


def _publish_quietly() -> None:
    publish()


def current() -> str:
    """The pulse: one GET. Where Redis has none one caller works it out; the others get an empty text meanwhile."""
    found = cache.get(KEY)
    if found is not None:
        return found
    return publish() if cache.add(WORKED_ON, 1, ONE_AT_A_TIME) else ""
