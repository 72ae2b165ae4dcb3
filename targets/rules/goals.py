"""Rules 3 to 5: the value expected by a date, completion and pace, and when a goal is met.

A date stands for the end of its day: on the due date itself all the time has passed. What depends on the goal
alone, or on the goal and the date, is worked out once and kept: a roll-up asks for it again for every scope.
"""

from bisect import bisect_right
from datetime import date
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from targets.rules.words import Bound, Stage

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
SIX_PLACES = Decimal("0.000001")
FALLING = frozenset({Bound.AT_MOST, Bound.LESS_THAN})
STRICT = frozenset({Bound.MORE_THAN, Bound.LESS_THAN})


def _context(digits: int) -> Context:
    """Arithmetic that does not hang on the caller's context and never raises: too large comes out as not finite."""
    return Context(prec=digits, rounding=ROUND_HALF_UP, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])


# Each step keeps fewer digits than the step before it. 7 against an expected 20/3 is a pace of exactly 1.05,
# and comes out so: the digits lost in 6.666... are rounded away by the next division.
_LINE, _SHARE, _POINTS = _context(60), _context(40), _context(28)


class Checkpoint(NamedTuple):
    """Where a target should stand at the end of a day: a value, or for a milestone a stage."""

    on: date
    value: Decimal | None = None
    stage: Stage | None = None


class Goal(NamedTuple):
    """What is graded against: the commitment in force, in the target's unit.

    `goal` is the lower end of a range and None for a milestone; `goal_upper` is given for a range only;
    `tolerance` is a share of the goal, used by `about` only; `baseline` None means unknown and counts from 0.
    Checkpoints on or before the start, or on or after the due date, give way to the baseline and the goal.
    """

    bound: Bound
    goal: Decimal | None
    goal_upper: Decimal | None
    tolerance: Decimal
    baseline: Decimal | None
    starts_on: date
    due_on: date
    aspirational: bool
    checkpoints: tuple[Checkpoint, ...]


class Course(NamedTuple):
    """What follows from a goal alone. `way` is goal - baseline, None unless the goal is beyond the baseline."""

    baseline: Decimal
    bar: Decimal | None
    falling: bool
    strict: bool
    way: Decimal | None
    days: tuple[int, ...]
    values: tuple[Decimal, ...]


class Moment(NamedTuple):
    """What follows from a goal and a date. `way` is expected - baseline, None unless beyond the baseline."""

    expected: Decimal | None
    elapsed: Decimal
    way: Decimal | None
    rounded_expected: Decimal | None
    rounded_elapsed: Decimal
    params: dict[str, str]


def expected(goal: Goal, on: date) -> Decimal | None:
    """Where the target should stand on a date, in its unit; None for a goal without a number."""
    return moment_of(goal, on).expected


def elapsed(goal: Goal, on: date) -> Decimal:
    """Share of the days from the plan's start to the due date that have passed, 0 to 1."""
    return moment_of(goal, on).elapsed


def completion(goal: Goal, value: Decimal | None) -> Decimal | None:
    """Share of the way from the baseline to the goal that is made, as a ratio; may be below 0 or above 1.

    Where the goal does not lie beyond the baseline (equal, or already met by it) there is no way to measure:
    1 if met, otherwise None.
    """
    if value is None:
        return None
    course = course_of(goal)
    return share(course, value, course.way)


def pace(goal: Goal, value: Decimal | None, on: date) -> Decimal | None:
    """Way made against the way expected by a date, as a ratio; 1 if met or None where none is expected."""
    if value is None:
        return None
    return share(course_of(goal), value, moment_of(goal, on).way)


def met(goal: Goal, value: Decimal | None) -> bool:
    """Whether a value meets the goal's bound. A milestone is met by its stage, never by a value."""
    return value is not None and meets(course_of(goal), value)


def bar(goal: Goal) -> Decimal | None:
    """The value from which on the goal is met: the goal, for `about` less its tolerance; None without one."""
    return course_of(goal).bar


def is_falling(goal: Goal) -> bool:
    """Whether lower values are better."""
    return goal.bound in FALLING


def plain(number: Decimal) -> str:
    """A decimal as plain digits without trailing zeros; scientific only where digits would fill a line."""
    if abs(number.adjusted()) > 40:
        return str(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def meets(course: Course, value: Decimal) -> bool:
    """Whether a value is on the right side of the bar."""
    if course.bar is None:
        return False
    if course.strict:
        return value < course.bar if course.falling else value > course.bar
    return value <= course.bar if course.falling else value >= course.bar


def share(course: Course, value: Decimal, way: Decimal | None) -> Decimal | None:
    """How much of a way from the baseline a value has made; without a way, 1 if the goal is met, else None."""
    if way is None:
        return ONE if meets(course, value) else None
    ratio = _SHARE.divide(_LINE.subtract(value, course.baseline), way)
    return ratio if ratio.is_finite() else None


def points_between(done: Decimal, gone: Decimal) -> Decimal:
    """Percentage points by which `done` lags behind `gone` (both ratios); below 0 when it leads."""
    return _POINTS.multiply(_POINTS.subtract(gone, done), HUNDRED)


def _beyond(falling: bool, baseline: Decimal, point: Decimal) -> Decimal | None:
    """point - baseline when the point lies beyond the baseline in the target's direction, otherwise None."""
    way = _LINE.subtract(point, baseline)
    return way if (way < 0 if falling else way > 0) else None


@lru_cache(maxsize=4096)
def course_of(goal: Goal) -> Course:
    """The bar, the direction and the line of a goal."""
    baseline = ZERO if goal.baseline is None else goal.baseline
    falling, strict = goal.bound in FALLING, goal.bound in STRICT
    if goal.goal is None or goal.bound == Bound.MILESTONE:
        return Course(baseline, None, falling, strict, None, (), ())
    way = _beyond(falling, baseline, goal.goal)
    points = _points(goal, baseline, goal.goal)
    days = tuple([on.toordinal() for on in points])
    return Course(baseline, _bar(goal, goal.goal), falling, strict, way, days, tuple(points.values()))


def _bar(goal: Goal, number: Decimal) -> Decimal:
    if goal.bound != Bound.ABOUT:
        return number
    return _LINE.subtract(number, _LINE.multiply(number.copy_abs(), goal.tolerance))


def _points(goal: Goal, baseline: Decimal, number: Decimal) -> dict[date, Decimal]:
    """The corners of the expected line by date. A plan that starts on the due date or later is one step."""
    points = {goal.starts_on: baseline} if goal.starts_on < goal.due_on else {}
    for checkpoint in sorted(goal.checkpoints, key=lambda checkpoint: checkpoint.on):
        if checkpoint.value is not None and goal.starts_on < checkpoint.on < goal.due_on:
            points[checkpoint.on] = checkpoint.value
    points[goal.due_on] = number
    return points


@lru_cache(maxsize=16384)
def moment_of(goal: Goal, on: date) -> Moment:
    """What is expected of a goal by a date, and the strings that every reason about it gives."""
    course = course_of(goal)
    should_be = _on_line(course, on.toordinal())
    gone = _elapsed(goal, on)
    way = None if should_be is None else _beyond(course.falling, course.baseline, should_be)
    params = _params(goal, on, should_be, gone)
    return Moment(should_be, gone, way, rounded(should_be), rounded(gone) or ZERO, params)


def _params(goal: Goal, on: date, should_be: Decimal | None, gone: Decimal) -> dict[str, str]:
    params = {"on": on.isoformat(), "due_on": goal.due_on.isoformat(), "elapsed": plain_rounded(gone)}
    if should_be is None or goal.goal is None:
        return params
    params |= {"bound": str(goal.bound), "goal": plain(goal.goal), "expected": plain_rounded(should_be)}
    params["baseline"] = "" if goal.baseline is None else plain(goal.baseline)
    if goal.goal_upper is not None:
        params["goal_upper"] = plain(goal.goal_upper)
    if goal.bound == Bound.ABOUT:
        params["bar"] = plain(course_of(goal).bar or ZERO)
    return params


def _on_line(course: Course, day: int) -> Decimal | None:
    if not course.days:
        return None
    after = bisect_right(course.days, day)
    if after == 0:
        return course.baseline
    if after == len(course.days):
        return course.values[-1]
    start, end = course.values[after - 1], course.values[after]
    passed, length = day - course.days[after - 1], course.days[after] - course.days[after - 1]
    rise = _LINE.multiply(_LINE.subtract(end, start), Decimal(passed))
    return _LINE.add(start, _LINE.divide(rise, Decimal(length)))


def _elapsed(goal: Goal, on: date) -> Decimal:
    if on >= goal.due_on:
        return ONE
    if on <= goal.starts_on:
        return ZERO
    return _SHARE.divide(Decimal((on - goal.starts_on).days), Decimal((goal.due_on - goal.starts_on).days))


def rounded(number: Decimal | None) -> Decimal | None:
    """A number at six places."""
    if number is None:
        return None
    kept = _SHARE.quantize(number, SIX_PLACES)
    if not kept.is_finite():
        return number  # more digits than can be kept: as it is
    return kept or ZERO  # never a minus zero


def plain_rounded(number: Decimal) -> str:
    """A number at six places, as plain digits."""
    return plain(rounded(number) or ZERO)
