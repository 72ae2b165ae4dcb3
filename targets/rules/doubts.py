"""Rule 8: what is doubtful about a figure at entry. A doubt asks for an explanation; it forbids nothing."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from targets.rules.goals import Goal, is_falling, plain_rounded
from targets.rules.words import Accumulation, Bound, DoubtCode

ZERO = Decimal(0)
# A slip of the unit shows as a ratio near 10 000 or 100; a real quarter seldom triples the figure.
SLIP_ROOM = Decimal(3)
# A change is plausible within four times the usual spread of changes. The spread is never taken as less than
# a quarter of the usual change or a fiftieth of the way to the goal: an even history is no reason to doubt.
JUMP_SPREADS = Decimal(4)
SPREAD_OF_MEDIAN_DEVIATION = Decimal("1.4826")
LEAST_SPREAD_OF_CHANGE = Decimal("0.25")
LEAST_SPREAD_OF_WAY = Decimal("0.02")
FEWEST_CHANGES = 3
FAR_ABOVE = Decimal(2)


class Doubt(NamedTuple):
    """One doubt: a code and the numbers that raised it, as plain strings. `targets/reasons.py` has the words."""

    code: str
    params: dict[str, str]


class Candidate(NamedTuple):
    """A figure about to be submitted, and what it is held against.

    `history` is this reporter's latest accepted values by quarter, ascending, without this quarter. With
    `period` given (the figure's own quarter) later quarters are left out of comparisons: correcting an old
    quarter is no fall. `district_sum` is what the districts reported together for the quarter, and
    `is_lead_total` says that this figure claims to be that total. Numbers fit the ledger (24 digits).
    """

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    accumulation: Accumulation
    goal: Goal
    unit_is_percent: bool
    history: Sequence[tuple[int, Decimal]]
    has_evidence: bool
    evidence_required: bool
    district_sum: Decimal | None
    is_lead_total: bool
    period: int | None = None

    @property
    def past(self) -> list[tuple[int, Decimal]]:
        """The history before the figure's own quarter."""
        return [point for point in self.history if self.period is None or point[0] < self.period]


def doubts(candidate: Candidate) -> list[Doubt]:
    """All doubts about a figure, always in the same order. A slip of the unit explains a jump or an excess."""
    slip = slip_of_10000(candidate) or slip_of_100(candidate)
    raised = [
        falls(candidate),
        slip,
        None if slip else jump(candidate),
        retyped(candidate),
        ratio_above_one(candidate),
        None if slip else far_above_goal(candidate),
        evidence_missing(candidate),
        districts_differ(candidate),
    ]
    return [doubt for doubt in raised if doubt is not None]


def falls(candidate: Candidate) -> Doubt | None:
    """A running total is below the last accepted one."""
    value, past = candidate.value, candidate.past
    if value is None or not past or candidate.accumulation != Accumulation.RUNNING_TOTAL:
        return None
    quarter, last = past[-1]
    if value >= last:
        return None
    return _doubt(DoubtCode.FALLS, value=value, last=last, quarter=quarter)


def jump(candidate: Candidate) -> Doubt | None:
    """The change is far from the changes of past quarters (per_period: the figure from past figures)."""
    value, past = candidate.value, candidate.past
    if value is None:
        return None
    if candidate.accumulation == Accumulation.PER_PERIOD:
        changes, change = [figure for _, figure in past], value
    else:
        changes = [(new - old) / max(then - before, 1) for (before, old), (then, new) in pairwise(past)]
        change = value - past[-1][1] if past else ZERO
    if len(changes) < FEWEST_CHANGES:
        return None
    usual, room = _plausible(changes, candidate.goal)
    quarters = 1
    if candidate.period is not None and candidate.accumulation != Accumulation.PER_PERIOD:
        quarters = candidate.period - past[-1][0]
    if abs(change / quarters - usual) <= room:
        return None
    low, high = (usual - room) * quarters, (usual + room) * quarters
    return _doubt(DoubtCode.JUMP, value=value, change=change, usual=usual, low=low, high=high, quarter=past[-1][0])


def slip_of_10000(candidate: Candidate) -> Doubt | None:
    """The figure is about 10 000 times, or a 10 000th of, the last one or the goal (万 left out or added)."""
    return None if candidate.unit_is_percent else _slip(candidate, Decimal(10000), DoubtCode.SLIP_10000)


def slip_of_100(candidate: Candidate) -> Doubt | None:
    """A percentage is about 100 times, or a 100th of, the last one or the goal (0.61 typed for 61)."""
    return _slip(candidate, Decimal(100), DoubtCode.SLIP_100) if candidate.unit_is_percent else None


def retyped(candidate: Candidate) -> Doubt | None:
    """The same number as in the two quarters before it."""
    value, past = candidate.value, candidate.past
    if value is None or len(past) < 2:
        return None
    (before, first), (then, second) = past[-2:]
    running = then == before + 1 and candidate.period in (None, then + 1)
    if not running or not first == second == value:
        return None
    return _doubt(DoubtCode.RETYPED, value=value, quarter=before)


def ratio_above_one(candidate: Candidate) -> Doubt | None:
    """The numerator is above the denominator."""
    numerator, denominator = candidate.numerator, candidate.denominator
    if numerator is None or denominator is None or numerator <= denominator:
        return None
    return _doubt(DoubtCode.RATIO_ABOVE_ONE, numerator=numerator, denominator=denominator)


def far_above_goal(candidate: Candidate) -> Doubt | None:
    """More than twice the way from the baseline to the goal; per_period figures are added up first."""
    goal, value = candidate.goal, candidate.value
    top = goal.goal if goal.goal_upper is None else goal.goal_upper
    if value is None or top is None or goal.bound == Bound.MILESTONE or is_falling(goal):
        return None
    total = value
    if candidate.accumulation == Accumulation.PER_PERIOD:
        total += sum((figure for _, figure in candidate.history), ZERO)
    baseline = goal.baseline or ZERO
    if top <= baseline or total - baseline <= FAR_ABOVE * (top - baseline):
        return None
    return _doubt(DoubtCode.FAR_ABOVE_GOAL, value=total, goal=top)


def evidence_missing(candidate: Candidate) -> Doubt | None:
    """The target asks for evidence and there is none."""
    if candidate.has_evidence or not candidate.evidence_required:
        return None
    return Doubt(DoubtCode.EVIDENCE_MISSING, {})


def districts_differ(candidate: Candidate) -> Doubt | None:
    """The lead's total is not what the districts add up to."""
    value, total = candidate.value, candidate.district_sum
    if value is None or total is None or not candidate.is_lead_total or value == total:
        return None
    return _doubt(DoubtCode.DISTRICTS_DIFFER, value=value, districts=total, difference=abs(value - total))


def _plausible(changes: Sequence[Decimal], goal: Goal) -> tuple[Decimal, Decimal]:
    """The usual change of a quarter and how far from it a change may be."""
    usual = median(changes)
    deviation = median([abs(change - usual) for change in changes])
    way = abs(goal.goal - (goal.baseline or ZERO)) if goal.goal is not None else ZERO
    spread = max(deviation * SPREAD_OF_MEDIAN_DEVIATION, abs(usual) * LEAST_SPREAD_OF_CHANGE, way * LEAST_SPREAD_OF_WAY)
    return usual, spread * JUMP_SPREADS


def _slip(candidate: Candidate, factor: Decimal, code: DoubtCode) -> Doubt | None:
    """Against the last figure that is not zero, or without one the goal.

    Against the goal only a figure above it is told once there are others: an honest start is far below its goal.
    """
    value, goal = candidate.value, candidate.goal.goal
    if not value:
        return None
    last = next((figure for _, figure in reversed(candidate.past) if figure), None)
    if last is not None and _is_slip(value, last, factor):
        return _against("last", _doubt(code, value=value, reference=last))
    if goal and _is_slip(value, goal, factor) and (last is None or abs(value) > abs(goal)):
        return _against("goal", _doubt(code, value=value, reference=goal))
    return None


def _against(what: str, doubt: Doubt) -> Doubt:
    return Doubt(doubt.code, {**doubt.params, "against": what})


def _is_slip(value: Decimal, reference: Decimal, factor: Decimal) -> bool:
    ratio = abs(value / reference)
    if ratio > 1:
        return factor / SLIP_ROOM <= ratio <= factor * SLIP_ROOM
    return 1 / (factor * SLIP_ROOM) <= ratio <= SLIP_ROOM / factor


def _doubt(code: DoubtCode, *, quarter: int | None = None, **numbers: Decimal) -> Doubt:
    params = {name: plain_rounded(number) for name, number in numbers.items()}
    if quarter is not None:
        params["quarter"] = f"{quarter // 4}Q{quarter % 4 + 1}"
    return Doubt(code, params)
