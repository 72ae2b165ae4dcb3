"""The sentences of the rules: why a target is in its class, and what is doubtful about a figure.

The rules give a code and numbers as plain strings; here they become words in the reader's language.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop

from targets.rules import Bound, DoubtCode, ReasonCode, Stage

from .units import with_unit

REASONS = {
    ReasonCode.NOT_DUE: gettext_noop("No figure is asked for before the first window closes on %(closes_on)s."),
    ReasonCode.NO_DATA: gettext_noop("No figure has been accepted yet (reporters: %(reporters)s)."),
    ReasonCode.NO_VALUE: gettext_noop(
        "%(reported)s of %(reporters)s reporters have figures, but no value can be made of them."
    ),
    ReasonCode.MET: gettext_noop("%(value)s meets the goal (%(aim)s)."),
    ReasonCode.MISSED: gettext_noop("Due on %(due_on)s; %(value)s does not meet the goal (%(aim)s)."),
    ReasonCode.MISSED_ASPIRATIONAL: gettext_noop(
        "Due on %(due_on)s; %(value)s does not meet the goal (%(aim)s). "
        "It is a goal to strive for and counts as behind, not as missed."
    ),
    ReasonCode.GOAL_UNKNOWN: gettext_noop(
        "%(value)s is reported, but the goal has no number to grade against; due on %(due_on)s."
    ),
    ReasonCode.PACE_AHEAD: gettext_noop(
        "%(value)s against %(expected)s expected by %(on)s: pace %(pace)s, at or above %(from)s."
    ),
    ReasonCode.PACE_ON_TRACK: gettext_noop(
        "%(value)s against %(expected)s expected by %(on)s: pace %(pace)s, at or above %(from)s and below %(below)s."
    ),
    ReasonCode.PACE_BEHIND: gettext_noop(
        "Only %(value)s against %(expected)s expected by %(on)s: pace %(pace)s, "
        "at or above %(from)s and below %(below)s."
    ),
    ReasonCode.PACE_CRITICAL: gettext_noop(
        "Only %(value)s against %(expected)s expected by %(on)s: pace %(pace)s, below %(below)s."
    ),
    ReasonCode.GAP_ON_TRACK: gettext_noop(
        "Completion %(completion)s is level with the elapsed time, %(elapsed)s, or better."
    ),
    ReasonCode.GAP_BEHIND: gettext_noop(
        "Completion %(completion)s is %(gap)s percentage points behind the elapsed time, %(elapsed)s; "
        "up to %(limit)s points count as behind."
    ),
    ReasonCode.GAP_CRITICAL: gettext_noop(
        "Completion %(completion)s is %(gap)s percentage points behind the elapsed time, %(elapsed)s; "
        "that is more than %(limit)s points."
    ),
    ReasonCode.NOTHING_EXPECTED: gettext_noop(
        "Nothing beyond the baseline is expected by %(on)s; the value is %(value)s."
    ),
    ReasonCode.WORSE_THAN_EXPECTED: gettext_noop(
        "%(value)s is worse than the %(expected)s expected by %(on)s. "
        "No improvement on the baseline is expected by then, so there is no pace."
    ),
    ReasonCode.MILESTONE_DONE: gettext_noop("Done on %(actual_on)s; due on %(due_on)s."),
    ReasonCode.MILESTONE_DONE_UNDATED: gettext_noop("Done, on a day that was not given; due on %(due_on)s."),
    ReasonCode.MILESTONE_DONE_LATE: gettext_noop(
        "Done on %(actual_on)s; due on %(due_on)s (days late: %(days_late)s)."
    ),
    ReasonCode.MILESTONE_MISSED: gettext_noop("Due on %(due_on)s; stage: %(stage)s."),
    ReasonCode.MILESTONE_MISSED_ASPIRATIONAL: gettext_noop(
        "Due on %(due_on)s; stage: %(stage)s. It is a goal to strive for and counts as behind, not as missed."
    ),
    ReasonCode.MILESTONE_LATE: gettext_noop(
        "Stage: %(stage)s; the checkpoint of %(checkpoint_on)s asks for: %(asked)s."
    ),
    ReasonCode.MILESTONE_ON_TRACK: gettext_noop("Stage: %(stage)s; due on %(due_on)s (days left: %(days_left)s)."),
    ReasonCode.MILESTONE_NOT_DUE: gettext_noop(
        "Not started, and no checkpoint asks for it yet; due on %(due_on)s (days left: %(days_left)s)."
    ),
}

DOUBTS = {
    DoubtCode.FALLS: gettext_noop("The running total falls: %(value)s, after %(last)s in %(quarter)s."),
    DoubtCode.JUMP: gettext_noop(
        "A jump: %(change)s this time, where about %(usual)s a quarter is usual (plausible: %(low)s to %(high)s)."
    ),
    DoubtCode.SLIP_10000: gettext_noop(
        "%(value)s and %(against)s, %(reference)s, are about a factor of 10,000 apart: is the unit right (万)?"
    ),
    DoubtCode.SLIP_100: gettext_noop(
        "%(value)s and %(against)s, %(reference)s, are about a factor of 100 apart: is it a percentage?"
    ),
    DoubtCode.RETYPED: gettext_noop("The same number, %(value)s, three quarters running since %(quarter)s."),
    DoubtCode.RATIO_ABOVE_ONE: gettext_noop("The numerator, %(numerator)s, is above the denominator, %(denominator)s."),
    DoubtCode.FAR_ABOVE_GOAL: gettext_noop("%(value)s is far above the goal, %(goal)s."),
    DoubtCode.EVIDENCE_MISSING: gettext_noop("This target asks for evidence, and none is attached."),
    DoubtCode.DISTRICTS_DIFFER: gettext_noop(
        "The districts add up to %(districts)s, the lead's figure is %(value)s: a difference of %(difference)s."
    ),
}

AIMS = {
    Bound.REACH: gettext_noop("reach %(goal)s"),
    Bound.AT_LEAST: gettext_noop("%(goal)s or more"),
    Bound.MORE_THAN: gettext_noop("more than %(goal)s"),
    Bound.ABOUT: gettext_noop("about %(goal)s, that is %(bar)s or more"),
    Bound.AT_MOST: gettext_noop("%(goal)s or less"),
    Bound.LESS_THAN: gettext_noop("less than %(goal)s"),
    Bound.RANGE: gettext_noop("%(goal)s to %(goal_upper)s"),
}

STAGES = {
    Stage.NOT_STARTED: gettext_noop("not started"),
    Stage.UNDER_WAY: gettext_noop("under way"),
    Stage.DONE: gettext_noop("done"),
}

REFERENCES = {"last": gettext_noop("the last figure"), "goal": gettext_noop("the goal")}

METHODS = {
    "damped_trend": gettext_noop(
        "Damped trend: the median slope of the last four quarters (Theil-Sen), a tenth less with each further quarter; "
        "the band is fitted by a back-test to hold 8 of 10 outcomes"
    ),
}

BASELINE_UNKNOWN = gettext_noop("%(sentence)s The baseline is unknown and counts as 0.")
QUARTERS = (
    gettext_noop("Q1 %(year)s"),
    gettext_noop("Q2 %(year)s"),
    gettext_noop("Q3 %(year)s"),
    gettext_noop("Q4 %(year)s"),
)

IN_UNIT = {"value", "expected", "goal", "goal_upper", "bar"}

# What the baseline had a part in, so that an unknown one must be named.
RESTS_ON_BASELINE = frozenset(code for code in ReasonCode if code.startswith(("pace_", "gap_"))) | {
    ReasonCode.NOTHING_EXPECTED,
    ReasonCode.WORSE_THAN_EXPECTED,
}


def words(reason_code: str, params: Mapping[str, str], unit: str = "") -> str:
    """The sentence of a grade's reason in the current language. ValueError for a code that no rule gives.

    `unit` is the target's, in the same language; it follows every number that is counted in it.
    """
    code = ReasonCode(reason_code)
    shown = _shown(params)
    shown |= {name: with_unit(shown[name], unit) for name in IN_UNIT & shown.keys() if shown[name]}
    if params.get("bound"):
        shown["aim"] = gettext(AIMS[Bound(params["bound"])]) % {"goal_upper": "", "bar": "", **shown}
    sentence = gettext(REASONS[code]) % shown
    if code in RESTS_ON_BASELINE and params.get("baseline") == "":
        return gettext(BASELINE_UNKNOWN) % {"sentence": sentence}
    return sentence


def doubt_words(code: str, params: Mapping[str, str]) -> str:
    """The sentence of a doubt in the current language."""
    return gettext(DOUBTS[DoubtCode(code)]) % _shown(params)


def method_words(method: str) -> str:
    """What a forecast's method does, in the current language."""
    return gettext(METHODS[method])


def _shown(params: Mapping[str, str]) -> dict[str, str]:
    return {name: SHOW.get(name, _number)(text) for name, text in params.items()}


def _number(text: str) -> str:
    return f"{Decimal(text):,f}" if text else text


def _estimate(text: str) -> str:
    """A worked-out number: two places are enough, but a small one keeps what it has."""
    number = Decimal(text)
    return _number(text) if abs(number) < 1 else _trimmed(number.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _percent(text: str) -> str:
    """Rounded down: a pace just below a threshold must not read as if it had reached it."""
    return _trimmed((Decimal(text) * 100).quantize(Decimal("0.1"), ROUND_FLOOR)) + "%"


def _points(text: str) -> str:
    """Rounded up, for the same reason: a gap just above the limit must not read as the limit."""
    return _trimmed(Decimal(text).quantize(Decimal("0.01"), ROUND_CEILING))


def _trimmed(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), "DATE_FORMAT")


def quarter_words(code: str) -> str:
    """The quarter "2021Q3" as people say it: Q3 2021, 2021年三季度."""
    return gettext(QUARTERS[int(code[-1]) - 1]) % {"year": code[:4]}


def _stage(text: str) -> str:
    return gettext(STAGES[Stage(text)])


def _reference(text: str) -> str:
    return gettext(REFERENCES[text])


SHOW = {
    **dict.fromkeys(("on", "due_on", "closes_on", "actual_on", "checkpoint_on"), _day),
    **dict.fromkeys(("pace", "completion", "elapsed", "from", "below"), _percent),
    **dict.fromkeys(("expected", "change", "usual", "low", "high"), _estimate),
    **dict.fromkeys(("stage", "asked"), _stage),
    "gap": _points,
    "quarter": quarter_words,
    "against": _reference,
    "bound": str,
}
