"""Rows that selectors read, as frames: order, units, nothing where nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from reports.frames.bullets import bullet_frame
from reports.frames.paths import history_frame, path_frame


@dataclass
class Standing:
    code: str
    line_short: str
    completion: Decimal | None
    pace: Decimal | None
    name: str = "5G"
    status: str = "behind"
    status_text: str = ""
    value_text: str = ""
    expected_text: str = ""
    goal_text: str = ""
    answers: tuple = ()

    @property
    def expected_completion(self) -> Decimal | None:
        return self.completion / self.pace if self.completion is not None and self.pace else None


class Row(NamedTuple):
    period: int
    value: Decimal | None = None
    expected: Decimal | None = None
    stage: str = ""
    status: str = "behind"
    stale: int = 0


def test_bullets_keep_the_plans_lines_and_put_the_lowest_pace_first() -> None:
    frame = bullet_frame(
        [
            Standing("b1", "B", Decimal("0.9"), Decimal("1.2")),
            Standing("a1", "A", Decimal("0.5"), Decimal("1.0")),
            Standing("b2", "B", Decimal("0.2"), Decimal("0.5")),
            Standing("b3", "B", Decimal("0.0"), None),
            Standing("milestone", "A", None, None),
        ]
    )
    assert frame["code"].tolist() == ["b2", "b1", "b3", "a1"]
    assert frame["completion"].tolist() == [20.0, 90.0, 0.0, 50.0]
    assert frame["expected"].tolist()[:2] == [40.0, 75.0] and frame["expected"].isna().tolist() == [
        False,
        False,
        True,
        False,
    ]


def test_no_target_with_a_completion_makes_an_empty_frame() -> None:
    assert bullet_frame([Standing("milestone", "A", None, None)]).empty


def test_a_path_has_nothing_where_nothing_is_known_and_zero_where_it_is_zero() -> None:
    ends = {1: date(2021, 3, 31), 2: date(2021, 6, 30)}
    frame = path_frame([Row(1, None), Row(2, Decimal(0), stale=1)], ends, {1: "Q1", 2: "Q2"})
    assert frame["value"].isna().tolist() == [True, False] and frame["value"][1] == 0.0
    assert frame["stale"].tolist() == [False, True] and frame["on"].tolist() == list(ends.values())


def test_history_counts_targets_by_quarter_and_leaves_out_what_never_occurred() -> None:
    paths = [[Row(1, status="done"), Row(2, status="done")], [Row(1, status="behind"), Row(2, status="done")]]
    frame = history_frame(paths, {1: "2021Q1", 2: "2021Q2", 3: "2021Q3"}, ["missed", "behind", "done"])
    assert frame.to_dict() == {"behind": {"2021Q1": 1, "2021Q2": 0}, "done": {"2021Q1": 1, "2021Q2": 2}}
