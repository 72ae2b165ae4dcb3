"""One line of a plan: its tasks in the plan's order with their targets, and the working groups that lead it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, Q

from agencies.models import User
from targets.models import ActionLine, ResponsibleUnit, Task

from ..wording import STATUS_ORDER, quarter_words, status_word
from .moment import Moment
from .overview import Count, counts, lagging
from .standings import Standing, standings

WIDTH, HEIGHT = 96, 22  # of a spark line, in its own units


@dataclass(frozen=True)
class Spark:
    """Points of two small lines, as SVG writes them: what was reached, and what was expected."""

    reached: str
    expected: str


@dataclass(frozen=True)
class TargetRow:
    """One target of a task; `spark` is null without at least two figures."""

    standing: Standing
    spark: Spark | None


@dataclass(frozen=True)
class TaskRow:
    """One numbered task; it may have no target of its own."""

    number: int
    name: str
    units: tuple[str, ...]
    targets: tuple[TargetRow, ...]


@dataclass(frozen=True)
class History:
    """How many targets stood in each class: `rows` are (quarter, numbers in the order of `statuses`)."""

    statuses: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class LinePage:
    """One line at a moment."""

    line: ActionLine
    siblings: tuple[ActionLine, ...]
    tasks: tuple[TaskRow, ...]
    targets: tuple[Standing, ...]
    counts: tuple[Count, ...]
    lagging: tuple[Standing, ...]
    groups: tuple
    history: History


def line_page(moment: Moment, user: User, code: str) -> LinePage | None:
    """None where the plan has no line of that code."""
    siblings = tuple(moment.plan.lines.all())
    line = next((line for line in siblings if line.code == code), None)
    if line is None:
        return None
    found = standings(moment, user, among=Q(task__line=line))
    return LinePage(
        line,
        siblings,
        _tasks(line, found),
        tuple(found),
        counts(found),
        lagging(found),
        _groups(line),
        history(moment, found),
    )


def _units() -> Prefetch:
    return Prefetch("units", ResponsibleUnit.objects.select_related("agency", "group"))


def _groups(line: ActionLine) -> tuple:
    return tuple(line.working_groups.prefetch_related("convenors", _units()))


def _tasks(line: ActionLine, found: Sequence[Standing]) -> tuple[TaskRow, ...]:
    tasks = Task.objects.filter(line=line).prefetch_related(
        "clauses", Prefetch("clauses__units", ResponsibleUnit.objects.select_related("agency", "group"))
    )
    return tuple(_task(task, [one for one in found if one.task_code == task.code]) for task in tasks)


def _task(task: Task, found: Sequence[Standing]) -> TaskRow:
    named = dict.fromkeys(unit.name for clause in task.clauses.all() for unit in clause.units.all() if unit.name)
    return TaskRow(task.number, task.name, tuple(named), tuple(TargetRow(one, spark(one)) for one in found))


def history(moment: Moment, found: Sequence[Standing]) -> History:
    """Newest quarter first; classes that never occurred are left out."""
    words = {period.pk: quarter_words(period.ordinal) for period in moment.periods}
    counted: dict[int, Counter[str]] = {}
    for row in (row for standing in found for row in standing.path):
        counted.setdefault(row.period, Counter())[row.status] += 1
    met = [status for status in STATUS_ORDER if any(counter[status] for counter in counted.values())]
    rows = ((words[period.pk], counted[period.pk]) for period in reversed(moment.periods) if period.pk in counted)
    return History(
        tuple(status_word(status) for status in met),
        tuple((quarter, tuple(counter[status] for status in met)) for quarter, counter in rows),
    )


def spark(standing: Standing) -> Spark | None:
    """A standing's path in small, both lines on one scale that begins at the baseline (or 0)."""
    values = [row.value for row in standing.path]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    expected = [row.expected for row in standing.path]
    base = min([standing.baseline or Decimal(0), *known])
    top = max([*known, *(value for value in expected if value is not None)])
    return Spark(_points(values, base, top), _points(expected, base, top))


def _points(values: Sequence[Decimal | None], base: Decimal, top: Decimal) -> str:
    step = Decimal(WIDTH - 4) / max(len(values) - 1, 1)
    scale = Decimal(HEIGHT - 4) / ((top - base) or 1)
    return " ".join(
        f"{2 + place * step:.1f},{HEIGHT - 2 - (value - base) * scale:.1f}"
        for place, value in enumerate(values)
        if value is not None
    )
