"""Rule 6: the one class of a target with a number, and the reason for it."""

from decimal import Decimal, localcontext

import pytest

from targets.rules import (
    Bound,
    Checkpoint,
    Grading,
    GradingMethod,
    ReasonCode,
    Status,
    grade,
)
from tests.targets.rules.examples import GAP, PACE, WINDOW_CLOSES, day, goal, graded, state, status

# --- status by pace ---


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("84", Status.AHEAD),
        ("83.999999", Status.ON_TRACK),
        ("80", Status.ON_TRACK),
        ("76", Status.ON_TRACK),
        ("75.999999", Status.BEHIND),
        ("64", Status.BEHIND),
        ("63.999999", Status.CRITICAL),
        ("0", Status.CRITICAL),
        ("-5", Status.CRITICAL),
        ("99.999999", Status.AHEAD),
        ("100", Status.DONE),
        ("250", Status.DONE),
    ],
)
def test_pace_bands_are_half_open_at_each_edge(value, found):
    assert status(goal(), value, 80) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("48.5", Status.AHEAD),
        ("48.500001", Status.ON_TRACK),
        ("51.5", Status.ON_TRACK),
        ("51.500001", Status.BEHIND),
        ("56", Status.BEHIND),
        ("56.000001", Status.CRITICAL),
        ("90", Status.CRITICAL),
        ("20.000001", Status.AHEAD),
        ("20", Status.DONE),
        ("0", Status.DONE),
    ],
)
def test_pace_bands_of_a_falling_target(value, found):
    # By day 50 it should have come down from 80 to 50: a way of 30.
    assert status(goal(Bound.AT_MOST, "20", "80"), value, 50) == found


@pytest.mark.parametrize(("value", "found"), [("7", Status.AHEAD), ("6.9999999999", Status.ON_TRACK)])
def test_an_edge_is_exact_where_the_expected_value_has_no_end(value, found):
    # 20/3 are expected after 60 of 90 days; 7 is 1.05 times that, exactly.
    assert status(goal(number="10", due_on=day(90)), value, 60) == found


@pytest.mark.parametrize("on", range(1, 19))
def test_an_edge_is_exact_on_every_day_of_a_line_without_end(on):
    # 20/19 a day are expected; one a day is 0.95 of that, exactly.
    assert status(goal(number="20", due_on=day(19)), str(on), on) == Status.ON_TRACK


def test_the_thresholds_are_the_plans():
    own = Grading(GradingMethod.PACE, Decimal("2"), Decimal("1"), Decimal("0.5"))
    classes = [status(goal(), value, 40, own) for value in ("80", "79", "40", "39", "20", "19")]
    assert classes == ["ahead", "on_track", "on_track", "behind", "behind", "critical"]


# --- status by gap ---


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("90", Status.ON_TRACK),
        ("60", Status.ON_TRACK),
        ("59.999999", Status.BEHIND),
        ("30", Status.BEHIND),
        ("29.999999", Status.CRITICAL),
        ("0", Status.CRITICAL),
        ("100", Status.DONE),
    ],
)
def test_gap_bands_are_half_open_at_each_edge(value, found):
    assert status(goal(), value, 60, GAP) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [("10", Status.ON_TRACK), ("9.999999", Status.BEHIND), ("1", Status.BEHIND), ("0.999999", Status.CRITICAL)],
)
def test_gap_edges_are_exact_where_the_shares_have_no_end(value, found):
    # A third of the time; 10 of 30 is level with it, 1 of 30 is exactly 30 points behind.
    assert status(goal(number="30", due_on=day(90)), value, 30, GAP) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("50", Status.ON_TRACK),
        ("50.1", Status.BEHIND),
        ("68", Status.BEHIND),
        ("68.1", Status.CRITICAL),
        ("20", Status.DONE),
    ],
)
def test_gap_of_a_falling_target(value, found):
    assert status(goal(Bound.AT_MOST, "20", "80"), value, 50, GAP) == found


@pytest.mark.parametrize(("days", "on", "value"), [(110, 38, 50), (130, 45, 60), (170, 63, 120), (190, 61, 40)])
def test_a_gap_of_exactly_the_limit_is_behind_where_neither_share_has_an_end(days, on, value):
    # on / days - value / (10 * days) is 0.3, exactly.
    target = goal(number=str(10 * days), due_on=day(days))
    assert status(target, str(value), on, GAP) == Status.BEHIND


def test_the_gap_looks_at_time_not_at_checkpoints():
    late = goal(checkpoints=(Checkpoint(day(50), Decimal(5)),))
    assert status(late, "10", 50, PACE) == Status.AHEAD
    assert status(late, "10", 50, GAP) == Status.CRITICAL


def test_the_gap_limit_is_the_plans():
    own = Grading(GradingMethod.GAP, gap_behind=Decimal(10))
    assert [status(goal(), value, 60, own) for value in ("50", "49.9")] == [Status.BEHIND, Status.CRITICAL]


# --- dates ---


@pytest.mark.parametrize("grading", [PACE, GAP])
@pytest.mark.parametrize("on", [100, 101, 500])
def test_from_the_end_of_the_due_date_an_unmet_target_is_missed(grading, on):
    assert status(goal(), "99.999999", on, grading) == Status.MISSED
    assert status(goal(aspirational=True), "99.999999", on, grading) == Status.BEHIND
    assert status(goal(), "100", on, grading) == Status.DONE


def test_the_day_before_the_due_date_is_still_graded():
    assert status(goal(), "99", 99) == Status.ON_TRACK


def test_more_than_exactly_at_its_bound_is_not_met():
    target = goal(Bound.MORE_THAN, "60")
    assert status(target, "60", 99) == Status.ON_TRACK
    assert status(target, "60", 100) == Status.MISSED
    assert status(target, "60.000001", 100) == Status.DONE


def test_less_than_exactly_at_its_bound_is_not_met():
    target = goal(Bound.LESS_THAN, "20", "80")
    assert [status(target, value, 100) for value in ("20", "19.999999")] == [Status.MISSED, Status.DONE]


def test_an_at_most_target_below_its_bound_is_done_before_its_date():
    assert status(goal(Bound.AT_MOST, "20", "80"), "15", 10) == Status.DONE


@pytest.mark.parametrize("on", [-20, 0])
@pytest.mark.parametrize("value", ["0", "30", "-1"])
def test_up_to_the_start_nothing_is_expected(on, value):
    found = graded(goal(), value, on)
    assert (found.status, found.pace, found.expected, found.elapsed) == (Status.ON_TRACK, None, 0, 0)
    assert found.reason.code == ReasonCode.NOTHING_EXPECTED


def test_met_before_the_start_is_done():
    assert status(goal(), "100", -20) == Status.DONE


@pytest.mark.parametrize("grading", [PACE, GAP])
@pytest.mark.parametrize(
    ("target", "value", "found"),
    [
        (goal(number="90", baseline="90"), "85", Status.BEHIND),
        (goal(number="90", baseline="90"), "90", Status.DONE),
        (goal(Bound.MORE_THAN, "90", "90"), "90", Status.ON_TRACK),
        (goal(number="0"), "-1", Status.BEHIND),
        (goal(number="0"), "0", Status.DONE),
        (goal(number="90", baseline="95"), "80", Status.BEHIND),
        (goal(Bound.AT_MOST, "5", None), "8", Status.BEHIND),
        (goal(Bound.AT_MOST, "0"), "1", Status.BEHIND),
    ],
)
def test_where_no_ratio_can_be_formed_the_side_of_the_expected_value_decides(target, value, found, grading):
    assert status(target, value, 50, grading) == found


@pytest.mark.parametrize(("value", "found"), [("4", Status.BEHIND), ("5", Status.ON_TRACK), ("9", Status.ON_TRACK)])
def test_a_checkpoint_below_the_baseline_is_graded_by_its_side(value, found):
    dip = goal(baseline="10", checkpoints=(Checkpoint(day(50), Decimal(5)),))
    assert status(dip, value, 50) == found


# --- no figure ---


def test_without_a_figure_a_target_is_not_due_before_the_first_window_closes():
    assert [status(goal(), None, on) for on in (-5, 9, 10, 50, 100, 200)] == [
        Status.NOT_DUE, Status.NOT_DUE, Status.NO_DATA, Status.NO_DATA, Status.NO_DATA, Status.NO_DATA,
    ]  # fmt: skip


def test_no_figure_still_says_what_is_expected():
    found = grade(goal(), state(reported=0), day(50), PACE, WINDOW_CLOSES)
    assert found[:5] == (Status.NO_DATA, 50, None, None, Decimal("0.5"))
    assert found.reason == (ReasonCode.NO_DATA, {"reported": "0", "reporters": "2"})


def test_reporters_without_a_common_value_are_told_apart_from_silence():
    found = grade(goal(), state(reported=2), day(50), PACE, WINDOW_CLOSES)
    assert (found.status, found.reason.code) == (Status.NO_DATA, ReasonCode.NO_VALUE)


def test_a_true_zero_is_a_figure_and_null_is_none():
    assert status(goal(), "0", 50) == Status.CRITICAL
    assert status(goal(), None, 50) == Status.NO_DATA


def test_a_goal_that_is_not_known_in_numbers_is_judged_by_its_date():
    unknown = goal(number=None)
    assert [status(unknown, "5", on) for on in (50, 100)] == [Status.ON_TRACK, Status.MISSED]
    assert status(unknown._replace(aspirational=True), "5", 100) == Status.BEHIND
    assert graded(unknown, "5", 100).reason.code == ReasonCode.GOAL_UNKNOWN


# --- what a grade says ---


def test_a_grade_carries_the_numbers_it_used_at_six_places():
    found = graded(goal(number="7", due_on=day(90)), "1", 30)
    assert found.expected == Decimal("2.333333")
    assert found.completion == Decimal("0.142857")
    assert found.pace == Decimal("0.428571")
    assert found.elapsed == Decimal("0.333333")


def test_no_progress_of_a_falling_target_is_zero_not_minus_zero():
    found = graded(goal(Bound.AT_MOST, "20", "80"), "80", 50)
    assert (str(found.completion), str(found.pace)) == ("0", "0")


def test_the_status_comes_from_unrounded_values():
    found = graded(goal(number="1000000000"), "759999999.9999", 80)
    assert (found.pace, found.status) == (Decimal("0.950000"), Status.BEHIND)


def test_a_reason_gives_numbers_as_plain_strings():
    reason = graded(goal(number="1E+4", baseline=None), "0400.500", 80).reason
    assert reason.code == ReasonCode.PACE_CRITICAL
    assert reason.params == {
        "value": "400.5", "goal": "10000", "bound": "reach", "baseline": "", "expected": "8000", "pace": "0.050063",
        "below": "0.8", "elapsed": "0.8", "on": day(80).isoformat(), "due_on": day(100).isoformat(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "grading", "on", "code"),
    [
        ("100", PACE, 50, ReasonCode.MET),
        ("60", PACE, 50, ReasonCode.PACE_AHEAD),
        ("50", PACE, 50, ReasonCode.PACE_ON_TRACK),
        ("45", PACE, 50, ReasonCode.PACE_BEHIND),
        ("10", PACE, 50, ReasonCode.PACE_CRITICAL),
        ("60", GAP, 50, ReasonCode.GAP_ON_TRACK),
        ("30", GAP, 50, ReasonCode.GAP_BEHIND),
        ("10", GAP, 50, ReasonCode.GAP_CRITICAL),
        ("10", PACE, 100, ReasonCode.MISSED),
        (None, PACE, 0, ReasonCode.NOT_DUE),
    ],
)
def test_every_class_names_its_reason(value, grading, on, code):
    assert graded(goal(), value, on, grading).reason.code == code


def test_a_missed_aspirational_target_says_why_it_is_only_behind():
    assert graded(goal(aspirational=True), "10", 100).reason.code == ReasonCode.MISSED_ASPIRATIONAL


def test_about_and_range_name_what_their_bound_needs():
    about = graded(goal(Bound.ABOUT, "45"), "10", 50).reason.params
    assert about["bar"] == "42.75"
    between = graded(goal(Bound.RANGE, "40", goal_upper=Decimal(100)), "10", 50).reason.params
    assert between["goal_upper"] == "100"


def test_the_callers_decimal_context_has_no_say():
    with localcontext() as context:
        context.prec = 2
        found = graded(goal(number="123456", due_on=day(90)), "41152", 30)
    assert found[:4] == (Status.ON_TRACK, 41152, Decimal("0.333333"), 1)


def test_words_from_the_database_grade_like_the_members():
    stored = goal()._replace(bound="at_most", goal=Decimal(20), baseline=Decimal(80))
    assert status(stored, "50", 50, Grading("gap")) == Status.ON_TRACK
