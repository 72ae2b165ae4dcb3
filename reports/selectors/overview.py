"""The first page: how many stand where and since the quarter before, line by line, and what needs attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from agencies.models import User
from targets.rules import Status

from ..wording import LAGGING, STATUS_ORDER, quarter_words, status_word
from .moment import Moment
from .standings import Standing
from .statuses import LAG_ORDER, TargetStatus, slowest, statuses, worst

FURTHEST, NEWLY, QUESTIONS = 5, 3, 10  # named at most: furthest behind, newly behind, to be decided on
BETTER = frozenset({Status.DONE, Status.AHEAD})
WORSE = LAGGING | {Status.NO_DATA}


@dataclass(frozen=True)
class Count:
    """How many targets are in a class. `share` is a percentage of all, the width of a bar; `start` where it begins.

    `change` is against the quarter before; null where there is none to compare with.
    """

    status: str
    text: str
    number: int
    start: str
    share: str
    change: int | None = None

    @property
    def turn(self) -> str:
        """Whether the change is for the better or the worse; empty where it is neither."""
        if not self.change or self.status not in BETTER | WORSE:
            return ""
        return "better" if (self.change > 0) == (self.status in BETTER) else "worse"


@dataclass(frozen=True)
class LineRow:
    """One line of the plan, counted. `change` is how many more lag than in the quarter before; null without one."""

    code: str
    short: str
    kind: str
    targets: int
    counts: tuple[Count, ...]
    lagging: int
    done: int
    change: int | None

    @property
    def turn(self) -> str:
        """As of a Count."""
        return "" if not self.change else "worse" if self.change > 0 else "better"


class Named(NamedTuple):
    """A target that a page names; `before` is its status a quarter earlier, in words."""

    standing: Standing
    before: str


class Attention(NamedTuple):
    """The first few of a kind, and how many there are."""

    first: tuple[Named, ...]
    total: int


class LineTargets(NamedTuple):
    """Targets of one line."""

    short: str
    targets: tuple[Standing, ...]


@dataclass(frozen=True)
class Overview:
    """Everything on the first page that rests on progress.

    `slowest` are the quantities that chart and table show, of `quantified` in all. `before` is the quarter that
    changes are against, in words; empty in the plan's first one. `is_empty`: nothing has been accepted so far.
    """

    total: int
    quantified: int
    before: str
    counts: tuple[Count, ...]
    lines: tuple[LineRow, ...]
    furthest: Attention
    newly: Attention
    slowest: tuple[LineTargets, ...]
    questioned: Attention
    is_empty: bool

    @property
    def shown(self) -> int:
        """How many quantities chart and table have."""
        return sum(len(line.targets) for line in self.slowest)


def overview(moment: Moment, user: User) -> Overview:
    """One statement for now."""
    found = statuses(moment, user)
    behind = worst(found)
    return Overview(
        total=len(found),
        quantified=sum(not one.is_milestone for one in found),
        before=quarter_words(moment.previous.period.ordinal) if moment.previous else "",
        counts=counts(found, all_statuses=True, before=_before(found)),
        lines=tuple(_line_row(list(group)) for _, group in groupby(found, key=lambda one: one.line_code)),
        furthest=_attention(behind, FURTHEST),
        newly=_attention([one for one in behind if one.is_new], NEWLY),
        slowest=slowest_by_line(found),
        questioned=_attention([one for one in found if one.is_questioned], QUESTIONS),
        is_empty=is_empty(found),
    )


def is_empty(found: Iterable[Standing | TargetStatus]) -> bool:
    """Whether nothing is known of any of them: then none can be said not to lag."""
    return all(one.status in (Status.NO_DATA, Status.NOT_DUE) for one in found)


def slowest_by_line(found: Sequence[TargetStatus]) -> tuple[LineTargets, ...]:
    """The slowest quantities, grouped by line in the plan's order, lowest pace first."""
    lines = list(dict.fromkeys(one.line_code for one in found))
    ordered = sorted(slowest(found), key=lambda one: lines.index(one.line_code))
    groups = groupby(ordered, key=lambda one: (one.line_code, one.line_short))
    return tuple(LineTargets(short, tuple(one.standing for one in group)) for (_, short), group in groups)


def counts(
    found: Sequence[Standing | TargetStatus], *, all_statuses: bool = False, before: Iterable[str] | None = None
) -> tuple[Count, ...]:
    """One Count per status, worst first; empty classes are left out unless asked for.

    `before` are the statuses of the same targets a quarter earlier, for the changes.
    """
    by_status = Counter(one.status for one in found)
    earlier = None if before is None else Counter(before)
    made, begin = [], Decimal(0)
    for status in STATUS_ORDER:
        number = by_status[status]
        if number or all_statuses:
            share = Decimal(100 * number) / (len(found) or 1)
            change = None if earlier is None else number - earlier[status]
            made.append(Count(status.value, status_word(status), number, f"{begin:.2f}", f"{share:.2f}", change))
            begin += share
    return tuple(made)


def lagging(found: Sequence[Standing]) -> tuple[Standing, ...]:
    """What lags, worst class first, then lowest pace; milestones, which have none, after the numbers of their class."""
    return tuple(
        sorted(
            (standing for standing in found if standing.lags),
            key=lambda one: (LAG_ORDER[Status(one.status)], one.pace is None, one.pace or 0, one.since or 0),
        )
    )


def _before(found: Sequence[TargetStatus]) -> list[str] | None:
    """None in the plan's first quarter."""
    return [one.before for one in found] if all(one.before for one in found) else None


def _line_row(found: Sequence[TargetStatus]) -> LineRow:
    first, before, behind = found[0], _before(found), sum(one.lags for one in found)
    return LineRow(
        first.line_code,
        first.line_short,
        first.line_kind,
        len(found),
        counts(found),
        behind,
        sum(one.status == Status.DONE for one in found),
        None if before is None else behind - sum(status in LAGGING for status in before),
    )


def _attention(found: Sequence[TargetStatus], most: int) -> Attention:
    return Attention(tuple(Named(one.standing, status_word(one.before)) for one in found[:most]), len(found))
