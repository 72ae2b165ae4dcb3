"""How the shown value of one target was made of its reporters' figures, as a formula with its numbers. No queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext, gettext_noop

from targets.models import Assignment, Target
from targets.rules import Accumulation, Combine

from ..wording import NOTHING, STAGE_WORDS, amount, exact, exact_amount, stage_word
from .figures import FigureRow
from .moment import Moment
from .rollup import ProgressRow
from .standings import Standing

SHOWN_TERMS = 24  # of a formula; of more the middle ones are left out
RULES = {
    Combine.SUM: gettext_noop("Sum of the reporters (with a figure: %(reported)s of %(reporters)s)"),
    Combine.MEAN: gettext_noop("Mean of the reporters (with a figure: %(reported)s of %(reporters)s)"),
    Combine.WEIGHTED: gettext_noop(
        "Sum of the numerators over the sum of the denominators (with a figure: %(reported)s of %(reporters)s)"
    ),
    Combine.MIN: gettext_noop("The lowest of the reporters (with a figure: %(reported)s of %(reporters)s)"),
    Combine.MAX: gettext_noop("The highest of the reporters (with a figure: %(reported)s of %(reporters)s)"),
}
STAGE_RULE = gettext_noop(
    "The least advanced stage of the reporters; done only when all of them are "
    "(with a figure: %(reported)s of %(reporters)s)"
)


class Named(NamedTuple):
    """An agency, and of a carried figure the quarter that it comes from."""

    code: str
    name: str
    quarter: str = ""


class Part(NamedTuple):
    """What one counting reporter stands at in the shown quarter; `row` is null where it has no figure yet."""

    assignment: Assignment
    row: ProgressRow | None

    @property
    def has_figure(self) -> bool:
        return self.row is not None and self.row.reported > 0


class Computation(NamedTuple):
    """`rule`: how the reporters make the city's number; `formula`: the same with their numbers and the result.

    `sums_first`: of several reporters, each one's quarters are added up first. `missing` have no figure yet,
    `carried` none of the shown quarter.
    """

    rule: str
    formula: str
    sums_first: bool
    missing: tuple[Named, ...]
    carried: tuple[Named, ...]


def counting_parts(
    target: Target, assignments: Iterable[Assignment], rows: Mapping[str, ProgressRow], moment: Moment
) -> tuple[Part, ...]:
    """The reporters whose figures make the city's value in the shown quarter, as the roll-up takes them."""
    counting = [
        one for one in assignments if one.counts and (one.ended_on is None or one.ended_on > moment.period.ends_on)
    ]
    if target.combine == Combine.LEAD:  # who leads no longer did so before who leads now
        counting = sorted(counting, key=lambda one: (one.ended_on or date.max, one.position))[:1]
    return tuple(Part(one, rows.get(one.scope)) for one in counting)


def computation(
    target: Target, standing: Standing, parts: Sequence[Part], resting: Sequence[FigureRow]
) -> Computation | None:
    """None where no counting reporter has a figure."""
    given = [part for part in parts if part.has_figure]
    if not given or standing.now is None:
        return None
    newest = {figure.assignment: figure for figure in reversed(resting)}
    return Computation(
        _rule(target, given, len(parts), newest),
        _stages(given, standing) if standing.is_milestone else _formula(target, standing, given, resting),
        len(parts) > 1 and target.accumulation == Accumulation.PER_PERIOD,
        tuple(_named(part.assignment) for part in parts if not part.has_figure),
        tuple(
            _named(part.assignment, newest[part.assignment.pk].quarter)
            for part in given
            if part.row.stale and part.assignment.pk in newest
        ),
    )


def _named(assignment: Assignment, quarter: str = "") -> Named:
    return Named(assignment.agency.code, assignment.agency.short_name, quarter)


def _rule(target: Target, given: Sequence[Part], reporters: int, newest: Mapping[int, FigureRow]) -> str:
    counted = {"reported": len(given), "reporters": reporters}
    if reporters == 1:
        return _rule_of_one(target, given[0].assignment, newest)
    if target.is_milestone:
        return gettext(STAGE_RULE) % counted
    return gettext(RULES[Combine(target.combine)]) % counted


def _rule_of_one(target: Target, assignment: Assignment, newest: Mapping[int, FigureRow]) -> str:
    figure = newest.get(assignment.pk)
    said = {"agency": assignment.agency.short_name, "quarter": figure.quarter if figure else NOTHING}
    if target.accumulation == Accumulation.PER_PERIOD:
        return gettext("Sum of the quarters of %(agency)s up to %(quarter)s") % said
    return gettext("The newest accepted figure of %(agency)s, for %(quarter)s") % said


def _stages(given: Sequence[Part], standing: Standing) -> str:
    """How many reporters are in which stage, and what that makes."""
    if len(given) == 1:
        return stage_word(standing.now.stage)
    counted = Counter(part.row.stage for part in given)
    return " · ".join(f"{stage_word(stage)} {counted[stage]}" for stage in STAGE_WORDS if counted[stage]) + (
        f" → {stage_word(standing.now.stage)}"
    )


def _formula(target: Target, standing: Standing, given: Sequence[Part], resting: Sequence[FigureRow]) -> str:
    result, how = _result(standing.now.value, standing.unit), _how(target, given, resting)
    return f"{how} {result}" if how else result.removeprefix("= ")


def _result(value: Decimal | None, unit: str) -> str:
    """Exact where few digits say it all, else rounded and marked so."""
    if value is None:
        return f"= {NOTHING}"
    if value == value.quantize(Decimal("0.01")):
        return f"= {exact_amount(value, unit)}"
    return f"≈ {amount(value, unit)}"


def _how(target: Target, given: Sequence[Part], resting: Sequence[FigureRow]) -> str:
    """The left side of the formula; empty where one figure is the number."""
    if target.combine == Combine.WEIGHTED:
        scale = "" if target.ratio_scale == 1 else f"{exact(target.ratio_scale)} × "
        above, below = (_sum(getattr(part.row, name) for part in given) for name in ("numerator", "denominator"))
        return f"{scale}{above} / {below}"
    if len(given) == 1:
        return _of_quarters(target, resting)
    values = [part.row.value for part in given]
    if target.combine == Combine.SUM:
        return _terms(values, " + ")
    if target.combine == Combine.MEAN:
        return f"{_sum(values)} / {len(values)}"
    listed = _terms(values, gettext(", "))
    return (gettext("lowest of %(values)s") if target.combine == Combine.MIN else gettext("highest of %(values)s")) % {
        "values": listed
    }


def _of_quarters(target: Target, resting: Sequence[FigureRow]) -> str:
    """The quarters of the only reporter, oldest first."""
    if target.accumulation != Accumulation.PER_PERIOD or len(resting) < 2:
        return ""
    return _terms([figure.value for figure in reversed(resting)], " + ")


def _sum(values: Iterable[Decimal | None]) -> str:
    said = list(values)
    return _terms(said, " + ") if len(said) < 2 else f"({_terms(said, ' + ')})"


def _terms(values: Sequence[Decimal | None], between: str) -> str:
    """All of them up to SHOWN_TERMS, else the first and the last ones."""
    said = [NOTHING if value is None else exact(value) for value in values]
    if len(said) > SHOWN_TERMS:
        said = [*said[: SHOWN_TERMS // 2], "…", *said[-SHOWN_TERMS // 2 :]]
    return between.join(said)
