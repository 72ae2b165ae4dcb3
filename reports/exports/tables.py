"""A table on its way to a file: what stands behind a chart, or what a page lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from agencies.exporting import csv_lines

MOST_ROWS = 100_000  # of a CSV file


class Table(NamedTuple):
    """Headings in the reader's language, and rows of texts, numbers (never as text), days and nulls."""

    headings: Sequence[str]
    rows: Iterable[Sequence[object]]


def as_csv(table: Table) -> Iterator[str]:
    """Lines of a CSV file; a figure keeps all its digits."""
    return csv_lines(table.headings, ([_plain(cell) for cell in row] for row in table.rows))


def _plain(cell: object) -> object:
    """Nothing for what is not known, also where a data frame says so by NaN."""
    return None if cell is None or cell != cell else cell  # noqa: PLR0124
