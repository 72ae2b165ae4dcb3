"""What changed between two states of one plan: two of its quarters, or one quarter as known at two moments.

found = changes(moment.previous, moment, user)        # what changed in the shown quarter
found = changes(earlier, moment, user)                # what was known then, what is known at the shown moment
found.newly_behind, found.differing                   # rows: Change, each with `before` and `after`
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from agencies.models import User
from targets.rules import Status

from ..wording import NOTHING, STATUS_ORDER, amount, day, percent, percentage_points
from .moment import Moment
from .progress import progress
from .rollup import ProgressRow
from .standings import Standing, standings

SEVERITY = {status.value: place for place, status in enumerate(STATUS_ORDER)}  # the worst class is 0
KINDS = {
    "is_new": _("new"),
    "is_gone": _("no longer kept"),
    "is_newly_done": _("newly done"),
    "is_newly_behind": _("newly behind"),
    "has_recovered": _("recovered"),
    "has_fallen": _("fell further behind"),
    "has_other_goal": _("goal or due date changed"),
}


@dataclass(frozen=True)
class Change:
    """One target in both states. `before` is null where it was not kept yet, `after` where it no longer is."""

    before: Standing | None
    after: Standing | None

    @property
    def one(self) -> Standing:
        """The target as it stands last: name, line, who answers."""
        return self.after or self.before

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def is_gone(self) -> bool:
        return self.after is None

    @property
    def is_newly_done(self) -> bool:
        return _status(self.after) == Status.DONE and _status(self.before) != Status.DONE

    @property
    def is_newly_behind(self) -> bool:
        """It lags, and did not before."""
        return _lags(self.after) and not _lags(self.before)

    @property
    def has_recovered(self) -> bool:
        """It lagged and no longer does. What is no longer kept has not recovered."""
        return self.after is not None and _lags(self.before) and not _lags(self.after)

    @property
    def has_fallen(self) -> bool:
        """It lagged before, and is in a worse class now."""
        return _lags(self.before) and _lags(self.after) and SEVERITY[self.after.status] < SEVERITY[self.before.status]

    @property
    def has_other_value(self) -> bool:
        return _reached(self.before) != _reached(self.after)

    @property
    def has_other_goal(self) -> bool:
        """Another commitment is in force: a goal or a due date that somebody decided."""
        return bool(self.before and self.after) and self.before.pledge != self.after.pledge

    @property
    def differs(self) -> bool:
        """Whether a reader would see any difference: status, value or stage, completion, goal or due date."""
        return (
            _status(self.before) != _status(self.after)
            or self.has_other_value
            or _completion(self.before) != _completion(self.after)
            or self.has_other_goal
        )

    @property
    def kinds(self) -> list[str]:
        """What happened to it, in words."""
        return [str(words) for kind, words in KINDS.items() if getattr(self, kind)]

    @property
    def value_change(self) -> Decimal | None:
        return _difference(_reached(self.before)[0], _reached(self.after)[0])

    @property
    def completion_change(self) -> Decimal | None:
        return _difference(_completion(self.before), _completion(self.after))

    @property
    def value_before(self) -> str:
        return _value_text(self.before)

    @property
    def value_after(self) -> str:
        return _value_text(self.after)

    @property
    def value_change_text(self) -> str:
        """ "+1,200 stations"; a dash for none."""
        if not self.value_change:
            return NOTHING
        unit = self.one.unit
        said = percentage_points(self.value_change) if unit == "%" else amount(self.value_change, unit)
        return _signed(said, self.value_change)

    @property
    def completion_change_text(self) -> str:
        """In percentage points: "+3.2"."""
        change = self.completion_change
        return _signed(f"{(change * 100).quantize(Decimal('0.1'), ROUND_HALF_UP):,}", change) if change else NOTHING

    @property
    def completion_before(self) -> str:
        return percent(_completion(self.before))

    @property
    def completion_after(self) -> str:
        return percent(_completion(self.after))

    @property
    def goal_before(self) -> str:
        return _goal_text(self.before)

    @property
    def goal_after(self) -> str:
        return _goal_text(self.after)


class Few(NamedTuple):
    """The first of many, and how many there are."""

    rows: tuple[Change, ...]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Changes:
    """Every target of either state, in the plan's order."""

    before: Moment
    after: Moment
    rows: tuple[Change, ...]

    @cached_property
    def newly_done(self) -> tuple[Change, ...]:
        return tuple(row for row in self.rows if row.is_newly_done)

    @cached_property
    def newly_behind(self) -> tuple[Change, ...]:
        """The worst first."""
        return _worst_first(row for row in self.rows if row.is_newly_behind)

    @cached_property
    def recovered(self) -> tuple[Change, ...]:
        return tuple(row for row in self.rows if row.has_recovered)

    @cached_property
    def fallen(self) -> tuple[Change, ...]:
        """The worst first."""
        return _worst_first(row for row in self.rows if row.has_fallen)

    @cached_property
    def differing(self) -> tuple[Change, ...]:
        return tuple(row for row in self.rows if row.differs)

    @property
    def lagged(self) -> int:
        """How many lagged before."""
        return sum(_lags(row.before) for row in self.rows)

    @property
    def lagging(self) -> int:
        """How many lag after."""
        return sum(_lags(row.after) for row in self.rows)

    @property
    def kept(self) -> int:
        """How many targets the later state has."""
        return sum(not row.is_gone for row in self.rows)


def few(rows: Sequence[Change], most: int) -> Few:
    return Few(tuple(rows[:most]), len(rows))


class States:
    """Standings of several moments of one plan; nothing of it is read or computed twice.

    `moments` are those that will be asked for: their quarters are computed together.
    """

    def __init__(self, user: User | None, moments: Iterable[Moment]) -> None:
        self.user = user
        self.periods = {moment.period.pk for moment in moments}
        self._known: dict[Any, list[ProgressRow]] = {}
        self._standings: dict[Any, list[Standing]] = {}

    def at(self, moment: Moment) -> list[Standing]:
        """Targets that the plan had at the moment, each with its row of the moment's quarter alone."""
        key = (moment.period.pk, moment.known_at, moment.number)
        if key not in self._standings:
            found = standings(moment, self.user, rows=self._rows(moment))
            self._standings[key] = [one for one in found if one.now]
        return self._standings[key]

    def _rows(self, moment: Moment) -> Iterable[ProgressRow]:
        if moment.is_now:
            return progress(moment)
        key = (moment.known_at, moment.number)
        if key not in self._known:
            self._known[key] = progress(moment, periods=self.periods)
        return [row for row in self._known[key] if row.period == moment.period.pk]


def changes(before: Moment, after: Moment, user: User | None, *, states: States | None = None) -> Changes:
    """Each target of the plan at two moments. Without a user: for a job. `states` spares what was read already."""
    states = states or States(user, (before, after))
    earlier, later = states.at(before), states.at(after)
    was, now = ({one.id: one for one in found} for found in (earlier, later))
    return Changes(before, after, tuple(Change(was.get(pk), now.get(pk)) for pk in _in_order(earlier, later)))


def _in_order(earlier: Sequence[Standing], later: Sequence[Standing]) -> list[int]:
    """The plan's order, with what is no longer kept behind the target that it followed."""
    order = [one.id for one in later]
    kept = set(order)
    for place, one in enumerate(earlier):
        if one.id not in kept:
            order.insert(order.index(earlier[place - 1].id) + 1 if place else 0, one.id)
    return order


def _worst_first(rows: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(rows, key=lambda row: (SEVERITY[row.one.status], row.one.pace is None, row.one.pace or 0)))


def _status(standing: Standing | None) -> str:
    return standing.status if standing else ""


def _lags(standing: Standing | None) -> bool:
    return standing is not None and standing.lags


def _completion(standing: Standing | None) -> Decimal | None:
    return standing.completion if standing else None


def _reached(standing: Standing | None) -> tuple:
    """Value, stage and actual date."""
    row = standing.now if standing else None
    return (row.value, row.stage, row.actual_on) if row else (None, "", None)


def _difference(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before


def _signed(text: str, change: Decimal) -> str:
    return f"+{text}" if change > 0 else text


def _value_text(standing: Standing | None) -> str:
    if standing is None:
        return NOTHING
    actual = standing.now.actual_on if standing.now else None
    return f"{standing.value_text} ({day(actual)})" if actual else standing.value_text


def _goal_text(standing: Standing | None) -> str:
    """A number's goal and its due date; a milestone's planned date."""
    if standing is None:
        return NOTHING
    return standing.goal_text if standing.is_milestone else f"{standing.goal_text} · {standing.due_text}"
