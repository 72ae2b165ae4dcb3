"""A part of a plan, as a line or a working group has it: its classes quarter by quarter, and its milestones."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext

from targets.rules import Bound

from ...charts import history, timeline
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.paths import history_frame
from ...frames.timeline import timeline_frame
from ...selectors.groups import among_group
from ...selectors.parts import MILESTONES_AT_MOST, milestones
from ...selectors.progress import class_counts
from ...selectors.standings import kept, standings
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


def _of_line(asked: Asked) -> Q:
    if not asked.moment.plan.lines.filter(code=asked.code).exists():
        raise UnknownChart(asked.code)
    return Q(task__line__code=asked.code)


def _of_group(asked: Asked) -> Q:
    found = asked.moment.plan.working_groups.filter(code=asked.code).first()
    if found is None:
        raise UnknownChart(asked.code)
    return among_group(found, tuple(found.lines.all()))


def _history(asked: Asked, among: Q) -> Drawn:
    """How many of the targets stood in each class, quarter by quarter."""
    targets = list(kept(asked.moment, None).filter(among).values_list("pk", flat=True))
    quarters = {period.pk: period.code for period in asked.moment.periods}
    statuses = [status.value for status in STATUS_ORDER]
    frame = history_frame(class_counts(asked.moment, targets), quarters, statuses)
    caption = Caption(gettext("Targets by status"), basis_words(asked, narrow=True))
    rows = [[quarter, *numbers] for quarter, numbers in zip(frame.index, frame.values.tolist(), strict=True)]
    headings = [gettext("Quarter"), *(status_word(status) for status in frame.columns)]
    return Drawn(history.history(frame, caption), Table(headings, rows))


def _milestones(asked: Asked, among: Q) -> Drawn:
    """Planned against actual dates; the table has all of them, the figure as many as can be read."""
    moment = asked.moment
    rows = milestones(standings(moment, None, among=among & Q(bound=Bound.MILESTONE), first=moment.period))
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
