"""Every code that the rules can give has its sentence, in both languages, with the numbers it used."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from targets.reasons import AIMS, DOUBTS, METHODS, REASONS, STAGES, doubt_words, method_words, words
from targets.rules import (
    Accumulation,
    Bound,
    Candidate,
    Checkpoint,
    CityValue,
    DoubtCode,
    Goal,
    Grading,
    GradingMethod,
    ReasonCode,
    Stage,
    doubts,
    forecast,
    grade,
)

START = date(2020, 1, 1)
DUE = START + timedelta(days=100)
CHECKPOINTS = (Checkpoint(START + timedelta(days=50), None, Stage.UNDER_WAY),)
MILESTONE = {"bound": Bound.MILESTONE, "goal": None, "checkpoints": CHECKPOINTS}


def reason(value=None, day=50, method=GradingMethod.PACE, stage=None, actual_on=None, reported=1, **changes):
    fields = {
        "bound": Bound.REACH, "goal": Decimal(1000), "goal_upper": None, "tolerance": Decimal("0.05"),
        "baseline": Decimal(0), "starts_on": START, "due_on": DUE, "aspirational": False, "checkpoints": (),
    }  # fmt: skip
    value = None if value is None else Decimal(value)
    state = CityValue(value, None, None, stage, actual_on, reported, 16, 0)
    on = START + timedelta(days=day)
    return grade(Goal(**{**fields, **changes}), state, on, Grading(method), START + timedelta(days=10)).reason


GAP = {"method": GradingMethod.GAP}
REASON_EXAMPLES = {
    ReasonCode.NOT_DUE: (reason(day=5), "No figure is asked for before the first window closes on Jan. 11, 2020."),
    ReasonCode.NO_DATA: (reason(reported=0), "No figure has been accepted yet (reporters: 16)."),
    ReasonCode.NO_VALUE: (reason(), "1 of 16 reporters have figures, but no value can be made of them."),
    ReasonCode.MET: (reason("1200.5"), "1,200.5 meets the goal (reach 1,000)."),
    ReasonCode.MISSED: (reason("999", 100), "Due on April 10, 2020; 999 does not meet the goal (reach 1,000)."),
    ReasonCode.MISSED_ASPIRATIONAL: (
        reason("999", 100, aspirational=True),
        "Due on April 10, 2020; 999 does not meet the goal (reach 1,000). "
        "It is a goal to strive for and counts as behind, not as missed.",
    ),
    ReasonCode.GOAL_UNKNOWN: (
        reason("5", goal=None),
        "5 is reported, but the goal has no number to grade against; due on April 10, 2020.",
    ),
    ReasonCode.PACE_AHEAD: (
        reason("600"),
        "600 against 500 expected by Feb. 20, 2020: pace 120%, at or above 105%.",
    ),
    ReasonCode.PACE_ON_TRACK: (
        reason("480"),
        "480 against 500 expected by Feb. 20, 2020: pace 96%, at or above 95% and below 105%.",
    ),
    ReasonCode.PACE_BEHIND: (
        reason("474.9"),
        "Only 474.9 against 500 expected by Feb. 20, 2020: pace 94.9%, at or above 80% and below 95%.",
    ),
    ReasonCode.PACE_CRITICAL: (
        reason("100"),
        "Only 100 against 500 expected by Feb. 20, 2020: pace 20%, below 80%.",
    ),
    ReasonCode.GAP_ON_TRACK: (
        reason("600", **GAP),
        "Completion 60% is level with the elapsed time, 50%, or better.",
    ),
    ReasonCode.GAP_BEHIND: (
        reason("400", **GAP),
        "Completion 40% is 10 percentage points behind the elapsed time, 50%; up to 30 points count as behind.",
    ),
    ReasonCode.GAP_CRITICAL: (
        reason("199.99", **GAP),
        "Completion 19.9% is 30.01 percentage points behind the elapsed time, 50%; that is more than 30 points.",
    ),
    ReasonCode.NOTHING_EXPECTED: (
        reason("7", day=0),
        "Nothing beyond the baseline is expected by Jan. 1, 2020; the value is 7.",
    ),
    ReasonCode.WORSE_THAN_EXPECTED: (
        reason("900", baseline=Decimal(1000)),
        "900 is worse than the 1,000 expected by Feb. 20, 2020. "
        "No improvement on the baseline is expected by then, so there is no pace.",
    ),
    ReasonCode.MILESTONE_DONE: (
        reason(stage=Stage.DONE, actual_on=START, **MILESTONE),
        "Done on Jan. 1, 2020; due on April 10, 2020.",
    ),
    ReasonCode.MILESTONE_DONE_UNDATED: (
        reason(stage=Stage.DONE, **MILESTONE),
        "Done, on a day that was not given; due on April 10, 2020.",
    ),
    ReasonCode.MILESTONE_DONE_LATE: (
        reason(stage=Stage.DONE, actual_on=DUE + timedelta(days=2), **MILESTONE),
        "Done on April 12, 2020; due on April 10, 2020 (days late: 2).",
    ),
    ReasonCode.MILESTONE_MISSED: (
        reason(stage=Stage.UNDER_WAY, day=100, **MILESTONE),
        "Due on April 10, 2020; stage: under way.",
    ),
    ReasonCode.MILESTONE_MISSED_ASPIRATIONAL: (
        reason(stage=Stage.UNDER_WAY, day=100, aspirational=True, **MILESTONE),
        "Due on April 10, 2020; stage: under way. It is a goal to strive for and counts as behind, not as missed.",
    ),
    ReasonCode.MILESTONE_LATE: (
        reason(stage=Stage.NOT_STARTED, **MILESTONE),
        "Stage: not started; the checkpoint of Feb. 20, 2020 asks for: under way.",
    ),
    ReasonCode.MILESTONE_ON_TRACK: (
        reason(stage=Stage.UNDER_WAY, **MILESTONE),
        "Stage: under way; due on April 10, 2020 (days left: 50).",
    ),
    ReasonCode.MILESTONE_NOT_DUE: (
        reason(stage=Stage.NOT_STARTED, day=40, **MILESTONE),
        "Not started, and no checkpoint asks for it yet; due on April 10, 2020 (days left: 60).",
    ),
}


def doubt(code, value=None, history=(), **changes):
    fields = {
        "value": None if value is None else Decimal(value), "numerator": None, "denominator": None,
        "accumulation": Accumulation.RUNNING_TOTAL, "unit_is_percent": False,
        "goal": Goal(Bound.REACH, Decimal(34000), None, Decimal(0), None, START, DUE, False, ()),
        "history": [(2020 * 4 + number, Decimal(figure)) for number, figure in enumerate(history)],
        "has_evidence": False, "evidence_required": False, "district_sum": None, "is_lead_total": False,
    }  # fmt: skip
    return next(found for found in doubts(Candidate(**{**fields, **changes})) if found.code == code)


DOUBT_EXAMPLES = {
    DoubtCode.FALLS: (
        doubt("falls", "8999", ["9000"]),
        "The running total falls: 8,999, after 9,000 in Q1 2020.",
    ),
    DoubtCode.JUMP: (
        doubt("jump", "19000", [3000, 6000, 9000, 12000]),
        "A jump: 7,000 this time, where about 3,000 a quarter is usual (plausible: 0 to 6,000).",
    ),
    DoubtCode.SLIP_10000: (
        doubt("slip_10000", "1.2", [12000]),
        "1.2 and the last figure, 12,000, are about a factor of 10,000 apart: is the unit right (万)?",
    ),
    DoubtCode.SLIP_100: (
        doubt("slip_100", "340", unit_is_percent=True),
        "340 and the goal, 34,000, are about a factor of 100 apart: is it a percentage?",
    ),
    DoubtCode.RETYPED: (
        doubt("retyped", "700", [700, 700]),
        "The same number, 700, three quarters running since Q1 2020.",
    ),
    DoubtCode.RATIO_ABOVE_ONE: (
        doubt("ratio_above_one", numerator=Decimal(5), denominator=Decimal(4)),
        "The numerator, 5, is above the denominator, 4.",
    ),
    DoubtCode.FAR_ABOVE_GOAL: (doubt("far_above_goal", "70000"), "70,000 is far above the goal, 34,000."),
    DoubtCode.EVIDENCE_MISSING: (
        doubt("evidence_missing", evidence_required=True),
        "This target asks for evidence, and none is attached.",
    ),
    DoubtCode.DISTRICTS_DIFFER: (
        doubt("districts_differ", "900", district_sum=Decimal(850), is_lead_total=True),
        "The districts add up to 850, the lead's figure is 900: a difference of 50.",
    ),
}


def test_every_reason_and_doubt_has_a_sentence_and_an_example_here():
    assert set(REASONS) == set(ReasonCode) == set(REASON_EXAMPLES)
    assert set(DOUBTS) == set(DoubtCode) == set(DOUBT_EXAMPLES)
    assert set(STAGES) == set(Stage)
    assert set(AIMS) == set(Bound) - {Bound.MILESTONE}


@pytest.mark.parametrize("code", list(ReasonCode))
def test_a_reason_says_the_numbers_it_used(code):
    found, sentence = REASON_EXAMPLES[code]
    assert found.code == code
    with override("en"):
        assert words(*found) == sentence


@pytest.mark.parametrize("code", list(DoubtCode))
def test_a_doubt_says_the_numbers_that_raised_it(code):
    found, sentence = DOUBT_EXAMPLES[code]
    with override("en"):
        assert doubt_words(*found) == sentence


@pytest.mark.parametrize("code", [*ReasonCode, *DoubtCode])
def test_every_sentence_is_there_in_chinese(code):
    found, _ = {**REASON_EXAMPLES, **DOUBT_EXAMPLES}[code]
    with override("zh-hans"):
        sentence = words(*found) if code in REASON_EXAMPLES else doubt_words(*found)
    assert sentence.endswith("。"), sentence
    assert not re.search(r"[A-Za-z]{2,}|%\(", sentence), sentence


@pytest.mark.parametrize(
    ("bound", "aim"),
    [
        (Bound.REACH, "reach 1,000"),
        (Bound.AT_LEAST, "1,000 or more"),
        (Bound.MORE_THAN, "more than 1,000"),
        (Bound.ABOUT, "about 1,000, that is 950 or more"),
        (Bound.AT_MOST, "1,000 or less"),
        (Bound.LESS_THAN, "less than 1,000"),
        (Bound.RANGE, "1,000 to 2,000"),
    ],
)
def test_the_goal_is_named_as_its_bound_has_it(bound, aim):
    upper = Decimal(2000) if bound == Bound.RANGE else None
    missing = reason("5000" if bound in (Bound.AT_MOST, Bound.LESS_THAN) else "1", 100, bound=bound, goal_upper=upper)
    with override("en"):
        assert f"does not meet the goal ({aim})." in words(*missing)


@pytest.mark.parametrize("method", list(GradingMethod))
def test_an_unknown_baseline_is_named_where_it_had_a_part(method):
    with override("en"):
        note = "The baseline is unknown and counts as 0."
        assert words(*reason("400", method=method, baseline=None)).endswith(note)
        assert note not in words(*reason("400", method=method))
        assert note not in words(*reason("1000", method=method, baseline=None))


def test_a_pace_just_below_its_threshold_does_not_read_as_reached():
    with override("en"):
        assert "pace 94.9%, at or above 80% and below 95%" in words(*reason("474.999"))


def test_a_forecast_names_its_method():
    points = [(START + timedelta(days=91 * number), Decimal(number)) for number in range(4)]
    goal = Goal(Bound.REACH, Decimal(5), None, Decimal(0), None, START, date(2022, 12, 31), False, ())
    method = forecast(points, goal).method
    assert method in METHODS
    with override("en"):
        assert "Theil-Sen" in method_words(method)


def test_a_code_that_no_rule_gives_is_refused():
    with pytest.raises(ValueError, match="guess"):
        words("guess", {})


def test_numbers_carry_the_targets_unit():
    with override("en"):
        assert words(*reason("474"), "stations").startswith("Only 474 stations against 500 stations expected by")
        assert "does not meet the goal (reach 1,000 stations)" in words(*reason("999", 100), "stations")
        assert "pace 94.8%, at or above 80%" in words(*reason("474"), "stations"), "ratios have none"
    with override("zh-hans"):
        assert "474个" in words(*reason("474"), "个") and "474 Gbps" in words(*reason("474"), "Gbps")
