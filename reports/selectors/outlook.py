"""Where one target is heading: its forecast at a moment, in words, or why there is none. No queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext, ngettext

from targets.models import Target
from targets.reasons import method_words
from targets.rules import Accumulation, Bound, Forecast, Goal, Status, forecast
from targets.rules.forecast import FEWEST_POINTS

from ..wording import amount, day
from .moment import Moment
from .rollup import ProgressRow
from .standings import Standing

CERTAIN, POSSIBLE = Decimal("0.99"), Decimal("0.01")


class Outlook(NamedTuple):
    """What to expect of one target on its due date; `forecast` is null where `why_not` says why there is none.

    `points` are the quarters that it rests on: last day and value, ascending.
    """

    forecast: Forecast | None
    why_not: str
    points: tuple[tuple[date, Decimal], ...]
    due_on: date
    unit: str

    @property
    def value_text(self) -> str:
        return amount(self.forecast.value, self.unit) if self.forecast else ""

    @property
    def band_text(self) -> str:
        """What holds the value in 8 of 10 cases: "31,000–34,800 stations"."""
        if self.forecast is None:
            return ""
        low, high = amount(self.forecast.low, self.unit), amount(self.forecast.high, self.unit)
        return low if low == high else gettext("%(low)s to %(high)s") % {"low": low, "high": high}

    @property
    def due_text(self) -> str:
        return day(self.due_on)

    @property
    def meets_text(self) -> str:
        """The day on which the goal would be met."""
        if self.forecast is None:
            return ""
        return day(self.forecast.meets_on) if self.forecast.meets_on else gettext("not at this pace")

    @property
    def is_late(self) -> bool:
        """Whether the goal would be met after its date, or never."""
        return self.forecast is not None and (self.forecast.meets_on is None or self.forecast.meets_on > self.due_on)

    @property
    def chance_text(self) -> str:
        """In whole percents, and never as certain as no forecast can be."""
        if self.forecast is None:
            return ""
        chance = self.forecast.chance
        if chance > CERTAIN:
            return gettext("above %(percent)s%%") % {"percent": 99}
        if chance < POSSIBLE:
            return gettext("below %(percent)s%%") % {"percent": 1}
        return f"{(chance * 100).quantize(Decimal(1), ROUND_HALF_UP)}%"

    @property
    def method_text(self) -> str:
        return method_words(self.forecast.method) if self.forecast else ""


def outlook(standing: Standing, target: Target, moment: Moment) -> Outlook:
    """The forecast of a target from what was known at the moment of quarters up to its own."""
    points = points_of(standing.path, moment)
    why_not = _why_not(standing, points, moment)
    found = None
    if not why_not:
        found = forecast(
            points,
            goal_of(standing, target, moment),
            percent=target.is_percent,
            never_falls=target.accumulation in (Accumulation.RUNNING_TOTAL, Accumulation.PER_PERIOD),
        )
        why_not = "" if found else gettext("No forecast can be made of these figures.")
    return Outlook(found, why_not, points, standing.pledge.due_on, standing.unit)


def points_of(path: Sequence[ProgressRow], moment: Moment) -> tuple[tuple[date, Decimal], ...]:
    """The quarters with a value that is not wholly carried from earlier ones: nothing was observed in those."""
    ends = {period.pk: period.ends_on for period in moment.periods}
    return tuple((ends[row.period], row.value) for row in path if row.value is not None and row.stale < row.reported)


def goal_of(standing: Standing, target: Target, moment: Moment) -> Goal:
    """The commitment in force as the rules take it. Without checkpoints: a forecast goes by what was reached."""
    pledge = standing.pledge
    return Goal(
        Bound(target.bound),
        pledge.goal,
        pledge.goal_upper,
        target.tolerance,
        target.baseline,
        moment.plan.starts_on,
        pledge.due_on,
        target.aspirational,
        (),
    )


def _why_not(standing: Standing, points: Sequence[tuple[date, Decimal]], moment: Moment) -> str:
    if standing.is_milestone:
        return gettext("A milestone has a date, and no number to forecast.")
    if standing.pledge.goal is None:
        return gettext("The goal has no number to forecast against.")
    if standing.status == Status.DONE:
        return gettext("The goal is met; there is nothing left to forecast.")
    if standing.pledge.due_on <= moment.period.ends_on:
        return gettext("The due date has passed; there is nothing left to forecast.")
    if len(points) >= FEWEST_POINTS:
        return ""
    return ngettext(
        "A forecast needs figures of at least %(needed)s quarters; there is %(number)s.",
        "A forecast needs figures of at least %(needed)s quarters; there are %(number)s.",
        len(points),
    ) % {"needed": FEWEST_POINTS, "number": len(points)}
