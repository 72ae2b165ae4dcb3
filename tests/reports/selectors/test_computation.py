"""How a value was made, as a formula; and which figures it rests on."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation

from reports.selectors import computation, figures
from reports.selectors.computation import Computation
from reports.selectors.targets import TargetPage, target_page
from reports.services.entries import Input
from targets.models import Assignment, Target
from targets.rules import Accumulation, AssignmentRole, Combine
from tests.factories import AssignmentFactory, World, at
from tests.history import accepted
from tests.reports.quarters import shown_at, standing_of


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def page_of(world: World, target: Target, period: str = "2021Q1", known_at: str = "") -> TargetPage:
    shown = shown_at(world, period, known_at)
    standing_of(world, target, shown)
    return target_page(shown, world.supervisor, target.code)


def made(world: World, target: Target, period: str = "2021Q1") -> Computation:
    return page_of(world, target, period).computation


@pytest.fixture
def posts(world: World) -> World:
    """East 12 and west 8 in the first quarter."""
    accepted(world, world.posts, "12", world.east, now=at("2021-04-11"))
    accepted(world, world.posts, "8", world.west, now=at("2021-04-12"))
    return world


@pytest.mark.parametrize(
    ("combine", "formula"),
    [
        (Combine.SUM, "12 + 8 = 20 stations"),
        (Combine.MEAN, "(12 + 8) / 2 = 10 stations"),
        (Combine.MIN, "lowest of 12, 8 = 8 stations"),
        (Combine.MAX, "highest of 12, 8 = 12 stations"),
        (Combine.LEAD, "12 stations"),
    ],
)
def test_the_formula_of_each_rule_ends_in_the_value(posts: World, combine: Combine, formula: str) -> None:
    Target.objects.filter(pk=posts.posts.pk).update(combine=combine, revision=2)
    page = page_of(posts, posts.posts)
    assert page.computation.formula == formula
    assert formula.endswith(page.standing.value_text)
    assert {one.number for one in page.figures.resting} == ({1} if combine == Combine.LEAD else {1, 2})


def test_a_weighted_value_is_numerators_over_denominators(world: World) -> None:
    AssignmentFactory(target=world.share, agency=world.partner, role=AssignmentRole.PARTNER, position=2)
    accepted(world, world.share, Input(numerator="3", denominator="10"))
    assert made(world, world.share).formula == "100 × 3 / 10 = 30%"
    accepted(world, world.share, Input(numerator="5", denominator="20"), world.partner)
    found = made(world, world.share)
    assert found.formula == "100 × (3 + 5) / (10 + 20) ≈ 26.7%", "never the mean of two percentages"
    assert found.rule == "Sum of the numerators over the sum of the denominators (with a figure: 2 of 2)"


def test_one_figure_needs_no_formula(world: World) -> None:
    accepted(world, world.stations, "40.5")
    found = made(world, world.stations)
    assert (found.rule, found.formula) == ("The newest accepted figure of bureau, for Q1 2021", "40.5 stations")


def test_quarters_that_stand_alone_are_added_up(world: World) -> None:
    Target.objects.filter(pk=world.stations.pk).update(accumulation=Accumulation.PER_PERIOD)
    accepted(world, world.stations, "12")
    accepted(world, world.stations, "5", period=1, now=at("2021-07-10"))
    page = page_of(world, world.stations, "2021Q2")
    assert page.computation.rule == "Sum of the quarters of bureau up to Q2 2021"
    assert page.computation.formula == "12 + 5 = 17 stations"
    assert {one.number for one in page.figures.resting} == {1, 2} and not page.figures.others


def test_of_several_reporters_each_ones_quarters_are_added_up_first(posts: World) -> None:
    Target.objects.filter(pk=posts.posts.pk).update(accumulation=Accumulation.PER_PERIOD)
    accepted(posts, posts.posts, "3", posts.east, period=1, now=at("2021-07-10"))
    found = made(posts, posts.posts, "2021Q2")
    assert found.formula == "15 + 8 = 23 stations" and found.sums_first
    assert [(one.code, one.quarter) for one in found.carried] == [("west", "Q1 2021")]


def test_who_has_no_figure_yet_and_whose_is_carried(world: World) -> None:
    accepted(world, world.posts, "12", world.east)
    found = made(world, world.posts, "2021Q2")
    assert found.rule == "Sum of the reporters (with a figure: 1 of 2)"
    assert [one.code for one in found.missing] == ["west"]
    assert [(one.name, one.quarter) for one in found.carried] == [("east", "Q1 2021")]


def test_without_a_figure_there_is_nothing_to_explain(world: World) -> None:
    page = page_of(world, world.posts)
    assert page.computation is None and page.figures.total == 0


def test_a_figure_for_comparison_makes_nothing(posts: World) -> None:
    Assignment.objects.filter(target=posts.posts, agency=posts.west).update(counts=False)
    Target.objects.filter(pk=posts.posts.pk).update(revision=2)
    page = page_of(posts, posts.posts)
    assert page.computation.formula == "12 stations"
    assert [one.agency_code for one in page.figures.others] == ["west"]


def test_who_no_longer_answers_makes_nothing(posts: World) -> None:
    Assignment.objects.filter(target=posts.posts, agency=posts.west).update(ended_on=date(2021, 5, 1))
    Target.objects.filter(pk=posts.posts.pk).update(revision=2)
    assert made(posts, posts.posts).formula == "12 + 8 = 20 stations"
    assert made(posts, posts.posts, "2021Q2").formula == "12 stations"


def test_a_milestone_of_many_is_as_far_as_the_least_advanced(world: World) -> None:
    AssignmentFactory(target=world.centre, agency=world.partner, role=AssignmentRole.PARTNER, position=2)
    Target.objects.filter(pk=world.centre.pk).update(combine=Combine.MIN)
    accepted(world, world.centre, Input(stage="done", actual_on="2021-03-01"))
    accepted(world, world.centre, Input(stage="under_way"), world.partner)
    found = made(world, world.centre)
    assert found.formula == "Under way 1 · Done 1 → Under way"
    assert found.rule.startswith("The least advanced stage of the reporters")


def test_an_earlier_moment_rests_on_the_figures_of_then(world: World) -> None:
    accepted(world, world.stations, "40", now=at("2021-04-10"))
    accepted(world, world.stations, "35", now=at("2021-05-20"))
    now, then = page_of(world, world.stations), page_of(world, world.stations, known_at="1")
    assert [(one.number, one.in_force, one.rests_on) for one in (*now.figures.resting, *now.figures.others)] == [
        (2, True, True),
        (1, False, False),
    ]
    assert [(one.number, one.in_force) for one in (*then.figures.resting, *then.figures.others)] == [(1, True)]


def test_a_long_history_is_cut_and_counted(posts: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "MOST", 2)
    for value in ("9", "10", "11"):
        accepted(posts, posts.posts, value, posts.west, now=at("2021-05-20"))
    found = page_of(posts, posts.posts).figures
    assert [one.number for one in found.resting] == [1, 5], "in the reporters' order"
    assert [one.number for one in found.others] == [4, 3], "newest first"
    assert (found.total, found.unlisted) == (5, 1)


def test_a_long_formula_shows_its_ends(posts: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computation, "SHOWN_TERMS", 2)
    AssignmentFactory(target=posts.posts, agency=posts.partner, role=AssignmentRole.PARTNER, position=3)
    accepted(posts, posts.posts, "5", posts.partner)
    assert made(posts, posts.posts).formula == "12 + … + 5 = 25 stations"
