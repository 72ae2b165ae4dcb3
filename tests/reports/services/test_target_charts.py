"""The charts of one target from the ledger: what stands in the figure and in its table, as known at a moment."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from reports.services.drawing import UnknownChart, draw
from reports.services.entries import Input
from targets.models import PublishedFigure
from tests.factories import CheckpointFactory, CommitmentFactory, World, at
from tests.history import accepted
from tests.reports.quarters import reported, shown_at, standing_of


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def drawn(world: World, name: str, period: str, known_at: str = ""):
    shown = shown_at(world, period, known_at)
    standing_of(world, world.stations, shown)
    return draw(shown, name, shown.number, {})


def names(figure) -> set[str]:
    return {trace.name for trace in figure.data}


def test_pointing_at_a_quarter_says_status_agency_version_and_what_was_carried(long_world: World) -> None:
    reported(long_world, long_world.posts, ["5", "9"], long_world.east)
    reported(long_world, long_world.posts, ["4"], long_world.west)
    figure = drawn(long_world, "target-posts", "2021Q2").figure
    said = next(trace for trace in figure.data if trace.name.startswith("accepted value")).customdata
    assert said[0].startswith("Q1 2021 · Ahead<br>9 stations<br>east, west<br>ledger #")
    assert said[1].startswith("Q2 2021 · ") and said[1].endswith(
        "<br>13 stations<br>east, west<br>ledger #3<br>carried: 1 of 2"
    )


def test_the_forecast_is_drawn_from_four_quarters_on_and_rests_on_what_was_known(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "20", "30", "40"])
    accepted(long_world, long_world.stations, "22", period=3, now=at("2022-06-01"))
    assert "forecast" not in names(drawn(long_world, "target-stations", "2021Q3").figure)
    now, then = (drawn(long_world, "target-stations", "2021Q4", known).figure for known in ("", "4"))
    first = [next(trace for trace in one.data if trace.name == "forecast").y[0] for one in (now, then)]
    assert first == [22.0, 40.0]
    assert {"8 of 10 outcomes", "forecast"} <= names(now)


def test_the_goal_steps_when_another_came_into_force(long_world: World) -> None:
    CommitmentFactory(
        target=long_world.stations, goal=120, due_on=date(2022, 12, 31), in_force_from=date(2021, 8, 1),
        decided_at=at("2021-08-01"),
    )  # fmt: skip
    goals = [
        list(
            next(trace for trace in drawn(long_world, "target-stations", quarter).figure.data if trace.name == "goal").y
        )
        for quarter in ("2021Q2", "2021Q3")
    ]
    assert goals == [[100.0, 100.0], [100.0, 120.0, 120.0]], "not before it is in force"


def test_the_table_has_a_row_a_quarter_with_all_digits(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10.123456", "20"])
    table = drawn(long_world, "target-stations", "2021Q2").table
    rows = [list(row) for row in table.rows]
    assert [str(row[1]) for row in rows] == ["10.123456", "20.000000"]
    assert rows[0][-1] == 1 and len(rows[0]) == len(table.headings)


def test_increments_have_the_quarters_of_the_path_and_none_for_a_milestone(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "25", "20"])
    figure, table = drawn(long_world, "increments-stations", "2021Q3")
    assert list(figure.data[0].y) == [10.0, 15.0, -5.0]
    assert [said.split("<br>")[0] for said in figure.data[0].customdata] == ["Q1 2021", "Q2 2021", "Q3 2021"]
    assert [row[1] for row in table.rows] == [10, 15, -5]
    with pytest.raises(UnknownChart):
        drawn(long_world, "increments-centre", "2021Q3")


def test_a_milestone_has_its_days(long_world: World) -> None:
    CheckpointFactory(target=long_world.centre, on=date(2021, 6, 30), value=None, stage="under_way")
    CommitmentFactory(
        target=long_world.centre, goal=None, due_on=date(2022, 6, 30), in_force_from=date(2021, 2, 1),
        decided_at=at("2021-02-01"),
    )  # fmt: skip
    reported(long_world, long_world.centre, [Input(stage="done", actual_on="2021-03-09")])
    figure = drawn(long_world, "target-centre", "2021Q1").figure
    assert names(figure) == {"accepted stage", "checkpoint", "actual date"}
    assert [shape.x0 for shape in figure.layout.shapes] == [date(2022, 12, 31), date(2022, 6, 30)]
    assert figure.data[2].x[0] == date(2021, 3, 9)


def test_what_measures_something_else_is_not_drawn_unless_asked_for(long_world: World) -> None:
    PublishedFigure.objects.create(
        target=long_world.stations, measured_zh="在用总数", measured_en="in operation", wording="more_than", value=680,
        unit_zh="个", as_of=date(2021, 3, 31), precision="month", match="different", source="https://example.org/a",
        source_kind="press", reliability="B",
    )  # fmt: skip
    figure = drawn(long_world, "target-stations", "2021Q1").figure
    other = next(trace for trace in figure.data if trace.name == "published, another definition")
    assert other.visible == "legendonly" and figure.layout.yaxis.range[1] < 680


@pytest.mark.parametrize("name", ["target-stations", "increments-stations"])
def test_before_anything_was_decided_a_figure_is_empty_and_not_an_error(long_world: World, name: str) -> None:
    figure, table = drawn(long_world, name, "2021Q1", known_at="0001-01-01")
    assert not any(value is not None for trace in figure.data if trace.name == "goal" for value in trace.y)
    assert all(row[1] is None for row in table.rows)
