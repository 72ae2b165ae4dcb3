"""A packet as the office compares it: with what was accepted before, with the goal's path, with the districts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from agencies.models import User
from targets.rules import Combine, Grade, Version, city_value, effective

from ..models import Entry, Submission
from ..models.submissions import State
from ..wording import percent, quarter_words, signed_percent
from .packets import PacketLine, packet_lines, version_text
from .rollup import Cells, Yardstick, latest_cells, reporter_goal
from .shares import ShareDifference, shares_of
from .terms import Quarter, Terms, terms

PAST = 4  # accepted quarters shown beside a line
BAR, HEIGHT = 12, 24  # of the little bars, in units of their drawing
NEWEST = 2**62  # stands for the block that a line would be accepted with


class Bar(NamedTuple):
    """One quarter's figure: in words, and as a bar of a drawing HEIGHT high (no height for what is no number)."""

    quarter: str
    value: str
    x: int
    y: str
    height: str
    is_now: bool


class Compared(NamedTuple):
    """One line for the office. `percent` is the change in relation to the last accepted figure ("+35.2%").

    `status` and `completion` are where the agency would stand with this figure; empty where it has no goal of its own.
    """

    line: PacketLine
    percent: str
    status: str
    completion: str
    history: tuple[Bar, ...]
    share: ShareDifference | None

    @property
    def is_doubtful(self) -> bool:
        """Whether it asks for a second look: a doubt, a correction, or parts that do not add up."""
        entry, share = self.line.entry, self.share
        differs = share is not None and share.is_complete and not share.is_equal
        return bool(self.line.doubts or entry.correction_reason or differs)


class Group(NamedTuple):
    """The lines of one action line, in the plan's order."""

    title: str
    lines: list[Compared]


def comparison(submission: Submission, user: User) -> list[Group]:
    """The newest line of each assignment, by action line. The statements do not grow with the lines."""
    groups = packet_lines(submission)
    entries = [one.entry for group in groups for one in group.lines]
    plan, period = submission.period.plan, submission.period
    by_target = {one.target: one for one in terms(plan, {entry.assignment.target_id for entry in entries})}
    cells = latest_cells(plan, [entry.assignment_id for entry in entries], None)
    yardstick = Yardstick.of(plan)
    quarter = Quarter(period.pk, period.ordinal, period.ends_on)
    shares = shares_of(submission, user)

    def compared(line: PacketLine) -> Compared:
        entry = line.entry
        past = _past(entry, cells, quarter)
        graded = _graded(entry, by_target.get(entry.assignment.target_id), past, quarter, yardstick)
        return Compared(
            line,
            relative_change(entry.value, past[-1].value if past else None),
            graded.status if graded else "",
            percent(graded.completion) if graded and graded.completion is not None else "",
            _history(line, past, quarter),
            shares.get(entry.pk),
        )

    return [Group(group.line.short, [compared(line) for line in group.lines]) for group in groups]


def relative_change(value: Decimal | None, last: Decimal | None) -> str:
    """ "+35.2%"; empty where there is nothing to relate."""
    return "" if value is None or not last else signed_percent((value - last) / abs(last))


def doubtful_first(groups: Sequence[Group]) -> tuple[list[Compared], list[Compared], list[Compared]]:
    """(submitted and doubtful, submitted, not with the office), each in the plan's order."""
    lines = [one for group in groups for one in group.lines]
    waiting = [one for one in lines if one.line.entry.state == State.SUBMITTED]
    return (
        [one for one in waiting if one.is_doubtful],
        [one for one in waiting if not one.is_doubtful],
        [one for one in lines if one.line.entry.state != State.SUBMITTED],
    )


def _past(entry: Entry, cells: Cells, quarter: Quarter) -> list[Version]:
    return [cell for cell in cells.get(entry.assignment_id, []) if cell.period < quarter.ordinal]


def _graded(
    entry: Entry, one: Terms | None, past: list[Version], quarter: Quarter, yardstick: Yardstick
) -> Grade | None:
    """Where the reporter would stand if the line were accepted."""
    if one is None or not entry.has_figure:
        return None
    reporter = next((found for found in one.reporters if found.assignment == entry.assignment_id), None)
    if reporter is None:
        return None
    goal = reporter_goal(one, one.goal_on(quarter.ends_on), reporter)
    if goal is None:
        return None
    figure = (entry.value, entry.numerator, entry.denominator, entry.stage or None, entry.actual_on)
    standing = effective([*past, Version(quarter.ordinal, NEWEST, *figure)], quarter.ordinal, one.accumulation)
    combine = Combine.WEIGHTED if one.combine == Combine.WEIGHTED else Combine.LEAD
    return yardstick.grade(goal, city_value([standing], combine, ratio_scale=one.ratio_scale), quarter)


def _history(line: PacketLine, past: list[Version], quarter: Quarter) -> tuple[Bar, ...]:
    """The last accepted quarters and, as the last bar, what is entered now."""
    entry, unit = line.entry, line.entry.assignment.target.unit
    shown = [(cell.period, cell.value, version_text(cell, unit)) for cell in past[-PAST:]]
    now = [(quarter.ordinal, entry.value, line.now)] if entry.has_figure else []
    top = max((abs(value) for _, value, _ in [*shown, *now] if value is not None), default=Decimal(0))
    return tuple(
        _bar(place, ordinal, value, text, top, is_now=place >= len(shown))
        for place, (ordinal, value, text) in enumerate([*shown, *now])
    )


def _bar(place: int, ordinal: int, value: Decimal | None, text: str, top: Decimal, *, is_now: bool) -> Bar:
    height = max(abs(value) / top * HEIGHT, Decimal("0.5")) if value is not None and top else Decimal(0)
    return Bar(quarter_words(ordinal), text, place * BAR, f"{HEIGHT - height:.1f}", f"{height:.1f}", is_now)
