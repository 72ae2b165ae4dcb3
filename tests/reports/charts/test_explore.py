"""Stacked bars of a selection."""

from __future__ import annotations

import pandas as pd
import pytest
from django.utils import translation

from reports.charts.explore import by_line
from reports.charts.theme import Caption


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_one_bar_a_line_in_the_colours_of_the_classes() -> None:
    frame = pd.DataFrame([[3, 97], [0, 50]], index=["A", "B"], columns=["behind", "done"])
    behind, done = by_line(frame, Caption("t", "b")).data
    assert (behind.name, behind.marker.color, done.marker.color) == (
        "Behind",
        "var(--fill-behind)",
        "var(--fill-done)",
    )
    assert (list(behind.y), list(done.x)) == (["A", "B"], [97, 50])
    assert list(behind.text) == ["", ""] and list(done.text) == ["97", "50"], "a number only where it has room"


def test_its_height_grows_with_the_lines() -> None:
    frame = pd.DataFrame([[1]] * 9, index=list("abcdefghi"), columns=["done"])
    assert by_line(frame, Caption("t", "b")).layout.height > by_line(frame[:2], Caption("t", "b")).layout.height


def test_nothing_selected_is_an_empty_figure() -> None:
    assert by_line(pd.DataFrame(), Caption("t", "b")).data == ()
