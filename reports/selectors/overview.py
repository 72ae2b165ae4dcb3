"""The first page: how many stand where, line by line, what lags, and how complete the quarter is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from agencies.models import User
from targets.rules import Status

from ..wording import STATUS_ORDER, status_word
from .moment import Moment
from .standings import Standing, standings

ROWS = 9  # of what lags or is next to: as many as fit beside the lines and packets on the first screen
LAG_ORDER = {status: place for place, status in enumerate(STATUS_ORDER)}


@dataclass(frozen=True)
class Count:
    """How many targets are in a class. `share` is a percentage of all, the width of a bar; `start` where it begins."""

    status: str
    text: str
    number: int
    start: str
    share: str


@dataclass(frozen=True)
class LineRow:
    """One line of the plan with its targets, counted."""

    code: str
    short: str
    kind: str
    targets: tuple[Standing, ...]
    counts: tuple[Count, ...]
    lagging: int
    done: int


@dataclass(frozen=True)
class Overview:
    """Everything on the first page that rests on progress."""

    total: int
    quantified: int
    counts: tuple[Count, ...]
    lines: tuple[LineRow, ...]
    lagging: tuple[Standing, ...]
    edge: tuple[Standing, ...]
    questioned: tuple[Standing, ...]


def overview(moment: Moment, user: User) -> Overview:
    """Two statements for now."""
    found = standings(moment, user)
    behind = lagging(found)
    return Overview(
        len(found),
        sum(not standing.is_milestone for standing in found),
        counts(found, all_statuses=True),
        tuple(line_row(list(group)) for _, group in groupby(found, key=lambda standing: standing.line_code)),
        behind,
        edge(found, ROWS - len(behind)),
        tuple(standing for standing in found if standing.is_questioned),
    )


def counts(found: Sequence[Standing], *, all_statuses: bool = False) -> tuple[Count, ...]:
    """One Count per status, worst first; empty classes are left out unless asked for."""
    by_status = Counter(standing.status for standing in found)
    made, begin = [], Decimal(0)
    for status in STATUS_ORDER:
        number = by_status[status]
        if number or all_statuses:
            share = Decimal(100 * number) / (len(found) or 1)
            made.append(Count(status.value, status_word(status), number, f"{begin:.2f}", f"{share:.2f}"))
            begin += share
    return tuple(made)


def line_row(found: Sequence[Standing]) -> LineRow:
    first = found[0]
    return LineRow(
        first.line_code,
        first.line_short,
        first.line_kind,
        tuple(found),
        counts(found),
        sum(standing.lags for standing in found),
        sum(standing.status == Status.DONE for standing in found),
    )


def lagging(found: Sequence[Standing]) -> tuple[Standing, ...]:
    """What lags, worst class first, then lowest pace; milestones, which have none, after the numbers of their class."""
    return tuple(
        sorted(
            (standing for standing in found if standing.lags),
            key=lambda one: (LAG_ORDER[Status(one.status)], one.pace is None, one.pace or 0, one.since or 0),
        )
    )


def edge(found: Sequence[Standing], most: int) -> tuple[Standing, ...]:
    """What is on track with the lowest pace, and so the next to lag."""
    near = (one for one in found if one.status == Status.ON_TRACK and one.pace is not None)
    return tuple(sorted(near, key=lambda one: one.pace)[: max(most, 0)])
