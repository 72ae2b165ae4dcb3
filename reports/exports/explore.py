"""The table of progress as a file: one row by target and quarter, each with what of the ledger it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from ..rules.numbers import trim
from ..rules.periods import quarter_name
from ..selectors.explore import Explored
from ..selectors.moment import Moment
from ..wording import STAGE_WORDS, STATUS_WORDS
from .tables import Table
from .workbooks import Column, Kind


class Source(NamedTuple):
    """What every row of a file rests on. `known_at`: the moment asked for; for now the one at which it was taken.

    `note` stands in every row, for example that it is sample data.
    """

    moment: Moment
    hash: str
    known_at: datetime
    district: str
    has_own: bool
    note: str

    @property
    def known_there(self) -> datetime:
        """In the plan's own time zone."""
        return self.known_at.astimezone(ZoneInfo(self.moment.plan.time_zone)).replace(microsecond=0)


def columns(source: Source) -> list[Column]:
    """Columns may be added at the end of a group, never renamed in one: people build on them."""
    return [*_keys(), *_figures(), *(_own() if source.has_own else []), *_rests_on()]


def _keys() -> list[Column]:
    return [
        Column(gettext("Plan"), Kind.TEXT, 20),
        Column(gettext("Quarter"), Kind.TEXT, 9),
        Column(gettext("Quarter ends on"), Kind.DAY, 12),
        Column(gettext("District code"), Kind.TEXT, 9),
        Column(gettext("Line code"), Kind.TEXT, 12),
        Column(gettext("Line"), Kind.TEXT, 14),
        Column(gettext("Target code"), Kind.TEXT, 26),
        Column(gettext("Target"), Kind.TEXT, 34),
        Column(gettext("Agency codes"), Kind.TEXT, 18),
        Column(gettext("Answers for it"), Kind.TEXT, 22),
    ]


def _figures() -> list[Column]:
    return [
        Column(gettext("Status code"), Kind.TEXT, 10),
        Column(gettext("Status"), Kind.TEXT, 11),
        Column(gettext("Value"), Kind.NUMBER, 14),
        Column(gettext("Unit"), Kind.TEXT, 10),
        Column(gettext("Stage code"), Kind.TEXT, 11),
        Column(gettext("Stage"), Kind.TEXT, 11),
        Column(gettext("Actual date"), Kind.DAY, 12),
        Column(gettext("Expected"), Kind.NUMBER, 14),
        Column(gettext("Goal"), Kind.NUMBER, 14),
        Column(gettext("Upper goal"), Kind.NUMBER, 12),
        Column(gettext("Due"), Kind.DAY, 12),
        Column(gettext("Completion"), Kind.RATIO, 11),
        Column(gettext("Pace"), Kind.RATIO, 9),
        Column(gettext("Lags since"), Kind.TEXT, 10),
        Column(gettext("Reporters with a figure"), Kind.COUNT, 10),
        Column(gettext("Reporters"), Kind.COUNT, 10),
        Column(gettext("Carried figures"), Kind.COUNT, 10),
    ]


def _own() -> list[Column]:
    return [
        Column(gettext("Own figure"), Kind.NUMBER, 14),
        Column(gettext("Own stage code"), Kind.TEXT, 11),
        Column(gettext("Own status code"), Kind.TEXT, 11),
    ]


def _rests_on() -> list[Column]:
    return [
        Column(gettext("Rests on ledger number"), Kind.COUNT, 11),
        Column(gettext("As known at"), Kind.TIME, 25),
        Column(gettext("Ledger number"), Kind.COUNT, 10),
        Column(gettext("Ledger hash"), Kind.TEXT, 20),
        Column(gettext("Note"), Kind.TEXT, 20),
    ]


def rows(found: Iterable[Explored], source: Source) -> Iterator[list[Any]]:
    """Cells in the order of `columns`. Words are looked up at the call: rows may be taken when it is long over."""
    statuses = {status.value: str(words) for status, words in STATUS_WORDS.items()} | {"": ""}
    stages = {stage.value: str(words) for stage, words in STAGE_WORDS.items()} | {"": ""}
    comma, known_there = gettext(", "), source.known_there

    def cells(one: Explored) -> list[Any]:
        standing, now, mine = one.standing, one.standing.now, one.own.now if one.own else None
        own = [mine and plain(mine.value), mine.stage if mine else "", mine.status if mine else ""]
        return [
            source.moment.plan.code, one.period.code, one.period.ends_on, source.district,
            standing.line_code, standing.line_short, standing.code, standing.name,
            comma.join(agency.code for agency in standing.answers),
            comma.join(agency.short for agency in standing.answers),
            now.status, statuses[now.status], plain(now.value), standing.unit, now.stage, stages[now.stage],
            now.actual_on, plain(now.expected), plain(standing.pledge.goal), plain(standing.pledge.goal_upper),
            standing.pledge.due_on, plain(now.completion), plain(now.pace),
            "" if standing.since is None else quarter_name(standing.since), now.reported, now.reporters, now.stale,
            *(own if source.has_own else []),
            now.rests_on, known_there, source.moment.number, source.hash, source.note,
        ]  # fmt: skip

    return map(cells, found)


def table(found: Iterable[Explored], source: Source) -> Table:
    """For a CSV file: times in ISO form with their zone."""
    made = ([_written(cell) for cell in row] for row in rows(found, source))
    return Table([column.heading for column in columns(source)], made)


def _written(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, datetime) else cell


def plain(number: Decimal | None) -> Decimal | None:
    """The same number without zeros at its end and never with an exponent: 34000, not 3.4E+4 or 34000.000000."""
    return None if number is None else Decimal(trim(number))


def file_name(source: Source, kind: str) -> str:
    """Says plan, quarter and ledger number."""
    shown = source.moment
    return f"explore_{shown.plan.code}_{shown.period.code}_ledger-{shown.number}.{kind}"
