"""The course of one milestone as a figure."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from django.utils import translation

from reports.charts.stages import Planned, stages
from reports.charts.theme import Caption

CAPTION = Caption("Centre", "2021Q3")
START, END = date(2020, 1, 1), date(2022, 12, 31)
FRAME = pd.DataFrame(
    [
        (date(2021, 3, 31), "Q1", None, None, "not_started", "behind", False, "Q1"),
        (date(2021, 6, 30), "Q2", None, None, "done", "done", False, "Q2"),
    ],
    columns=["on", "quarter", "value", "expected", "stage", "status", "stale", "said"],
)
PLAIN = Planned([], [], date(2021, 6, 30), None, START, END)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def drawn(planned: Planned):
    return stages(FRAME, planned, CAPTION)


def test_a_milestone_steps_through_its_stages_to_the_planned_day() -> None:
    figure = drawn(PLAIN)
    assert list(figure.data[0].y) == [0, 2] and figure.data[0].line.shape == "hv"
    assert figure.layout.yaxis.ticktext == ("Not started", "Under way", "Done")
    assert [shape.x0 for shape in figure.layout.shapes] == [date(2021, 6, 30)]
    assert len(figure.data) == 1, "no checkpoint and no actual date, so none in the legend"


def test_checkpoints_stand_at_the_stage_that_they_ask_for() -> None:
    (mark,) = drawn(PLAIN._replace(checkpoints=[(date(2021, 3, 31), "under_way")])).data[1:]
    assert (mark.name, list(mark.x), list(mark.y)) == ("checkpoint", [date(2021, 3, 31)], [1])


def test_the_actual_day_and_dates_given_up_are_drawn() -> None:
    figure = drawn(PLAIN._replace(actual_on=date(2021, 5, 17), due_before=[date(2021, 3, 31)]))
    assert figure.data[1].name == "actual date" and figure.data[1].x[0] == date(2021, 5, 17)
    assert [shape.x0 for shape in figure.layout.shapes] == [date(2021, 3, 31), date(2021, 6, 30)]
    assert [said.text for said in figure.layout.annotations] == ["planned before", "planned"]


def test_the_axis_reaches_to_a_planned_day_after_the_plan() -> None:
    assert drawn(PLAIN._replace(due_on=date(2023, 6, 30))).layout.xaxis.range[1] > date(2023, 6, 30)
