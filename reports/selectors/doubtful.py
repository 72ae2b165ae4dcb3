"""Lines of packets that the rules doubt, with what the agency says to it. Agency and district pages read this."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Case, Count, Q, When, Window

from agencies.models import User
from targets.reasons import doubt_words

from ..models import Entry
from ..models.submissions import State
from ..wording import quarter_words
from .moment import Moment
from .packets import value_text


class Doubted(NamedTuple):
    """One line with its doubts in words; `explanation` is the agency's, empty while there is none."""

    ordinal: int
    period: str
    target_code: str
    target: str
    agency_code: str
    agency: str
    value: str
    doubts: tuple[str, ...]
    explanation: str
    state_text: str

    @property
    def quarter(self) -> str:
        return quarter_words(self.ordinal)


class DoubtedLines(NamedTuple):
    """The newest of them, how many there are in all, and how many of those nobody has explained."""

    rows: tuple[Doubted, ...]
    total: int
    unexplained: int


def doubted_lines(moment: Moment, user: User, agencies: Collection[int], *, limit: int) -> DoubtedLines | None:
    """Of the packets of some agencies that the reader may see, up to the shown quarter; unexplained ones first.

    Null for an earlier moment: lines are not kept as they were. One statement.
    """
    if not moment.is_now:
        return None
    unexplained = Q(explanation="")
    found = (
        Entry.objects.visible_to(user)
        .filter(submission__agency__in=agencies, submission__period__plan=moment.plan)
        .filter(submission__period__ordinal__lte=moment.period.ordinal)
        .exclude(doubts=[])
        .exclude(state=State.RETIRED)
        .select_related("submission__period", "submission__agency", "assignment__target")
        .annotate(total=Window(Count("pk")), open=Window(Count("pk", filter=unexplained)))
        .order_by(
            Case(When(unexplained, then=0), default=1),
            "-submission__period__ordinal",
            "submission__agency__position",
            "pk",
        )
    )
    rows = list(found[:limit])
    return DoubtedLines(tuple(map(_doubted, rows)), *((rows[0].total, rows[0].open) if rows else (0, 0)))


def _doubted(entry: Entry) -> Doubted:
    target, submission = entry.assignment.target, entry.submission
    return Doubted(
        submission.period.ordinal,
        submission.period.code,
        target.code,
        target.name,
        submission.agency.code,
        submission.agency.short_name,
        value_text(entry, target.unit),
        tuple(doubt_words(code, params) for code, params in entry.doubts),
        entry.explanation,
        str(State(entry.state).label),
    )
