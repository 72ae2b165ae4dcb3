"""How the targets of each lead agency stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def agency_frame(rows: Iterable, statuses: Sequence[str]) -> pd.DataFrame:
    """One row per agency that leads something, in the order given: `code`, `agency`, `led`, `lagging`, and a column
    per status with the number of targets in it.
    """
    import pandas as pd

    led = [row for row in rows if row.led]
    counted = [{count.status: count.number for count in row.counts} for row in led]
    frame = pd.DataFrame(
        {
            "code": [row.code for row in led],
            "agency": [row.short for row in led],
            "led": [row.led for row in led],
            "lagging": [row.lagging for row in led],
        }
    )
    return frame.assign(**{status: [numbers.get(status, 0) for numbers in counted] for status in statuses})
