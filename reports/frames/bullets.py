"""Completion of targets against what is expected by now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "code", "name", "line", "status", "status_text", "completion", "expected", "pace",
    "value_text", "expected_text", "goal_text", "answers",
]  # fmt: skip


def bullet_frame(standings: Iterable) -> pd.DataFrame:
    """One row per quantified target with a completion, grouped by line in the plan's order, lowest pace first.

    `completion` and `expected` are percentages of the goal (85.0), `pace` a ratio; numbers for the eye: floats.
    """
    import pandas as pd

    rows = [_row(standing) for standing in standings if standing.completion is not None]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["line"] = pd.Categorical(frame["line"], categories=frame["line"].unique(), ordered=True)
    return frame.sort_values(["line", "pace"], na_position="last", kind="stable").reset_index(drop=True)


def _row(standing) -> tuple:
    expected = standing.expected_completion
    return (
        standing.code,
        standing.name,
        standing.line_short,
        standing.status,
        standing.status_text,
        float(standing.completion * 100),
        None if expected is None else float(expected * 100),
        None if standing.pace is None else float(standing.pace),
        standing.value_text,
        standing.expected_text,
        standing.goal_text,
        "、".join(agency.short for agency in standing.answers[:2]),
    )
