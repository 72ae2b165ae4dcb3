"""Adds many rows with COPY: the one way in which ledger and roll-up write rows in bulk."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection

BATCH = 10_000  # rows per COPY: keeps memory flat
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _line(row: Sequence[Any]) -> str:
    fields = ["\\N" if f is None else f.translate(ESCAPES) if isinstance(f, str) else str(f) for f in row]
    return "\t".join(fields)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Writes rows into a table; returns how many. Constraints and guards of the table hold as for INSERT."""
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    rows, written = iter(rows), 0
    with connection.cursor() as cursor:
        while lines := list(map(_line, islice(rows, BATCH))):
            cursor.copy_expert(sql, io.StringIO("\n".join(lines) + "\n"))
            written += len(lines)
    return written
