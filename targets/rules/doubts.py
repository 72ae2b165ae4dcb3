"""Rule 8 (signature first)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from targets.rules.goals import Goal
from targets.rules.words import Accumulation


class Doubt(NamedTuple):
    code: str
    params: dict[str, str]


@dataclass(frozen=True, slots=True)
class Candidate:
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    accumulation: Accumulation
    goal: Goal
    unit_is_percent: bool
    history: Sequence[tuple[int, Decimal]]
    has_evidence: bool
    evidence_required: bool
    district_sum: Decimal | None
    is_lead_total: bool
    period: int | None = None


def doubts(candidate: Candidate) -> list[Doubt]:
    raise NotImplementedError
