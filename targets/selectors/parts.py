"""What belongs to targets: commitments, citations, checkpoints, assignments; one statement each for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from agencies.models import User

from ..models import Assignment, Checkpoint, Citation, Commitment


def commitments_of(targets: Collection[int]) -> dict[int, list[Commitment]]:
    """Oldest first, each with who decided it."""
    rows = Commitment.objects.filter(target__in=targets).select_related("decided_by")
    return _by_target(rows.order_by("in_force_from", "pk"))


def citations_of(targets: Collection[int]) -> dict[int, list[Citation]]:
    """In the order in which the target names them, each with its clause."""
    rows = Citation.objects.filter(target__in=targets).select_related("clause__task")
    return _by_target(rows.order_by("position"))


def checkpoints_of(targets: Collection[int]) -> dict[int, list[Checkpoint]]:
    """By day."""
    return _by_target(Checkpoint.objects.filter(target__in=targets).order_by("on", "pk"))


def assignments_of(targets: Collection[int], user: User) -> dict[int, list[Assignment]]:
    """In the plan's order, those that ended included."""
    rows = Assignment.objects.visible_to(user).filter(target__in=targets).select_related("agency")
    return _by_target(rows.order_by("position", "pk"))


def _by_target(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.target_id].append(row)
    return found
