"""What the rules doubt about the lines of a packet."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from targets.rules import AssignmentRole, Candidate, Combine, Doubt, Stage, city_value, doubts, effective

from ..models import Entry, Evidence, ReportingPeriod, Submission
from .rollup import Cells, latest_cells, reporter_goal
from .terms import Terms, terms


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
    for entry in told:
        if one := by_target.get(entry.assignment.target_id):
            found[entry.pk] = _doubts(entry, submission.period, one, cells, entry.pk in supported)
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


def _doubts(entry: Entry, period: ReportingPeriod, one: Terms, cells: Cells, has_evidence: bool) -> list[Doubt]:
    reporter = next((found for found in one.reporters if found.assignment == entry.assignment_id), None)
    if reporter is None:  # it reported when the packet was made, and no longer does
        return []
    own = [cell for cell in cells.get(entry.assignment_id, []) if cell.period != period.ordinal]
    goal = one.goal_on(period.ends_on)
    parts = [found.assignment for found in one.reporters if found.role == AssignmentRole.DISTRICT]
    is_total = reporter.role == AssignmentRole.LEAD and one.combine == Combine.SUM and bool(parts)
    return doubts(
        Candidate(
            value=entry.value,
            numerator=entry.numerator,
            denominator=entry.denominator,
            accumulation=one.accumulation,
            goal=reporter_goal(one, goal, reporter) or goal,
            unit_is_percent=entry.assignment.target.is_percent,
            history=[(cell.period, cell.value) for cell in own if cell.value is not None],
            has_evidence=has_evidence,
            evidence_required=entry.assignment.target.evidence_required,
            district_sum=_sum(parts, one, period.ordinal, cells) if is_total else None,
            is_lead_total=is_total,
            period=period.ordinal,
        )
    )


def _sum(parts: Iterable[int], one: Terms, period: int, cells: Cells) -> Decimal | None:
    """What the districts stand at together; null where none of them has a figure."""
    effectives = [effective(cells.get(part, []), period, one.accumulation) for part in parts]
    return city_value(effectives, Combine.SUM).value
