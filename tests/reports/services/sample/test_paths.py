"""How values of the sample history develop."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.services.sample.paths import delayed, drawn_weights, s_curve, shared_out, through

QUARTERS = range(8081, 8092)
ANCHORS = {8081: Decimal(10), 8085: Decimal(30), 8091: Decimal(45)}


@given(st.integers())
def test_a_path_meets_its_anchors_and_never_goes_backwards(seed):
    path = through(Random(seed), QUARTERS, ANCHORS, 0)
    assert [path[0], path[4], path[-1]] == [10, 30, 45]
    assert path == sorted(path)


def test_steps_jump_at_the_anchor():
    path = through(Random(1), QUARTERS, ANCHORS, 0, steps=True)
    assert path == [10] * 4 + [30] * 6 + [45]


@pytest.mark.parametrize(("places", "value"), [(0, "33"), (1, "33.3"), (-1, "30")])
def test_values_have_the_places_that_the_story_asks_for(places, value):
    assert through(Random(1), range(1), {0: Decimal("33.333")}, places) == [Decimal(value)]


@given(st.integers(), st.lists(st.integers(0, 500), min_size=1, max_size=8), st.integers(1, 16))
def test_shares_add_up_in_every_quarter_and_never_go_backwards(seed, added, number):
    path = [Decimal(sum(added[: index + 1])) for index in range(len(added))]
    parts = shared_out(path, drawn_weights(Random(seed), number), 0)
    assert [sum(values) for values in zip(*parts, strict=True)] == path
    assert all(own == sorted(own) for own in parts)


def test_equal_shares_of_as_many_as_there_are_give_each_one():
    parts = shared_out([Decimal(3), Decimal(16)], [Decimal(1) / 16] * 16, 0)
    assert [own[-1] for own in parts] == [1] * 16


@given(st.integers())
def test_a_drawn_path_ends_where_it_should(seed):
    path = list(s_curve(Random(seed), QUARTERS, Decimal(5), Decimal(105)).values())
    assert path[-1] == 105
    assert path == sorted(path)


def test_a_delay_repeats_the_start():
    assert delayed([1, 2, 3], 2) == [1, 1, 1]
    assert delayed([1, 2, 3], 0) == [1, 2, 3]
