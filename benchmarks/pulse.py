"""Asking for the pulse against the emptiest answer that there is, as many open pages do, under the same server."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from threading import Thread

from django.core.management import call_command
from django.db import connection
from django.test import Client

from .measure import interleaved, line, statements, title
from .serving import server

TIMES = 300
CALLERS, SECONDS = 4, 5.0
PAGES, EVERY = 500, 1.5  # open pages, and seconds between two of their questions


def run(scale: float) -> None:
    title(f"Pulse ({PAGES} open pages that ask every {EVERY} s ask {PAGES / EVERY:.0f} times a second)")
    call_command("load_plan", "fixtures/shanghai_2020_2022.yaml", verbosity=0)
    client = Client(HTTP_HOST="localhost")
    seen = client.get("/pulse").headers["ETag"]
    line("SQL statements", str(statements(lambda: client.get("/pulse"))))
    connection.close()
    with server() as port:
        alive, pulse = _asker(port, "/health/live"), _asker(port, "/pulse", {"If-None-Match": seen})
        floor, taken = interleaved(alive, pulse, times=TIMES)
        line(
            "one question, unchanged (304), against /health/live",
            f"{floor * 1000:.2f} ms",
            f"{taken * 1000:.2f} ms",
            f"{taken / floor:.2f} x",
        )
        seconds = max(SECONDS * scale, 1)
        floor, taken = (_rate(port, address, seen, seconds) for address in ("/health/live", "/pulse"))
        line(f"answers a second, {CALLERS} callers", f"{floor:.0f}/s", f"{taken:.0f}/s", f"{taken / floor:.2f} x")
        line("of what the open pages ask (aim: above 1)", "", "", f"{taken / (PAGES / EVERY):.1f} x")


def _asker(port: int, address: str, headers: dict[str, str] | None = None) -> Callable[[], None]:
    server = http.client.HTTPConnection("127.0.0.1", port)

    def ask() -> None:
        server.request("GET", address, headers={"Host": "localhost", **(headers or {})})
        response = server.getresponse()
        response.read()
        assert response.status in (200, 304), f"{address}: {response.status}"

    ask()
    return ask


def _rate(port: int, address: str, seen: str, seconds: float) -> float:
    """Answers a second that some callers get together, each asking again as soon as it has an answer."""
    counts = [0] * CALLERS

    def call(number: int) -> None:
        ask, end = _asker(port, address, {"If-None-Match": seen}), time.monotonic() + seconds
        while time.monotonic() < end:
            ask()
            counts[number] += 1

    callers = [Thread(target=call, args=(number,)) for number in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return sum(counts) / seconds
