"""The course of one target."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import gettext

from targets.models import Commitment, Target
from targets.rules import bar

from ...charts import increments as increment_charts
from ...charts import paths, stages
from ...charts.theme import Caption
from ...exports.tables import Table
from ...frames.increments import increments_frame
from ...frames.paths import path_frame, published_frame
from ...selectors.charts import checkpoints_of, published_of
from ...selectors.increments import Increment
from ...selectors.increments import increments as increments_of
from ...selectors.moment import Moment
from ...selectors.outlook import Outlook, goal_of, outlook
from ...selectors.rollup import ProgressRow
from ...selectors.standings import Standing, standings
from ...selectors.targets import commitments
from ...wording import amount, quarter_words, stage_word, status_word
from .drawn import Asked, Drawn, UnknownChart, basis_words


def target(asked: Asked) -> Drawn:
    one = _standing(asked)
    drawn = _milestone if one.is_milestone else _quantity
    return drawn(asked, one, Target.objects.select_related("plan").get(pk=one.id))


def increments(asked: Asked) -> Drawn:
    """What each quarter added; there is none of a milestone."""
    one, shown = _standing(asked), asked.moment
    if one.is_milestone:
        raise UnknownChart(asked.code)
    rows = increments_of(one, Target.objects.get(pk=one.id), shown)
    codes = {period.ordinal: period.code for period in shown.periods}
    frame = increments_frame(rows, [codes[row.ordinal] for row in rows], map(_added_words, rows))
    title = gettext("%(name)s: added per quarter (%(unit)s)") % {"name": one.name, "unit": one.unit}
    headings = [
        gettext("Quarter"),
        gettext("Added in the quarter"),
        gettext("Needed to keep to the path"),
        gettext("Value at its end"),
    ]
    table = Table(headings, [[row.quarter, row.added, row.needed, row.value] for row in rows])
    return Drawn(increment_charts.increments(frame, Caption(title, basis_words(asked))), table)


def _standing(asked: Asked) -> Standing:
    found = standings(asked.moment, None, among=Q(code=asked.code))
    if not found:
        raise UnknownChart(asked.code)
    return found[0]


def _quantity(asked: Asked, one: Standing, of: Target) -> Drawn:
    shown = asked.moment
    caption = Caption(gettext("%(name)s (%(unit)s)") % {"name": one.name, "unit": one.unit}, basis_words(asked))
    path = _path(shown, one, _in_force(commitments(of, shown), shown))
    published = published_frame(published_of(one.id, _until(shown, path.last_on)))
    ahead = _ahead(outlook(one, of, shown), bar(goal_of(one, of, shown)))
    figure = paths.quantity(_frame(one, shown), path, published, caption, one.unit, ahead=ahead)
    headings = [
        gettext("Quarter"), gettext("Value"), gettext("Expected"), gettext("Completion"), gettext("Pace"),
        *_common_headings(),
    ]  # fmt: skip
    rows = [
        [quarter, row.value, row.expected, row.completion, row.pace, *_common(row)]
        for quarter, row in _rows(one, shown)
    ]
    return Drawn(figure, Table(headings, rows))


def _milestone(asked: Asked, one: Standing, of: Target) -> Drawn:
    shown = asked.moment
    planned = stages.Planned(
        [(point.on, point.stage) for point in of.checkpoints.all() if point.stage],
        sorted({made.due_on for made in _in_force(commitments(of, shown), shown)} - {one.pledge.due_on}),
        one.pledge.due_on,
        one.now.actual_on if one.now else None,
        shown.plan.starts_on,
        shown.plan.ends_on,
    )
    figure = stages.stages(_frame(one, shown), planned, Caption(one.name, basis_words(asked)))
    headings = [gettext("Quarter"), gettext("Stage"), gettext("Actual date"), *_common_headings()]
    rows = [[quarter, stage_word(row.stage), row.actual_on, *_common(row)] for quarter, row in _rows(one, shown)]
    return Drawn(figure, Table(headings, rows))


def _frame(one: Standing, shown: Moment):
    return path_frame(
        one.path,
        {period.pk: period.ends_on for period in shown.periods},
        {period.pk: quarter_words(period.ordinal) for period in shown.periods},
        {row.period: _said(quarter, row, one) for quarter, row in _rows(one, shown)},
    )


def _rows(one: Standing, shown: Moment) -> list[tuple[str, ProgressRow]]:
    """Quarters in words and their rows, ascending; values with all their digits: a frame's are floats."""
    quarters = {period.pk: quarter_words(period.ordinal) for period in shown.periods}
    return [(quarters[row.period], row) for row in one.path]


def _common_headings() -> list[str]:
    return [
        gettext("Reporters with a figure"), gettext("Reporters"), gettext("Carried"), gettext("Status"),
        gettext("Ledger number"),
    ]  # fmt: skip


def _common(row: ProgressRow) -> list[object]:
    return [row.reported, row.reporters, row.stale, status_word(row.status), row.rests_on]


def _said(quarter: str, row: ProgressRow, one: Standing) -> str:
    """Quarter, status, value, who answers, the newest block below it, and whether figures were carried."""
    value = stage_word(row.stage) if one.is_milestone else amount(row.value, one.unit)
    lines = [
        f"{quarter} · {status_word(row.status)}",
        value,
        gettext(", ").join(agency.short for agency in one.answers[:3]),
    ]
    if row.rests_on:
        lines.append(gettext("ledger #%(number)s") % {"number": row.rests_on})
    if row.stale:
        lines.append(gettext("carried: %(stale)s of %(reported)s") % {"stale": row.stale, "reported": row.reported})
    return "<br>".join(filter(None, lines))


def _added_words(row: Increment) -> str:
    needed = gettext("needed to keep to the path: %(needed)s") % {"needed": row.needed_text}
    carried = [gettext("partly carried")] if row.is_partial else []
    return "<br>".join([row.quarter, row.added_text, needed, *carried])


def _until(shown: Moment, last_on: date) -> date:
    return last_on if shown.known_at is None else min(last_on, shown.known_at.date())


def _in_force(made: Iterable[Commitment], shown: Moment) -> list[Commitment]:
    """Those that have been in force by the shown quarter's end, oldest first; the first one holds before its day."""
    ordered = list(made)
    return [one for one in ordered if one.in_force_from <= shown.period.ends_on] or ordered[:1]


def _path(shown: Moment, one: Standing, made: Sequence[Commitment]) -> paths.Path:
    """Corners as rule 3 draws them; an unknown baseline counts from 0."""
    passed = [(point.on, float(point.value)) for point in checkpoints_of(one.id) if point.on < one.pledge.due_on]
    begin = (shown.plan.starts_on, float(one.baseline or 0))
    end = [] if one.pledge.goal is None else [(one.pledge.due_on, float(one.pledge.goal))]
    begins = [shown.plan.starts_on, *(commitment.in_force_from for commitment in made[1:])]
    held = list(zip(begins, made, strict=False))  # none at a moment before anything was decided
    return paths.Path(
        [begin, *passed, *end],
        [(on, float(step.goal)) for on, step in held if step.goal is not None],
        [(on, float(step.goal_upper)) for on, step in held if step.goal_upper is not None],
        one.pledge.due_on,
        shown.plan.starts_on,
        shown.plan.ends_on,
    )


def _ahead(found: Outlook, threshold: Decimal | None) -> paths.Ahead | None:
    if found.forecast is None or threshold is None:
        return None
    last_on, last = found.points[-1]
    said = gettext("forecast for %(day)s: %(value)s (in 8 of 10 cases %(band)s)<br>goal would be met: %(meets)s")
    return paths.Ahead(
        last_on,
        float(last),
        found.due_on,
        float(found.forecast.value),
        float(found.forecast.low),
        float(found.forecast.high),
        found.forecast.meets_on,
        float(threshold),
        said % {"day": found.due_text, "value": found.value_text, "band": found.band_text, "meets": found.meets_text},
    )
