"""Several quarters of figures, and where a target stands in one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from agencies.models import Agency
from reports.selectors.moment import Moment, moment
from reports.selectors.plans import readable_plans
from reports.selectors.standings import Standing, standings
from reports.services import rollup
from reports.services.entries import Input
from targets.models import Target
from tests.factories import World, at
from tests.history import accepted


def shown_at(world: World, period: str, known_at: str = "") -> Moment:
    asked = {"period": period, "known_at": known_at}
    return moment(asked, readable_plans(world.supervisor), now=at("2023-02-01"))


def standing_of(world: World, target: Target, shown: Moment) -> Standing:
    rollup.roll_up()
    (found,) = standings(shown, world.supervisor, among=Q(pk=target.pk))
    return found


def reported(world: World, target: Target, values: Sequence[Input | str | None], agency: Agency | None = None) -> None:
    """One accepted figure a quarter from the first on, ten days after its end; none where it says None."""
    for place, value in enumerate(values):
        if value is not None:
            ends_on = world.periods[place].ends_on
            accepted(world, target, value, agency, place, now=at((ends_on + timedelta(days=10)).isoformat()))
