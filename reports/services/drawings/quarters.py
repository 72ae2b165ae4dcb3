"""Two states of a plan: two quarters, or one as known at two moments."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext

from ...charts import comparisons
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.comparisons import comparison_frame
from ...selectors.changes import Change, Changes, changes
from ...selectors.moment import Moment
from ...selectors.sides import Other, in_order, is_same, labels_of, other_moment
from ...selectors.standings import Standing
from ...wording import day, minute, quarter_words, stage_word
from .drawn import Asked, Drawn, UnknownChart

MOST = 40  # targets in one figure; the table behind it has all of them


def compare(asked: Asked) -> Drawn:
    """Completion of what differs; the table has every target with all digits."""
    shown = asked.moment
    other = other_moment(shown, Other(asked.param("with"), asked.param("with_known_at")), timezone.now())
    # a figure is kept as long as the moment that its address names first: that must be the one that still moves
    if other.fault or is_same(shown, other) or (other.is_now and not shown.is_now):
        raise UnknownChart("compare")
    found = changes(*in_order(shown, other), None)
    labels = labels_of(found)
    caption = Caption(gettext("Completion (% of the goal)"), _basis(found))
    figure = comparisons.dumbbells(comparison_frame(found.differing, MOST), caption, labels)
    return Drawn(figure, Table(_headings(labels), [_row(change) for change in found.rows]))


def _basis(found: Changes) -> str:
    source = gettext("source: accepted reports, %(document)s") % {"document": found.after.plan.document}
    return " · ".join([_side(found.before), _side(found.after), source])


def _side(side: Moment) -> str:
    known = gettext("now") if side.is_now else minute(side.known_at, side.plan.time_zone)
    words = gettext("%(quarter)s, as known at: %(known)s (ledger #%(number)s)")
    return words % {"quarter": quarter_words(side.period.ordinal), "known": known, "number": side.number}


def _headings(labels: Sequence[str]) -> list[str]:
    columns = (
        gettext("Status"), gettext("Value"), gettext("Stage"), gettext("Actual date"), gettext("Expected"),
        gettext("Completion"), gettext("Pace"), gettext("Goal"), gettext("Due"),
    )  # fmt: skip
    first = [gettext("Line"), gettext("Code of the target"), gettext("Target"), gettext("Unit")]
    first.append(gettext("What changed"))
    return first + [f"{column} ({label})" for label in labels for column in columns]


def _row(change: Change) -> list[object]:
    one = change.one
    first = [one.line_short, one.code, one.name, one.unit, gettext(", ").join(change.kinds)]
    return [*first, *_cells(change.before), *_cells(change.after)]


def _cells(standing: Standing | None) -> list[object]:
    if standing is None:
        return [None] * 9
    row, pledge = standing.now, standing.pledge
    reached = [standing.status_text, row.value, stage_word(row.stage) if row.stage else None, row.actual_on]
    return [*reached, row.expected, row.completion, row.pace, pledge.goal, day(pledge.due_on)]
