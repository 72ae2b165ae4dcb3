"""Rule 7: what holds for every forecast."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from targets.rules import Bound, Goal, forecast, met

START, LAST = date(2020, 3, 31), date(2022, 12, 31)
RISING, FALLING = [Bound.REACH, Bound.AT_LEAST, Bound.MORE_THAN, Bound.ABOUT], [Bound.AT_MOST, Bound.LESS_THAN]

values = st.decimals(-1000, 1000, places=2)
shares = st.decimals(0, 100, places=2)
due_days = st.integers(0, 2000).map(lambda days: START + timedelta(days=days))
ways = st.fixed_dictionaries({"percent": st.booleans(), "never_falls": st.booleans()})


def goal(number, bound=Bound.REACH, due_on=LAST):
    return Goal(bound, number, None, Decimal("0.05"), None, date(2020, 1, 1), due_on, False, ())


def histories(numbers, fewest=4):
    """Points a quarter apart or more, as far as quarters are missing."""
    drawn = st.lists(st.tuples(st.integers(1, 3), numbers), min_size=fewest, max_size=9)
    return drawn.map(_dated)


def _dated(drawn):
    on, found = START, []
    for quarters, value in drawn:
        on += timedelta(days=91 * quarters)
        found.append((on, value))
    return found


goals = st.builds(goal, values, st.sampled_from(RISING + FALLING), due_days)


@given(histories(values), goals, ways)
def test_the_band_holds_the_value_and_the_chance_is_a_share(points, target, ways):
    found = forecast(points, target, **ways)
    assert found.low <= found.value <= found.high
    assert 0 <= found.chance <= 1


@given(histories(shares), st.builds(goal, shares, st.sampled_from(RISING + FALLING), due_days), st.booleans())
def test_a_percentage_stays_within_0_and_100(points, target, never_falls):
    found = forecast(points, target, percent=True, never_falls=never_falls)
    assert found.low >= 0
    assert found.high <= 100


@given(histories(values), goals)
def test_a_running_total_never_falls(points, target):
    assert forecast(points, target, never_falls=True).low >= points[-1][1]


@given(histories(values, fewest=0), goals, ways)
def test_there_is_one_from_four_points_on(points, target, ways):
    assert (forecast(points, target, **ways) is None) == (len(points) < 4)


@given(histories(values), goals, ways, st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(points, target, ways, random):
    shuffled = list(points)
    random.shuffle(shuffled)
    assert forecast(shuffled, target, **ways) == forecast(points, target, **ways)


@given(histories(values), values, st.decimals("0.01", 100, places=2), due_days)
def test_another_zero_and_another_unit_change_nothing_else(points, moved, scale, due_on):
    other = [(on, value * scale + moved) for on, value in points]
    plain, changed = (forecast(one, goal(Decimal(500), due_on=due_on)) for one in (points, other))
    for name in ("low", "value", "high"):
        expected = float(getattr(plain, name) * scale + moved)
        assert float(getattr(changed, name)) == pytest.approx(expected, rel=1e-6, abs=1e-3)


@given(histories(values), values, values, st.sampled_from(RISING), due_days, ways)
def test_a_higher_goal_is_never_more_likely(points, one, other, bound, due_on, ways):
    chances = [forecast(points, goal(number, bound, due_on), **ways).chance for number in sorted((one, other))]
    assert chances[0] >= chances[1]


@given(histories(values), values, values, st.sampled_from(FALLING), due_days, ways)
def test_a_lower_goal_of_a_falling_target_is_never_more_likely(points, one, other, bound, due_on, ways):
    chances = [forecast(points, goal(number, bound, due_on), **ways).chance for number in sorted((one, other))]
    assert chances[0] <= chances[1]


@given(histories(values), goals, ways)
def test_a_goal_is_met_after_the_last_point_unless_it_is_met_already(points, target, ways):
    found, (last_on, last) = forecast(points, target, **ways), points[-1]
    assume(found.meets_on is not None)
    if met(target, last):
        assert found.meets_on <= last_on
    else:
        assert found.meets_on > last_on


@given(histories(values), values, st.sampled_from(RISING + FALLING), st.integers(1, 2000))
def test_a_goal_met_by_the_due_date_has_an_even_chance_or_better(points, number, bound, days):
    """Without limits the chance passes one half on the day on which the trend passes the goal."""
    target = goal(number, bound, points[-1][0] + timedelta(days=days))
    found = forecast(points, target)
    if met(target, points[-1][1]):
        return
    if found.meets_on is not None and found.meets_on <= target.due_on:
        assert found.chance >= Decimal("0.5")
    else:
        assert found.chance <= Decimal("0.5")
