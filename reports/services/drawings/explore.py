"""Whatever rows of progress are selected."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext

from ...charts import bullets, explore, history
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.bullets import bullet_frame
from ...frames.explore import tally_frame
from ...selectors.explore import Selection, Tally, explored, select, tallies
from ...selectors.explore_filter import STATUSES, Choices, asked, choices
from ...wording import quarter_words, status_word
from .drawn import Asked, Drawn, basis_words, table_of

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
    found = explored(drawn.moment, chosen, size=rows)
    frame = bullet_frame(one.standing for one in found if one.standing.status)
    caption = Caption(gettext("Completion and expected (percent of the goal)"), basis_words(drawn))
    addresses = [reverse("target", args=[code]) for code in frame["code"]]
    quarter = quarter_words(drawn.moment.period.ordinal)
    figure = bullets.bullets(frame, caption, addresses, quarter)
    return Drawn(figure.update_layout(height=max(figure.layout.height, LOWEST)), _table(frame))


def _table(frame) -> Table:
    headings = {
        "line": gettext("Line"),
        "code": gettext("Code of the target"),
        "name": gettext("Target"),
        "status_text": gettext("Status"),
        "value_text": gettext("Value"),
        "expected_text": gettext("Expected by now"),
        "goal_text": gettext("Goal"),
        "completion": gettext("Completion (%)"),
        "pace": gettext("Pace"),
        "answers": gettext("Answers for it"),
    }
    return table_of(frame, headings)
