"""What the rules doubt about the lines of a packet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from targets.models import Assignment
from targets.rules import AssignmentRole, Candidate, Combine, Doubt, Goal, Stage, city_value, doubts, effective

from ..models import Entry, Evidence, ReportingPeriod, Submission
from .rollup import Cells, latest_cells, reporter_goal
from .terms import Reporter, Terms, terms


def doubts_of(submission: Submission, entries: Iterable[Entry]) -> dict[int, list[Doubt]]:
    """Doubts about lines of one packet as they stand, by entry id; none for an empty line.

    Five statements for any number of lines; one more where a target asks for evidence, and one where a line says what
    the districts come to together.
    """
    asked = list(entries)
    found: dict[int, list[Doubt]] = {entry.pk: [] for entry in asked}
    told = [entry for entry in asked if _can_be_doubted(entry)]
    if not told:
        return found
    plan = submission.period.plan
    own = terms(plan, {entry.assignment.target_id for entry in told}, agency=submission.agency_id)
    reporters = {reporter.assignment: (one, reporter) for one in own for reporter in one.reporters}
    parts = _parts([one for one, reporter in reporters.values() if _may_be_total(one, reporter)])
    compared = {entry.assignment_id for entry in told}.union(*parts.values())
    cells = latest_cells(plan, sorted(compared), None)
    supported = _supported(told)
    held = {one.target: _Held(one, submission.period, cells, parts.get(one.target, [])) for one in own}
    for entry in told:
        if known := reporters.get(entry.assignment_id):  # else it reported when the packet was made, and no longer does
            one, reporter = known
            found[entry.pk] = _doubts(entry, reporter, held[one.target], entry.pk in supported)
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


def _may_be_total(one: Terms, reporter: Reporter) -> bool:
    """Whether a reporter's figure says that it is the sum of the districts', where districts report."""
    return reporter.role == AssignmentRole.LEAD and one.combine == Combine.SUM


def _parts(totals: Collection[Terms]) -> dict[int, list[int]]:
    """The assignments of districts by target."""
    found: dict[int, list[int]] = defaultdict(list)
    if totals:
        districts = Assignment.objects.filter(reports=True, role=AssignmentRole.DISTRICT)
        parts = districts.filter(target__in=[one.target for one in totals])
        for target, assignment in parts.values_list("target_id", "pk"):
            found[target].append(assignment)
    return found


@dataclass(frozen=True)
class _Held:
    """What the lines of one target are held against in one quarter. `parts`: its districts, if that is asked for."""

    terms: Terms
    period: ReportingPeriod
    cells: Cells
    parts: list[int]

    @cached_property
    def goal(self) -> Goal:
        return self.terms.goal_on(self.period.ends_on)

    @cached_property
    def district_sum(self) -> Decimal | None:
        """What the districts stand at together; null where none of them has a figure."""
        ordinal, accumulation = self.period.ordinal, self.terms.accumulation
        standing = [effective(self.cells.get(part, []), ordinal, accumulation) for part in self.parts]
        return city_value(standing, Combine.SUM).value


def _doubts(entry: Entry, reporter: Reporter, held: _Held, has_evidence: bool) -> list[Doubt]:
    period, target = held.period.ordinal, entry.assignment.target
    own = [cell for cell in held.cells.get(entry.assignment_id, ()) if cell.period != period]
    is_total = bool(held.parts) and _may_be_total(held.terms, reporter)
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
