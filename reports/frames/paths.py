"""The course of one target, and of the classes of many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def path_frame(
    rows: Iterable, ends_on: Mapping[int, date], quarters: Mapping[int, str], said: Mapping[int, str]
) -> pd.DataFrame:
    """One row per quarter of a target: `on` (its last day), quarter in words, value, expected, stage, status, stale,
    and what is `said` of it when it is pointed at.

    The mappings go by the quarter's id. Values are floats in the target's unit, null where unknown.
    """
    import pandas as pd

    return pd.DataFrame(
        [
            (
                ends_on[row.period],
                quarters[row.period],
                None if row.value is None else float(row.value),
                None if row.expected is None else float(row.expected),
                row.stage,
                row.status,
                bool(row.stale),
                said[row.period],
            )
            for row in rows
        ],
        columns=["on", "quarter", "value", "expected", "stage", "status", "stale", "said"],
    )


def published_frame(figures: Iterable) -> pd.DataFrame:
    """One row per figure that was published elsewhere, in its own definition: `on`, value, measured, wording, match."""
    import pandas as pd

    return pd.DataFrame(
        [
            (figure.as_of, float(figure.value), figure.measured, str(figure.get_wording_display()), figure.match)
            for figure in figures
        ],
        columns=["on", "value", "measured", "wording", "match"],
    )


def history_frame(
    counted: Mapping[int, Mapping[str, int]], quarters: Mapping[int, str], statuses: Sequence[str]
) -> pd.DataFrame:
    """Index: quarters in words, ascending; one column per status: how many targets stood in it.

    Both mappings go by the quarter's id; `counted` has numbers by status.
    """
    import pandas as pd

    held = [period for period in quarters if period in counted]
    rows = [[counted[period].get(status, 0) for status in statuses] for period in held]
    frame = pd.DataFrame(rows, index=[quarters[period] for period in held], columns=list(statuses), dtype=int)
    return frame.loc[:, (frame > 0).any()]
