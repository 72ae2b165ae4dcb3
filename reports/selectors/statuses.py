"""Where every target of a plan stands, and stood a quarter before, in values few enough to count thousands."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, partial
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    F,
    FilteredRelation,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, JSONObject, RowNumber

from agencies.models import User, in_language
from targets.rules import Bound, Status

from ..models import Progress
from ..wording import LAGGING, STATUS_ORDER
from .moment import Moment
from .rollup import CITY, ProgressRow, compute
from .standings import FIELDS, IN_PLAN, Standing, description, kept, standing_from, standings

LISTED = 12  # of each kind of attention: as many as a page names at most
SLOWEST = 60  # quantities: as many as one chart can show legibly, and the table behind it
LAG_ORDER = {status: place for place, status in enumerate(STATUS_ORDER)}
LIGHT = ("pk", "task__line__code", "task__line__kind", "task__line__short_zh", "task__line__short_en", "bound")
ROW = ProgressRow._fields[4:]


class TargetStatus(NamedTuple):
    """One target in a quarter. `before` is its status in the quarter before, empty in the plan's first one.

    `standing` is there for those that a page names: the slowest quantities, the first LISTED of what lags and of what
    newly does, and what waits for a decision; null for all others. Its path may have the shown quarter alone.
    """

    id: int
    line_code: str
    line_kind: str
    line_short: str
    is_milestone: bool
    status: str
    before: str
    pace: Decimal | None
    is_questioned: bool
    standing: Standing | None

    @property
    def lags(self) -> bool:
        return self.status in LAGGING

    @property
    def is_new(self) -> bool:
        """Whether it lags and did not a quarter before."""
        return self.lags and self.before != "" and self.before not in LAGGING


def statuses(moment: Moment, user: User | None) -> list[TargetStatus]:
    """The targets of the moment's plan, in the plan's order. One statement for now.

    Without a user: for a job, likewise.
    """
    if not moment.is_now:
        return _as_known(moment, user)
    ordinals = {period.pk: period.ordinal for period in moment.periods}
    words = cache(in_language)  # thousands of targets, a handful of lines
    return [_of_row(row, words, moment, ordinals) for row in _rows(moment, user)]


def worst(found: Sequence[TargetStatus]) -> list[TargetStatus]:
    """What lags, worst class first, then lowest pace; milestones, which have none, after the numbers of their class."""
    return sorted((one for one in found if one.lags), key=lambda one: (LAG_ORDER[Status(one.status)], _pace_order(one)))


def slowest(found: Sequence[TargetStatus]) -> list[TargetStatus]:
    """The SLOWEST quantities, lowest pace first; those without a pace come last."""
    return sorted((one for one in found if not one.is_milestone), key=_pace_order)[:SLOWEST]


def _pace_order(one: TargetStatus) -> tuple[bool, Decimal]:
    return one.pace is None, one.pace or Decimal(0)


def _as_known(moment: Moment, user: User | None) -> list[TargetStatus]:
    """At an earlier moment: two quarters of every target are computed, and the whole path of those that are named."""
    asked = kept(moment, user).annotate(questioned=description(moment)["questioned"])
    targets = list(asked.values_list(*LIGHT, "questioned"))
    shown, earlier = moment.period.pk, moment.previous and moment.previous.period.pk
    rows = compute(
        moment.plan,
        [target[0] for target in targets],
        periods={shown, earlier},
        known=moment.number,
        known_at=moment.known_at,
    )
    by_cell = {(row.target, row.period): row for row in rows}
    found = [
        _light(target, by_cell.get((target[0], shown)), by_cell.get((target[0], earlier)), moment) for target in targets
    ]
    described = {one.id: one for one in standings(moment, user, among=Q(pk__in=_named(found)))}
    return [one._replace(standing=described.get(one.id)) for one in found]


def _light(target: tuple, now: ProgressRow | None, then: ProgressRow | None, moment: Moment) -> TargetStatus:
    pk, line, kind, short_zh, short_en, bound, questioned = target
    return TargetStatus(
        pk,
        line,
        kind,
        in_language(short_zh, short_en),
        bound == Bound.MILESTONE,
        now.status if now else Status.NO_DATA.value,
        (then.status if then else Status.NO_DATA.value) if moment.previous else "",
        now and now.pace,
        questioned,
        None,
    )


def _named(found: Sequence[TargetStatus]) -> set[int]:
    """Those that a page names, as `_is_named` says it for the database."""
    behind = worst(found)
    newly = [one for one in behind if one.is_new]
    asked = [one for one in found if one.is_questioned]
    return {one.id for one in (*slowest(found), *behind[:LISTED], *newly[:LISTED], *asked)}


def _of_row(row: tuple, words: Callable[[str, str], str], moment: Moment, ordinals: dict[int, int]) -> TargetStatus:
    pk, line, kind, short_zh, short_en, bound, status, before, pace, questioned, described = row
    return TargetStatus(
        pk,
        line,
        kind,
        words(short_zh, short_en),
        bound == Bound.MILESTONE,
        status,
        before,
        pace,
        questioned,
        _standing(described, questioned, moment, ordinals) if described else None,
    )


def _standing(described: dict[str, Any], questioned: bool, moment: Moment, ordinals: dict[int, int]) -> Standing:
    """From what the statement said of one that is named."""
    target = [described[name] for name in FIELDS]
    made = standing_from(
        (*target, questioned, described["pledges"], described["answers"]), _path(described, moment), moment, ordinals
    )
    return replace(made, since=_since(described["kept_up"], moment)) if made.lags else made


def _path(described: dict[str, Any], moment: Moment) -> tuple[ProgressRow, ...]:
    """The shown quarter's row, as the database wrote it; empty before the first roll-up."""
    if described["now"]["status"] is None:
        return ()
    row = described["now"]
    actual_on = row["actual_on"] and date.fromisoformat(row["actual_on"])
    values = [row[name] for name in ROW]
    return (ProgressRow(described["pk"], moment.period.pk, CITY, None, *values)._replace(actual_on=actual_on),)


def _since(kept_up: int | None, moment: Moment) -> int:
    """The quarter after the last one in which it did not lag; the plan's first one where it always has."""
    return next(period.ordinal for period in moment.periods if kept_up is None or period.ordinal > kept_up)


def _rows(moment: Moment, user: User | None) -> QuerySet:
    """One row per target in the order of TargetStatus; the costly part is worked out only for those that are named."""
    said = description(moment)
    found = (
        kept(moment, user)
        .annotate(
            now=FilteredRelation("progress", condition=Q(progress__period=moment.period)),
            status=Coalesce("now__status", Value(Status.NO_DATA.value)),
            **_before(moment),
            questioned=said.pop("questioned"),
        )
        .annotate(**_places())
        .annotate(described=Case(When(_is_named(), then=_described(moment, said)), output_field=_exact()))
    )
    return found.values_list(*LIGHT, "status", "before", "now__pace", "questioned", "described")


def _before(moment: Moment) -> dict[str, Any]:
    """The quarter before."""
    if moment.previous is None:
        return {"before": Value("", output_field=CharField())}
    then = FilteredRelation("progress", condition=Q(progress__period=moment.previous.period))
    return {"then": then, "before": Coalesce("then__status", Value(Status.NO_DATA.value))}


def _places() -> dict[str, Any]:
    """Places among quantities by pace, as in `slowest`; and among what lags, newly or still, as in `worst`."""
    pace = F("now__pace").asc(nulls_last=True)
    classes = Case(*(When(status=status.value, then=place) for status, place in LAG_ORDER.items()), default=99)
    is_milestone = Case(When(bound=Bound.MILESTONE, then=True), default=False)
    lags = Case(When(status__in=LAGGING, then=True), default=False)
    lagged = Case(When(before__in=LAGGING, then=True), default=False)
    return {
        "place": Window(RowNumber(), partition_by=[is_milestone], order_by=[pace, *IN_PLAN]),
        "lag_place": Window(RowNumber(), partition_by=[lags, lagged], order_by=[classes, pace, *IN_PLAN]),
    }


def _is_named() -> Q:
    is_slow = ~Q(bound=Bound.MILESTONE) & Q(place__lte=SLOWEST)
    return is_slow | Q(status__in=LAGGING, lag_place__lte=LISTED) | Q(questioned=True)


def _described(moment: Moment, said: dict[str, Any]) -> JSONObject:
    """What a Standing is made of; `kept_up`: the last quarter (ordinal) up to the shown one that did not lag."""
    fine = Progress.objects.filter(target=OuterRef("pk"), period__ordinal__lte=moment.period.ordinal)
    fine = fine.exclude(status__in=LAGGING).order_by("-period__ordinal").values("period__ordinal")
    return JSONObject(
        **{name: name for name in FIELDS},
        now=JSONObject(**{name: f"now__{name}" for name in ROW}),
        **said,
        kept_up=Subquery(fine[:1]),
    )


def _exact() -> JSONField:
    """JSON whose fractions become decimals, never floats."""
    return JSONField(decoder=partial(json.JSONDecoder, parse_float=Decimal))
