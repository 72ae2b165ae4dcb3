"""Rows that selectors read, as frames: order, units, nothing where nothing is known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from reports.frames.paths import history_frame, path_frame


class Row(NamedTuple):
    period: int
    value: Decimal | None = None
    expected: Decimal | None = None
    stage: str = ""
    status: str = "behind"
    stale: int = 0


def test_a_path_has_nothing_where_nothing_is_known_and_zero_where_it_is_zero() -> None:
    ends = {1: date(2021, 3, 31), 2: date(2021, 6, 30)}
    frame = path_frame([Row(1, None), Row(2, Decimal(0), stale=1)], ends, {1: "Q1", 2: "Q2"}, {1: "a", 2: "b"})
    assert frame["value"].isna().tolist() == [True, False] and frame["value"][1] == 0.0
    assert frame["stale"].tolist() == [False, True] and frame["on"].tolist() == list(ends.values())


def test_history_counts_targets_by_quarter_and_leaves_out_what_never_occurred() -> None:
    counted = {2: {"done": 2}, 1: {"done": 1, "behind": 1}}
    frame = history_frame(counted, {1: "2021Q1", 2: "2021Q2", 3: "2021Q3"}, ["missed", "behind", "done"])
    assert frame.to_dict() == {"behind": {"2021Q1": 1, "2021Q2": 0}, "done": {"2021Q1": 1, "2021Q2": 2}}
