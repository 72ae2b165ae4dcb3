"""Adds many rows with COPY: the one way in which rows are written in bulk (audit log, ledger, roll-up)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any
from uuid import uuid4

from django.db import connection

BATCH = 10_000  # rows per COPY: keeps memory flat


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Writes rows into a table; returns how many. Constraints and guards of the table hold as for INSERT."""
    null = uuid4().hex  # a text that is in no row
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv, NULL '{null}')"
    rows, written = iter(rows), 0
    with connection.cursor() as cursor:
        while batch := [[null if cell is None else cell for cell in row] for row in islice(rows, BATCH)]:
            lines = io.StringIO()
            csv.writer(lines).writerows(batch)  # quotes what holds a part of its line end: \r as well as \n
            lines.seek(0)
            cursor.copy_expert(sql, lines)
            written += len(batch)
    return written
