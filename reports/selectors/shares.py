"""Where districts report parts and the lead reports the whole: do they add up this quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from agencies.roles import Can
from targets.models import Assignment
from targets.rules import AssignmentRole, Combine

from ..models import Entry, Figure, Submission
from ..models.submissions import State
from ..rules.shares import Difference, share_difference
from ..wording import NOTHING, exact_amount, signed_percent

STATES = {
    "": _("nothing yet"),
    State.ACCEPTED: _("accepted"),
    State.SUBMITTED: _("submitted"),
    State.DRAFT: _("entered"),
    State.RETURNED: _("returned"),
}


class Part(NamedTuple):
    """What one district (or the lead) says for the quarter; `state` is empty where there is nothing to see."""

    agency: str
    code: str
    value: str
    state: str
    state_words: str


class ShareDifference(NamedTuple):
    """The lead's figure of a quarter against the sum of the districts', as texts for reading.

    `difference` is lead less districts ("+3 stations"), `percent` the same in relation to the sum; empty where one
    side has nothing. `reported` of `of` districts have a figure that the reader may see. `explanation` is the agency's
    own, of the lead's line. `parts` are the districts one by one, the lead's first.
    """

    lead: str
    districts: str
    difference: str
    percent: str
    reported: int
    of: int
    lead_agency: str
    explanation: str
    is_equal: bool
    is_complete: bool
    is_lead: bool
    parts: tuple[Part, ...]


class Said(NamedTuple):
    """One agency's figure of the quarter: where it stands, and its explanation."""

    value: Decimal | None = None
    state: str = ""
    explanation: str = ""


def shares_of(submission: Submission, user: User | None = None) -> dict[int, ShareDifference]:
    """By entry id, for the lines of a packet whose target has a lead and districts that add up to it.

    A figure is the accepted one, else the submitted one; of the packet itself what stands in it. Whoever does not read
    all packets (and nobody named) sees of other agencies only what was accepted. Four statements for any packet.
    """
    lines = _lines(submission)
    by_target = _reporters(submission, {line.assignment.target_id for line in lines})
    if not by_target:
        return {}
    sees_all = user is not None and user.can(Can.READ_ALL_PACKETS)
    asked = [one for reporters in by_target.values() for one in reporters]
    accepted = _accepted(submission, asked)
    entered = _entered(submission, asked)

    def said(assignment: Assignment) -> Said:
        own = assignment.agency_id == submission.agency_id
        return _said(assignment.pk, accepted, entered, own=own, sees_submitted=own or sees_all)

    return {
        line.pk: _difference(line.assignment, by_target[line.assignment.target_id], said)
        for line in lines
        if line.assignment.target_id in by_target
    }


def _lines(submission: Submission) -> list[Entry]:
    """Lines that can be part of such a sum."""
    lines = submission.entries.filter(assignment__target__combine=Combine.SUM).exclude(state=State.RETIRED)
    return list(lines.select_related("assignment__target").order_by("pk"))


def _reporters(submission: Submission, targets: Iterable[int]) -> dict[int, list[Assignment]]:
    """Lead and districts of each target, the lead first, where both report in this quarter."""
    wanted = Assignment.objects.filter(target__in=list(targets), reports=True).filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=submission.period.ends_on)
    )
    wanted = wanted.filter(role__in=(AssignmentRole.LEAD, AssignmentRole.DISTRICT))
    found: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in wanted.select_related("agency", "target").order_by("position", "pk"):
        found[assignment.target_id].append(assignment)
    whole = {AssignmentRole.LEAD, AssignmentRole.DISTRICT}
    return {
        target: sorted(reporters, key=lambda one: one.role != AssignmentRole.LEAD)
        for target, reporters in found.items()
        if {one.role for one in reporters} == whole
    }


def _accepted(submission: Submission, assignments: Iterable[Assignment]) -> dict[int, Figure]:
    """The accepted figure in force of each assignment for the quarter."""
    figures = Figure.objects.filter(period=submission.period_id, assignment__in=assignments)
    return {one.assignment_id: one for one in figures.select_related("entry").order_by("acceptance_id")}


def _entered(submission: Submission, assignments: Iterable[Assignment]) -> dict[int, Entry]:
    """The newest line of each assignment for the quarter."""
    entries = Entry.objects.filter(submission__period=submission.period_id, assignment__in=assignments)
    return {one.assignment_id: one for one in entries.exclude(state=State.RETIRED).order_by("pk")}


def _said(
    assignment: int, accepted: Mapping[int, Figure], entered: Mapping[int, Entry], *, own: bool, sees_submitted: bool
) -> Said:
    figure, entry = accepted.get(assignment), entered.get(assignment)
    if own and entry is not None and entry.value is not None:
        return Said(entry.value, entry.state, entry.explanation)
    if figure is not None:
        return Said(figure.value, State.ACCEPTED, figure.entry.explanation if figure.entry else "")
    if sees_submitted and entry is not None and entry.value is not None and entry.state == State.SUBMITTED:
        return Said(entry.value, entry.state, entry.explanation)
    return Said()


def _difference(own: Assignment, reporters: list[Assignment], said: Callable[[Assignment], Said]) -> ShareDifference:
    lead, *districts = [one for one in reporters if one.role == AssignmentRole.DISTRICT or one is reporters[0]]
    whole, parts = said(lead), [said(one) for one in districts]
    unit = lead.target.unit
    found = share_difference(whole.value, [part.value for part in parts])
    return ShareDifference(
        lead=exact_amount(whole.value, unit),
        districts=exact_amount(found.total, unit),
        difference=_signed(found, unit),
        percent=signed_percent(found.ratio) if found.ratio is not None else "",
        reported=found.reported,
        of=found.of,
        lead_agency=lead.agency.short_name,
        explanation=whole.explanation,
        is_equal=found.is_equal,
        is_complete=found.is_complete,
        is_lead=own.role == AssignmentRole.LEAD,
        parts=tuple(_part(one, says, unit) for one, says in zip([lead, *districts], [whole, *parts], strict=True)),
    )


def _signed(found: Difference, unit: str) -> str:
    if found.difference is None:
        return ""
    return ("+" if found.difference > 0 else "") + exact_amount(found.difference, unit)


def _part(assignment: Assignment, said: Said, unit: str) -> Part:
    shown = exact_amount(said.value, unit) if said.value is not None else NOTHING
    return Part(assignment.agency.short_name, assignment.agency.code, shown, said.state, str(STATES[said.state]))
