"""Asking for the pulse against the emptiest answer that there is, as many open pages do, under the same server."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connection
from django.test import Client

from .measure import interleaved, line, statements, title
from .serving import asker, rate, server

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
        alive, pulse = asker(port, "/health/live"), asker(port, "/pulse", {"If-None-Match": seen})
        floor, taken = interleaved(alive, pulse, times=TIMES)
        line(
            "one question, unchanged (304), against /health/live",
            f"{floor * 1000:.2f} ms",
            f"{taken * 1000:.2f} ms",
            f"{taken / floor:.2f} x",
        )
        seconds = max(SECONDS * scale, 1)
        floor, taken = (
            rate([asker(port, address, {"If-None-Match": seen}) for _ in range(CALLERS)], seconds)
            for address in ("/health/live", "/pulse")
        )
        line(f"answers a second, {CALLERS} callers", f"{floor:.0f}/s", f"{taken:.0f}/s", f"{taken / floor:.2f} x")
        line("of what the open pages ask (aim: above 1)", "", "", f"{taken / (PAGES / EVERY):.1f} x")
