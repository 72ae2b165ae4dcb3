"""One target by district as bars."""

from __future__ import annotations

import pandas as pd
import pytest
from django.utils import translation

from reports.charts.districts import districts
from reports.charts.theme import Caption
from reports.frames.districts import COLUMNS

CAPTION = Caption("Posts", "2021Q1")


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def frame(*rows: dict) -> pd.DataFrame:
    plain = {
        "value": None, "expected": None, "part": None, "pace": None, "status": "", "status_text": "—",
        "is_stale": False, "value_text": "—", "expected_text": "—", "part_text": "—", "pace_text": "—",
        "agency": "gov", "number": "—",
    }  # fmt: skip
    made = pd.DataFrame([plain | row for row in rows], columns=COLUMNS)
    return made.astype(dict.fromkeys(["value", "expected", "part", "pace"], "float64"))


def graded(name: str, value: float | None, status: str, **more: object) -> dict:
    return {"name": name, "value": value, "expected": 10.0, "part": 20.0, "status": status, "pace_text": "9%"} | more


def traces(*rows: dict) -> dict:
    return {trace.name: trace for trace in districts(frame(*rows), CAPTION, "Q1 2021").data}


def test_bars_stand_in_the_rows_order_whatever_their_class() -> None:
    rows = [graded("A", 1, "behind"), graded("B", 9, "done"), graded("C", 2, "behind")]
    found = districts(frame(*rows), CAPTION, "Q1 2021")
    assert list(found.layout.yaxis.categoryarray) == ["A", "B", "C"] and found.layout.yaxis.autorange == "reversed"
    assert {name: list(trace.y) for name, trace in traces(*rows).items() if trace.type == "bar"} == {
        "Behind": ["A", "C"],
        "Done": ["B"],
    }


def test_each_bar_has_what_is_expected_of_it_and_its_part_of_the_goal() -> None:
    found = traces(graded("A", 1, "behind"), graded("B", None, "no_data", part=40.0))
    assert list(found["expected of it by now"].x) == [10, 10]
    assert list(found["its part of the goal"].x) == [20, 40]
    assert list(found["No data"].x) == [None], "no figure is no bar, not a bar of length 0"


def test_who_has_no_share_is_drawn_apart_and_without_marks() -> None:
    found = traces(graded("A", 1, "behind"), {"name": "Z", "value": 500.0, "value_text": "500 posts"})
    assert list(found["value alone: no share of the goal"].y) == ["Z"]
    assert list(found["its part of the goal"].y) == ["A"], "nothing is expected of Z"
    assert list(found[None].text) == ["9%", "500 posts"], "the pace; the value where there is none"


def test_without_any_share_there_are_no_marks_at_all() -> None:
    found = traces({"name": "A", "value": 5.0}, {"name": "B", "value": 0.0})
    assert "its part of the goal" not in found and "expected of it by now" not in found


def test_the_scale_begins_at_zero_and_holds_the_longest_bar_and_mark() -> None:
    layout = districts(frame(graded("A", 30, "done"), graded("B", 1, "behind", part=90.0)), CAPTION, "Q1").layout
    assert layout.xaxis.range[0] == 0 and layout.xaxis.range[1] > 90
    empty = districts(frame({"name": "A"}), CAPTION, "Q1").layout
    assert empty.xaxis.range[1] > 0, "nothing at all still has a scale"


def test_a_carried_figure_is_pale() -> None:
    found = traces(graded("A", 1, "behind", is_stale=True), graded("B", 2, "behind"))
    assert list(found["Behind"].marker.opacity) == [0.45, 1]


def test_the_hover_says_status_agency_quarter_and_ledger_number() -> None:
    bar = traces(graded("A", 1, "behind", status_text="Behind", agency="A gov", number="#7"))["Behind"]
    assert "Q1 2021" in bar.hovertemplate and "<b>" not in bar.hovertemplate
    assert {"Behind", "A gov", "#7"} <= set(bar.customdata[0])
