"""One table of progress: rows by target and quarter, filtered, sorted and cut into pages by the database.

For now the city's rows are the stored ones; an earlier moment and a single district are computed by the same code as
everywhere and handed to the same statement, so that filters and orders are stated once.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.utils.translation import get_language, override

from agencies.models import Agency, User
from targets.models import Assignment, Target
from targets.units import in_chinese

from ..models import ReportingPeriod
from ..wording import LAGGING
from .explore_filter import STATUSES, ExploreFilter
from .moment import Moment
from .progress import progress, reporter_progress
from .rollup import CITY, ProgressRow
from .standings import Pledge, Standing, described, in_force, lagging_since, pledges_of, standing_from

CHUNK = 2000  # rows of a file read at a time

VALUES = (
    "value", "stage", "actual_on", "reported", "reporters", "stale", "expected", "completion", "pace", "status",
    "rests_on",
)  # fmt: skip

# `since` of a lagging row: the quarter after the last that did not lag, or the target's first one
STORED = """(
    SELECT found.target_id AS target, found.period_id AS period, found.value, found.stage, found.actual_on,
           found.reported, found.reporters, found.stale, found.expected, found.completion, found.pace, found.status,
           found.rests_on, CASE WHEN found.status = ANY(%(lagging)s) THEN {since} END AS since
    FROM reports_progress found
    JOIN reports_reportingperiod own ON own.id = found.period_id
    {paths}
)"""
# of a few rows it is looked up for each, of whole paths worked out for all of them in one pass
LOOKED_UP = STORED.format(
    since="""(
        SELECT coalesce(max(quarter.ordinal) FILTER (WHERE earlier.status <> ALL(%(lagging)s)) + 1,
                        min(quarter.ordinal))
        FROM reports_progress earlier
        JOIN reports_reportingperiod quarter ON quarter.id = earlier.period_id
        WHERE earlier.target_id = found.target_id AND quarter.ordinal <= own.ordinal
    )""",
    paths="",
)
WORKED_OUT = STORED.format(
    since="""coalesce(max(own.ordinal) FILTER (WHERE found.status <> ALL(%(lagging)s)) OVER path + 1,
                      min(own.ordinal) OVER path)""",
    paths="""WHERE found.target_id = ANY(%(targets)s)
    WINDOW path AS (PARTITION BY found.target_id ORDER BY own.ordinal)""",
)
COMPUTED = """(
    SELECT * FROM json_to_recordset(%(computed)s::json) AS given(
        target bigint, period bigint, value numeric, stage text, actual_on date, reported integer, reporters integer,
        stale integer, expected numeric, completion numeric, pace numeric, status text, rests_on bigint, since integer
    )
)"""
# a target that has not been rolled up yet stands there without data
CHOSEN = """
FROM unnest(%(targets)s::bigint[], %(retired)s::date[]) WITH ORDINALITY AS target(id, retired_on, place)
JOIN reports_reportingperiod quarter
  ON quarter.id = ANY(%(periods)s) AND (target.retired_on IS NULL OR target.retired_on > quarter.ends_on)
{join} {source} AS found ON found.target = target.id AND found.period = quarter.id
{more}
WHERE %(statuses)s::text[] IS NULL OR coalesce(found.status, 'no_data') = ANY(%(statuses)s)
"""
TALLIED = """
SELECT line.code, quarter.ordinal, coalesce(found.status, 'no_data'), count(*),
       count(*) FILTER (WHERE described.bound <> 'milestone')
"""
LINES = """
JOIN targets_target described ON described.id = target.id
JOIN targets_task task ON task.id = described.task_id
JOIN targets_actionline line ON line.id = task.line_id
"""
ROWS = """
SELECT target.id, quarter.id, found.value, coalesce(found.stage, ''), found.actual_on, coalesce(found.reported, 0),
       coalesce(found.reporters, 0), coalesce(found.stale, 0), found.expected, found.completion, found.pace,
       coalesce(found.status, 'no_data'), found.rests_on, found.since
"""
# what a column is sorted by; the plan's order, then the quarter, decides among equals
ORDERS = {
    "target": "target.place",
    "quarter": "quarter.ordinal",
    "status": "array_position(%(ranks)s, coalesce(found.status, 'no_data')::text)",
    "completion": "found.completion",
    "pace": "found.pace",
    "since": "found.since",
    "reported": "found.reported::numeric / nullif(found.reporters, 0)",
    "ledger": "found.rests_on",
}


class Selection(NamedTuple):
    """The targets that a filter leaves, in the order asked for, and the quarters shown. `total`: targets without it.

    `retired` goes with `targets`: the day from which each is no longer kept. `computed`: the rows, where they are not
    the stored ones.
    """

    targets: list[int]
    retired: list[Any]
    total: int
    periods: tuple[ReportingPeriod, ...]
    filter: ExploreFilter
    sort: str
    computed: str | None


class Explored(NamedTuple):
    """One row: a target in one quarter, for the city or for one district. `own` is the asked agency's own figure."""

    standing: Standing
    period: ReportingPeriod
    own: Standing | None


class Count(NamedTuple):
    """How many rows, and of how many targets."""

    rows: int
    targets: int


class Tally(NamedTuple):
    """How many rows of one line, quarter (ordinal) and status there are; `quantified`: of targets with a number."""

    line: str
    ordinal: int
    status: str
    number: int
    quantified: int


def select(moment: Moment, user: User | None, wanted: ExploreFilter, sort: str = "") -> Selection:
    """One statement, and for a moment or a district that is computed those of the computation.

    Without a user: for a job, whose result is handed only to those who may read the plan.
    """
    periods = _periods(moment, wanted)
    visible = Target.objects.all() if user is None else Target.objects.visible_to(user)
    kept = Q(retired_on__isnull=True) | Q(retired_on__gt=periods[0].ends_on)
    found = list(
        visible.filter(kept, plan=moment.plan)
        .annotate(matches=_condition(wanted.targets()))
        .order_by(*_order(sort))
        .values_list("pk", "retired_on", "matches")
    )
    chosen = [(target, retired_on) for target, retired_on, matches in found if matches]
    targets = [target for target, _ in chosen]
    computed = _computed(moment, wanted, targets, periods)
    return Selection(targets, [retired_on for _, retired_on in chosen], len(found), periods, wanted, sort, computed)


def _periods(moment: Moment, wanted: ExploreFilter) -> tuple[ReportingPeriod, ...]:
    first = next((one.ordinal for one in moment.periods if one.code == wanted.since), moment.period.ordinal)
    return tuple(one for one in moment.periods if first <= one.ordinal <= moment.period.ordinal)


def _condition(targets: Q) -> Any:
    return ExpressionWrapper(targets, BooleanField()) if targets else Value(True)


def _order(sort: str) -> tuple:
    in_plan = ("task__line__position", "task__position", "position", "pk")
    name = Coalesce(NullIf("name_en", Value("")), "name_zh")
    return (Lower("name_zh" if in_chinese() else name), *in_plan) if "target" in sort else in_plan


def _computed(
    moment: Moment, wanted: ExploreFilter, targets: Sequence[int], periods: Sequence[ReportingPeriod]
) -> str | None:
    """Rows that are not stored, as JSON; numbers as texts, so that they keep their digits."""
    if moment.is_now and not wanted.district:
        return None
    ordinals = {period.pk: period.ordinal for period in moment.periods}
    shown = {period.pk for period in periods}
    paths: dict[tuple[int, str], list[ProgressRow]] = defaultdict(list)
    given = []
    for row in _not_stored(moment, wanted, targets):
        path = paths[row.target, row.scope]
        path.append(row)
        if row.period in shown:
            values = {name: getattr(row, name) for name in VALUES}
            given.append({"target": row.target, "period": row.period, **values, "since": lagging_since(path, ordinals)})
    return json.dumps(given, default=str)


def _not_stored(moment: Moment, wanted: ExploreFilter, targets: Sequence[int]) -> list[ProgressRow]:
    if wanted.district:
        return reporter_progress(moment, targets=targets, district=wanted.district, whole_path=True)
    return progress(moment, targets=targets, whole_path=True)


def counted(selection: Selection) -> Count:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT target.id)" + _chosen(selection), _params(selection))
        return Count(*cursor.fetchone())


def tallies(selection: Selection) -> list[Tally]:
    """Rows by line, quarter and status, for a chart. One statement."""
    grouped = " GROUP BY line.position, 1, 2, 3 ORDER BY line.position, 2"
    with connection.cursor() as cursor:
        cursor.execute(TALLIED + _chosen(selection, LINES) + grouped, _params(selection))
        return [Tally(*row) for row in cursor.fetchall()]


def explored(moment: Moment, selection: Selection, *, page: int = 1, size: int) -> list[Explored]:
    """The rows of one page: two statements; a district's shares and an agency's own figures are read besides."""
    chosen = _chosen(selection, whole_paths="since" in selection.sort)
    with connection.cursor() as cursor:
        cursor.execute(ROWS + chosen + _sorted(selection.sort), _params(selection, size, (page - 1) * size))
        rows = cursor.fetchall()
    describe = _describer(moment, selection, {row[0] for row in rows})
    return [describe(row) for row in rows]


def all_explored(moment: Moment, selection: Selection, most: int) -> Iterator[Explored]:
    """The rows of a file, read as they are taken; names in the language active at the call."""
    describe, language = _describer(moment, selection, selection.targets), get_language()

    def stream() -> Iterator[Explored]:
        with connection.chunked_cursor() as cursor:
            chosen = _chosen(selection, whole_paths=True)
            cursor.execute(ROWS + chosen + _sorted(selection.sort), _params(selection, most))
            while rows := cursor.fetchmany(CHUNK):
                with override(language):
                    made = [describe(row) for row in rows]
                yield from made

    return stream()


def _chosen(selection: Selection, more: str = "", *, whole_paths: bool = False) -> str:
    """`whole_paths`: whether since when a target lags is asked of every row, and of several quarters."""
    if selection.computed is None:
        source = WORKED_OUT if whole_paths and len(selection.periods) > 1 else LOOKED_UP
        return CHOSEN.format(join="LEFT JOIN", source=source, more=more)
    return CHOSEN.format(join="JOIN" if selection.filter.district else "LEFT JOIN", source=COMPUTED, more=more)


def _params(selection: Selection, size: int = 0, skipped: int = 0) -> dict[str, Any]:
    return {
        "targets": selection.targets,
        "retired": selection.retired,
        "periods": [period.pk for period in selection.periods],
        "statuses": list(selection.filter.statuses) or None,
        "computed": selection.computed,
        "lagging": sorted(LAGGING),
        "ranks": list(STATUSES),
        "size": size,
        "skipped": skipped,
    }


def _sorted(sort: str) -> str:
    way = "DESC" if sort.startswith("-") else "ASC"
    first = f"{ORDERS[sort.lstrip('-')]} {way} NULLS LAST, " if sort else ""
    return f" ORDER BY {first}target.place, quarter.ordinal, found.rests_on LIMIT %(size)s OFFSET %(skipped)s"


def _describer(moment: Moment, selection: Selection, targets: Collection[int]) -> Callable[[tuple], Explored]:
    """Makes rows of the database's: with the names of their targets, goals of their quarters, and own figures."""
    named = {target[0]: target for target in described(moment, Target.objects.filter(pk__in=targets))}
    periods = {period.pk: period for period in selection.periods}
    shares = _shares(selection.filter, targets)
    own = _own_figures(moment, selection.filter, targets)

    @cache
    def named_once(target: int) -> Standing:
        return standing_from(named[target], (), moment, {})

    def describe(found: tuple) -> Explored:
        target, period, *values, since = found
        scope = (selection.filter.district or CITY, selection.filter.district or None)
        row = _progress_row(target, period, scope, values)
        pledge = in_force(pledges_of(named[target]), periods[period].ends_on)
        if selection.filter.district:
            pledge = _own_pledge(pledge, row.status, shares.get(target))
        plain = named_once(target)
        standing = replace(plain, path=(row,), since=since, pledge=pledge)
        mine = own.get((target, period))
        return Explored(standing, periods[period], replace(plain, path=(mine,)) if mine else None)

    return describe


def _progress_row(target: int, period: int, scope: tuple[str, str | None], values: Sequence[Any]) -> ProgressRow:
    value, stage, actual_on, reported, reporters, stale, expected, completion, pace, status, rests_on = values
    return ProgressRow(
        target, period, *scope, value, None, None, stage, actual_on, reported, reporters, stale, expected, completion,
        pace, None, status, "", {}, rests_on,
    )  # fmt: skip


def _shares(wanted: ExploreFilter, targets: Collection[int]) -> dict[int, Decimal | None]:
    """A district's share of the goal, by target."""
    if not wanted.district:
        return {}
    held = Assignment.objects.of_district(wanted.district).filter(target__in=targets, reports=True)
    return dict(held.order_by("-position", "-pk").values_list("target_id", "share"))


def _own_pledge(city: Pledge, status: str, share: Decimal | None) -> Pledge:
    """What a district is graded against: its share of the goal, the same goal for all, or none where it is not."""
    if share is None:
        return city if status else city._replace(goal=None, goal_upper=None)
    goal, upper, due_on = city
    return Pledge(goal and goal * share, upper and upper * share, due_on)


def _own_figures(moment: Moment, wanted: ExploreFilter, targets: Collection[int]) -> dict[tuple[int, int], ProgressRow]:
    """The asked agency's own rows by target and quarter; of several the first counts."""
    if not wanted.agency:
        return {}
    agency = Agency.objects.get(code=wanted.agency).pk
    rows = reporter_progress(moment, targets=sorted(targets), agency=agency, whole_path=True)
    return {(row.target, row.period): row for row in reversed(rows)}
