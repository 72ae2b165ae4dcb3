"""The overview page against an empty view with the same middleware, under the same server."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client

from agencies.models import Membership
from agencies.roles import Role

from .measure import interleaved, line, statements, title

PAGES = {"empty view": "/benchmark/empty/", "overview": "/"}
TIMES = 150


def run(scale: float) -> None:
    title("Overview page (the Shanghai plan with its sample history)")
    call_command("load_plan", "fixtures/shanghai_2020_2022.yaml", verbosity=0)
    call_command("load_published", "fixtures/published_figures.csv", verbosity=0)
    call_command("seed_sample", seed=1, verbosity=0)
    client = Client(HTTP_HOST="localhost")
    client.force_login(Membership.objects.filter(role=Role.SUPERVISOR).first().user)
    _statements(client)
    with _server() as port:
        server = http.client.HTTPConnection("127.0.0.1", port)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        _times(server, {"Cookie": cookie, "Host": "localhost"})


def _statements(client: Client) -> None:
    sql = {}
    for name, address in PAGES.items():
        if name == "overview":
            sql["overview, nothing cached"] = statements(lambda address=address: _ok(client, address))
        sql[name] = statements(lambda address=address: _ok(client, address))
    for name, number in sql.items():
        line(f"SQL statements: {name}", str(number))


def _ok(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200, address


def _times(server: http.client.HTTPConnection, headers: dict[str, str]) -> None:
    def get(address: str) -> None:
        server.request("GET", address, headers=headers)
        response = server.getresponse()
        response.read()
        assert response.status == 200, f"{address}: {response.status}"

    def cold() -> None:
        cache.delete_many(_page_keys())
        get("/")

    for address in PAGES.values():
        get(address)
    empty, overview = interleaved(*(lambda address=address: get(address) for address in PAGES.values()), times=TIMES)
    line(
        "overview, as the second reader gets it (aim: within 4 x)",
        f"F {empty * 1000:.2f} ms",
        f"{overview * 1000:.2f} ms",
        f"{overview / empty:.1f} x F",
    )
    first = interleaved(cold, times=15)[0]
    line(
        "overview, as the first reader after a change gets it", "", f"{first * 1000:.2f} ms", f"{first / empty:.1f} x F"
    )


def _page_keys() -> list[str]:
    """Cached page fragments, without the sessions that live in the same cache."""
    client = cache._cache.get_client(None)
    prefix = f"{settings.CACHES['default']['KEY_PREFIX']}:1:"
    return [key.decode().removeprefix(prefix) for key in client.scan_iter(f"{prefix}page:*")]


@contextmanager
def _server() -> Iterator[int]:
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
    process = subprocess.Popen([*command, "--log-level", "warning", "nib_tracker.wsgi:application"], env=environ)
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
