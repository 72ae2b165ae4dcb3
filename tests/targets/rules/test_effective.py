"""Rules 1 and 2: which figure counts for a quarter, and the city's value made of several reporters."""

from datetime import date
from decimal import Decimal

import pytest

from targets.rules import (
    Accumulation,
    CityValue,
    Combine,
    Effective,
    Stage,
    Version,
    city_value,
    effective,
    effective_path,
    latest,
)

Q1, Q2, Q3, Q4 = range(2021 * 4, 2021 * 4 + 4)
LEVELS = [Accumulation.LEVEL, Accumulation.RUNNING_TOTAL]
STANDING = {"numerator": None, "denominator": None, "stage": None, "actual_on": None}


def number(text):
    return None if text is None else Decimal(text)


def version(period, acceptance, value, numerator=None, denominator=None):
    return Version(period, acceptance, number(value), number(numerator), number(denominator), None, None)


def figure(value=None, numerator=None, denominator=None, stale=False):
    return Effective(Q1, 1, number(value), number(numerator), number(denominator), None, None, stale)


def milestone(stage, actual_on=None, stale=False):
    return Effective(Q1, 1, None, None, None, stage, actual_on, stale)


# --- the latest version of each quarter ---


def test_a_correction_replaces_the_figure_of_its_quarter_only():
    versions = [version(Q1, 1, "10"), version(Q2, 2, "20"), version(Q1, 3, "12")]
    assert [cell.value for cell in latest(versions)] == [12, 20]


def test_latest_takes_versions_in_any_order():
    versions = [version(Q2, 2, "20"), version(Q1, 3, "12"), version(Q1, 1, "10")]
    assert [(cell.period, cell.acceptance) for cell in latest(versions)] == [(Q1, 3), (Q2, 2)]


@pytest.mark.parametrize(
    ("known", "values"),
    [(0, []), (1, [10]), (2, [10, 20]), (3, [12, 20]), (99, [12, 20]), (None, [12, 20])],
)
def test_latest_sees_only_what_was_accepted_by_then(known, values):
    versions = [version(Q1, 1, "10"), version(Q2, 2, "20"), version(Q1, 3, "12")]
    assert [cell.value for cell in latest(versions, known)] == values


# --- rule 1 ---


@pytest.mark.parametrize("accumulation", LEVELS)
@pytest.mark.parametrize(
    ("period", "value", "reported_for", "stale"),
    [(Q1 - 1, None, None, None), (Q1, 10, Q1, False), (Q2, 10, Q1, True), (Q3, 30, Q3, False), (Q4, 30, Q3, True)],
)
def test_the_latest_quarter_counts_and_a_carried_figure_is_stale(accumulation, period, value, reported_for, stale):
    cells = [version(Q1, 1, "10"), version(Q3, 2, "30")]
    found = effective(cells, period, accumulation)
    if value is None:
        assert found is None
    else:
        assert (found.value, found.period, found.stale) == (value, reported_for, stale)


def test_a_late_correction_of_an_early_quarter_does_not_hide_the_later_quarter():
    cells = latest([version(Q1, 1, "10"), version(Q2, 2, "20"), version(Q1, 3, "19")])
    assert effective(cells, Q2, Accumulation.LEVEL).value == 20
    assert effective(cells, Q1, Accumulation.LEVEL).value == 19


@pytest.mark.parametrize("accumulation", LEVELS)
def test_a_true_zero_is_a_figure(accumulation):
    cells = [version(Q1, 1, "10"), version(Q2, 2, "0")]
    assert effective(cells, Q2, accumulation).value == 0


def test_a_withdrawn_quarter_is_null_and_does_not_fall_back_to_an_older_figure():
    cells = [version(Q1, 1, "10"), version(Q2, 2, None)]
    assert effective(cells, Q2, Accumulation.LEVEL).value is None


@pytest.mark.parametrize(
    ("period", "value", "acceptance", "stale"),
    [(Q1, 5, 7, False), (Q2, 8, 7, False), (Q3, 8, 7, True), (Q4, 12, 9, False)],
)
def test_per_period_figures_add_up_to_the_quarter(period, value, acceptance, stale):
    cells = [version(Q1, 7, "5"), version(Q2, 2, "3"), version(Q4, 9, "4")]
    found = effective(cells, period, Accumulation.PER_PERIOD)
    assert (found.value, found.acceptance, found.stale) == (value, acceptance, stale)


def test_per_period_adds_the_corrected_figure_of_each_quarter():
    cells = latest([version(Q1, 1, "5"), version(Q2, 2, "3"), version(Q1, 3, "6")])
    assert effective(cells, Q2, Accumulation.PER_PERIOD).value == 9


def test_per_period_adds_numerators_and_denominators_and_skips_nulls():
    cells = [version(Q1, 1, None, "1", "4"), version(Q2, 2, "3", None, "6"), version(Q3, 3, None, "2", None)]
    found = effective(cells, Q3, Accumulation.PER_PERIOD)
    assert (found.value, found.numerator, found.denominator) == (3, 3, 10)


def test_per_period_of_nothing_but_nulls_is_null_not_zero():
    assert effective([version(Q1, 1, None), version(Q2, 2, None)], Q2, Accumulation.PER_PERIOD).value is None


@pytest.mark.parametrize(
    ("accumulation", "values"),
    [
        (Accumulation.LEVEL, [None, 10, 10, 30, 30]),
        (Accumulation.RUNNING_TOTAL, [None, 10, 10, 30, 30]),
        (Accumulation.PER_PERIOD, [None, 15, 15, 45, 45]),
    ],
)
def test_the_path_gives_each_quarter_what_it_stood_at(accumulation, values):
    cells = [version(Q1 - 2, 1, "5"), version(Q1 - 1, 2, "10"), version(Q2, 3, "30")]
    path = effective_path(cells, [Q1 - 9, Q1 - 1, Q1, Q2, Q3], accumulation)
    assert [None if found is None else found.value for found in path] == values
    assert [found.stale for found in path[1:]] == [False, True, False, True]


def test_the_path_of_nobody_is_empty_handed():
    assert effective_path([], [Q1, Q2], Accumulation.LEVEL) == [None, None]
    assert effective([], Q1, Accumulation.PER_PERIOD) is None


# --- rule 2 ---


@pytest.mark.parametrize(
    ("combine", "value"),
    [(Combine.SUM, 12), (Combine.MEAN, 4), (Combine.MIN, 0), (Combine.MAX, 9)],
)
def test_reporters_are_combined_and_those_without_a_figure_are_no_zero(combine, value):
    city = city_value([figure("3"), None, figure("0", stale=True), figure("9"), figure(None, stale=True)], combine)
    assert city == CityValue(value=Decimal(value), **STANDING, reported=3, reporters=5, stale=1)


@pytest.mark.parametrize("combine", list(Combine))
@pytest.mark.parametrize("items", [[], [None, None], [figure(None, stale=True)]])
def test_no_figure_is_null_not_zero(combine, items):
    expected = CityValue(value=None, **STANDING, reported=0, reporters=len(items), stale=0)
    assert city_value(items, combine) == expected


def test_a_single_reporter_keeps_the_number_as_reported():
    for combine in (Combine.SUM, Combine.MEAN, Combine.MIN, Combine.MAX, Combine.LEAD):
        assert str(city_value([figure("7.50")], combine).value) == "7.50"


def test_weighted_weighs_instead_of_averaging_percents():
    city = city_value([figure("50", "1", "2"), figure("10", "10", "100", stale=True)], Combine.WEIGHTED)
    assert (city.numerator, city.denominator, city.stale) == (11, 102, 1)
    assert city.value == Decimal(11) / Decimal(102), "a mean of the percents would be 30"


def test_weighted_gives_percents_with_a_scale_of_100():
    city = city_value([figure("1", "1", "8"), figure("2", "2", "8")], Combine.WEIGHTED, ratio_scale=Decimal(100))
    assert city.value == Decimal("18.75")


def test_weighted_needs_both_parts_of_a_reporter():
    city = city_value([figure("9", "1", None), figure("9", None, "5"), figure(None, "1", "4")], Combine.WEIGHTED)
    assert (city.value, city.reported, city.reporters) == (Decimal("0.25"), 1, 3)


def test_weighted_over_a_zero_denominator_is_null_but_reported():
    city = city_value([figure("0", "0", "0"), figure("0", "3", "0")], Combine.WEIGHTED)
    assert (city.value, city.reported) == (None, 2)


def test_weighted_true_zero_is_zero():
    assert city_value([figure("0", "0", "8")], Combine.WEIGHTED).value == 0


def test_lead_is_the_leads_own_figure_with_its_parts():
    city = city_value([figure("25", "1", "4", stale=True)], Combine.LEAD)
    assert (city.value, city.numerator, city.denominator, city.stale) == (25, 1, 4, 1)


def test_of_two_leads_the_first_with_a_figure_counts_and_nothing_is_added():
    city = city_value([None, figure("25"), figure("30")], Combine.LEAD)
    assert (city.value, city.reported, city.reporters) == (25, 1, 3)


@pytest.mark.parametrize(
    ("stages", "stage"),
    [
        ([Stage.DONE, Stage.UNDER_WAY, Stage.NOT_STARTED], Stage.NOT_STARTED),
        ([Stage.DONE, Stage.UNDER_WAY], Stage.UNDER_WAY),
        ([Stage.DONE, Stage.DONE], Stage.DONE),
        ([Stage.DONE, None], Stage.UNDER_WAY),
        ([Stage.NOT_STARTED, None], Stage.NOT_STARTED),
        (["done", "under_way"], Stage.UNDER_WAY),
    ],
)
def test_a_milestone_is_as_far_as_the_last_of_its_reporters(stages, stage):
    city = city_value([milestone(reached) if reached else None for reached in stages], Combine.SUM)
    assert city.stage == stage
    assert (city.value, city.reporters) == (None, len(stages))


def test_a_milestone_was_done_on_the_day_the_last_reporter_was():
    first, last = date(2021, 3, 1), date(2021, 5, 1)
    city = city_value([milestone(Stage.DONE, last, stale=True), milestone(Stage.DONE, first)], Combine.LEAD)
    assert (city.stage, city.actual_on, city.reported, city.stale) == (Stage.DONE, last, 2, 1)


def test_a_milestone_that_is_not_done_by_all_has_no_day():
    one_done = [milestone(Stage.DONE, date(2021, 3, 1)), milestone(Stage.UNDER_WAY)]
    assert city_value(one_done, Combine.SUM).actual_on is None
    assert city_value([one_done[0], None], Combine.SUM).actual_on is None
