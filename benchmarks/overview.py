"""The overview and a target's page against an empty view with the same middleware, under the same server."""

from __future__ import annotations

from django.core.management import call_command

from agencies.models import Membership
from agencies.roles import Role

from .measure import interleaved, line, statements, title
from .serving import EMPTY, Reader, forget_pages, server

PAGES = {"overview": "/", "target page": "/targets/5g-base-stations/"}
KEPT_TIMES, COLD_TIMES = 150, 15


def run(scale: float) -> None:
    title("Overview and target page (the Shanghai plan with its sample history)")
    call_command("load_plan", "fixtures/shanghai_2020_2022.yaml", verbosity=0)
    call_command("load_published", "fixtures/published_figures.csv", verbosity=0)
    call_command("seed_sample", seed=1, verbosity=0)
    with server() as port:
        reader = Reader(port, Membership.objects.filter(role=Role.SUPERVISOR).first().user)
        reader.get_inside(EMPTY)
        line("SQL statements: empty view", str(statements(lambda: reader.get_inside(EMPTY))))
        for words, address in PAGES.items():
            _statements(words, address, reader)
        for words, address in PAGES.items():
            _times(words, address, reader)


def _statements(words: str, address: str, reader: Reader) -> None:
    forget_pages()
    for state in ("nothing kept", "kept"):
        line(f"SQL statements: {words}, {state}", str(statements(lambda: reader.get_inside(address))))


def _times(words: str, address: str, reader: Reader) -> None:
    reader.get(address)
    empty, kept = interleaved(lambda: reader.get(EMPTY), lambda: reader.get(address), times=KEPT_TIMES)
    (first,) = interleaved(lambda: reader.get_cold(address), times=COLD_TIMES)
    floor = f"F {empty * 1000:.2f} ms"
    line(
        f"{words}, as a later reader gets it (aim: within 3 x)",
        floor,
        f"{kept * 1000:.2f} ms",
        f"{kept / empty:.1f} x F",
    )
    line(
        f"{words}, as the first reader after a change gets it",
        floor,
        f"{first * 1000:.2f} ms",
        f"{first / empty:.1f} x F",
    )
