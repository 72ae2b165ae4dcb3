"""What each quarter added, as a figure."""

from __future__ import annotations

import pandas as pd
import pytest
from django.utils import translation

from reports.charts.increments import increments
from reports.charts.theme import Caption

CAPTION = Caption("5G", "2021Q3")
FRAME = pd.DataFrame(
    [("2021Q1", 10.0, 12.5, False, "a"), ("2021Q2", -4.0, 12.5, True, "b"), ("2021Q3", None, None, False, "c")],
    columns=["quarter", "added", "needed", "is_partial", "said"],
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_what_a_quarter_took_away_stands_below_zero() -> None:
    figure = increments(FRAME, CAPTION)
    bars = figure.data[0]
    assert list(bars.y) == [10.0, -4.0, None], "nothing where nothing new was reported, never a zero"
    assert figure.layout.yaxis.range[0] < -4 and figure.layout.yaxis.tickvals[0] <= -3
    assert bars.marker.line.color == ("var(--accent)", "var(--seal)", "var(--accent)")


def test_a_partly_carried_quarter_is_hollow() -> None:
    assert increments(FRAME, CAPTION).data[0].marker.color == ("var(--forecast)", "var(--surface)", "var(--forecast)")


def test_what_was_needed_is_a_tick_of_its_own() -> None:
    needed = increments(FRAME, CAPTION).data[1]
    assert list(needed.y) == [12.5, 12.5, None] * 2 + [None] * 3 and needed.mode == "lines"
    assert needed.x[0] < 0 < needed.x[1] < needed.x[3] < 1, "across its own bar, and apart from the next one"


def test_no_quarter_yet_makes_an_empty_figure() -> None:
    assert list(increments(FRAME.iloc[:0], CAPTION).layout.yaxis.range) == [0, 1.0]
