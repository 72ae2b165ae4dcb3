"""What the terms of one target say about each other: bound and numbers, dates, checkpoints, who counts."""

from collections.abc import Iterator
from datetime import date

from .errors import Finding
from .place import Place

NUMBER_KEYS = ("goal", "goal_upper", "tolerance", "baseline", "unit", "accumulation")

KIND = ("role", "reports", "counts", "share", "trusted")  # of an assignment: neighbours of one kind stand in one list


def target_findings(target: Place, starts_on: date | None) -> Iterator[Finding]:
    """Everything in one target that contradicts itself or the plan's start."""
    milestone = target.text("bound") == "milestone"
    yield from _milestone(target) if milestone else _quantity(target)
    due = target.day("due_on")
    if starts_on and due and due < starts_on:
        yield target.wrong(f"{due} is before the plan's start, {starts_on}", "due_on")
    yield from _checkpoints(target, milestone, starts_on)
    yield from _reporters(target)


def _milestone(target: Place) -> Iterator[Finding]:
    for key in NUMBER_KEYS:
        if target.has(key):
            yield target.wrong(f"a milestone has no {key}", key)
    if target.text("combine") == "weighted":
        yield target.wrong("a milestone has no numbers that could be weighted", "combine")


def _quantity(target: Place) -> Iterator[Finding]:
    bound = target.text("bound")
    for key in ("goal", "unit", "accumulation"):
        if not target.has(key):
            yield target.wrong(f"a target that is not a milestone needs its {key}", key)
    if bound == "range":
        yield from _range(target)
    elif target.has("goal_upper"):
        yield target.wrong("only a range has an upper goal", "goal_upper")
    if target.has("tolerance") != (bound == "about"):
        yield target.wrong("a tolerance belongs to the bound about, and to no other", "tolerance")


def _range(target: Place) -> Iterator[Finding]:
    goal, upper = target.number("goal"), target.number("goal_upper")
    if not target.has("goal_upper"):
        yield target.wrong("a range needs its upper goal", "goal_upper")
    elif goal is not None and upper is not None and upper <= goal:
        yield target.wrong(f"{upper} is not above the goal, {goal}", "goal_upper")


def _checkpoints(target: Place, milestone: bool, starts_on: date | None) -> Iterator[Finding]:
    needed, other = ("stage", "value") if milestone else ("value", "stage")
    last, due = starts_on, target.day("due_on")
    for point in target.each("checkpoints"):
        if not point.has(needed) or point.has(other):
            yield point.wrong(f"a checkpoint of this target needs a {needed} and no {other}")
        on = point.day("on")
        if on and last and on <= last:
            yield point.wrong(f"{on} is not after {last}; checkpoints ascend from the plan's start", "on")
        if on and due and on >= due:
            yield point.wrong(f"{on} is not before the due date, {due}", "on")
        last = on or last


def _reporters(target: Place) -> Iterator[Finding]:
    assignments = target.each("assignments")
    for assignment in assignments:
        if assignment.text("counts") == "true" and assignment.text("reports") == "false":
            yield assignment.wrong("who counts must report", "reports")
        if assignment.text("trusted") == "true" and assignment.text("reports") == "false":
            yield assignment.wrong("who is trusted must report", "reports")
    kinds = [tuple(assignment.text(key) or "false" for key in KIND) for assignment in assignments]
    for assignment, kind, before in zip(assignments[1:], kinds[1:], kinds, strict=False):
        if kind == before:
            yield assignment.wrong("is of the same kind as the one before; name the units in one list")
    counting = [assignment for assignment in assignments if assignment.text("counts") == "true"]
    if not counting:
        yield target.wrong("somebody's figure must count", "assignments")
    leads = [unit for assignment in counting for unit in assignment.each("units") if assignment.text("role") == "lead"]
    if target.text("combine") == "lead" and (len(leads) != 1 or len(counting) != 1):
        yield target.wrong(
            "combine lead needs one lead agency whose figure counts, and no other that counts", "combine"
        )
