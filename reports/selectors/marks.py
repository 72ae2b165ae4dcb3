"""What decides what a list of the API says, as a short text that costs less than the list: its ETag is made of it.

Numbers that only grow stand for whole tables: blocks, revisions, versions (see `state`, which does it for pages).
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import connection
from django.db.models import Count, F, Func, IntegerField, Max, QuerySet, Sum, TextField
from django.db.models.functions import Cast, Concat

from ..models import Entry
from .moment import Moment

# units, names and who answers: every change of a plan or of a target raises a revision
REVISIONS = """
    (SELECT ROW(count(*), sum(revision)) FROM targets_plan)::text,
    (SELECT ROW(count(*), sum(revision)) FROM targets_target)::text
"""
PEOPLE = "(SELECT sum(hashtext(username || ' ' || display_name)) FROM agencies_user)"
LEDGER = f"SELECT {REVISIONS}, (SELECT count(*) FROM reports_submission WHERE is_sample), {PEOPLE}"  # noqa: S608
# of now what was rolled up counts too; a commitment may be decided without any figure
PROGRESS = """
SELECT plan.revision, (SELECT ROW(count(*), sum(revision)) FROM targets_target WHERE plan_id = plan.id)::text,
       (SELECT ROW(count(*), max(decided_at)) FROM targets_commitment made
        JOIN targets_target target ON target.id = made.target_id WHERE target.plan_id = plan.id)::text,
       CASE WHEN %s THEN
           (SELECT ROW(count(state.ledger_number), sum(state.ledger_number), max(state.computed_at))
            FROM reports_rollupstate state
            JOIN targets_target target ON target.id = state.target_id WHERE target.plan_id = plan.id)::text
       END,
       EXISTS (SELECT 1 FROM reports_submission sample
               JOIN reports_reportingperiod quarter ON quarter.id = sample.period_id
               WHERE sample.is_sample AND quarter.plan_id = plan.id)
FROM targets_plan plan WHERE plan.id = %s
"""


class ProgressMark(NamedTuple):
    """`has_sample`: the plan has sample data, so that its rows may rest on some."""

    text: str
    has_sample: bool


def ledger_mark(moment: Moment) -> str:
    """Of lists of blocks and figures up to the moment's number. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(LEDGER)
        return repr((moment.number, *cursor.fetchone()))


def progress_mark(moment: Moment) -> ProgressMark:
    """Of lists of progress at a moment. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, [moment.is_now, moment.plan.pk])
        *parts, has_sample = cursor.fetchone()
    return ProgressMark(repr((moment.basis, parts, has_sample)), has_sample)


def doubts_mark(lines: QuerySet[Entry]) -> str:
    """Of these lines of packets. Evidence takes a doubt away and leaves the line's version. One statement."""
    said = Concat(Cast("doubts", TextField()), "state", "explanation", output_field=TextField())
    content = Func(said, function="hashtext", output_field=IntegerField())
    found = lines.order_by().aggregate(
        lines=Count("pk"), newest=Max("pk"), versions=Sum(F("version")), content=Sum(content)
    )
    return repr(sorted(found.items()))
