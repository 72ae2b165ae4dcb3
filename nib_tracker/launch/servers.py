"""Both servers for the length of a block, shared by every command of this clone.

Several commands may need the servers at once (`run` in one terminal, `exec` in another). Each holds a shared
lock while it works. The first starts the servers, the last stops them; the kernel drops the lock of a
command that was killed, so its servers are adopted by the next one and stopped with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from nib_tracker.launch import postgres, signals, valkey
from nib_tracker.launch.places import CannotStart, Places, become_sole_holder
from nib_tracker.launch.processes import Child

ANSWER_WITHIN = 8  # seconds that a server of the operator's has to answer


@dataclass
class Servers:
    """The two addresses, and the embedded servers behind them (none for an address that was given)."""

    urls: dict[str, str] = field(default_factory=dict)
    embedded: list[tuple[Child, Callable[[Child], None]]] = field(default_factory=list)

    @property
    def children(self) -> list[Child]:
        return [child for child, _ in self.embedded]

    def stop(self) -> None:
        """Stop the embedded ones, the last started first."""
        for child, stop in reversed(self.embedded):
            stop(child)


@contextmanager
def servers(places: Places, given: Mapping[str, str] = os.environ, *, durable: bool = True) -> Iterator[Servers]:
    """Both servers, ready. An address in `given` is used as it is, after a check that it answers."""
    places.make()
    found = Servers()
    with places.lock("users", shared=True) as user:
        try:
            with places.lock("start"):
                _start_database(found, places, given, durable)
                _start_broker(found, places, given)
            yield found
        finally:
            with signals.undisturbed(), places.lock("start"):
                if become_sole_holder(user):
                    found.stop()


def _start_database(found: Servers, places: Places, given: Mapping[str, str], durable: bool) -> None:
    if given.get("DATABASE_URL"):
        check_database(given["DATABASE_URL"])
        found.urls["DATABASE_URL"] = given["DATABASE_URL"]
        return
    with signals.deferred():
        child = postgres.start(places, postgres.DURABLE if durable else postgres.FAST)
        found.embedded.append((child, postgres.stop))  # before it is ready: a failure on the way stops it too
    postgres.make_ready(places, child)
    found.urls["DATABASE_URL"] = postgres.url(places)


def _start_broker(found: Servers, places: Places, given: Mapping[str, str]) -> None:
    if given.get("REDIS_URL"):
        check_broker(given["REDIS_URL"])
        found.urls["REDIS_URL"] = given["REDIS_URL"]
        return
    with signals.deferred():
        child = valkey.start(places)
        found.embedded.append((child, valkey.stop))
    valkey.make_ready(places, child)
    found.urls["REDIS_URL"] = valkey.url(places)


def check_database(url: str) -> None:
    """Raises CannotStart, within ten seconds, when DATABASE_URL leads to no PostgreSQL that lets us in."""
    try:
        psycopg2.connect(**database_arguments(url)).close()
    except (psycopg2.Error, ValueError) as error:
        raise CannotStart(_unreachable("DATABASE_URL", url, error)) from error


def database_arguments(url: str) -> dict[str, str | int]:
    """Arguments of psycopg2.connect for a DATABASE_URL; Django's own options behind a `?` are not for it."""
    parts = urlsplit(url)
    given = {
        "host": unquote(parts.hostname or ""),
        "port": parts.port or "",
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.lstrip("/")),
        "sslmode": dict(parse_qsl(parts.query)).get("sslmode", ""),
    }
    return {name: value for name, value in given.items() if value} | {"connect_timeout": ANSWER_WITHIN}


def check_broker(url: str) -> None:
    """Raises CannotStart, within ten seconds, when REDIS_URL leads to no server that lets us in."""
    once = Retry(NoBackoff(), 0)  # the library's own retries would multiply the wait
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=ANSWER_WITHIN, socket_timeout=ANSWER_WITHIN, retry=once
        ) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise CannotStart(_unreachable("REDIS_URL", url, error)) from error


def _unreachable(name: str, url: str, error: Exception) -> str:
    host = urlsplit(url).hostname  # the address itself holds a password and is not shown
    first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return (
        f"{name} is set, but no server can be used there (host {host or 'not given'}): {first_line}\n"
        f"Correct {name}, or unset it to use the embedded server."
    )
