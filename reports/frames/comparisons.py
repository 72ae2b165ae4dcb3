"""Completion of targets in two states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "code", "name", "line", "before", "after", "status_before", "status_after",
    "value_before", "value_after", "answers",
]  # fmt: skip


def comparison_frame(changes: Iterable, most: int) -> pd.DataFrame:
    """One row per target with another completion after than before; of more than `most`, those that moved furthest.

    In the order in which they come. `before` and `after` are percentages of the goal: floats, for the eye.
    """
    import pandas as pd

    rows = [_row(change) for change in changes if change.completion_change]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    furthest = (frame["after"] - frame["before"]).astype(float).abs().nlargest(most).index
    return frame.loc[sorted(furthest)].reset_index(drop=True)


def _row(change) -> tuple:
    return (
        change.one.code,
        change.one.name,
        change.one.line_short,
        float(change.before.completion * 100),
        float(change.after.completion * 100),
        change.before.status_text,
        change.after.status_text,
        change.value_before,
        change.value_after,
        "、".join(agency.short for agency in change.one.answers[:2]),
    )
