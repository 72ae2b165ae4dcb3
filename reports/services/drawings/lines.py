"""One line of a plan."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext

from ...charts import history
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.paths import history_frame
from ...selectors.standings import standings
from ...wording import STATUS_ORDER, status_word
from .drawn import Asked, Drawn, UnknownChart, basis_words


def line(asked: Asked) -> Drawn:
    """How many of its targets stood in each class, quarter by quarter."""
    found = standings(asked.moment, None, among=Q(task__line__code=asked.code))
    if not found:
        raise UnknownChart(asked.code)
    quarters = {period.pk: period.code for period in asked.moment.periods}
    frame = history_frame([standing.path for standing in found], quarters, [status.value for status in STATUS_ORDER])
    caption = Caption(gettext("Targets by status"), basis_words(asked, narrow=True))
    rows = [[quarter, *numbers] for quarter, numbers in zip(frame.index, frame.values.tolist(), strict=True)]
    headings = [gettext("Quarter"), *(status_word(status) for status in frame.columns)]
    return Drawn(history.history(frame, caption), Table(headings, rows))
