"""What each quarter added, and what those left would have to add."""

from __future__ import annotations

import pytest
from django.utils import translation

from reports.selectors.increments import increments, needed_words
from reports.services.entries import Input
from targets.models import Target
from targets.rules import Accumulation
from tests.factories import World
from tests.reports.quarters import reported, shown_at, standing_of


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def of(world: World, target: Target, period: str):
    target.refresh_from_db()
    shown = shown_at(world, period)
    one = standing_of(world, target, shown)
    found = increments(one, target, shown)
    return found, needed_words(one, target, shown, found)


def test_a_running_total_adds_what_it_grew_by_and_may_fall(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "25", "20"])
    found, _ = of(long_world, long_world.stations, "2021Q3")
    assert [one.added for one in found] == [10, 15, -5]
    assert [one.added_text for one in found] == ["+10 stations", "+15 stations", "-5 stations"]


def test_the_path_asks_for_its_own_rise_of_the_quarter(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "25"])
    found, _ = of(long_world, long_world.stations, "2021Q2")
    assert round(sum(one.needed for one in found)) == 25, "half a year of two"


def test_a_quarter_without_a_new_figure_added_nothing_that_is_known(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", None, "30"])
    found, _ = of(long_world, long_world.stations, "2021Q3")
    assert [one.added for one in found] == [10, None, 20], "never a zero; the next quarter makes up for it"
    assert found[1].added_text == "—"


def test_a_quarter_with_some_figures_carried_is_partial(long_world: World) -> None:
    reported(long_world, long_world.posts, ["5", "9"], long_world.east)
    reported(long_world, long_world.posts, ["4", None], long_world.west)
    found, _ = of(long_world, long_world.posts, "2021Q2")
    assert [(one.added, one.is_partial) for one in found] == [(9, False), (4, True)]


def test_where_a_figure_means_the_quarter_it_is_the_quarters_own(long_world: World) -> None:
    Target.objects.filter(pk=long_world.stations.pk).update(accumulation=Accumulation.PER_PERIOD)
    reported(long_world, long_world.stations, ["10", "7", "12"])
    found, _ = of(long_world, long_world.stations, "2021Q3")
    assert [one.added for one in found] == [10, 7, 12] and found[-1].value == 29


def test_a_ratio_of_single_quarters_is_each_quarters_own_ratio(long_world: World) -> None:
    Target.objects.filter(pk=long_world.share.pk).update(accumulation=Accumulation.PER_PERIOD)
    ratios = [Input(numerator="10", denominator="100"), Input(numerator="60", denominator="200")]
    reported(long_world, long_world.share, ratios)
    found, needed = of(long_world, long_world.share, "2021Q2")
    assert [one.added for one in found] == [10, 30] and needed == ""


def test_a_level_of_unknown_baseline_has_no_first_increment(long_world: World) -> None:
    ratios = [Input(numerator=part, denominator="100") for part in ("40", "43.5")]
    reported(long_world, long_world.share, ratios)
    found, _ = of(long_world, long_world.share, "2021Q2")
    assert [one.added_text for one in found] == ["—", "+3.5 percentage points"]


def test_what_each_quarter_left_would_have_to_bring(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10", "20", "30", "40", "52"])
    _, needed = of(long_world, long_world.stations, "2022Q1")
    assert needed == (
        "Each of the 3 quarters left until 2022-12-31 would have to bring +16 stations to reach the goal. "
        "The last 4 brought +10.5 stations each on average."
    )


def test_the_last_quarter_alone(long_world: World) -> None:
    reported(long_world, long_world.stations, ["10"])
    _, needed = of(long_world, long_world.stations, "2022Q3")
    assert needed == "The 1 quarter left until 2022-12-31 would have to bring +90 stations to reach the goal."


@pytest.mark.parametrize(("values", "period"), [(["100"], "2021Q1"), ([], "2021Q1"), (["10"], "2022Q4")])
def test_nothing_is_needed_when_met_unknown_or_too_late(long_world: World, values, period: str) -> None:
    reported(long_world, long_world.stations, values)
    assert of(long_world, long_world.stations, period)[1] == ""


def test_a_milestone_has_no_increments(long_world: World) -> None:
    assert of(long_world, long_world.centre, "2021Q2") == ((), "")
