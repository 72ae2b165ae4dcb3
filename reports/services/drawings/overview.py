"""The quantified targets of a plan; of a large one the slowest."""

from __future__ import annotations

from django.utils.translation import gettext

from ...selectors.overview import slowest_by_line
from ...selectors.statuses import statuses
from .bullet import bullet
from .drawn import Asked, Drawn


def overview(asked: Asked) -> Drawn:
    found = statuses(asked.moment, None)
    shown = [one for line in slowest_by_line(found) for one in line.targets]
    return bullet(asked, shown, _title(len(shown), sum(not one.is_milestone for one in found)))


def _title(shown: int, total: int) -> str:
    if shown == total:
        return gettext("Completion against what is expected (% of goal)")
    words = gettext("Completion against what is expected (%% of goal): the %(shown)s slowest of %(total)s")
    return words % {"shown": shown, "total": total}
