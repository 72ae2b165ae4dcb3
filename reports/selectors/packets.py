"""Packets for their pages: the list, and one packet with what each line is to be compared with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery

from agencies.models import User
from targets.models import ActionLine, Plan
from targets.reasons import doubt_words
from targets.rules import Version, expected

from ..models import Entry, Evidence, Extension, Submission
from ..models.submissions import State
from ..wording import NOTHING, amount, day, exact_amount, goal_amount, minute, percentage_points, stage_word
from .rollup import Cells, latest_cells, reporter_goal
from .terms import Terms, terms


def filled(lines: str = "") -> Q:
    """Lines that say something; `lines` is the way to them ("entries__") where the query is not one of lines."""
    return Q(**{f"{lines}value__isnull": False}) | ~Q(**{f"{lines}stage": ""}) | ~Q(**{f"{lines}nothing_because": ""})


FILLED = filled("entries__")
OPEN = Q(entries__state__in=(State.DRAFT, State.RETURNED))


def packets(plan: Plan, user: User, *, period: str = "", state: str = "") -> QuerySet[Submission]:
    """Packets of a plan that the person may see, newest quarter first, each with how its lines stand.

    `lines` all, `missing` open without anything entered, `doubtful` submitted with doubts, `returned` sent back;
    `extended_until` the end of the agency's extension. Lines that are no longer asked for are not counted.
    """
    found = Submission.objects.visible_to(user).filter(period__plan=plan).select_related("agency", "period")
    if period:
        found = found.filter(period__code=period)
    if state:
        found = found.filter(state=state)
    granted = Extension.objects.filter(period=OuterRef("period"), agency=OuterRef("agency")).values("until")[:1]
    return found.annotate(
        extended_until=Subquery(granted),
        lines=Count("entries", filter=~Q(entries__state=State.RETIRED)),
        missing=Count("entries", filter=OPEN & ~FILLED),
        doubtful=Count("entries", filter=Q(entries__state=State.SUBMITTED) & ~Q(entries__doubts=[])),
        returned=Count("entries", filter=Q(entries__state=State.RETURNED)),
    ).order_by(F("period__ordinal").desc(), "agency__position", "agency__code")


def packet(user: User, agency: str, period: str, plan: str = "") -> Submission | None:
    """One packet that the person may see, by natural keys; of the newest plan where none is named."""
    found = Submission.objects.visible_to(user).filter(agency__code=agency, period__code=period)
    if plan:
        found = found.filter(period__plan__code=plan)
    found = found.select_related("agency", "period__plan", "submitted_by")
    return found.order_by(F("period__plan__starts_on").desc()).first()


class Summary(NamedTuple):
    """How the open lines of a packet stand: how many, how many of them filled, and how many with doubts that nobody
    explained. `saved_at` is when a line was saved last, null for never."""

    asked: int
    filled: int
    unexplained: int
    saved_at: datetime | None


def summary(submission: Submission) -> Summary:
    """One statement."""
    is_open = Q(state__in=(State.DRAFT, State.RETURNED))
    return Summary(
        **submission.entries.order_by().aggregate(
            asked=Count("pk", filter=is_open),
            filled=Count("pk", filter=is_open & filled()),
            unexplained=Count("pk", filter=is_open & ~Q(doubts=[]) & Q(explanation="")),
            saved_at=Max("entered_at"),
        )
    )


def changed_lines(submission: Submission, seen: dict[int, int]) -> set[int]:
    """The lines whose version is not the one that was seen; one statement. Lines that are gone are not among them."""
    versions = submission.entries.filter(pk__in=seen).order_by().values_list("pk", "version")
    return {pk for pk, version in versions if version != seen[pk]}


def line(submission: Submission, pk: int) -> Entry | None:
    """One line of a packet, with what its fields need."""
    entry = submission.entries.select_related("assignment__target").filter(pk=pk).first()
    if entry is not None:
        entry.submission = submission
    return entry


def deadline(submission: Submission) -> datetime:
    """When the packet can no longer be entered, apart from lines that were returned with a deadline of their own."""
    extension = Extension.objects.filter(period=submission.period, agency=submission.agency).first()
    return max(submission.period.closes_at, extension.until) if extension else submission.period.closes_at


def last_moment(end: datetime, zone: str) -> str:
    """The end of a time in words: a midnight is the day before it, which people read as included."""
    local = end.astimezone(ZoneInfo(zone))
    return minute(end, zone) if local.time() != time.min else day(local.date() - timedelta(days=1))


class PacketLine(NamedTuple):
    """One line with what it is compared with, as texts for reading.

    `last` is the latest accepted figure of an earlier quarter, `held` the accepted one of this quarter (there is one
    when the line corrects it). `change` is this quarter's value less the last one.
    """

    entry: Entry
    goal: str
    due_on: str
    expected: str
    last: str
    last_quarter: int | None
    held: str
    now: str
    change: str
    doubts: list[str]


class LineGroup(NamedTuple):
    """The lines of one action line, in the plan's order."""

    line: ActionLine
    lines: list[PacketLine]


def packet_lines(submission: Submission, only: Collection[int] | None = None) -> list[LineGroup]:
    """The newest line of each assignment (of those named), by action line. Nine statements for any number of lines."""
    entries = [entry for entry in _newest(submission) if only is None or entry.pk in only]
    plan = submission.period.plan
    by_target = {one.target: one for one in terms(plan, {entry.assignment.target_id for entry in entries})}
    cells = latest_cells(plan, [entry.assignment_id for entry in entries], None)
    groups: dict[ActionLine, list[PacketLine]] = defaultdict(list)
    for entry in entries:
        line = entry.assignment.target.task.line
        groups[line].append(_line(entry, submission, by_target.get(entry.assignment.target_id), cells))
    return [LineGroup(line, lines) for line, lines in groups.items()]


def _newest(submission: Submission) -> list[Entry]:
    """A correction stands in for the line that it corrects; a retired line stands where it says something."""
    entries = (
        submission.entries.select_related(
            "assignment__target__task__line", "assignment__agency", "assignment__district", "entered_by", "corrects"
        )
        .prefetch_related(
            "assignment__target__citations",
            Prefetch("evidence", Evidence.objects.select_related("added_by")),
        )
        .order_by(*Entry._meta.ordering)
    )
    newest = {entry.assignment_id: entry for entry in entries if entry.state != State.RETIRED or _says_something(entry)}
    for entry in newest.values():
        entry.submission = submission
    return list(newest.values())


def _says_something(entry: Entry) -> bool:
    return entry.is_filled or bool(entry.words or entry.explanation or entry.evidence.all())


def _line(entry: Entry, submission: Submission, one: Terms | None, cells: Cells) -> PacketLine:
    target, ordinal = entry.assignment.target, submission.period.ordinal
    own = cells.get(entry.assignment_id, [])
    last = next((cell for cell in reversed(own) if cell.period < ordinal), None)
    held = next((cell for cell in own if cell.period == ordinal), None)
    goal, due_on, by_now = _aims(entry, submission, one)
    return PacketLine(
        entry,
        goal=goal,
        due_on=due_on,
        expected=by_now,
        last=version_text(last, target.unit),
        last_quarter=last.period if last else None,
        held=version_text(held, target.unit),
        now=value_text(entry, target.unit),
        change=_change(entry.value, last, target.unit),
        doubts=[doubt_words(code, params) for code, params in entry.doubts],
    )


def _aims(entry: Entry, submission: Submission, one: Terms | None) -> tuple[str, str, str]:
    """Goal, due date and expected value of this reporter, as texts."""
    if one is None:
        return NOTHING, NOTHING, NOTHING
    target, ends_on = entry.assignment.target, submission.period.ends_on
    whole = one.goal_on(ends_on)
    reporter = next((found for found in one.reporters if found.assignment == entry.assignment_id), None)
    own = reporter_goal(one, whole, reporter) if reporter else None
    if own is None:
        return NOTHING, day(whole.due_on), NOTHING
    return (
        goal_amount(target.bound, own.goal, own.goal_upper, target.unit),
        day(own.due_on),
        amount(expected(own, ends_on), target.unit) if own.goal is not None else NOTHING,
    )


def version_text(version: Version | None, unit: str) -> str:
    """An accepted figure in words."""
    if version is None:
        return NOTHING
    if version.stage:
        return _stage_text(version.stage, day(version.actual_on) if version.actual_on else "")
    return _ratio_text(version.value, version.numerator, version.denominator, unit)


def value_text(entry: Entry, unit: str) -> str:
    """What a line says now, in words; empty for nothing entered."""
    if entry.stage:
        return _stage_text(entry.stage, day(entry.actual_on) if entry.actual_on else "")
    if entry.value is None:
        return ""
    return _ratio_text(entry.value, entry.numerator, entry.denominator, unit)


def _stage_text(stage: str, on: str) -> str:
    return " · ".join(filter(None, (stage_word(stage), on)))


def _ratio_text(value: Decimal | None, numerator: Decimal | None, denominator: Decimal | None, unit: str) -> str:
    if numerator is None or denominator is None:
        return exact_amount(value, unit)
    return f"{amount(value, unit)} ({exact_amount(numerator, '')}/{exact_amount(denominator, '')})"


def _change(value: Decimal | None, last: Version | None, unit: str) -> str:
    if value is None or last is None or last.value is None:
        return ""
    change = value - last.value
    return ("+" if change > 0 else "") + (exact_amount(change, unit) if unit != "%" else percentage_points(change))


def clock(at: datetime | None, zone: str, now: datetime) -> str:
    """When something was saved: "09:31" for today, with the date for any other day; empty for never."""
    if at is None:
        return ""
    words = minute(at, zone)
    return words[-5:] if words[:10] == minute(now, zone)[:10] else words
