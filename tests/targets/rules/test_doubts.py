"""Rule 8: what asks for an explanation at entry, and what must not."""

from datetime import date
from decimal import Decimal

import pytest

from targets.rules import Accumulation, Bound, Candidate, Goal, doubts

Q1 = 2021 * 4
TOTAL, LEVEL, PER_PERIOD = Accumulation.RUNNING_TOTAL, Accumulation.LEVEL, Accumulation.PER_PERIOD


def goal(number="34000", bound=Bound.REACH, baseline="0", upper=None):
    upper = None if upper is None else Decimal(upper)
    number = None if number is None else Decimal(number)
    return Goal(
        bound, number, upper, Decimal("0.05"), Decimal(baseline), date(2020, 1, 1), date(2022, 12, 31), False, ()
    )


def candidate(value, history=(), **changes):
    """A figure for the quarter after the history's last, which ran without gaps up to 2021Q1."""
    first = Q1 - len(history)
    fields = {
        "value": None if value is None else Decimal(value),
        "numerator": None,
        "denominator": None,
        "accumulation": TOTAL,
        "goal": goal(),
        "unit_is_percent": False,
        "history": [(first + number, Decimal(text)) for number, text in enumerate(history)],
        "has_evidence": True,
        "evidence_required": False,
        "district_sum": None,
        "is_lead_total": False,
    }
    return Candidate(**{**fields, **changes})


def codes(*args, **changes):
    return [doubt.code for doubt in doubts(candidate(*args, **changes))]


def only(code, *args, **changes):
    found = doubts(candidate(*args, **changes))
    assert [doubt.code for doubt in found] == [code]
    return found[0].params


def test_an_ordinary_figure_raises_no_doubt():
    assert codes("13200", ("3000", "6200", "9000", "10100")) == []


def test_a_first_figure_raises_no_doubt():
    assert codes("2000") == []


def test_no_figure_raises_no_doubt():
    assert codes(None, ("10", "10", "10")) == []


# --- a running total that falls ---


def test_a_running_total_that_falls():
    assert only("falls", "8999", ("6000", "9000")) == {"value": "8999", "last": "9000", "quarter": "2020Q4"}


@pytest.mark.parametrize(("value", "accumulation"), [("9000", TOTAL), ("8999", LEVEL), ("8999", PER_PERIOD)])
def test_what_may_stand_still_or_fall(value, accumulation):
    assert codes(value, ("6000", "9000"), accumulation=accumulation) == []


def test_correcting_an_early_quarter_is_no_fall_against_a_later_one():
    history = [(Q1, Decimal(1000)), (Q1 + 2, Decimal(5000))]
    assert codes("1500", history=[], period=Q1 + 1) == []
    corrected = candidate("1500", period=Q1 + 1)
    assert doubts(corrected._replace(history=history)) == []


# --- a jump ---


def test_a_jump_beyond_what_past_quarters_make_plausible():
    params = only("jump", "19000", ("3000", "6000", "9000", "12000"))
    assert params == {
        "value": "19000", "change": "7000", "usual": "3000", "low": "0", "high": "6000", "quarter": "2020Q4",
    }  # fmt: skip


@pytest.mark.parametrize(("value", "found"), [("18000", []), ("18001", ["jump"]), ("12000", [])])
def test_a_change_up_to_the_plausible_limit_is_no_jump(value, found):
    assert codes(value, ("3000", "6000", "9000", "12000")) == found


def test_a_level_that_drops_far_is_a_jump():
    assert codes("5", ("60", "62", "64", "66"), accumulation=LEVEL, goal=goal("80")) == ["jump"]


def test_an_uneven_past_makes_larger_changes_plausible():
    assert codes("19000", ("1000", "6000", "6500", "12000")) == []


def test_too_short_a_past_makes_nothing_implausible():
    assert codes("19000", ("6000", "9000", "12000")) == []


def test_a_change_over_missed_quarters_may_be_as_much_larger():
    history = ("3000", "6000", "9000", "12000")
    assert codes("20000", history) == ["jump"]
    assert codes("20000", history, period=Q1 + 2) == []


def test_per_period_figures_are_held_against_past_figures():
    history = ("100", "110", "90", "105")
    assert codes("115", history, accumulation=PER_PERIOD, goal=goal("1000")) == []
    assert codes("290", history, accumulation=PER_PERIOD, goal=goal("1000")) == ["jump"]


def test_a_small_change_after_standing_still_is_no_jump():
    assert codes("101", ("100", "100", "100", "100", "100"), accumulation=LEVEL, goal=goal("120")) == []


# --- a slip of the unit ---


@pytest.mark.parametrize(
    ("value", "history", "reference"),
    [
        ("1.3", ("3000", "6000", "9000", "12000"), ("last", "12000")),
        ("130000000", ("3000", "6000", "9000", "12000"), ("last", "12000")),
        ("3.4", (), ("goal", "34000")),
        ("340000000", (), ("goal", "34000")),
        ("200000000", ("30", "0"), ("goal", "34000")),
        ("1.3", ("0", "12000", "0"), ("last", "12000")),
    ],
)
def test_a_slip_of_10000_against_the_last_figure_or_the_goal(value, history, reference):
    slips = [doubt for doubt in doubts(candidate(value, history, accumulation=LEVEL)) if "slip" in doubt.code]
    assert [doubt.code for doubt in slips] == ["slip_10000"]
    assert (slips[0].params["against"], slips[0].params["reference"]) == reference


def test_a_slip_down_of_a_running_total_is_a_fall_too_and_no_jump():
    assert codes("1.3", ("3000", "6000", "9000", "12000")) == ["falls", "slip_10000"]


def test_a_slip_up_is_not_reported_again_as_far_above_the_goal():
    assert codes("130000000", ("3000", "6000", "9000", "12000")) == ["slip_10000"]


@pytest.mark.parametrize("value", ["5", "30", "400"])
def test_a_slow_start_is_no_slip_once_there_is_a_figure_like_it(value):
    assert codes(value, ("3",)) == []


@pytest.mark.parametrize(("value", "found"), [("0.61", ["slip_100"]), ("6100", ["slip_100"]), ("58", []), ("7", [])])
def test_a_slip_of_100_in_a_percentage(value, found):
    percent = {"unit_is_percent": True, "accumulation": LEVEL, "goal": goal("60", Bound.MORE_THAN)}
    assert codes(value, ("60",), **percent) == found
    assert codes(value, (), **percent) == found


def test_a_factor_of_100_is_no_slip_in_a_count_and_one_of_10000_none_in_a_percentage():
    assert codes("500", ("5",)) == []
    assert codes("0.006", ("60",), unit_is_percent=True, accumulation=LEVEL, goal=goal("60")) == []


def test_zero_is_no_slip():
    assert codes("0", ("0",)) == []
    assert codes("0", (), goal=goal("0")) == []


# --- the same number retyped ---


def test_the_same_number_three_quarters_running():
    assert only("retyped", "700", ("500", "700", "700.000")) == {"value": "700", "quarter": "2020Q3"}


@pytest.mark.parametrize("history", [(), ("700",), ("700", "500"), ("500", "700"), ("700", "700", "500")])
def test_twice_or_interrupted_is_not_retyped(history):
    assert codes("700", history, accumulation=LEVEL) == []


def test_three_equal_figures_of_quarters_apart_are_not_running():
    apart = [(Q1 - 3, Decimal(700)), (Q1 - 1, Decimal(700))]
    assert doubts(candidate("700")._replace(history=apart)) == []
    assert codes("700", ("700", "700"), period=Q1 + 1) == []
    assert codes("700", ("700", "700"), period=Q1) == ["retyped"]


# --- the others ---


@pytest.mark.parametrize(
    ("numerator", "denominator", "found"),
    [("5", "4", ["ratio_above_one"]), ("4", "4", []), ("0", "0", []), ("1", "0", ["ratio_above_one"])],
)
def test_a_numerator_above_its_denominator(numerator, denominator, found):
    parts = {"numerator": Decimal(numerator), "denominator": Decimal(denominator)}
    assert codes(None, **parts) == found


def test_one_half_of_a_ratio_is_no_ratio_above_one():
    assert codes(None, numerator=Decimal(5)) == codes(None, denominator=Decimal(0)) == []


@pytest.mark.parametrize(("value", "found"), [("68000", []), ("68000.01", ["far_above_goal"])])
def test_far_above_the_goal_is_more_than_twice_the_way(value, found):
    assert codes(value, ("60000",)) == found


def test_far_above_counts_from_the_baseline_and_the_upper_end_of_a_range():
    assert codes("83", accumulation=LEVEL, goal=goal("60", baseline="40")) == ["far_above_goal"]
    assert codes("150", accumulation=LEVEL, goal=goal("40", Bound.RANGE, upper="100")) == []


def test_per_period_figures_add_up_before_they_are_far_above():
    params = only("far_above_goal", "30", ("90", "90"), accumulation=PER_PERIOD, goal=goal("100"))
    assert params == {"value": "210", "goal": "100"}


@pytest.mark.parametrize(
    "target", [goal("20", Bound.AT_MOST, "80"), goal("0"), goal("40", baseline="60"), goal(None, Bound.MILESTONE)]
)
def test_nothing_is_far_above_a_goal_that_lies_below_or_nowhere(target):
    assert codes("90", accumulation=LEVEL, goal=target) == []


@pytest.mark.parametrize(
    ("required", "given", "found"),
    [(True, False, ["evidence_missing"]), (True, True, []), (False, False, []), (False, True, [])],
)
def test_evidence_missing_where_the_target_asks_for_it(required, given, found):
    assert codes(None, evidence_required=required, has_evidence=given) == found


@pytest.mark.parametrize(
    ("value", "total", "is_lead", "found"),
    [
        ("900", "850", True, ["districts_differ"]),
        ("900", "900.00", True, []),
        ("900", "850", False, []),
        ("900", None, True, []),
        (None, "850", True, []),
        ("900", "0", True, ["districts_differ"]),
    ],
)
def test_districts_that_do_not_add_up_to_the_leads_figure(value, total, is_lead, found):
    total = None if total is None else Decimal(total)
    assert codes(value, district_sum=total, is_lead_total=is_lead) == found


def test_the_difference_to_the_districts_is_named():
    params = only("districts_differ", "900", district_sum=Decimal(950), is_lead_total=True)
    assert params == {"value": "900", "districts": "950", "difference": "50"}


def test_several_doubts_come_in_a_fixed_order():
    found = codes(
        "2", ("3", "4"), numerator=Decimal(2), denominator=Decimal(1), evidence_required=True, has_evidence=False,
        district_sum=Decimal(3), is_lead_total=True,
    )  # fmt: skip
    assert found == ["falls", "ratio_above_one", "evidence_missing", "districts_differ"]
