"""Rule 6: the status of a target on a date, the numbers it comes from, and why."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from targets.rules.effective import STAGES_IN_ORDER, CityValue
from targets.rules.goals import (
    Checkpoint,
    Goal,
    Moment,
    course_of,
    is_falling,
    meets,
    moment_of,
    plain,
    plain_rounded,
    points_between,
    rounded,
    share,
)
from targets.rules.words import Bound, GradingMethod, ReasonCode, Stage, Status


class Grading(NamedTuple):
    """How a plan grades: by pace, or by the gap between completion and elapsed time.

    `ahead`, `on_track` and `behind` are the lowest paces of their bands (ratios); `gap_behind` is the widest gap
    that is still behind, not critical (percentage points).
    """

    method: GradingMethod
    ahead: Decimal = Decimal("1.05")
    on_track: Decimal = Decimal("0.95")
    behind: Decimal = Decimal("0.80")
    gap_behind: Decimal = Decimal(30)


class Reason(NamedTuple):
    """Why a target is in its class: a code and the numbers it used, as plain strings (dates in ISO form).

    `targets/reasons.py` makes the sentence of it.
    """

    code: str
    params: dict[str, str]


class Grade(NamedTuple):
    """The class of a target on a date and the numbers it came from, these rounded to six places.

    `completion`, `pace` and `elapsed` are ratios (0.85), `expected` is in the target's unit.
    """

    status: Status
    expected: Decimal | None
    completion: Decimal | None
    pace: Decimal | None
    elapsed: Decimal | None
    reason: Reason


def grade(goal: Goal, state: CityValue, on: date, grading: Grading, first_window_closes_on: date) -> Grade:
    """The one class a target is in on a date, with the numbers used and the reason.

    `state` is the city's (or a district's) value as rolled up for `on`. Never raises for finite numbers.
    """
    moment = moment_of(goal, on)
    value = state.value
    if goal.bound == Bound.MILESTONE:
        if state.stage is not None:
            return _milestone_grade(goal, state, on, moment)
    elif value is not None:
        return _number_grade(goal, value, on, grading, moment)
    status, reason = _without_figure(state, on < first_window_closes_on, first_window_closes_on)
    return Grade(status, moment.rounded_expected, None, None, moment.rounded_elapsed, reason)


def _number_grade(goal: Goal, value: Decimal, on: date, grading: Grading, moment: Moment) -> Grade:
    course = course_of(goal)
    done = share(course, value, course.way)
    speed = share(course, value, moment.way)
    params = {"value": plain(value), **moment.params}
    if meets(course, value):
        status, code = Status.DONE, ReasonCode.MET
    elif on >= goal.due_on:
        status, code = _overdue(goal)
    elif grading.method == GradingMethod.GAP and done is not None:
        status, code = _by_gap(done, moment.elapsed, grading, params)
    elif grading.method == GradingMethod.PACE and speed is not None:
        status, code = _by_pace(speed, grading, params)
    else:
        status, code = _by_side(goal, value, on, moment.expected)
    numbers = (moment.rounded_expected, rounded(done), rounded(speed), moment.rounded_elapsed)
    return Grade(status, *numbers, Reason(code, params))


def _overdue(goal: Goal) -> tuple[Status, ReasonCode]:
    status = Status.BEHIND if goal.aspirational else Status.MISSED
    if goal.goal is None:
        return status, ReasonCode.GOAL_UNKNOWN
    return status, ReasonCode.MISSED_ASPIRATIONAL if goal.aspirational else ReasonCode.MISSED


def _by_pace(speed: Decimal, grading: Grading, params: dict[str, str]) -> tuple[Status, ReasonCode]:
    params["pace"] = plain_rounded(speed)
    if speed >= grading.ahead:
        params["from"] = plain(grading.ahead)
        return Status.AHEAD, ReasonCode.PACE_AHEAD
    if speed >= grading.on_track:
        params["from"], params["below"] = plain(grading.on_track), plain(grading.ahead)
        return Status.ON_TRACK, ReasonCode.PACE_ON_TRACK
    if speed >= grading.behind:
        params["from"], params["below"] = plain(grading.behind), plain(grading.on_track)
        return Status.BEHIND, ReasonCode.PACE_BEHIND
    params["below"] = plain(grading.behind)
    return Status.CRITICAL, ReasonCode.PACE_CRITICAL


def _by_gap(done: Decimal, gone: Decimal, grading: Grading, params: dict[str, str]) -> tuple[Status, ReasonCode]:
    """Three classes: level or better, behind by up to the limit, behind by more. `ahead` is for pace only."""
    gap = points_between(done, gone)
    params["completion"] = plain_rounded(done)
    params["gap"] = plain_rounded(gap)
    params["limit"] = plain(grading.gap_behind)
    if gap <= 0:
        return Status.ON_TRACK, ReasonCode.GAP_ON_TRACK
    if gap <= grading.gap_behind:
        return Status.BEHIND, ReasonCode.GAP_BEHIND
    return Status.CRITICAL, ReasonCode.GAP_CRITICAL


def _by_side(goal: Goal, value: Decimal, on: date, should_be: Decimal | None) -> tuple[Status, ReasonCode]:
    """Where no ratio can be formed, only which side of the expected value the figure is on can be told.

    Up to the plan's first day nothing is expected, whatever the figure.
    """
    if should_be is None:
        return Status.ON_TRACK, ReasonCode.GOAL_UNKNOWN
    worse = value > should_be if is_falling(goal) else value < should_be
    if worse and on > goal.starts_on:
        return Status.BEHIND, ReasonCode.WORSE_THAN_EXPECTED
    return Status.ON_TRACK, ReasonCode.NOTHING_EXPECTED


def _milestone_grade(goal: Goal, state: CityValue, on: date, moment: Moment) -> Grade:
    stage = Stage(state.stage or Stage.NOT_STARTED)
    params = {"stage": str(stage), **moment.params}
    if stage == Stage.DONE:
        status, code = Status.DONE, _done_code(goal, state.actual_on, params)
    elif on >= goal.due_on:
        status, code = Status.MISSED, ReasonCode.MILESTONE_MISSED
        if goal.aspirational:
            status, code = Status.BEHIND, ReasonCode.MILESTONE_MISSED_ASPIRATIONAL
    elif late := _late_checkpoint(goal, stage, on):
        params["checkpoint_on"], params["asked"] = late.on.isoformat(), str(late.stage)
        status, code = Status.BEHIND, ReasonCode.MILESTONE_LATE
    else:
        params["days_left"] = str((goal.due_on - on).days)
        status, code = Status.ON_TRACK, ReasonCode.MILESTONE_ON_TRACK
        if stage == Stage.NOT_STARTED:
            status, code = Status.NOT_DUE, ReasonCode.MILESTONE_NOT_DUE
    return Grade(status, None, None, None, moment.rounded_elapsed, Reason(code, params))


def _done_code(goal: Goal, actual_on: date | None, params: dict[str, str]) -> ReasonCode:
    if actual_on is None:
        return ReasonCode.MILESTONE_DONE_UNDATED
    params["actual_on"] = actual_on.isoformat()
    if actual_on <= goal.due_on:
        return ReasonCode.MILESTONE_DONE
    params["days_late"] = str((actual_on - goal.due_on).days)
    return ReasonCode.MILESTONE_DONE_LATE


def _late_checkpoint(goal: Goal, stage: Stage, on: date) -> Checkpoint | None:
    """The earliest passed checkpoint that asks for a later stage than the one reached."""
    reached = STAGES_IN_ORDER.index(stage)
    for checkpoint in sorted(goal.checkpoints, key=lambda checkpoint: checkpoint.on):
        if checkpoint.stage is None or checkpoint.on > on:
            continue
        if STAGES_IN_ORDER.index(checkpoint.stage) > reached:
            return checkpoint
    return None


def _without_figure(state: CityValue, early: bool, closes_on: date) -> tuple[Status, Reason]:
    params = {"reported": str(state.reported), "reporters": str(state.reporters)}
    if early:
        return Status.NOT_DUE, Reason(ReasonCode.NOT_DUE, {**params, "closes_on": closes_on.isoformat()})
    code = ReasonCode.NO_VALUE if state.reported else ReasonCode.NO_DATA
    return Status.NO_DATA, Reason(code, params)
