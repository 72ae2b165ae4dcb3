"""Standings as rows of the bullet chart: order, percentages, nothing where nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reports.frames.bullets import bullet_frame


class Row(NamedTuple):
    rests_on: int | None = None
    stale: int = 0


@dataclass
class Standing:
    code: str
    line_short: str
    completion: Decimal | None
    pace: Decimal | None
    expected_completion: Decimal | None = None
    is_milestone: bool = False
    now: Row | None = None
    name: str = "5G"
    status: str = "behind"
    status_text: str = ""
    value_text: str = ""
    expected_text: str = ""
    goal_text: str = ""
    answers: tuple = ()


def test_bullets_keep_the_plans_lines_and_put_the_lowest_pace_first() -> None:
    frame = bullet_frame(
        [
            Standing("b1", "B", Decimal("0.9"), Decimal("1.2"), Decimal("0.75")),
            Standing("a1", "A", Decimal("0.5"), Decimal("1.0"), Decimal("0.5")),
            Standing("b2", "B", Decimal("0.2"), Decimal("0.5"), Decimal("0.4")),
            Standing("b3", "B", Decimal("0.0"), None),
            Standing("milestone", "A", None, None, is_milestone=True),
        ]
    )
    assert frame["code"].tolist() == ["b2", "b1", "b3", "a1"]
    assert frame["completion"].tolist() == [20.0, 90.0, 0.0, 50.0]
    assert frame["expected"].tolist()[:2] == [40.0, 75.0]
    assert frame["expected"].isna().tolist() == [False, False, True, False]


def test_a_quantity_without_a_figure_has_a_row_and_a_milestone_has_none() -> None:
    frame = bullet_frame(
        [
            Standing("empty", "A", None, None, Decimal("0.4")),
            Standing("some", "A", Decimal("0.1"), Decimal("0.2"), now=Row(345, stale=1)),
        ]
    )
    assert frame["code"].tolist() == ["some", "empty"], "what has a figure comes first"
    assert frame["completion"].isna().tolist() == [False, True] and frame["expected"][1] == 40.0
    assert frame["version"].tolist()[0] == 345 and frame["version"].isna().tolist() == [False, True]
    assert frame["stale"].tolist() == [True, False]
    assert bullet_frame([Standing("milestone", "A", None, None, is_milestone=True)]).empty
