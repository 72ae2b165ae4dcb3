"""Where a target is heading: what a forecast rests on, and why there is none."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from reports.selectors.outlook import Outlook, outlook
from reports.services.entries import Input
from targets.rules import Forecast
from tests.factories import CommitmentFactory, World, at
from tests.history import accepted
from tests.reports.quarters import reported, shown_at, standing_of


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def of(world: World, target, period: str, known_at: str = "") -> Outlook:
    shown = shown_at(world, period, known_at)
    return outlook(standing_of(world, target, shown), target, shown)


def test_four_quarters_make_a_forecast_for_the_due_date(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "21", "30", "41"])
    found = of(long_world, long_world.stations, "2021Q4")
    assert found.forecast is not None and found.due_on == date(2022, 12, 31)
    assert Decimal(41) < found.forecast.value < Decimal(100), "it grew by some ten a quarter"
    assert found.forecast.low <= found.forecast.value <= found.forecast.high
    assert found.is_late and found.forecast.meets_on > found.due_on
    assert found.method_text and found.value_text.endswith(" stations")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["10"], "A forecast needs figures of at least 4 quarters; there is 1."),
        (["10", "20", None, "30"], "A forecast needs figures of at least 4 quarters; there are 3."),
    ],
)
def test_below_four_quarters_with_a_figure_of_their_own_there_is_none(long_world: World, values, said: str) -> None:
    reported(long_world, long_world.stations, values)
    found = of(long_world, long_world.stations, "2021Q4")
    assert found.forecast is None and found.why_not == said, "a carried value was observed by nobody"


def test_a_quarter_counts_when_one_of_its_reporters_reported_anew(long_world: World) -> None:
    reported(long_world, long_world.posts, ["1", "2", "3", "4"], long_world.east)
    reported(long_world, long_world.posts, ["1", None, None, None], long_world.west)
    found = of(long_world, long_world.posts, "2021Q4")
    assert [value for _, value in found.points] == [2, 3, 4, 5]


def test_it_rests_on_what_was_known_then(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "20", "30", "40"])
    before = of(long_world, long_world.stations, "2021Q4")
    accepted(long_world, long_world.stations, "22", period=3, now=at("2022-06-01"))
    now, then = (of(long_world, long_world.stations, "2021Q4", known) for known in ("", "4"))
    assert then == before and now.points[-1][1] == 22
    assert now.forecast.value < then.forecast.value


def test_later_quarters_are_no_part_of_an_earlier_ones_forecast(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "20", "30", "40", "90"])
    assert len(of(long_world, long_world.stations, "2021Q4").points) == 4


def test_a_milestone_has_none(long_world: World) -> None:
    reported(long_world, long_world.centre, [Input(stage="under_way")] * 4)
    assert of(long_world, long_world.centre, "2021Q4").why_not.startswith("A milestone has a date")


def test_a_goal_that_is_met_needs_none(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "40", "70", "100"])
    assert of(long_world, long_world.stations, "2021Q4").why_not.startswith("The goal is met")


def test_after_the_due_date_there_is_none(long_world: World) -> None:
    reported(long_world, long_world.stations, [str(value) for value in range(10, 90, 10)])
    assert of(long_world, long_world.stations, "2022Q4").why_not.startswith("The due date has passed")


def test_a_percentage_stays_within_a_hundred(long_world: World) -> None:
    CommitmentFactory(target=long_world.share, goal=99, due_on=date(2022, 12, 31), in_force_from=date(2021, 1, 2))
    reported(
        long_world, long_world.share, [Input(numerator=part, denominator="100") for part in ("60", "75", "82", "96")]
    )
    found = of(long_world, long_world.share, "2021Q4")
    assert found.forecast.high == 100 and found.forecast.value <= 100


def test_a_running_total_never_falls_below_its_last_value(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "40", "41", "42"])
    assert of(long_world, long_world.stations, "2021Q4").forecast.low >= 42


def test_it_goes_by_the_commitment_in_force(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "20", "30", "40"])
    CommitmentFactory(
        target=long_world.stations, goal=60, due_on=date(2022, 6, 30), in_force_from=date(2021, 12, 1),
        decided_at=at("2021-12-01"),
    )  # fmt: skip
    now, before = of(long_world, long_world.stations, "2021Q4"), of(long_world, long_world.stations, "2021Q4", "3")
    assert now.due_on == date(2022, 6, 30) and before.due_on == date(2022, 12, 31)


@pytest.mark.parametrize(
    ("chance", "said"),
    [("1", "above 99%"), ("0.992", "above 99%"), ("0.99", "99%"), ("0.345", "35%"), ("0.004", "below 1%")],
)
def test_no_forecast_is_certain_in_words(chance: str, said: str) -> None:
    made = Forecast(Decimal(80), Decimal(70), Decimal(90), None, Decimal(chance), "damped_trend", 4)
    assert Outlook(made, "", (), date(2022, 12, 31), "stations").chance_text == said


def test_a_target_that_stands_still_never_meets_its_goal(long_world: World) -> None:
    reported(long_world, long_world.stations, ["20", "20", "20", "20"])
    found = of(long_world, long_world.stations, "2021Q4")
    assert (found.meets_text, found.chance_text, found.band_text) == ("not at this pace", "below 1%", "20 stations")
