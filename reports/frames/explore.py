"""How many rows of a selection stand in each class."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def tally_frame(
    counted: Iterable[tuple[object, str, int]], groups: Mapping[object, str], statuses: Sequence[str]
) -> pd.DataFrame:
    """Index: the groups that have rows, in their order and in words; one column per status that occurs.

    `counted` are (group, status, number of rows); what is not graded is left out.
    """
    import pandas as pd

    rows = pd.DataFrame(list(counted), columns=["group", "status", "number"])
    frame = rows.pivot_table(index="group", columns="status", values="number", aggfunc="sum", fill_value=0)
    frame = frame.reindex(columns=list(statuses), fill_value=0).astype(int)
    frame = frame.reindex([group for group in groups if group in frame.index and frame.loc[group].any()])
    frame.index = [groups[group] for group in frame.index]
    return frame.loc[:, (frame > 0).any()]
