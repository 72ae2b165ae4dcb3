"""Roll-up: Progress rows follow the ledger. May run twice, may be killed anywhere, ends in the same state."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from agencies.services.copying import copy_rows
from targets.models import Plan, Target

from ..models import Acceptance, Progress, RollupState
from ..selectors.rollup import ProgressRow, compute
from . import outbox, pulse
from .locks import alone

logger = logging.getLogger(__name__)

BATCH = 50  # targets per transaction: bounds memory, and what a kill has to repeat
RUNNING_LOCK = 0x6E69_6201

COLUMNS = (
    "target_id", "period_id", "value", "numerator", "denominator", "stage", "actual_on",
    "reported", "reporters", "stale", "expected", "completion", "pace", "elapsed", "status", "reason_code",
    "reason_params", "rests_on",
)  # fmt: skip

# Needs a roll-up: never rolled up, asked for again, terms changed, or figures newer than what it was computed from.
WAITING = """
SELECT target.id FROM targets_target target
JOIN targets_plan plan ON plan.id = target.plan_id
LEFT JOIN reports_rollupstate state ON state.target_id = target.id
WHERE target.plan_id = %s
  AND (state.ledger_number IS NULL
       OR state.target_revision <> target.revision
       OR state.plan_revision <> plan.revision
       OR EXISTS (SELECT 1 FROM reports_figure figure
                  WHERE figure.target_id = target.id AND figure.acceptance_id > state.ledger_number))
ORDER BY target.id
"""

DELETE = """
WITH gone AS (DELETE FROM reports_progress WHERE target_id = ANY(%s) RETURNING target_id, period_id, status)
SELECT target_id, period_id, status FROM gone
WHERE period_id = (SELECT id FROM reports_reportingperiod WHERE plan_id = %s AND opens_at <= %s
                   ORDER BY ordinal DESC LIMIT 1)
"""


def head_number() -> int:
    """Number of the newest block; 0 for an empty ledger."""
    return Acceptance.objects.order_by("-number").values_list("number", flat=True).first() or 0


def waiting(plan: Plan) -> list[int]:
    """Ids of the plan's targets whose Progress rows are behind the ledger or the plan."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [plan.pk])
        return [target for (target,) in cursor.fetchall()]


def roll_up(*, advance: Callable[[int], None] = lambda done: None) -> list[int]:
    """Brings every waiting target of every plan up to date; returns their ids.

    Another run at work means nothing to do here: it, or the next sweep, takes what arrived meanwhile.
    `advance` is told how many targets each step finished.
    """
    touched: list[int] = []
    with alone(RUNNING_LOCK) as mine:
        if not mine:
            return touched
        failed: set[int] = set()
        for plan in Plan.objects.order_by("pk"):
            while targets := [target for target in waiting(plan) if target not in failed]:
                plan.refresh_from_db()  # else one whose revision rises meanwhile would wait for ever
                for start in range(0, len(targets), BATCH):
                    batch = targets[start : start + BATCH]
                    failed |= _batch(plan, batch)
                    advance(len(batch))
                touched += targets
        pulse.publish()  # even where nothing waited: what a clock or a plan's keeper changed is found here
    return touched


def _batch(plan: Plan, targets: Sequence[int]) -> set[int]:
    """Rolls up some targets in one transaction; where that fails, one by one. Returns those that failed."""
    try:
        _replace(plan, targets)
    except Exception as error:
        if len(targets) > 1:
            return set().union(*(_batch(plan, [target]) for target in targets))
        _record_failure(targets[0], error)
        return set(targets)
    return set()


@transaction.atomic
def _replace(plan: Plan, targets: Sequence[int]) -> None:
    # what is read below can only be newer than this number; a figure that arrives in between is rolled up again
    number, now = head_number(), timezone.now()
    revisions = dict(Target.objects.filter(pk__in=targets).values_list("pk", "revision"))
    rows = list(compute(plan, targets))
    before = _delete(plan, targets, now)
    copy_rows(Progress._meta.db_table, COLUMNS, map(_record, rows))
    RollupState.objects.bulk_create(
        [_state(target, number, revisions[target], plan.revision, now) for target in targets],
        update_conflicts=True,
        unique_fields=["target"],
        update_fields=["ledger_number", "target_revision", "plan_revision", "computed_at", "error", "failed_at"],
    )
    outbox.statuses_changed(plan, _changes(before, rows), at=now)


def _record(row: ProgressRow) -> tuple:
    return (
        *row[:2],
        *row[4:18],
        json.dumps(row.reason_params, ensure_ascii=False, separators=(",", ":")),
        row.rests_on,
    )


def _delete(plan: Plan, targets: Sequence[int], now: datetime) -> dict[tuple[int, int], str]:
    """Takes the rows away; returns which class each target was in, in the newest quarter that has begun to come in."""
    with connection.cursor() as cursor:
        cursor.execute(DELETE, [list(targets), plan.pk, now])
        return {(target, period): status for target, period, status in cursor.fetchall()}


def _changes(before: dict[tuple[int, int], str], rows: Sequence[ProgressRow]) -> list[outbox.StatusChange]:
    """The targets whose class is another one now. Those that had no row before have not changed."""
    found = [(before[row[:2]], row) for row in rows if before.get(row[:2], row.status) != row.status]
    return [
        outbox.StatusChange(row.target, row.period, was, row.status, row.value, row.completion, row.pace)
        for was, row in found
    ]


def _state(target: int, number: int, revision: int, plan_revision: int, now: datetime) -> RollupState:
    return RollupState(
        target_id=target,
        ledger_number=number,
        target_revision=revision,
        plan_revision=plan_revision,
        computed_at=now,
        error="",
        failed_at=None,
    )


def _record_failure(target: int, error: Exception) -> None:
    """Keeps the last good rows and says on the operator's page what is wrong; the next sweep tries again."""
    logger.exception("roll-up of target %s failed", target)
    if isinstance(error, DatabaseError) and not connection.is_usable():
        raise error  # not this target's fault
    RollupState.objects.update_or_create(
        target_id=target,
        defaults={"error": f"{type(error).__name__}: {error}", "failed_at": timezone.now(), "ledger_number": None},
    )


def ask_for_rebuild(plan: Plan | None = None) -> int:
    """Asks for a roll-up of every target (of one plan); returns how many. A killed rebuild is finished by the sweep."""
    targets = Target.objects.filter(plan=plan) if plan else Target.objects.all()
    ids = list(targets.values_list("pk", flat=True))
    RollupState.objects.bulk_create(
        [RollupState(target_id=target, ledger_number=None) for target in ids],
        update_conflicts=True,
        unique_fields=["target"],
        update_fields=["ledger_number"],
    )
    return len(ids)
