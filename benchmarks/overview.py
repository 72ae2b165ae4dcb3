"""The overview page against an empty view with the same middleware, under the same server."""

from __future__ import annotations

from django.core.management import call_command

from agencies.models import Membership
from agencies.roles import Role

from .measure import interleaved, line, statements, title
from .serving import EMPTY, Reader, forget_pages, server

TIMES = 150


def run(scale: float) -> None:
    title("Overview page (the Shanghai plan with its sample history)")
    call_command("load_plan", "fixtures/shanghai_2020_2022.yaml", verbosity=0)
    call_command("load_published", "fixtures/published_figures.csv", verbosity=0)
    call_command("seed_sample", seed=1, verbosity=0)
    with server() as port:
        reader = Reader(port, Membership.objects.filter(role=Role.SUPERVISOR).first().user)
        _statements(reader)
        _times(reader)


def _statements(reader: Reader) -> None:
    forget_pages()
    for words, address in (("empty view", EMPTY), ("overview, nothing cached", "/"), ("overview", "/")):
        line(f"SQL statements: {words}", str(statements(lambda address=address: reader.get_inside(address))))


def _times(reader: Reader) -> None:
    reader.get("/")
    empty, kept = interleaved(lambda: reader.get(EMPTY), lambda: reader.get("/"), times=TIMES)
    line(
        "overview, as the second reader gets it (aim: within 4 x)",
        f"F {empty * 1000:.2f} ms",
        f"{kept * 1000:.2f} ms",
        f"{kept / empty:.1f} x F",
    )
    (first,) = interleaved(lambda: reader.get_cold("/"), times=15)
    line(
        "overview, as the first reader after a change gets it", "", f"{first * 1000:.2f} ms", f"{first / empty:.1f} x F"
    )
