"""Lines of one packet, locked to be written, as plain objects: ten thousand of them cost little."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from targets.models import Target

from ..models import Submission
from ..models.submissions import State

COLUMNS = (
    "pk", "state", "version", "value", "numerator", "denominator", "stage", "actual_on", "words", "nothing_because",
    "explanation", "correction_reason", "corrects_id", "returned_until",
)  # fmt: skip
# a line that can be entered comes before one that rests, and the newest before older ones
STATES = (State.RETIRED, State.ACCEPTED, State.SUBMITTED, State.RETURNED, State.DRAFT)


class Assigned(NamedTuple):
    """The assignment of a line, as `targets.models.Assignment` names its parts."""

    pk: int
    target: Target
    target_id: int
    district_id: str | None
    scope: str


@dataclass(slots=True)
class PacketLine:
    """One line of a packet, with the names of `Entry`, for what reads and writes many of them."""

    submission: Submission
    assignment: Assigned
    pk: int
    state: str
    version: int
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    stage: str
    actual_on: date | None
    words: str
    nothing_because: str
    explanation: str
    correction_reason: str
    corrects_id: int | None
    returned_until: datetime | None
    doubts: list[Any]
    entered_by: Any = field(default=None)
    entered_at: datetime | None = field(default=None)

    @property
    def assignment_id(self) -> int:
        return self.assignment.pk

    @property
    def has_figure(self) -> bool:
        return self.value is not None or bool(self.stage)


def lock_packet(submission: Submission, targets: set[str]) -> list[PacketLine]:
    """The lines of the named targets (codes), locked in the order of their ids; two statements."""
    found = Target.objects.in_bulk(
        Target.objects.filter(plan=submission.period.plan_id, code__in=targets).values_list("pk", flat=True)
    )
    rows = (
        submission.entries.filter(assignment__target__in=found)
        .select_for_update(of=("self",))
        .order_by("pk")
        # as text: few lines have doubts, and reading ten thousand empty lists one by one takes its time
        .annotate(doubted=Cast("doubts", TextField()))
        .values_list(*COLUMNS, "doubted", "assignment_id", "assignment__target_id", "assignment__district_id")
    )
    agency = submission.agency.code
    return [
        PacketLine(
            submission,
            Assigned(assignment, found[target], target, district, district or agency),
            *said,
            json.loads(doubted) if doubted != "[]" else [],
        )
        for *said, doubted, assignment, target, district in rows
    ]


def by_key(lines: list[PacketLine]) -> dict[tuple[str, str], PacketLine]:
    """By target and scope: of the lines of one assignment the one that can be entered, else the newest."""
    rank = {str(state): place for place, state in enumerate(STATES)}
    chosen = sorted(lines, key=lambda line: (rank[line.state], line.pk))
    return {(line.assignment.target.code, line.assignment.scope): line for line in chosen}
