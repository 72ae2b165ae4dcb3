"""Full roll-up of 1 000 000 figures against one bare INSERT … SELECT … GROUP BY over the same rows."""

from __future__ import annotations

from django.db import connection

from reports.models import Figure, Progress
from reports.services import rollup

from . import world
from .measure import best, line, peak_memory, title

TARGETS, VERSIONS = 1000, 5  # 17 reporters x 12 quarters x 5 versions of each: 1 020 000 figures

FLOOR = """
INSERT INTO floor SELECT target_id, assignment_id, period_id, sum(value), count(*), max(acceptance_id)
FROM reports_figure GROUP BY target_id, assignment_id, period_id
"""


def run(scale: float) -> None:
    title("Full roll-up")
    made = world.make("rollup", max(int(TARGETS * scale), 10))
    world.load(made, 1)
    small = _with_memory("a fifth of the figures")
    world.load(made, VERSIONS - 1, first=1)
    whole = _with_memory("all figures")
    line("peak memory, all against a fifth (aim: flat)", f"{whole / small:.2f} x")


def _with_memory(words: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    floor, full = best(_floor, 3), best(_full, 3)
    figures, rows = Figure.objects.count(), Progress.objects.count()
    line(f"{words}: {figures:,} figures", f"floor {floor:.2f} s", f"full {full:.2f} s", f"{full / floor:.2f} x floor")
    memory = peak_memory("benchmarks.rollup_process")
    line(f"   {rows:,} rows of progress; peak memory of the process", f"{memory:.0f} MB")
    return memory


def _floor() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor")
        cursor.execute(
            "CREATE TABLE floor (target_id bigint, assignment_id bigint, period_id bigint,"
            " total numeric, n bigint, newest bigint)"
        )
        cursor.execute(FLOOR)


def _full() -> None:
    rollup.ask_for_rebuild()
    rollup.roll_up()
