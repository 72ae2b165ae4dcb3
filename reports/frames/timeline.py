"""Milestones by their dates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["code", "name", "status", "status_text", "stage", "planned_on", "actual_on", "late", "answers", "number"]


def timeline_frame(milestones: Iterable) -> pd.DataFrame:
    """One row per milestone in the order given: planned and actual day (null while it is not done), `late` in days.

    `number` is the ledger number that its stage rests on; null without a figure.
    """
    import pandas as pd

    frame = pd.DataFrame([_row(milestone) for milestone in milestones], columns=COLUMNS)
    return frame.astype(object).where(frame.notna(), None)


def _row(milestone) -> tuple:
    standing = milestone.standing
    return (
        standing.code,
        standing.name,
        standing.status,
        standing.status_text,
        standing.value_text,
        milestone.planned_on,
        milestone.actual_on,
        milestone.late,
        "、".join(agency.short for agency in standing.answers[:2]),
        standing.now.rests_on if standing.now else None,
    )
