"""One target's districts, for the eye."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = ["value", "expected", "part", "pace"]
COLUMNS = [
    "name", *NUMBERS, "status", "status_text", "is_stale",
    "value_text", "expected_text", "part_text", "pace_text", "agency", "number",
]  # fmt: skip


def district_frame(rows: Iterable) -> pd.DataFrame:
    """One row per district in the order given; `value`, `expected` and `part` (of the goal) in the target's unit.

    Floats, null where unknown; `number` is the ledger number as text, a dash without a figure. Several agencies of one
    district would make one bar: a name that stands twice is told apart by its agency.
    """
    import pandas as pd

    frame = pd.DataFrame([_row(row) for row in rows], columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))
    twice = frame["name"].duplicated(keep=False)
    frame.loc[twice, "name"] = frame.loc[twice, "name"] + " · " + frame.loc[twice, "agency"]
    return frame


def _row(row) -> tuple:
    return (
        row.district.short_name,
        *(None if number is None else float(number) for number in (row.value, row.expected, row.part, row.pace)),
        row.status,
        row.status_text,
        row.is_stale,
        row.value_text,
        row.expected_text,
        row.part_text,
        row.pace_text,
        row.agency,
        "—" if row.number is None else f"#{row.number}",
    )
