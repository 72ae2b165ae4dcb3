"""What the rules doubt about the lines of a packet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from targets.rules import AssignmentRole, Candidate, Combine, Doubt, Goal, Stage, city_value, doubts, effective

from ..models import Entry, Evidence, ReportingPeriod, Submission
from .rollup import Cells, latest_cells, reporter_goal
from .terms import Reporter, Terms, terms


def doubts_of(submission: Submission, entries: Iterable[Entry]) -> dict[int, list[Doubt]]:
    """Doubts about lines of one packet as they stand, by entry id; none for an empty line.

    Five statements for any number of lines; one more where a target asks for evidence.
    """
    asked = list(entries)
    found: dict[int, list[Doubt]] = {entry.pk: [] for entry in asked}
    told = [entry for entry in asked if _can_be_doubted(entry)]
    if not told:
        return found
    plan = submission.period.plan
    by_target = {one.target: one for one in terms(plan, {entry.assignment.target_id for entry in told})}
    reporters = [reporter.assignment for one in by_target.values() for reporter in one.reporters]
    cells = latest_cells(plan, reporters, None)
    supported = _supported(told)
    held = {one.target: _Held(one, submission.period, cells) for one in by_target.values()}
    for entry in told:
        if one := held.get(entry.assignment.target_id):
            found[entry.pk] = _doubts(entry, one, entry.pk in supported)
    return found


def _can_be_doubted(entry: Entry) -> bool:
    """A number; or a milestone that is said to be under way or done, where its target asks for evidence of it."""
    if entry.stage:
        return entry.assignment.target.evidence_required and entry.stage != Stage.NOT_STARTED
    return entry.value is not None


def _supported(entries: Iterable[Entry]) -> set[int]:
    """Which of the lines whose targets ask for evidence have some."""
    asking = [entry.pk for entry in entries if entry.assignment.target.evidence_required]
    return set(Evidence.objects.filter(entry__in=asking).values_list("entry_id", flat=True))


@dataclass(frozen=True)
class _Held:
    """What the lines of one target are held against in one quarter."""

    terms: Terms
    period: ReportingPeriod
    cells: Cells

    @cached_property
    def goal(self) -> Goal:
        return self.terms.goal_on(self.period.ends_on)

    @cached_property
    def reporters(self) -> dict[int, Reporter]:
        """By assignment."""
        return {found.assignment: found for found in self.terms.reporters}

    @cached_property
    def parts(self) -> list[int]:
        """The assignments of districts."""
        return [found.assignment for found in self.terms.reporters if found.role == AssignmentRole.DISTRICT]

    @cached_property
    def district_sum(self) -> Decimal | None:
        """What the districts stand at together; null where none of them has a figure."""
        return _sum(self.parts, self.terms, self.period.ordinal, self.cells)

    def is_total(self, reporter: Reporter) -> bool:
        """Whether a reporter's figure says that it is the sum of the districts'."""
        return reporter.role == AssignmentRole.LEAD and self.terms.combine == Combine.SUM and bool(self.parts)


def _doubts(entry: Entry, held: _Held, has_evidence: bool) -> list[Doubt]:
    reporter = held.reporters.get(entry.assignment_id)
    if reporter is None:  # it reported when the packet was made, and no longer does
        return []
    period = held.period.ordinal
    own = [cell for cell in held.cells.get(entry.assignment_id, ()) if cell.period != period]
    is_total, target = held.is_total(reporter), entry.assignment.target
    return doubts(
        Candidate(
            value=entry.value,
            numerator=entry.numerator,
            denominator=entry.denominator,
            accumulation=held.terms.accumulation,
            goal=reporter_goal(held.terms, held.goal, reporter) or held.goal,
            unit_is_percent=target.is_percent,
            history=[(cell.period, cell.value) for cell in own if cell.value is not None],
            has_evidence=has_evidence,
            evidence_required=target.evidence_required,
            district_sum=held.district_sum if is_total else None,
            is_lead_total=is_total,
            period=period,
        )
    )


def _sum(parts: Iterable[int], one: Terms, period: int, cells: Cells) -> Decimal | None:
    """What the districts stand at together; null where none of them has a figure."""
    effectives = [effective(cells.get(part, []), period, one.accumulation) for part in parts]
    return city_value(effectives, Combine.SUM).value
