"""From a chart's name to its figure: selector, frame, chart. One code path for every moment."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext

from ..charts import bullets, history, paths
from ..charts.theme import Caption
from ..frames.bullets import bullet_frame
from ..frames.paths import history_frame, path_frame, published_frame
from ..selectors.charts import among, checkpoints_of, published_of
from ..selectors.moment import Moment
from ..selectors.standings import Standing, standings
from ..wording import STATUS_ORDER, minute, quarter_words

if TYPE_CHECKING:
    import plotly.graph_objects as go


class UnknownChart(LookupError):
    """There is no chart of that name in that plan."""


def draw(shown: Moment, name: str, number: int) -> go.Figure:
    """The figure, resting on a ledger number, with words in the active language."""
    kind, _, code = name.partition("-")
    found = standings(shown, None, among=among(kind, code))
    if not found and kind != "overview":
        raise UnknownChart(name)
    return {"overview": _overview, "line": _line, "target": _target}[kind](shown, found, number)


def basis_words(shown: Moment, number: int, *, narrow: bool = False) -> str:
    """Quarter, as known at, ledger number and source, for the line under a title."""
    known = gettext("now") if shown.is_now else minute(shown.known_at, shown.plan.time_zone)
    said = gettext("%(quarter)s, as known at: %(known)s (ledger #%(number)s)") % {
        "quarter": quarter_words(shown.period.ordinal),
        "known": known,
        "number": number,
    }
    return (
        said
        + ("<br>" if narrow else " · ")
        + gettext("source: accepted reports, %(document)s") % {"document": shown.plan.document}
    )


def _overview(shown: Moment, found: list[Standing], number: int) -> go.Figure:
    frame = bullet_frame(found)
    title = gettext("Completion against what is expected by now (percent of the goal)")
    addresses = [reverse("target", args=[code]) for code in frame["code"]]
    return bullets.bullets(frame, Caption(title, basis_words(shown, number)), addresses)


def _line(shown: Moment, found: list[Standing], number: int) -> go.Figure:
    quarters = {period.pk: period.code for period in shown.periods}
    frame = history_frame([standing.path for standing in found], quarters, [status.value for status in STATUS_ORDER])
    return history.history(frame, Caption(gettext("Targets by status"), basis_words(shown, number, narrow=True)))


def _target(shown: Moment, found: list[Standing], number: int) -> go.Figure:
    (one,) = found
    frame = path_frame(
        one.path,
        {period.pk: period.ends_on for period in shown.periods},
        {period.pk: quarter_words(period.ordinal) for period in shown.periods},
    )
    path = _path(shown, one)
    if one.is_milestone:
        return paths.milestone(frame, path, Caption(one.name, basis_words(shown, number)))
    caption = Caption(gettext("%(name)s (%(unit)s)") % {"name": one.name, "unit": one.unit}, basis_words(shown, number))
    published = published_frame(published_of(one.id, _until(shown, path.last_on)))
    return paths.quantity(frame, path, published, caption, one.unit)


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
