"""Two states side by side: another quarter, the same one as known at another moment, or both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from django.utils.translation import gettext

from agencies.models import User

from ..models import Acceptance
from ..wording import minute, quarter_words
from .changes import Change, Changes, States, changes
from .moment import Moment, moment

NOW = "now"  # what to write for the present, where the page shows an earlier moment
ROWS = 50  # targets on one page
NEVER = datetime.max.replace(tzinfo=UTC)


class Other(NamedTuple):
    """What the address wants to compare with: a quarter's code, and a moment or ledger number; empty for the same."""

    period: str = ""
    known_at: str = ""

    @property
    def is_asked(self) -> bool:
        return bool(self.period or self.known_at)


class Side(NamedTuple):
    """One of two states. `label` is what tells it from the other one; `query` leads to the pages of that state."""

    label: str
    quarter: str
    known: str
    number: int
    hash: str
    query: str


class LineGroup(NamedTuple):
    """Targets of one line of the plan, in its order."""

    line: str
    rows: tuple[Change, ...]


class Comparison(NamedTuple):
    """Two states of one plan, the earlier on the left. `total` counts the rows of all pages, `differing` those that
    differ, `kept` all targets. `has_chart`: the completion of some target differs.
    """

    left: Side
    right: Side
    groups: tuple[LineGroup, ...]
    total: int
    differing: int
    kept: int
    has_chart: bool
    page: int
    pages: int


def other_moment(shown: Moment, wanted: Other, now: datetime) -> Moment:
    """The state to compare with; its `fault` names what could not be used, as a page's own moment does."""
    known = "" if wanted.known_at.strip().lower() in (NOW, gettext("now")) else wanted.known_at or shown.asked
    asked = {"plan": shown.plan.code, "period": wanted.period or shown.period.code, "known_at": known}
    return moment(asked, [shown.plan], now=now)


def in_order(one: Moment, other: Moment) -> tuple[Moment, Moment]:
    """The earlier quarter first; of one quarter, what was known first."""

    def place(side: Moment) -> tuple:
        return side.period.ordinal, side.known_at or NEVER, side.number

    return (one, other) if place(one) <= place(other) else (other, one)


def is_same(one: Moment, other: Moment) -> bool:
    return (one.period, one.known_at, one.number) == (other.period, other.known_at, other.number)


def compare(
    shown: Moment, other: Moment, user: User, *, everything: bool = False, page: int = 1, states: States | None = None
) -> Comparison:
    """One page of the two states, side by side; only what differs unless `everything` is wanted."""
    found = changes(*in_order(shown, other), user, states=states)
    rows = found.rows if everything else found.differing
    pages = max(-(-len(rows) // ROWS), 1)
    page = min(max(page, 1), pages)
    return Comparison(
        *_sides(found, user),
        by_line(rows[(page - 1) * ROWS : page * ROWS]),
        len(rows),
        len(found.differing),
        len(found.rows),
        any(row.completion_change for row in found.differing),
        page,
        pages,
    )


def by_line(rows: Sequence[Change]) -> tuple[LineGroup, ...]:
    return tuple(LineGroup(line, tuple(group)) for line, group in groupby(rows, key=lambda row: row.one.line_short))


def _sides(found: Changes, user: User) -> tuple[Side, Side]:
    numbers = {found.before.number, found.after.number}
    hashes = dict(Acceptance.objects.visible_to(user).filter(number__in=numbers).values_list("number", "hash"))
    labels = labels_of(found)
    return _side(found.before, labels[0], hashes), _side(found.after, labels[1], hashes)


def labels_of(found: Changes) -> tuple[str, str]:
    """What tells the two states apart: their quarters, or what was known when, or both."""
    both = found.before, found.after
    quarters = [quarter_words(side.period.ordinal) for side in both]
    if found.before.known_at == found.after.known_at:
        return quarters[0], quarters[1]
    known = [_known(side) for side in both]
    if found.before.period == found.after.period:
        return known[0], known[1]
    left, right = (f"{quarter} ({at})" for quarter, at in zip(quarters, known, strict=True))
    return left, right


def _side(side: Moment, label: str, hashes: dict[int, str]) -> Side:
    quarter = quarter_words(side.period.ordinal)
    return Side(label, quarter, _known(side), side.number, hashes.get(side.number, ""), side.query())


def _known(side: Moment) -> str:
    return gettext("now") if side.is_now else minute(side.known_at, side.plan.time_zone)
