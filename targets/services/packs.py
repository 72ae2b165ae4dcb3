"""Loads a plan pack: one transaction, by natural key, as often as one likes."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from agencies.models import User
from agencies.services import audit

from .. import packs
from ..models import Plan
from .changes import Changes
from .commitments import Load, load_targets
from .structure import load_clauses, load_lines, load_plan_head, load_tasks, load_working_groups, remove_what_is_gone
from .who import load_who


@transaction.atomic
def load_pack(pack: packs.PlanPack, *, at: datetime, by: User | None, door: audit.Door) -> Changes:
    """Brings the database up to a pack. Figures are never touched, terms of existing targets never overwritten.

    `at` is the moment of the load. The first commitments of a plan count as known since its day of issue; those of
    targets that join a plan later, since the load.
    """
    changes = Changes()
    plan = load_plan_head(pack.plan, changes)
    is_new = f"plan {plan.code}" in changes.created
    who = load_who(pack, changes)
    lines = load_lines(pack, plan, changes)
    tasks = load_tasks(pack, plan, lines, changes)
    clauses = load_clauses(pack, plan, tasks, who, changes)
    zone = ZoneInfo(plan.time_zone)
    first_decided_at = datetime.combine(plan.issued_on, time(), zone) if is_new else at
    load = Load(plan, tasks, clauses, who, changes, at, at.astimezone(zone).date(), first_decided_at)
    load_targets(pack, load)
    load_working_groups(pack, plan, lines, who, changes)
    remove_what_is_gone(pack, plan, changes)
    _close(plan, is_new, changes, at=at, by=by, door=door)
    return changes


def _close(plan: Plan, is_new: bool, changes: Changes, *, at: datetime, by: User | None, door: audit.Door) -> None:
    """Another revision where anything changed (pages show names as well as grades), and one audit row."""
    if changes and not is_new:
        plan.revision += 1
        plan.save(update_fields=["revision"])
    if changes or changes.questions:
        audit.record(
            "plan.loaded",
            plan.code,
            actor=by,
            at=at,
            door=door,
            before={key: before for key, (before, _) in changes.changed.items()},
            after={
                "created": changes.created,
                "changed": {key: after for key, (_, after) in changes.changed.items()},
                "retired": changes.retired,
                "removed": changes.removed,
                "questions": changes.questions,
            },
        )
