"""Work that one session does at a time. A lock ends with the connection, and so with a worker that is killed.

Each kind of work has a number (`LOCK` of its module); with a row, each row of it is a work of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(lock: int, row: int | None = None) -> Iterator[bool]:
    """Whether this session is the one that does it now."""
    held = take(lock, row)
    try:
        yield held
    finally:
        if held:
            free(lock, row)


def take(lock: int, row: int | None = None) -> bool:
    """False where another session has it."""
    return _ask("pg_try_advisory_lock", lock, row)


def free(lock: int, row: int | None = None) -> None:
    _ask("pg_advisory_unlock", lock, row)


def _ask(function: str, lock: int, row: int | None) -> bool:
    key = [lock] if row is None else [lock, row % 2**31]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({', '.join(['%s'] * len(key))})", key)
        return cursor.fetchone()[0]
