"""The back-test in small, on seeds that the band was not fitted to (of the same targets).

The whole one is `make bench ARGS=forecast`.
"""

from datetime import date
from decimal import Decimal

import pytest

from benchmarks.forecast import CANDIDATES, HIGHEST, LOWEST, coverage, mean_error, outcomes
from benchmarks.forecast_series import Series, cuts, published, published_series, sample_histories, shapes
from targets.rules.forecast import FEWEST_POINTS, METHOD

UNSEEN_SEEDS = (101, 102, 103)


@pytest.fixture(scope="module")
def unseen():
    return cuts(sample_histories(UNSEEN_SEEDS))


def test_the_band_of_the_forecast_covers_75_to_85_percent_of_the_outcomes(unseen):
    assert LOWEST <= coverage(outcomes(METHOD, unseen)) <= HIGHEST


@pytest.mark.parametrize("kind", ["told", "drawn"])
def test_it_does_so_on_either_kind_of_sample_history(unseen, kind):
    found = outcomes(METHOD, [cut for cut in unseen if cut.series.kind == kind])
    assert LOWEST <= coverage(found) <= HIGHEST


def test_the_forecasts_method_is_the_candidate_with_the_lowest_error(unseen):
    assert METHOD._replace(widening=1.0) in CANDIDATES.values()
    errors = {name: mean_error(outcomes(method, unseen)) for name, method in CANDIDATES.items()}
    assert CANDIDATES[min(errors, key=errors.get)].code == METHOD.code


def test_on_shapes_of_other_makers_it_beats_the_last_value_carried():
    apart = cuts(shapes(range(10)))
    assert mean_error(outcomes(METHOD, apart)) < mean_error(outcomes(CANDIDATES["last value carried"], apart))


def test_every_cut_off_leaves_four_points_and_the_due_date(unseen):
    for cut in unseen:
        assert len(cut.known) >= FEWEST_POINTS
        assert len(cut.known) + cut.ahead == len(cut.series.points)
        assert cut.series.points[-1][0] == cut.series.goal.due_on
    assert {type(cut.series) for cut in unseen} == {Series}


def test_no_published_figure_was_measured_often_enough():
    assert max(len(points) for points in published().values()) == 4, "docs/forecast.md says that none has five"


def test_a_published_figure_with_enough_points_is_tried_on_each_later_one():
    points = [(date(2020, month, 1), Decimal(month)) for month in range(1, 8)]
    tried = cuts(published_series(points, "name"))
    assert [(len(cut.known), cut.actual) for cut in tried] == [(4, 5), (4, 6), (5, 6), (4, 7), (5, 7), (6, 7)]
