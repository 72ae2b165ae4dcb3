"""Rules 3 to 5: the expected value, completion and pace, and when a goal is met."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from targets.rules import (
    Bound,
    Checkpoint,
    Stage,
    completion,
    elapsed,
    expected,
    met,
    pace,
)
from tests.targets.rules.examples import START, day, goal

# --- rule 3: expected value and elapsed share ---


@pytest.mark.parametrize(
    ("on", "value"), [(-30, 0), (0, 0), (1, 1), (25, 25), (99, 99), (100, 100), (101, 100), (900, 100)]
)
def test_expected_is_a_straight_line_in_days_from_start_to_due_date(on, value):
    assert expected(goal(), day(on)) == value


@pytest.mark.parametrize(("on", "value"), [(0, 40), (50, 50), (100, 60)])
def test_expected_starts_at_the_baseline(on, value):
    assert expected(goal(number="60", baseline="40"), day(on)) == value


def test_an_unknown_baseline_counts_from_zero():
    assert expected(goal(baseline=None), day(50)) == 50
    assert completion(goal(baseline=None), Decimal(25)) == Decimal("0.25")


@pytest.mark.parametrize(("on", "value"), [(0, 80), (25, 65), (50, 50), (100, 20), (120, 20)])
def test_a_falling_target_is_expected_to_fall(on, value):
    assert expected(goal(Bound.AT_MOST, "20", "80"), day(on)) == value


@pytest.mark.parametrize(("on", "value"), [(0, 0), (10, 5), (20, 10), (40, 35), (60, 60), (80, 80), (100, 100)])
def test_expected_runs_through_the_checkpoints_in_the_order_of_their_days(on, value):
    bent = goal(checkpoints=(Checkpoint(day(60), Decimal(60)), Checkpoint(day(20), Decimal(10))))
    assert expected(bent, day(on)) == value


def test_checkpoints_outside_the_plan_or_without_a_value_do_not_bend_the_line():
    outside = tuple(Checkpoint(day(on), Decimal(7)) for on in (-5, 0, 100, 130))
    bent = goal(checkpoints=(*outside, Checkpoint(day(50), None, Stage.UNDER_WAY)))
    assert [expected(bent, day(on)) for on in (-5, 0, 50, 99, 100, 130)] == [0, 0, 50, 99, 100, 100]


def test_a_target_due_on_or_before_the_plans_start_is_one_step():
    for due in (0, -3):
        step = goal(baseline="10", due_on=day(due))
        assert [expected(step, day(on)) for on in (due - 1, due, due + 1)] == [10, 100, 100]
        assert [elapsed(step, day(on)) for on in (due - 1, due, due + 1)] == [0, 1, 1]


@pytest.mark.parametrize("without", [goal(number=None), goal(Bound.MILESTONE, None), goal(Bound.MILESTONE, "1")])
def test_nothing_in_numbers_is_expected_of_a_target_without_a_number(without):
    assert expected(without, day(50)) is None
    assert completion(without, Decimal(1)) is None
    assert pace(without, Decimal(1), day(50)) is None
    assert met(without, Decimal(1)) is False


@pytest.mark.parametrize(("on", "share"), [(-1, "0"), (0, "0"), (1, "0.01"), (99, "0.99"), (100, "1"), (101, "1")])
def test_elapsed_share_counts_days_and_stays_within_0_and_1(on, share):
    assert elapsed(goal(), day(on)) == Decimal(share)


def test_elapsed_share_counts_the_leap_day():
    until_may = goal(due_on=START + timedelta(days=125))
    assert elapsed(until_may, date(2020, 3, 1)) == Decimal(60) / Decimal(125)


# --- rule 4: completion and pace ---


@pytest.mark.parametrize(
    ("target", "value", "share"),
    [
        (goal(), "0", "0"),
        (goal(), "34", "0.34"),
        (goal(), "130", "1.3"),
        (goal(), "-10", "-0.1"),
        (goal(number="60", baseline="40"), "45", "0.25"),
        (goal(number="0", baseline="-40"), "-30", "0.25"),
        (goal(Bound.AT_MOST, "20", "80"), "65", "0.25"),
        (goal(Bound.LESS_THAN, "20", "80"), "14", "1.1"),
        (goal(Bound.AT_MOST, "20", "80"), "95", "-0.25"),
        (goal(Bound.AT_MOST, "0", "80"), "80", "0"),
    ],
)
def test_completion_is_the_share_of_the_way_from_baseline_to_goal(target, value, share):
    assert completion(target, Decimal(value)) == Decimal(share)


@pytest.mark.parametrize(
    ("target", "value", "share"),
    [
        (goal(number="0"), "0", 1),
        (goal(number="0"), "5", 1),
        (goal(number="0"), "-1", None),
        (goal(number="90", baseline="90"), "90", 1),
        (goal(number="90", baseline="90"), "89.99", None),
        (goal(Bound.MORE_THAN, "90", "90"), "90", None),
        (goal(Bound.AT_MOST, "0"), "0", 1),
        (goal(Bound.AT_MOST, "0"), "3", None),
        # A baseline already better than the goal: the formula would call a decline progress.
        (goal(number="90", baseline="95"), "85", None),
        (goal(number="90", baseline="95"), "92", 1),
        (goal(Bound.AT_MOST, "5", None), "8", None),
        (goal(Bound.AT_MOST, "5", None), "4", 1),
    ],
)
def test_where_there_is_no_way_to_the_goal_completion_is_complete_or_undefined(target, value, share):
    assert completion(target, Decimal(value)) == share
    assert pace(target, Decimal(value), day(100)) == share


@pytest.mark.parametrize(
    ("target", "value", "on", "ratio"),
    [
        (goal(), "20", 40, "0.5"),
        (goal(), "0", 40, "0"),
        (goal(), "60", 40, "1.5"),
        (goal(), "60", 100, "0.6"),
        (goal(), "60", 170, "0.6"),
        (goal(number="60", baseline="40"), "45", 50, "0.5"),
        (goal(Bound.AT_MOST, "20", "80"), "65", 50, "0.5"),
        (goal(checkpoints=(Checkpoint(day(50), Decimal(10)),)), "10", 50, "1"),
    ],
)
def test_pace_is_the_way_made_against_the_way_expected(target, value, on, ratio):
    assert pace(target, Decimal(value), day(on)) == Decimal(ratio)


@pytest.mark.parametrize("on", [-20, 0])
def test_pace_is_undefined_while_nothing_is_expected_unless_the_goal_is_met(on):
    assert pace(goal(), Decimal(30), day(on)) is None
    assert pace(goal(), Decimal(100), day(on)) == 1


def test_no_figure_has_no_ratio_and_a_true_zero_has():
    assert completion(goal(), None) is None
    assert pace(goal(), None, day(50)) is None
    assert completion(goal(), Decimal(0)) == 0
    assert pace(goal(), Decimal(0), day(50)) == 0


# --- rule 5: met ---


@pytest.mark.parametrize(
    ("bound", "below", "at", "above"),
    [
        (Bound.REACH, False, True, True),
        (Bound.AT_LEAST, False, True, True),
        (Bound.MORE_THAN, False, False, True),
        (Bound.AT_MOST, True, True, False),
        (Bound.LESS_THAN, True, False, False),
        (Bound.RANGE, False, True, True),
        (Bound.MILESTONE, False, False, False),
    ],
)
@pytest.mark.parametrize("number", ["60", "0", "-5"])
def test_met_by_bound_on_unrounded_values(bound, below, at, above, number):
    target, hair = goal(bound, number), Decimal("0.000000000001")
    found = [met(target, Decimal(number) + step) for step in (-hair, Decimal(0), hair)]
    assert found == [below, at, above]


@pytest.mark.parametrize(
    ("number", "tolerance", "value", "is_met"),
    [
        ("45", "0.05", "42.75", True),
        ("45", "0.05", "42.749999", False),
        ("45", "0.05", "45", True),
        ("45", "0.05", "500", True),
        ("45", "0", "44.9", False),
        ("45", "0.2", "36", True),
        ("0", "0.05", "0", True),
        ("-40", "0.05", "-42", True),
        ("-40", "0.05", "-42.1", False),
    ],
)
def test_about_is_met_from_its_tolerance_below_the_goal(number, tolerance, value, is_met):
    target = goal(Bound.ABOUT, number, tolerance=Decimal(tolerance))
    assert met(target, Decimal(value)) is is_met


def test_a_range_is_met_from_its_lower_bound_and_beyond_its_upper():
    target = goal(Bound.RANGE, "40", goal_upper=Decimal(100))
    assert [met(target, Decimal(value)) for value in (39, 40, 70, 100, 101)] == [False, True, True, True, True]


def test_null_meets_nothing():
    assert not met(goal(), None)
    assert not met(goal(Bound.AT_MOST, "5"), None)
