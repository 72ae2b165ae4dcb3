"""Two states of many targets as dots with lines between them, from changes over a frame to a figure."""

from __future__ import annotations

import pytest
from django.utils import translation

from reports.charts import comparisons
from reports.charts.theme import Caption
from reports.frames.comparisons import comparison_frame
from reports.selectors.changes import Change
from tests.reports.selectors.test_changes import stands


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def change(pk: int, before: str | None, after: str | None) -> Change:
    return Change(stands("behind", pk=pk, completion=before), stands("done", pk=pk, completion=after))


def test_only_what_moved_is_drawn_and_of_too_many_what_moved_furthest_in_the_plans_order() -> None:
    rows = [change(1, "0.1", "0.2"), change(2, "0.5", "0.5"), change(3, "0.9", "0.2"), change(4, None, "0.3"),
            change(5, "0.1", "0.6"), Change(None, stands("done", pk=6))]  # fmt: skip
    assert comparison_frame(rows, 9)["code"].tolist() == ["t1", "t3", "t5"]
    assert comparison_frame(rows, 2)["code"].tolist() == ["t3", "t5"]
    assert comparison_frame(rows, 2)["before"].tolist() == [90.0, 10.0]


def test_what_is_far_beyond_the_goal_is_drawn_at_the_edge_and_said_in_full() -> None:
    frame = comparison_frame([change(1, "0.4", "20")], 9)
    lines, before, after = comparisons.dumbbells(frame, Caption("C", "b"), ("Q1", "Q2")).data
    assert list(after.x) == [comparisons.LONGEST] and after.customdata[0][4] == 2000.0
    assert list(lines.x) == [40.0, comparisons.LONGEST, None] and (before.name, after.name) == ("Q1", "Q2")


def test_nothing_that_differs_is_an_empty_figure() -> None:
    assert list(comparisons.dumbbells(comparison_frame([], 9), Caption("C", "b"), ("Q1", "Q2")).data[1].x) == []
