"""The office's queue: which packets wait for it, in the order in which it should take them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, DateTimeField, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from agencies.roles import Can
from targets.models import ActionLine, Plan

from ..models import Entry, Extension, Submission
from ..models.submissions import State
from ..wording import signed_percent
from .agenda import late_word
from .four_eyes import line_key, own_lines, packet_key
from .moment import is_open
from .packets import FILLED
from .rollup import latest_cells

WAITING, WITH_AGENCY, MISSING, DONE = "waiting", "returned", "missing", "done"
TITLES = {
    WAITING: _("Waiting for you"),
    WITH_AGENCY: _("With the agency"),
    MISSING: _("Not handed in"),
    DONE: _("Done"),
}
NOT_RETIRED = ~Q(entries__state=State.RETIRED)
IN_OFFICE = Q(entries__state=State.SUBMITTED)
EXPLAINED = ~Q(entries__explanation="")
DOUBTFUL = IN_OFFICE & ~Q(entries__doubts=[])


class Wanted(NamedTuple):
    """What the queue is narrowed to; empty for no narrowing. `period` and `line` are codes."""

    period: str = ""
    line: str = ""
    text: str = ""


class Row(NamedTuple):
    """One packet of the queue. `change` is the biggest change of a submitted line against its last accepted figure.

    `own` says that the reader had a hand in a submitted line (and may not accept it); `late` is a word, empty while
    in time. `submission` carries the numbers of lines: `lines`, `filled`, `waiting`, `returned`, `corrections`,
    `unexplained`, `explained`, and `extended_until`.
    """

    submission: Submission
    change: str
    changed: str
    own: bool
    late: str

    @property
    def doubts(self) -> int:
        return self.submission.unexplained + self.submission.explained

    @property
    def may_choose(self) -> bool:
        """Whether it can be accepted from the queue, unopened: nothing in it asks for a look."""
        return not (self.own or self.doubts or self.submission.corrections)

    @property
    def section(self) -> str:
        found = self.submission
        if found.waiting:
            return WAITING
        if found.returned or found.corrections:
            return WITH_AGENCY
        return DONE if found.state == State.ACCEPTED else MISSING


class Section(NamedTuple):
    """Packets that stand alike."""

    code: str
    title: str
    rows: list[Row]


def queue(plan: Plan, user: User, now: datetime, wanted: Wanted) -> list[Section]:
    """The packets of the quarters that are open, and of others what somebody still has to do; or of one quarter.

    First come those that are due first, of these the late ones, of these the doubtful ones. Four statements.
    """
    packets = list(_packets(plan, user, now, wanted))
    for packet in packets:
        packet.period.plan = plan
    waiting = _waiting_lines(packets)
    changes = _changes(plan, waiting)
    own = _own(user, packets, waiting)
    rows = [_row(one, changes, own, now) for one in packets]
    rows.sort(key=lambda row: (row.submission.period.due_at, not row.late, -row.doubts))
    return [Section(code, str(title), [row for row in rows if row.section == code]) for code, title in TITLES.items()]


def next_waiting(plan: Plan, user: User, now: datetime, *, besides: Submission) -> Submission | None:
    """The packet that the person should take next: the first of the queue that they may decide on."""
    rows = queue(plan, user, now, Wanted())[0].rows
    return next((row.submission for row in rows if row.submission.pk != besides.pk and not row.own), None)


def extension_of(submission: Submission) -> Extension | None:
    """The packet's agency's extension of its quarter."""
    held = Extension.objects.filter(period=submission.period_id, agency=submission.agency_id)
    return held.select_related("granted_by").first()


def action_lines(plan: Plan) -> list[ActionLine]:
    """The plan's lines, for the filter."""
    return list(plan.lines.all())


def _packets(plan: Plan, user: User, now: datetime, wanted: Wanted) -> QuerySet[Submission]:
    found = Submission.objects.visible_to(user).filter(period__plan=plan).select_related("agency", "period")
    if wanted.period:
        found = found.filter(period__code=wanted.period)
    if wanted.line:
        named = Entry.objects.filter(assignment__target__task__line__code=wanted.line).values("submission")
        found = found.filter(pk__in=named)
    for word in wanted.text.split():
        found = found.filter(_names(word))
    found = found.annotate(**_counts())
    if not wanted.period:
        open_now = [one.pk for one in plan.quarters if is_open(one, now)]
        found = found.filter(Q(period__in=open_now) | Q(waiting__gt=0) | Q(returned__gt=0) | Q(corrections__gt=0))
    return found.order_by("agency__position", "agency__code")


def _names(word: str) -> Q:
    fields = ("code", "name_zh", "name_en", "short_name_zh", "short_name_en")
    named = Q()
    for field in fields:
        named |= Q(**{f"agency__{field}__icontains": word})
    return named


def _counts() -> dict[str, Count | Subquery]:
    extension = Extension.objects.filter(period=OuterRef("period"), agency=OuterRef("agency"))
    unsettled = NOT_RETIRED & ~Q(entries__state=State.ACCEPTED)
    return {
        "lines": Count("entries", filter=NOT_RETIRED),
        "filled": Count("entries", filter=NOT_RETIRED & FILLED),
        "waiting": Count("entries", filter=IN_OFFICE),
        "returned": Count("entries", filter=Q(entries__state=State.RETURNED)),
        "corrections": Count("entries", filter=unsettled & ~Q(entries__correction_reason="")),
        "unexplained": Count("entries", filter=DOUBTFUL & ~EXPLAINED),
        "explained": Count("entries", filter=DOUBTFUL & EXPLAINED),
        "extended_until": Subquery(extension.values("until")[:1], output_field=DateTimeField()),
    }


def _waiting_lines(packets: Sequence[Submission]) -> dict[int, list[Entry]]:
    """Submitted lines by packet."""
    by_pk = {one.pk: one for one in packets if one.waiting}
    entries = Entry.objects.filter(submission__in=by_pk, state=State.SUBMITTED)
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries.select_related("assignment__target", "assignment__agency").order_by("pk"):
        entry.submission = by_pk[entry.submission_id]
        found[entry.submission_id].append(entry)
    return found


def _changes(plan: Plan, waiting: dict[int, list[Entry]]) -> dict[int, tuple[Decimal, str]]:
    """By packet the biggest change in relation to the last accepted figure, as a fraction, and of which target."""
    cells = latest_cells(plan, [entry.assignment_id for entries in waiting.values() for entry in entries], None)
    found: dict[int, tuple[Decimal, str]] = {}
    for packet, entries in waiting.items():
        for entry in entries:
            past = [one for one in cells.get(entry.assignment_id, []) if one.period < entry.submission.period.ordinal]
            if entry.value is None or not past or not past[-1].value:
                continue
            change = (entry.value - past[-1].value) / abs(past[-1].value)
            if packet not in found or abs(change) > abs(found[packet][0]):
                found[packet] = (change, entry.assignment.target.name)
    return found


def _own(user: User, packets: Sequence[Submission], waiting: dict[int, list[Entry]]) -> set[int]:
    """Packets with a submitted line that the person may not accept, having entered or submitted it."""
    if not user.can(Can.REVIEW):
        return set()
    keys = {entry: line_key(entry) for entries in waiting.values() for entry in entries}
    own = own_lines(user, [packet_key(one) for one in packets if one.waiting], list(keys.values()))
    touched = own.entered | own.submitted
    handed_in = {one.pk for one in packets if one.waiting and one.submitted_by_id == user.pk}
    return handed_in | {entry.submission_id for entry, key in keys.items() if key in touched}


def _row(submission: Submission, changes: dict[int, tuple[Decimal, str]], own: set[int], now: datetime) -> Row:
    change, changed = changes.get(submission.pk, (None, ""))
    return Row(
        submission,
        "" if change is None else signed_percent(change),
        changed,
        submission.pk in own,
        late_word(submission, now),
    )
