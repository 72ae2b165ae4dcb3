"""How often a system may call, and how often one address may try keys that do not exist.

Counted in Redis by the minute; while Redis is away nothing is limited, as figures matter more than limits.
"""

from __future__ import annotations

import logging
import time
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from ..models import System
from .problems import Problem

logger = logging.getLogger(__name__)

MINUTE = 60
WRONG_KEYS = 60  # a minute, of one address: an office sits behind one


class Spent(NamedTuple):
    """What a caller used of a limit. `left` calls for `seconds` more."""

    limit: int
    left: int
    seconds: int

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers names them."""
        return {
            "RateLimit-Policy": f'"calls";q={self.limit};w={MINUTE}',
            "RateLimit": f'"calls";r={self.left};t={self.seconds}',
        }


def spend(system: System) -> Spent:
    """Counts one call of a system; Problem where it was one too many."""
    limit = settings.API_CALLS_A_MINUTE
    count, seconds = _count(f"api:calls:{system.pk}")
    spent = Spent(limit, max(0, limit - count), seconds)
    if count > limit:
        raise _too_many(spent)
    return spent


def refused(address: str) -> None:
    """Counts a call that was refused for its key; Problem where its address has sent too many of them.

    Calls with good keys are not held up: a district's systems often stand behind one address.
    """
    count, seconds = _count(f"api:refused:{address}")
    if count > WRONG_KEYS:
        raise _too_many(Spent(WRONG_KEYS, 0, seconds))


def _too_many(spent: Spent) -> Problem:
    sentence = _("At most %(limit)s calls a minute; go on in %(seconds)s seconds.")
    headers = spent.headers | {"Retry-After": str(spent.seconds)}
    return Problem("rate_limited", sentence % {"limit": spent.limit, "seconds": spent.seconds}, headers=headers)


def _count(name: str) -> tuple[int, int]:
    """How often this was counted in this minute, and the seconds that are left of it."""
    key = _key(name)
    try:
        cache.add(key, 0, 2 * MINUTE)
        return cache.incr(key), _seconds_left()
    except (RedisError, ValueError):  # ValueError: Redis made room in between
        logger.warning("Redis is away; calls are not counted")
        return 0, _seconds_left()


def _key(name: str) -> str:
    return f"{name}:{int(time.time()) // MINUTE}"


def _seconds_left() -> int:
    return MINUTE - int(time.time()) % MINUTE
