"""Files for spreadsheets, that a spreadsheet does not take for a program."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"  # Excel takes a file without it for one in the machine's own code page
# a spreadsheet would calculate these; Chinese and Japanese editions take the full-width signs as well
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a CSV file, made as they are read. Texts are made safe, numbers stay numbers, null is empty."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([safe(heading) for heading in headings])
    for row in rows:
        yield writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])


def safe(text: str) -> str:
    """A text that no spreadsheet calculates: an apostrophe stands before what it would take for a formula."""
    return f"'{text}" if is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might calculate it; spaces of any width before it change nothing."""
    return text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)
