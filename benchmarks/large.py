"""A plan far larger than any city's against the Shanghai plan: the overview against the empty view, and the other
reading pages against each other.
"""

from __future__ import annotations

import gzip
import time
from typing import NamedTuple

from django.core.management import call_command
from django.db import connection

from agencies.models import Membership, User
from agencies.roles import Role
from reports.models import Figure, Progress, StoredChart

from . import large_plan
from .measure import interleaved, line, seconds, statements, title
from .serving import EMPTY, Reader, forget_pages, server

KEPT_TIMES, COLD_TIMES, PAGE_TIMES = 150, 25, 5
SMALL = "/?plan=shanghai-2020-2022&period=2022Q3"
LARGE = f"/?plan={large_plan.CODE}&period=2024Q2"
EARLIER = "&known_at=2025-03-02"  # after all figures of both
# pages by what they show: the Shanghai plan's part with most targets, and the large plan's
PAGES = {
    "line": ("/lines/new-terminal/", "/lines/line-0/"),
    "agency": ("/agencies/sh-econ-info/", "/agencies/large-1/"),
    "district": ("/districts/310115/", "/districts/990001/"),
    "quarter": ("/quarter/", "/quarter/"),
    "explore": ("/explore/", "/explore/"),
    "explore, all quarters by since when": ("/explore/?sort=-since&since=2020Q1", "/explore/?sort=-since&since=2015Q1"),
    "ledger": ("/ledger/", "/ledger/"),
}


class Taken(NamedTuple):
    """Milliseconds of the empty view, of the page as the first reader gets it, and kept."""

    empty: float
    cold: float
    kept: float


def run(scale: float) -> None:
    title("Overview of a large plan (aim: within 2 x of the Shanghai plan's, cold and kept)")
    call_command("load_plan", "fixtures/shanghai_2020_2022.yaml", verbosity=0)
    call_command("seed_sample", seed=1, verbosity=0)
    supervisor = Membership.objects.filter(role=Role.SUPERVISOR).first().user
    small = _measured("Shanghai, 150 targets x 11 quarters", SMALL, supervisor)
    began = time.perf_counter()
    plan = large_plan.make(scale)
    figures, rows = Figure.objects.filter(target__plan=plan).count(), Progress.objects.filter(target__plan=plan).count()
    line(f"large plan made: {figures:,} figures, {rows:,} rows of progress", f"{time.perf_counter() - began:.0f} s")
    words = f"large, {plan.targets.count():,} targets x {plan.periods.count()} quarters"
    large = _measured(words, LARGE, supervisor)
    line(
        "large against Shanghai, both in F: first reader",
        f"{large.cold / large.empty / (small.cold / small.empty):.2f} x",
    )
    line("   kept", f"{large.kept / large.empty / (small.kept / small.empty):.2f} x")
    _others_of_both(supervisor)


def _measured(words: str, address: str, user: User) -> Taken:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    with server() as port:
        reader = Reader(port, user)
        _counts(words, address, reader)
        reader.get(address)
        empty, kept = interleaved(lambda: reader.get(EMPTY), lambda: reader.get(address), times=KEPT_TIMES)
        floor, cold = interleaved(lambda: reader.get(EMPTY), lambda: reader.get_cold(address), times=COLD_TIMES)
        line(
            "   first reader after a change",
            f"F {floor * 1000:.2f} ms",
            f"{cold * 1000:.1f} ms",
            f"{cold / floor:.1f} x F",
        )
        line("   kept", f"F {empty * 1000:.2f} ms", f"{kept * 1000:.2f} ms", f"{kept / empty:.1f} x F")
        _others(address, reader)
    return Taken(empty, cold * empty / floor, kept)


def _counts(words: str, address: str, reader: Reader) -> None:
    forget_pages()
    first = statements(lambda: reader.get_inside(address))
    line(
        f"{words}: SQL statements, first reader and kept",
        str(first),
        str(statements(lambda: reader.get_inside(address))),
    )
    body = reader.get_inside(address)
    line("   bytes of HTML, as it is and compressed", f"{len(body):,}", f"{len(gzip.compress(body)):,}")


def _others_of_both(user: User) -> None:
    """The other pages of both plans, as their first reader gets them."""
    title("Other pages: large plan, SQL, kB as they are and compressed; seconds against the Shanghai plan's")
    with server() as port:
        reader = Reader(port, user)
        for words, pages in PAGES.items():
            small, large = (_with(page, state) for page, state in zip(pages, (SMALL, LARGE), strict=True))
            forget_pages()
            sent = statements(lambda large=large: reader.get_inside(large))
            body = reader.get(large)
            floor, taken = interleaved(
                lambda small=small: reader.get_cold(small), lambda large=large: reader.get_cold(large), times=PAGE_TIMES
            )
            size = f"{len(body) / 1000:.0f} / {len(gzip.compress(body)) / 1000:.0f} kB"
            line(words, f"{sent} SQL", size, f"{taken:.2f} s", f"{taken / floor:.1f} x")


def _with(page: str, overview: str) -> str:
    """An address of a page with the plan and the quarter of an overview's."""
    return page + ("&" if "?" in page else "?") + overview.removeprefix("/?")


def _others(address: str, reader: Reader) -> None:
    """What is not a page of now: the chart when nobody has asked for it yet, and an earlier moment."""
    chart = address.replace("/?", "/charts/overview.json?")
    reader.get(chart)  # plotly is loaded once

    def drawn() -> None:
        StoredChart.objects.all().delete()
        reader.get(chart)

    taken = min(seconds(drawn) for _ in range(3))
    line("   its chart, drawn anew", f"{taken * 1000:.0f} ms")
    line(
        "   as known at an earlier moment, first reader",
        f"{seconds(lambda: reader.get_cold(address + EARLIER)) * 1000:.0f} ms",
    )
