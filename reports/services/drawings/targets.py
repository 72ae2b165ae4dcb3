"""The course of one target."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext

from ...charts import paths
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.paths import path_frame, published_frame
from ...selectors.charts import checkpoints_of, published_of
from ...selectors.moment import Moment
from ...selectors.standings import Standing, standings
from ...wording import quarter_words, stage_word, status_word
from .drawn import Asked, Drawn, UnknownChart, basis_words


def target(asked: Asked) -> Drawn:
    shown = asked.moment
    found = standings(shown, None, among=Q(code=asked.code))
    if not found:
        raise UnknownChart(asked.code)
    (one,) = found
    frame = path_frame(
        one.path,
        {period.pk: period.ends_on for period in shown.periods},
        {period.pk: quarter_words(period.ordinal) for period in shown.periods},
    )
    path = _path(shown, one)
    if one.is_milestone:
        return Drawn(paths.milestone(frame, path, Caption(one.name, basis_words(asked))), _table(one, frame))
    caption = Caption(gettext("%(name)s (%(unit)s)") % {"name": one.name, "unit": one.unit}, basis_words(asked))
    published = published_frame(published_of(one.id, _until(shown, path.last_on)))
    return Drawn(paths.quantity(frame, path, published, caption, one.unit), _table(one, frame))


def _table(one: Standing, frame) -> Table:
    """Values with all their digits, from the rows themselves: a frame's are floats."""
    headings = [gettext("Quarter"), gettext("Value"), gettext("Expected"), gettext("Stage"), gettext("Status")]
    rows = [
        [quarter, row.value, row.expected, stage_word(row.stage), status_word(row.status)]
        for quarter, row in zip(frame["quarter"], one.path, strict=True)
    ]
    return Table(headings, rows)


def _until(shown: Moment, last_on: date) -> date:
    return last_on if shown.known_at is None else min(last_on, shown.known_at.date())


def _path(shown: Moment, one: Standing) -> paths.Path:
    """Corners as rule 3 draws them; an unknown baseline counts from 0."""
    goal = one.pledge.goal
    passed = [(point.on, float(point.value)) for point in checkpoints_of(one.id) if point.on < one.pledge.due_on]
    begin = (shown.plan.starts_on, float(one.baseline or 0))
    end = [] if goal is None else [(one.pledge.due_on, float(goal))]
    return paths.Path(
        [begin, *passed, *end],
        None if goal is None else float(goal),
        one.pledge.due_on,
        shown.plan.starts_on,
        shown.plan.ends_on,
    )
