"""What each quarter added to one target."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def increments_frame(rows: Iterable, codes: Iterable[str], said: Iterable[str]) -> pd.DataFrame:
    """One row per quarter, ascending: its code, what was added, what the path asked for, whether some figure was
    carried, and what is `said` of it when it is pointed at.

    Numbers are floats in the target's unit, null where nothing new was reported or nothing is asked for.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            (
                code,
                None if row.added is None else float(row.added),
                None if row.needed is None else float(row.needed),
                row.is_partial,
                words,
            )
            for row, code, words in zip(rows, codes, said, strict=True)
        ],
        columns=["quarter", "added", "needed", "is_partial", "said"],
    )
