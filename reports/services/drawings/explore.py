"""Whatever rows of progress are selected."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from ...charts import explore, history
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.explore import tally_frame
from ...selectors.explore import Selection, Tally, explored, select, tallies
from ...selectors.explore_filter import STATUSES, Choices, asked, choices
from ...wording import quarter_words, status_word
from .bullet import bullet
from .drawn import Asked, Drawn, basis_words

MOST_BULLETS = 60  # quantified targets of one quarter; more are counted by line
LOWEST = 240  # pixels: room for what stands around a single bar


def selection(drawn: Asked) -> Drawn:
    """Several quarters: how many rows stood in each class over time. One: each target, or counts by line."""
    known = choices(drawn.moment, None)
    chosen = select(drawn.moment, None, asked(drawn.params, known).filter)
    found = tallies(chosen)
    counted = [tally for tally in found if tally.status]
    if len(chosen.periods) > 1:
        return _over_quarters(drawn, chosen, counted)
    if 0 < sum(tally.quantified for tally in counted) <= MOST_BULLETS:
        return _each(drawn, chosen, sum(tally.number for tally in found))
    return _by_line(drawn, known, counted)


def _over_quarters(drawn: Asked, chosen: Selection, counted: Sequence[Tally]) -> Drawn:
    quarters = {period.ordinal: quarter_words(period.ordinal) for period in chosen.periods}
    frame = tally_frame([(one.ordinal, one.status, one.number) for one in counted], quarters, STATUSES)
    caption = Caption(gettext("Selected targets by status, quarter by quarter"), basis_words(drawn))
    codes = {quarter_words(period.ordinal): period.code for period in chosen.periods}
    return Drawn(history.history(frame.rename(index=codes), caption), _counts(gettext("Quarter"), frame))


def _by_line(drawn: Asked, known: Choices, counted: Sequence[Tally]) -> Drawn:
    frame = tally_frame([(one.line, one.status, one.number) for one in counted], known.lines, STATUSES)
    caption = Caption(gettext("Selected targets by line and status"), basis_words(drawn))
    return Drawn(explore.by_line(frame, caption), _counts(gettext("Line"), frame))


def _counts(first: str, frame) -> Table:
    rows = [[group, *numbers] for group, numbers in zip(frame.index, frame.values.tolist(), strict=True)]
    return Table([first, *(status_word(status) for status in frame.columns)], rows)


def _each(drawn: Asked, chosen: Selection, rows: int) -> Drawn:
    found = [one.standing for one in explored(drawn.moment, chosen, size=rows) if one.standing.status]
    title = gettext("Completion and expected (percent of the goal)")
    figure, table = bullet(drawn, found, title, without=("expected", "version"))
    return Drawn(figure.update_layout(height=max(figure.layout.height, LOWEST)), table)
