"""Rows of progress one after the other, for programs: by target code and quarter, from any row on.

As for Explore the city's rows of now are the stored ones; an earlier moment and single reporters are computed by the
same code as everywhere and handed to the same statement.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from agencies.models import User
from targets.models import Assignment, Target

from ..models import ReportingPeriod
from .moment import Moment
from .progress import progress, reporter_progress
from .reporters import Scope, of_scope
from .rollup import CITY, ProgressRow

VALUES = ProgressRow._fields[4:]
MADE_OF = ", ".join(VALUES)

STORED = f"""(
    SELECT target_id AS target, period_id AS period, 0 AS place, '{CITY}' AS scope, {MADE_OF} FROM reports_progress
)"""  # noqa: S608 - of constants
COMPUTED = """(
    SELECT * FROM json_to_recordset(%s::json) AS given(
        target bigint, period bigint, place integer, scope text, value numeric, numerator numeric, denominator numeric,
        stage text, actual_on date, reported integer, reporters integer, stale integer, expected numeric,
        completion numeric, pace numeric, elapsed numeric, status text, reason_code text, reason_params jsonb,
        rests_on bigint
    )
)"""
# a target that has not been rolled up yet stands there without data, as on the pages; digits come as the database
# writes them, never as floats
ROWS = """
WITH target(id, code, retired_on, unit_zh, unit_en, accumulation) AS ({targets})
SELECT target.code, quarter.ordinal, coalesce(found.place, 0), quarter.code, coalesce(found.scope, '{city}'),
       target.unit_zh, target.unit_en, target.accumulation,
       trim_scale(found.value)::text, trim_scale(found.numerator)::text, trim_scale(found.denominator)::text,
       coalesce(found.stage, ''), found.actual_on, coalesce(found.reported, 0), coalesce(found.reporters, 0),
       coalesce(found.stale, 0), trim_scale(found.expected)::text, trim_scale(found.completion)::text,
       trim_scale(found.pace)::text, trim_scale(found.elapsed)::text, coalesce(found.status, 'no_data'),
       coalesce(found.reason_code, ''), found.reason_params::text, found.rests_on
FROM target
JOIN reports_reportingperiod quarter
  ON quarter.id = ANY(%s) AND (target.retired_on IS NULL OR target.retired_on > quarter.ends_on)
{join} {source} AS found ON found.target = target.id AND found.period = quarter.id
WHERE {conditions}
ORDER BY target.code, quarter.ordinal, coalesce(found.place, 0)
LIMIT %s
"""


class Wanted(NamedTuple):
    """Which rows: of these targets, these quarters, in these classes (all where there are none), the city's or those of
    one reporter. `after`: behind the row of this target code, quarter (ordinal) and place.
    """

    targets: Q
    periods: Sequence[ReportingPeriod]
    statuses: Sequence[str]
    scope: Scope | None
    after: tuple[str, int, int] | None
    size: int


class Row(NamedTuple):
    """One target in one quarter, for the city or one reporter; see `ProgressRow`. Numbers are plain digits.

    `place` tells apart what is reported for the same scope by several agencies. `reason_params` is JSON.
    """

    target: str
    ordinal: int
    place: int
    period: str
    scope: str
    unit_zh: str
    unit_en: str
    accumulation: str
    value: str | None
    numerator: str | None
    denominator: str | None
    stage: str
    actual_on: date | None
    reported: int
    reporters: int
    stale: int
    expected: str | None
    completion: str | None
    pace: str | None
    elapsed: str | None
    status: str
    reason_code: str
    reason_params: str | None
    rests_on: int | None


def progress_rows(moment: Moment, user: User, wanted: Wanted) -> list[Row]:
    """One statement for the city's rows of now; besides, those of the computation."""
    targets = _targets(moment, user, wanted)
    computed = None if moment.is_now and wanted.scope is None else _computed(moment, targets, wanted)
    described = targets.order_by().values_list("pk", "code", "retired_on", "unit_zh", "unit_en", "accumulation")
    try:
        chosen, params = described.query.sql_with_params()
    except EmptyResultSet:
        return []
    conditions, values = _conditions(wanted)
    statement = ROWS.format(
        targets=chosen,
        city=CITY,
        join="JOIN" if wanted.scope else "LEFT JOIN",
        source=STORED if computed is None else COMPUTED,
        conditions=conditions,
    )
    periods = [period.pk for period in wanted.periods]
    given = [] if computed is None else [computed]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, periods, *given, *values, wanted.size])
        return [Row._make(row) for row in cursor.fetchall()]


def _targets(moment: Moment, user: User, wanted: Wanted) -> QuerySet[Target]:
    """Those that can have rows from `after` on; of them that were kept at the end of the first quarter."""
    kept = Q(retired_on__isnull=True) | Q(retired_on__gt=wanted.periods[0].ends_on)
    found = Target.objects.visible_to(user).filter(kept, wanted.targets, plan=moment.plan)
    if wanted.after:
        found = found.filter(code__gte=wanted.after[0])
    if wanted.scope:
        reporting = Assignment.objects.filter(of_scope(wanted.scope), target=OuterRef("pk"), reports=True)
        found = found.filter(Exists(reporting))
    return found


def _conditions(wanted: Wanted) -> tuple[str, list[Any]]:
    parts, values = ["true"], []
    if wanted.statuses:
        parts.append("coalesce(found.status, 'no_data') = ANY(%s)")
        values.append(list(wanted.statuses))
    if wanted.after:
        parts.append("(target.code, quarter.ordinal, coalesce(found.place, 0)) > (%s, %s, %s)")
        values += wanted.after
    return " AND ".join(parts), values


def _computed(moment: Moment, targets: QuerySet[Target], wanted: Wanted) -> str:
    """Rows that are not stored, as JSON; numbers as texts, so that they keep their digits."""
    shown = {period.pk for period in wanted.periods}
    places: Counter[tuple[int, int]] = Counter()
    given = []
    for row in _not_stored(moment, _first(targets, wanted), wanted):
        if row.period not in shown:
            continue
        cell = (row.target, row.period)
        values = {name: getattr(row, name) for name in VALUES}
        given.append({"target": row.target, "period": row.period, "place": places[cell], "scope": row.scope, **values})
        places[cell] += 1
    return json.dumps(given, default=str)


def _first(targets: QuerySet[Target], wanted: Wanted) -> list[int]:
    """As many as a page can hold, where each has a row; else all, as nobody knows which have one."""
    ids = targets.order_by("code").values_list("pk", flat=True)
    return list(ids if wanted.scope or wanted.statuses else ids[: wanted.size + 1])


def _not_stored(moment: Moment, targets: list[int], wanted: Wanted) -> list[ProgressRow]:
    if wanted.scope is None:
        return progress(moment, targets=targets, periods={period.pk for period in wanted.periods})
    scope, whole_path = wanted.scope, len(wanted.periods) > 1
    found = reporter_progress(
        moment.at(wanted.periods[-1]), targets=targets, agency=scope.agency, district=scope.district,
        whole_path=whole_path,
    )  # fmt: skip
    return [row for row in found if row.scope == scope.code]
