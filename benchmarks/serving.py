"""The product's web server on the benchmark's database, and a reader in front of it."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client

from agencies.models import User
from nib_tracker.bodies import THREADS

EMPTY = "/benchmark/empty/"


class Reader:
    """Somebody signed in: over the wire, and (for counting statements) in this process."""

    def __init__(self, port: int, user: User) -> None:
        self.inside = Client(HTTP_HOST="localhost")
        self.inside.force_login(user)
        cookie = self.inside.cookies[settings.SESSION_COOKIE_NAME].value
        self.headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Host": "localhost"}
        self.server = http.client.HTTPConnection("127.0.0.1", port)

    def get(self, address: str) -> bytes:
        self.server.request("GET", address, headers=self.headers)
        response = self.server.getresponse()
        body = response.read()
        assert response.status == 200, f"{address}: {response.status}"
        return body

    def get_cold(self, address: str) -> bytes:
        """As the first reader after a change gets it."""
        forget_pages()
        return self.get(address)

    def get_inside(self, address: str) -> bytes:
        response = self.inside.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return response.content


def forget_pages() -> None:
    """Drops the kept pages, without the sessions that live in the same cache."""
    client = cache._cache.get_client(None)
    prefix = f"{settings.CACHES['default']['KEY_PREFIX']}:1:"
    cache.delete_many([key.decode().removeprefix(prefix) for key in client.scan_iter(f"{prefix}page:*")])


def asker(port: int, address: str, headers: dict[str, str] | None = None) -> Callable[[], None]:
    """One question after another over a connection of its own; the first has been asked."""
    server = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        server.request("GET", address, headers={"Host": "localhost", **(headers or {})})
        response = server.getresponse()
        body = response.read()
        assert response.status in (200, 304), f"{address}: {response.status} {body[:300]!r}"

    ask()
    return ask


def rate(askers: Sequence[Callable[[], None]], seconds: float) -> float:
    """Answers a second that they get together, each asking again as soon as it has an answer."""
    counts = [0] * len(askers)

    def call(number: int) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            askers[number]()
            counts[number] += 1

    callers = [Thread(target=call, args=(number,)) for number in range(len(askers))]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return sum(counts) / seconds


@contextmanager
def server() -> Iterator[int]:
    """Yields the port of a granian with the benchmark's settings."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    test = connection.settings_dict
    url = f"postgresql://{test['USER']}:{test['PASSWORD']}@{test['HOST']}:{test['PORT']}/{test['NAME']}"
    environ = {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(THREADS), "--log-level", "warning"]
    process = subprocess.Popen([*command, "nib_tracker.wsgi:application"], env=environ)
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the benchmark's web server did not start")
