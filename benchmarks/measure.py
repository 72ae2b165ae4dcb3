"""Timing and counting. Every result is a ratio to a floor measured in the same minutes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work: Callable[[], object], times: int) -> float:
    """Shortest of several runs: what the work costs when nothing else disturbs."""
    return min(seconds(work) for _ in range(times))


def interleaved(*works: Callable[[], object], times: int) -> list[float]:
    """Median seconds of each work, run in turns so that noise hits all alike."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for kept, work in zip(taken, works, strict=True):
            kept.append(seconds(work))
    return [median(kept) for kept in taken]


def statements(work: Callable[[], object]) -> int:
    """How many SQL statements the work sends, COPY included."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def peak_memory(module: str) -> float:
    """Megabytes that a fresh process needs at its peak while it runs a module of this package."""
    test = connection.settings_dict
    url = f"postgresql://{test['USER']}:{test['PASSWORD']}@{test['HOST']}:{test['PORT']}/{test['NAME']}"
    done = subprocess.run(
        [sys.executable, "-m", module],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def own_peak() -> float:
    """Megabytes that this process has needed at its peak."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def line(what: str, *cells: str) -> None:
    print(f"  {what:<58}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def title(words: str) -> None:
    print(f"\n{words}", flush=True)
