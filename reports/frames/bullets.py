"""Completion of targets against what is expected by now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "code", "name", "line", "status", "status_text", "completion", "expected", "pace",
    "value_text", "expected_text", "goal_text", "answers", "version", "stale",
]  # fmt: skip


def bullet_frame(standings: Iterable) -> pd.DataFrame:
    """One row per quantity, grouped by line in the plan's order, lowest pace first, those without a figure last.

    `completion` and `expected` are percentages of the goal (85.0), `pace` a ratio; numbers for the eye: floats, null
    where unknown. `version` is the ledger number that the value rests on; `stale`: some figure was carried.
    """
    import pandas as pd

    rows = [_row(standing) for standing in standings if not standing.is_milestone]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for column in ("completion", "expected", "pace"):
        frame[column] = frame[column].astype(float)
    frame["version"] = frame["version"].astype("Int64")
    frame["line"] = pd.Categorical(frame["line"], categories=frame["line"].unique(), ordered=True)
    return frame.sort_values(["line", "pace"], na_position="last", kind="stable").reset_index(drop=True)


def _row(standing) -> tuple:
    now = standing.now
    return (
        standing.code,
        standing.name,
        standing.line_short,
        standing.status,
        standing.status_text,
        _percent(standing.completion),
        _percent(standing.expected_completion),
        None if standing.pace is None else float(standing.pace),
        standing.value_text,
        standing.expected_text,
        standing.goal_text,
        "、".join(agency.short for agency in standing.answers[:2]),
        now.rests_on if now else None,
        bool(now and now.stale),
    )


def _percent(ratio) -> float | None:
    return None if ratio is None else float(ratio * 100)
