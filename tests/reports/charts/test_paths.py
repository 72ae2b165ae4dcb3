"""The course of one quantity as a figure: marks, path, goal over time, forecast, what was published elsewhere."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from django.utils import translation

from reports.charts.paths import Ahead, Path, quantity
from reports.charts.theme import Caption

CAPTION = Caption("5G", "2021Q3")
START, END = date(2020, 1, 1), date(2022, 12, 31)
PATH = Path([(START, 0.0), (date(2021, 6, 30), 40.0), (END, 100.0)], [(START, 100.0)], [], END, START, END)
FRAME = pd.DataFrame(
    [
        (date(2021, 3, 31), "Q1", 30.0, 33.0, "", "behind", False, "Q1 · Behind<br>30 stations"),
        (date(2021, 6, 30), "Q2", 30.0, 40.0, "", "critical", True, "Q2 · Far behind<br>30 stations"),
    ],
    columns=["on", "quarter", "value", "expected", "stage", "status", "stale", "said"],
)
AHEAD = Ahead(date(2021, 6, 30), 30.0, END, 80.0, 70.0, 90.0, None, 100.0, "forecast for …")
PUBLISHED = ["on", "value", "measured", "wording", "match"]
NOTHING_PUBLISHED = pd.DataFrame(columns=PUBLISHED)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def drawn(*, path=PATH, published=NOTHING_PUBLISHED, ahead=None):
    return quantity(FRAME, path, published, CAPTION, "stations", ahead=ahead)


def traces(figure) -> dict:
    return {trace.name: trace for trace in figure.data}


def accepted(figure):
    return next(trace for trace in figure.data if trace.name.startswith("accepted value"))


def test_a_carried_figure_is_hollow() -> None:
    marks = accepted(drawn()).marker
    assert marks.color == ("var(--fill-behind)", "var(--surface)")
    assert marks.line.color == ("var(--fill-behind)", "var(--fill-critical)")


def test_pointing_at_a_value_says_what_the_frame_says() -> None:
    assert list(accepted(drawn()).customdata) == FRAME["said"].tolist()


def test_the_path_bends_at_the_checkpoint_and_ends_at_the_goal() -> None:
    way = traces(drawn())["path to the goal (diamonds: checkpoints)"]
    assert list(way.y) == [0.0, 40.0, 100.0] and list(way.marker.size) == [0, 8, 0]


def test_a_changed_goal_is_a_step_on_its_day() -> None:
    changed = PATH._replace(goals=[(START, 100.0), (date(2021, 4, 1), 120.0)])
    goal = traces(drawn(path=changed))["goal"]
    assert list(goal.x) == [START, date(2021, 4, 1), END] and list(goal.y) == [100.0, 120.0, 120.0]
    assert goal.line.shape == "hv"


def test_a_range_has_an_upper_goal_too() -> None:
    assert list(traces(drawn(path=PATH._replace(uppers=[(START, 150.0)])))["upper goal"].y) == [150.0, 150.0]
    assert "upper goal" not in traces(drawn())


def test_a_goal_without_a_number_has_no_line() -> None:
    assert "goal" not in traces(drawn(path=PATH._replace(goals=[])))


def test_the_band_opens_from_the_last_point_to_the_due_date() -> None:
    found = traces(drawn(ahead=AHEAD))
    band = found["8 of 10 outcomes"]
    assert list(zip(band.x, band.y, strict=True)) == [
        (date(2021, 6, 30), 30.0), (END, 90.0), (END, 70.0), (date(2021, 6, 30), 30.0),
    ]  # fmt: skip
    assert band.fill == "toself" and band.fillcolor == "var(--forecast)"
    assert list(found["forecast"].y) == [30.0, 80.0] and found["forecast"].line.dash == "dash"
    assert drawn(ahead=AHEAD).data[0].name == "8 of 10 outcomes", "below everything else"


def test_the_day_on_which_the_goal_would_be_met_is_marked_where_the_axis_has_it() -> None:
    early = AHEAD._replace(value=104.0, meets_on=date(2022, 11, 30))
    found = traces(drawn(ahead=early))
    assert (found["goal would be met"].x[0], found["goal would be met"].y[0]) == (date(2022, 11, 30), 100.0)
    assert list(found["forecast"].y) == [30.0, 100.0, 104.0], "the line goes through it"
    assert "goal would be met" not in traces(drawn(ahead=AHEAD._replace(meets_on=date(2024, 1, 1))))
    assert "goal would be met" not in traces(drawn(ahead=AHEAD))


def test_without_a_forecast_nothing_of_it_is_drawn() -> None:
    assert not {"8 of 10 outcomes", "forecast", "goal would be met"} & set(traces(drawn()))


def test_a_wide_band_does_not_squeeze_the_rest() -> None:
    axis = drawn(ahead=AHEAD._replace(low=-900.0, high=9000.0)).layout.yaxis
    assert axis.range[1] == pytest.approx(150 * 1.08) and axis.range[0] == -100


def test_values_below_zero_are_within_the_axis() -> None:
    frame = FRAME.assign(value=[-20.0, 10.0])
    axis = quantity(frame, PATH, NOTHING_PUBLISHED, CAPTION, "stations").layout.yaxis
    assert axis.range[0] == -20 and axis.tickvals[0] <= -20


def test_published_figures_have_one_mark_per_kind_of_definition() -> None:
    published = pd.DataFrame(
        [(date(2021, 3, 31), 680.0 + number, f"definition {number}", "over", "different") for number in range(5)]
        + [(date(2021, 6, 30), 50.0, "new", "exactly", "same")],
        columns=PUBLISHED,
    )
    figure = drawn(published=published)
    found = traces(figure)
    other, own = found["published, another definition"], found["published, the target's own definition"]
    assert len(other.y) == 5 and other.customdata[4][0] == "definition 4", "each says what it measures"
    assert own.marker.symbol == "star" != other.marker.symbol
    assert other.visible == "legendonly" and own.visible is None
    assert figure.layout.yaxis.range[1] < 200, "what is switched off does not stretch the axis"
