"""Figures from frames: marks, paths, scales, captions."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from django.utils import translation

from reports.charts import bullets, paths
from reports.charts.theme import Caption, number_ticks
from reports.frames.bullets import COLUMNS

CAPTION = Caption("5G", "2021Q3")
PATH = paths.Path(
    [(date(2020, 1, 1), 0.0), (date(2021, 6, 30), 40.0), (date(2022, 12, 31), 100.0)],
    100.0, date(2022, 12, 31), date(2020, 1, 1), date(2022, 12, 31),
)  # fmt: skip
FRAME = pd.DataFrame(
    [
        (date(2021, 3, 31), "Q1", 30.0, 33.0, "", "behind", False),
        (date(2021, 6, 30), "Q2", 30.0, 40.0, "", "critical", True),
    ],
    columns=["on", "quarter", "value", "expected", "stage", "status", "stale"],
)
NOTHING_PUBLISHED = pd.DataFrame(columns=["on", "value", "measured", "wording", "match"])


def traces(figure) -> dict:
    return {trace.name: trace for trace in figure.data}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_a_carried_figure_is_hollow() -> None:
    accepted = paths.quantity(FRAME, PATH, NOTHING_PUBLISHED, CAPTION, "stations").data[-1]
    assert accepted.marker.color == ("var(--fill-behind)", "var(--surface)")
    assert accepted.marker.line.color == ("var(--fill-behind)", "var(--fill-critical)")


def test_the_path_bends_at_the_checkpoint_and_ends_at_the_goal() -> None:
    found = traces(paths.quantity(FRAME, PATH, NOTHING_PUBLISHED, CAPTION, "stations"))
    assert list(found["path to the goal"].y) == [0.0, 40.0, 100.0]
    assert list(found["goal"].y) == [100.0, 100.0]


def test_figures_of_another_definition_are_marks_of_their_own() -> None:
    published = pd.DataFrame(
        [
            (date(2021, 3, 31), 680.0, "in operation", "over", "different"),
            (date(2021, 6, 30), 50.0, "new", "exactly", "same"),
        ],
        columns=NOTHING_PUBLISHED.columns,
    )
    figure = paths.quantity(FRAME, PATH, published, CAPTION, "stations")
    found = traces(figure)
    assert list(found["published: in operation"].y) == [680.0] and found["published: in operation"].mode == "markers"
    assert found["published: in operation"].marker.symbol != found["published: new"].marker.symbol
    assert figure.layout.yaxis.range[1] > 680, "the axis reaches to the highest mark"


def test_each_definition_has_a_symbol_of_its_own() -> None:
    published = pd.DataFrame(
        [(date(2021, 3, 31), 10.0, f"definition {number}", "over", "different") for number in range(5)]
        + [(date(2021, 3, 31), 10.0, "the target's own", "exactly", "same")],
        columns=NOTHING_PUBLISHED.columns,
    )
    marks = paths.quantity(FRAME, PATH, published, CAPTION, "stations").data[-6:]
    assert len({mark.marker.symbol for mark in marks}) == 6
    assert marks[-1].marker.symbol == "star", "what measures the same as the target stands out"


def test_a_milestone_steps_through_its_stages() -> None:
    frame = FRAME.assign(value=None, stage=["not_started", "done"])
    figure = paths.milestone(frame, PATH, CAPTION)
    assert list(figure.data[0].y) == [0, 2] and figure.data[0].line.shape == "hv"
    assert figure.layout.yaxis.ticktext == ("Not started", "Under way", "Done")


def test_a_bar_far_beyond_the_goal_is_cut_and_says_its_number() -> None:
    frame = pd.DataFrame(
        [
            ("a", "A" * 90, "L", "done", "Done", 450.0, 100.0, 4.5, "", "", "", ""),
            ("b", "B", "L", "behind", "Behind", 0.0, None, None, "", "", "", ""),
        ],
        columns=COLUMNS,
    )
    bars, ticks, numbers = bullets.bullets(frame, CAPTION, ["/targets/a/", "/targets/b/"]).data
    assert list(bars.x) == [bullets.LONGEST, 0.0] and list(numbers.text) == ["450.0%", "0.0%"]
    assert list(ticks.x) == [100.0, None], "nothing is drawn where nothing is expected"
    assert bars.y[1][0].endswith("…") and list(bars.meta["addresses"]) == ["/targets/a/", "/targets/b/"]


@pytest.mark.parametrize(
    ("language", "top", "ticks"),
    [
        ("zh-hans", 34000, ("0", "1万", "2万", "3万", "4万")),
        ("en", 34000, ("0", "10k", "20k", "30k", "40k")),
        ("zh-hans", 3e8, ("0", "1亿", "2亿", "3亿", "4亿")),
        ("en", 0, ("0",)),
        ("en", 4, ("0", "1", "2", "3", "4", "5")),
    ],
)
def test_axes_count_in_the_readers_scale(language: str, top: float, ticks: tuple[str, ...]) -> None:
    with translation.override(language):
        assert tuple(number_ticks(top)["ticktext"])[: len(ticks)] == ticks
