"""A part of a plan, as a line or a working group has it: its classes quarter by quarter, and its milestones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext

from ...charts import history, timeline
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.paths import history_frame
from ...frames.timeline import timeline_frame
from ...selectors.groups import among_group
from ...selectors.parts import MILESTONES_AT_MOST, milestones
from ...selectors.standings import Standing, standings
from ...wording import STATUS_ORDER, status_word
from .drawn import Asked, Drawn, UnknownChart, basis_words, table_of

ROOM = timedelta(days=20)  # for marks on the first and the last day


def line(asked: Asked) -> Drawn:
    return _history(asked, _of_line(asked))


def line_milestones(asked: Asked) -> Drawn:
    return _milestones(asked, _of_line(asked))


def group(asked: Asked) -> Drawn:
    return _history(asked, _of_group(asked))


def group_milestones(asked: Asked) -> Drawn:
    return _milestones(asked, _of_group(asked))


def _of_line(asked: Asked) -> list[Standing]:
    if not asked.moment.plan.lines.filter(code=asked.code).exists():
        raise UnknownChart(asked.code)
    return standings(asked.moment, None, among=Q(task__line__code=asked.code))


def _of_group(asked: Asked) -> list[Standing]:
    found = asked.moment.plan.working_groups.filter(code=asked.code).first()
    if found is None:
        raise UnknownChart(asked.code)
    return standings(asked.moment, None, among=among_group(found, tuple(found.lines.all())))


def _history(asked: Asked, found: Sequence[Standing]) -> Drawn:
    """How many of the targets stood in each class, quarter by quarter."""
    quarters = {period.pk: period.code for period in asked.moment.periods}
    frame = history_frame([standing.path for standing in found], quarters, [status.value for status in STATUS_ORDER])
    caption = Caption(gettext("Targets by status"), basis_words(asked, narrow=True))
    rows = [[quarter, *numbers] for quarter, numbers in zip(frame.index, frame.values.tolist(), strict=True)]
    headings = [gettext("Quarter"), *(status_word(status) for status in frame.columns)]
    return Drawn(history.history(frame, caption), Table(headings, rows))


def _milestones(asked: Asked, found: Sequence[Standing]) -> Drawn:
    """Planned against actual dates; the table has all of them, the figure as many as can be read."""
    moment, rows = asked.moment, milestones(found)
    days = [moment.plan.starts_on, moment.plan.ends_on, *(day for row in rows for day in row[1:3] if day)]
    caption = Caption(gettext("Milestones: planned and actual dates"), basis_words(asked))
    drawn = timeline.timeline(
        timeline_frame(rows[:MILESTONES_AT_MOST]), caption, (min(days) - ROOM, max(days) + ROOM), moment.period.ends_on
    )
    return Drawn(drawn, table_of(timeline_frame(rows), _headings()))


def _headings() -> dict[str, str]:
    return {
        "code": gettext("Code of the target"),
        "name": gettext("Milestone"),
        "planned_on": gettext("Planned"),
        "actual_on": gettext("Actual"),
        "late": gettext("Days late"),
        "stage": gettext("Stage"),
        "status_text": gettext("Status"),
        "answers": gettext("Answers for it"),
    }
