"""Loading 100 000 figures into the ledger against a bare COPY of the same rows."""

from __future__ import annotations

import io

from django.db import connection

from reports.models import Figure

from . import world
from .measure import line, seconds, title

TARGETS = 500


def run(scale: float) -> None:
    title("Load figures into the ledger (constraints, guards and hashes included)")
    made = world.make("load", max(int(TARGETS * scale), 10))
    blocks = list(world.blocks(made, 0))
    before = Figure.objects.count()

    def load() -> None:
        for submission, figures in blocks:
            world.accept(made, submission, figures)

    taken = seconds(load)
    rows = Figure.objects.count() - before
    floor = _floor(rows)
    line(
        f"{rows:,} figures in {len(blocks)} blocks",
        f"COPY {floor:.2f} s",
        f"load {taken:.2f} s",
        f"{taken / floor:.1f} x floor",
    )
    line("", f"{rows / taken:,.0f} rows/s")


def _floor(rows: int) -> float:
    """COPY of the newest rows into a table without key, index, constraint or trigger."""
    text = io.StringIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY (SELECT * FROM reports_figure ORDER BY id DESC LIMIT {rows}) TO STDOUT", text)
        cursor.execute("CREATE TABLE bare (LIKE reports_figure)")
        text.seek(0)
        return seconds(lambda: cursor.copy_expert("COPY bare FROM STDIN", text))
