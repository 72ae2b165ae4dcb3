"""Real concurrency: threads with connections of their own, begun at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connection


def at_once(number: int, work: Callable[[int], object]) -> list[Exception]:
    """Calls `work` with 0, 1, … in as many threads at once; returns what it raised. Needs committed test data."""
    together, failed = Barrier(number), []

    def run(place: int) -> None:
        try:
            together.wait(timeout=30)
            work(place)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return failed
