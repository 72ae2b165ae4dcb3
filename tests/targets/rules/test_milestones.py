"""Rule 6 for milestones: graded by their stage and their dates, never by a percentage."""

import pytest

from targets.rules import (
    Bound,
    Checkpoint,
    ReasonCode,
    Stage,
    Status,
    grade,
)
from tests.targets.rules.examples import PACE, WINDOW_CLOSES, day, goal, state

PLAIN = goal(Bound.MILESTONE, None)
STEPS = (Checkpoint(day(70), None, Stage.DONE), Checkpoint(day(30), None, Stage.UNDER_WAY))
STEPPED = PLAIN._replace(checkpoints=STEPS)


def milestone_status(target, stage, on):
    return grade(target, state(stage=stage), day(on), PACE, WINDOW_CLOSES).status


@pytest.mark.parametrize(
    ("target", "stage", "on", "found"),
    [
        (PLAIN, Stage.NOT_STARTED, 50, Status.NOT_DUE),
        (PLAIN, Stage.NOT_STARTED, 99, Status.NOT_DUE),
        (PLAIN, Stage.NOT_STARTED, 100, Status.MISSED),
        (PLAIN, Stage.UNDER_WAY, 99, Status.ON_TRACK),
        (PLAIN, Stage.UNDER_WAY, 100, Status.MISSED),
        (PLAIN, Stage.DONE, 5, Status.DONE),
        (PLAIN, Stage.DONE, 300, Status.DONE),
        (PLAIN, "under_way", 50, Status.ON_TRACK),
        (PLAIN._replace(aspirational=True), Stage.UNDER_WAY, 100, Status.BEHIND),
        (STEPPED, Stage.NOT_STARTED, 29, Status.NOT_DUE),
        (STEPPED, Stage.NOT_STARTED, 30, Status.BEHIND),
        (STEPPED, Stage.UNDER_WAY, 30, Status.ON_TRACK),
        (STEPPED, Stage.UNDER_WAY, 69, Status.ON_TRACK),
        (STEPPED, Stage.UNDER_WAY, 70, Status.BEHIND),
        (STEPPED, Stage.DONE, 70, Status.DONE),
        (STEPPED, Stage.UNDER_WAY, 100, Status.MISSED),
    ],
)
def test_a_milestone_is_graded_by_its_stage_and_its_dates(target, stage, on, found):
    assert milestone_status(target, stage, on) == found


def test_a_milestone_never_gets_a_percentage():
    found = grade(STEPPED, state(stage=Stage.UNDER_WAY), day(40), PACE, WINDOW_CLOSES)
    assert (found.expected, found.completion, found.pace) == (None, None, None)


def test_a_milestone_without_a_stage_has_no_data_even_if_a_number_was_typed():
    assert grade(PLAIN, state("5"), day(50), PACE, WINDOW_CLOSES).status == Status.NO_DATA
    assert grade(PLAIN, state(reported=0), day(9), PACE, WINDOW_CLOSES).status == Status.NOT_DUE


@pytest.mark.parametrize(
    ("actual_on", "code", "late"),
    [
        (day(100), ReasonCode.MILESTONE_DONE, None),
        (day(103), ReasonCode.MILESTONE_DONE_LATE, "3"),
        (None, ReasonCode.MILESTONE_DONE_UNDATED, None),
    ],
)
def test_a_done_milestone_says_when_and_how_late(actual_on, code, late):
    found = grade(PLAIN, state(stage=Stage.DONE, actual_on=actual_on), day(200), PACE, WINDOW_CLOSES)
    assert (found.status, found.reason.code, found.reason.params.get("days_late")) == (Status.DONE, code, late)


def test_a_late_milestone_names_the_first_checkpoint_it_is_late_against():
    reason = grade(STEPPED, state(stage=Stage.NOT_STARTED), day(80), PACE, WINDOW_CLOSES).reason
    assert reason.code == ReasonCode.MILESTONE_LATE
    assert (reason.params["checkpoint_on"], reason.params["asked"]) == (day(30).isoformat(), "under_way")
