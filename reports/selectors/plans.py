"""The plans of a reader with their quarters, which every page and every answer about progress begins with.

The statement is written out: Django would put its seventy columns together anew at every call, which takes longer than
the database takes to answer it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model

from agencies.models import User
from targets.models import Plan

from ..models import ReportingPeriod

STATEMENT = """
SELECT {quarter}, {plan},
       (SELECT max(until) FROM reports_extension WHERE period_id = quarter.id),
       (SELECT max(number) FROM reports_acceptance)
FROM reports_reportingperiod quarter
JOIN targets_plan plan ON plan.id = quarter.plan_id
WHERE plan.id IN ({visible})
ORDER BY plan.starts_on DESC, plan.code, quarter.ordinal
"""


def readable_plans(user: User) -> list[Plan]:
    """The plans that a person may read, newest first, each with its `quarters`: one statement for every page.

    Each quarter has `extended_until` (the last extension's end, or null) and `head`, the newest ledger number.
    """
    try:
        visible, params = Plan.objects.visible_to(user).order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    statement = STATEMENT.format(
        quarter=_columns(ReportingPeriod, "quarter"), plan=_columns(Plan, "plan"), visible=visible
    )
    width, plans = len(ReportingPeriod._meta.concrete_fields), {}
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        for *found, extended_until, head in cursor.fetchall():
            quarter = _made(ReportingPeriod, found[:width])
            plan = plans.get(quarter.plan_id)
            if plan is None:
                plan = plans[quarter.plan_id] = _made(Plan, found[width:])
                plan.quarters = []
            quarter.plan, quarter.extended_until, quarter.head = plan, extended_until, head
            plan.quarters.append(quarter)
    return list(plans.values())


def _columns(model: type[Model], table: str) -> str:
    return ", ".join(f'{table}."{field.column}"' for field in model._meta.concrete_fields)


def _made(model: type[Model], values: Sequence[Any]) -> Any:
    """A row as the database gave it, as Django would have made it."""
    fields = model._meta.concrete_fields
    read = [
        field.from_db_value(value, None, connection) if hasattr(field, "from_db_value") else value
        for field, value in zip(fields, values, strict=True)
    ]
    return model.from_db(connection.alias, [field.attname for field in fields], read)
