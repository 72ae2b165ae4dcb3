"""Goals and states for the tests of rules 3 to 6.

The plain goal runs over 100 days from 0 to 100, so that the expected value is the day's number.
"""

from datetime import date, timedelta
from decimal import Decimal

from targets.rules import Bound, CityValue, Goal, Grading, GradingMethod, grade

START = date(2020, 1, 1)
PACE, GAP = Grading(GradingMethod.PACE), Grading(GradingMethod.GAP)
WINDOW_CLOSES = START + timedelta(days=10)


def day(number):
    return START + timedelta(days=number)


def goal(bound=Bound.REACH, number="100", baseline="0", **changes):
    fields = {
        "bound": bound,
        "goal": None if number is None else Decimal(number),
        "goal_upper": None,
        "tolerance": Decimal("0.05"),
        "baseline": None if baseline is None else Decimal(baseline),
        "starts_on": START,
        "due_on": day(100),
        "aspirational": False,
        "checkpoints": (),
    }
    return Goal(**{**fields, **changes})


def state(value=None, stage=None, actual_on=None, reported=1):
    number = None if value is None else Decimal(value)
    return CityValue(number, None, None, stage, actual_on, reported, 2, 0)


def graded(target, value, on, grading=PACE):
    return grade(target, state(value), day(on), grading, WINDOW_CLOSES)


def status(target, value, on, grading=PACE):
    return graded(target, value, on, grading).status
