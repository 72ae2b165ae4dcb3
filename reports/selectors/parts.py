"""A part of a plan, as a line or a working group has it: tasks, targets, milestones, and who leads what lags."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Prefetch, Q, QuerySet

from agencies.models import User
from targets.models import ResponsibleUnit, Task
from targets.rules import Stage

from ..wording import LAGGING, STATUS_ORDER, quarter_words, status_word
from .moment import Moment
from .overview import Count, counts, is_empty, lagging
from .progress import class_counts, counted_classes, progress
from .rollup import ProgressRow
from .sparks import Spark, spark
from .standings import Answerable, Standing, paths_of, standings

ROWS_AT_MOST = 150  # targets in full on one page; tasks beyond are told by their numbers, with a way to the rest
MILESTONES_AT_MOST = 60


class TargetRow(NamedTuple):
    """One target of a task; `spark` is null without at least two figures."""

    standing: Standing
    spark: Spark | None


class TaskRow(NamedTuple):
    """One numbered task; it may have no target of its own. `left_out` of its targets are not listed."""

    number: int
    line: str
    name: str
    units: tuple[str, ...]
    targets: tuple[TargetRow, ...]
    left_out: int


class Milestone(NamedTuple):
    """One milestone: when it was planned and when it was reached. `late` counts days; negative is early."""

    standing: Standing
    planned_on: date
    actual_on: date | None
    late: int | None


class LeadShare(NamedTuple):
    """One lead agency: how many targets it leads here, how many of them lag, and its part of all that lag.

    A target with several leads counts for each of them.
    """

    agency: Answerable
    led: int
    lagging: int
    percent: int


class History(NamedTuple):
    """How many targets stood in each class: `rows` are (quarter, numbers in the order of `statuses`)."""

    statuses: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Part:
    """What a page about a part of the plan shows."""

    tasks: tuple[TaskRow, ...]
    targets: tuple[Standing, ...]
    counts: tuple[Count, ...]
    lagging: tuple[Standing, ...]
    newly: int
    history: History
    milestones: tuple[Milestone, ...]
    all_milestones: int
    leads: tuple[LeadShare, ...]

    @property
    def is_empty(self) -> bool:
        return is_empty(self.targets)


def part(moment: Moment, user: User, among: Q, tasks: QuerySet[Task]) -> Part:
    """The named targets under the named tasks. Seven statements for now.

    There can be thousands: of all but those that are listed, two quarters are read and the others only counted. An
    earlier moment computes all quarters at once.
    """
    first = (moment.previous or moment).period if moment.is_now else None
    found = standings(moment, user, among=among, first=first)
    reached = milestones(found)
    return Part(
        _tasks(tasks, found, moment),
        tuple(found),
        counts(found),
        lagging(found),
        sum(_is_newly_lagging(standing) for standing in found),
        history(moment, found),
        reached[:MILESTONES_AT_MOST],
        len(reached),
        leads(found),
    )


def _is_newly_lagging(standing: Standing) -> bool:
    before = standing.path[-2].status if len(standing.path) > 1 else ""
    return standing.lags and before not in LAGGING


def _tasks(tasks: QuerySet[Task], found: Sequence[Standing], moment: Moment) -> tuple[TaskRow, ...]:
    of_task: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for standing in found:
        of_task[standing.line_code, standing.task_code].append(standing)
    units = Prefetch("clauses__units", ResponsibleUnit.objects.select_related("agency", "group"))
    listed, room = [], ROWS_AT_MOST
    for task in tasks.select_related("line").prefetch_related("clauses", units):
        own = of_task[task.line.code, task.code]
        listed.append((task, own[:room], len(own[room:])))
        room = max(room - len(own), 0)
    paths = _whole_paths(moment, [one for _, own, _ in listed for one in own])
    return tuple(_task(task, own, left_out, paths) for task, own, left_out in listed)


def _whole_paths(moment: Moment, found: Sequence[Standing]) -> dict[int, tuple[ProgressRow, ...]]:
    if not moment.is_now or not found:
        return {one.id: one.path for one in found}
    return paths_of(moment, progress(moment, targets=[one.id for one in found], whole_path=True))


def _task(task: Task, found: Sequence[Standing], left_out: int, paths: dict[int, tuple[ProgressRow, ...]]) -> TaskRow:
    named = dict.fromkeys(unit.name for clause in task.clauses.all() for unit in clause.units.all() if unit.name)
    rows = tuple(TargetRow(one, spark(paths[one.id], one.baseline)) for one in found)
    return TaskRow(task.number, task.line.short, task.name, tuple(named), rows, left_out)


def milestones(found: Iterable[Standing]) -> tuple[Milestone, ...]:
    """Milestones by planned date; of one day those that were reached first, then the open ones in the plan's order."""
    rows = (_milestone(standing) for standing in found if standing.is_milestone)
    return tuple(sorted(rows, key=lambda row: (row.planned_on, row.actual_on or date.max)))


def _milestone(standing: Standing) -> Milestone:
    planned, row = standing.pledge.due_on, standing.now
    actual = row.actual_on if row and row.stage == Stage.DONE else None
    return Milestone(standing, planned, actual, (actual - planned).days if actual else None)


def leads(found: Iterable[Standing]) -> tuple[LeadShare, ...]:
    """Who leads, most lagging first, then by how many they lead."""
    led, lags = Counter(), Counter()
    behind = 0
    for standing in found:
        behind += standing.lags
        for agency in standing.answers:
            led[agency] += 1
            lags[agency] += standing.lags
    rows = (LeadShare(agency, led[agency], lags[agency], round(100 * lags[agency] / (behind or 1))) for agency in led)
    return tuple(sorted(rows, key=lambda row: (-row.lagging, -row.led)))


def history(moment: Moment, found: Sequence[Standing]) -> History:
    """Newest quarter first; classes that never occurred are left out. Of an earlier moment paths must be whole."""
    words = {period.pk: quarter_words(period.ordinal) for period in moment.periods}
    if moment.is_now:
        counted = class_counts(moment, [one.id for one in found])
    else:  # their paths are computed already
        counted = counted_classes(row for standing in found for row in standing.path)
    met = [status for status in STATUS_ORDER if any(counter[status] for counter in counted.values())]
    rows = ((words[period.pk], counted[period.pk]) for period in reversed(moment.periods) if period.pk in counted)
    return History(
        tuple(status_word(status) for status in met),
        tuple((quarter, tuple(counter[status] for status in met)) for quarter, counter in rows),
    )
