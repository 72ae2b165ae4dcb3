"""What each quarter added to one target, and what each of those left would have to add. No queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext, ngettext

from targets.models import Target
from targets.rules import Accumulation, Combine, bar, met

from ..wording import amount, day, percentage_points, quarter_words
from .moment import Moment
from .outlook import goal_of
from .rollup import ProgressRow
from .standings import Standing

ZERO = Decimal(0)
RECENT = 4  # quarters whose usual increment is told


class Increment(NamedTuple):
    """One quarter of one target. `added`: its value less that of the quarter before, or the quarter's own figure where
    one figure means the quarter alone; null where nothing new was reported. `needed`: what the path asked for.

    `is_partial`: some reporter's figure was carried, so that a later quarter may make up for it.
    """

    ordinal: int
    quarter: str
    added: Decimal | None
    needed: Decimal | None
    value: Decimal | None
    is_partial: bool
    unit: str

    @property
    def added_text(self) -> str:
        return change_text(self.added, self.unit)

    @property
    def needed_text(self) -> str:
        return change_text(self.needed, self.unit)

    @property
    def value_text(self) -> str:
        return amount(self.value, self.unit)


def increments(standing: Standing, target: Target, moment: Moment) -> tuple[Increment, ...]:
    """One per quarter up to the shown one, ascending; none for a milestone.

    Before the first quarter a target stood at its baseline; a level whose baseline is unknown has no first increment.
    """
    if standing.is_milestone:
        return ()
    ordinals = {period.pk: period.ordinal for period in moment.periods}
    start = ZERO if target.baseline is None else target.baseline
    is_open = target.baseline is None and target.accumulation == Accumulation.LEVEL
    found, last = [], None if is_open else start
    for before, row in pairwise([None, *standing.path]):
        expected = start if before is None else before.expected
        ordinal = ordinals[row.period]
        found.append(
            Increment(
                ordinal,
                quarter_words(ordinal),
                _added(before, row, last, target),
                None if row.expected is None or expected is None else row.expected - expected,
                row.value,
                0 < row.stale < row.reported,
                standing.unit,
            )
        )
        last = last if row.value is None else row.value
    return tuple(found)


def _added(before: ProgressRow | None, row: ProgressRow, last: Decimal | None, target: Target) -> Decimal | None:
    """`last` is the newest value before the quarter. Nothing new was reported where every figure is carried."""
    if row.value is None or row.stale >= row.reported:
        return None
    if target.accumulation == Accumulation.PER_PERIOD and target.combine == Combine.WEIGHTED:
        return _own_ratio(before, row, target.ratio_scale)
    return None if last is None else row.value - last


def _own_ratio(before: ProgressRow | None, row: ProgressRow, scale: Decimal) -> Decimal | None:
    """The ratio of a quarter alone, out of sums up to it."""
    numerator, denominator = row.numerator or ZERO, row.denominator or ZERO
    if before is not None:
        numerator, denominator = numerator - (before.numerator or ZERO), denominator - (before.denominator or ZERO)
    return scale * numerator / denominator if denominator else None


def change_text(change: Decimal | None, unit: str) -> str:
    """A change with its sign; a percentage moves by percentage points."""
    sign = "+" if change is not None and change > 0 else ""
    return sign + (percentage_points(change) if change is not None and unit == "%" else amount(change, unit))


def needed_words(standing: Standing, target: Target, moment: Moment, found: Sequence[Increment]) -> str:
    """What every quarter left would have to add to reach the goal; empty where that is no question any more."""
    goal, value = goal_of(standing, target, moment), standing.now.value if standing.now else None
    left, threshold = quarter_of(goal.due_on) - moment.period.ordinal, bar(goal)
    if threshold is None or value is None or left < 1 or met(goal, value) or _is_own_ratio(target):
        return ""
    told = ngettext(
        "The %(number)s quarter left until %(due)s would have to bring %(needed)s to reach the goal.",
        "Each of the %(number)s quarters left until %(due)s would have to bring %(needed)s to reach the goal.",
        left,
    ) % {
        "number": left,
        "due": day(goal.due_on),
        "needed": change_text((threshold - value) / left, standing.unit),
    }
    usual = _usual_words(found, standing.unit)
    return f"{told} {usual}" if usual else told


def quarter_of(on: date) -> int:
    """The ordinal of the quarter that a day lies in."""
    return on.year * 4 + (on.month - 1) // 3


def _is_own_ratio(target: Target) -> bool:
    """Ratios of single quarters do not add up to the ratio of all."""
    return target.accumulation == Accumulation.PER_PERIOD and target.combine == Combine.WEIGHTED


def _usual_words(found: Sequence[Increment], unit: str) -> str:
    """What the last quarters brought on average; empty before there are as many, or where an end was not observed."""
    ends = [found[-1 - RECENT], found[-1]] if len(found) > RECENT else []
    if not ends or any(one.added is None or one.value is None for one in ends):
        return ""
    usual = (ends[1].value - ends[0].value) / RECENT
    said = {"number": RECENT, "usual": change_text(usual, unit)}
    return gettext("The last %(number)s brought %(usual)s each on average.") % said
