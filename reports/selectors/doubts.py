"""What the rules doubt about one line of a packet."""

from __future__ import annotations

from decimal import Decimal


from targets.rules import Accumulation, AssignmentRole, Bound, Candidate, Combine, Doubt, Effective, city_value, doubts
from targets.rules import effective as effective_figure

from ..models import Entry
from .rollup import latest_cells, reporter_goal
from .terms import terms


def doubts_of(entry: Entry) -> list[Doubt]:
    """Doubts about a line as it stands; none for a milestone or an empty line."""
    target, submission = entry.assignment.target, entry.submission
    if target.bound == Bound.MILESTONE or entry.value is None:
        return []
    plan = submission.period.plan
    (one,) = terms(plan, [target.pk])
    cells = latest_cells(plan, [reporter.assignment for reporter in one.reporters], None)
    own = [cell for cell in cells.get(entry.assignment_id, []) if cell.period != submission.period.ordinal]
    reporter = next(found for found in one.reporters if found.assignment == entry.assignment_id)
    goal = one.goal_on(submission.period.ends_on)
    others = [
        effective_figure(cells.get(found.assignment, []), submission.period.ordinal, one.accumulation)
        for found in one.reporters
        if found.role == AssignmentRole.DISTRICT
    ]
    is_total = reporter.role == AssignmentRole.LEAD and bool(others)
    return doubts(
        Candidate(
            value=entry.value,
            numerator=entry.numerator,
            denominator=entry.denominator,
            accumulation=Accumulation(target.accumulation),
            goal=reporter_goal(one, goal, reporter) or goal,
            unit_is_percent=target.is_percent,
            history=[(cell.period, cell.value) for cell in own if cell.value is not None],
            has_evidence=True,
            evidence_required=False,
            district_sum=_sum(others) if is_total else None,
            is_lead_total=is_total,
            period=submission.period.ordinal,
        )
    )


def _sum(effectives: list[Effective | None]) -> Decimal | None:
    return city_value(effectives, Combine.SUM).value
