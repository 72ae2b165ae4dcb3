"""From a chart's name to its figure: selector, frame, chart. One code path for every moment."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from ..selectors.explore_filter import FILTERS
from ..selectors.moment import Moment
from .drawings import agencies, districts, explore, lines, overview, quarters, targets
from .drawings.drawn import Asked, Drawing, Drawn, UnknownChart

__all__ = ["DRAWINGS", "Drawn", "UnknownChart", "draw", "drawing_of"]


def _of_plan(code: str) -> Q:
    return Q()


def _of_line(code: str) -> Q:
    return Q(task__line__code=code)


def _of_target(code: str) -> Q:
    return Q(code=code)


# by the kind that a name begins with: `overview`, `line-CODE`, `target-CODE`
DRAWINGS = {
    "overview": Drawing(overview.overview, _of_plan, has_code=False),
    "line": Drawing(lines.line, _of_line),
    "milestones": Drawing(lines.line_milestones, _of_line),
    "group": Drawing(lines.group, _of_plan),
    "groupmilestones": Drawing(lines.group_milestones, _of_plan),
    "agencies": Drawing(agencies.leads, _of_plan, has_code=False),
    "target": Drawing(targets.target, _of_target),
    "increments": Drawing(targets.increments, _of_target),
    "districts": Drawing(districts.target, _of_target),
    "explore": Drawing(explore.selection, _of_plan, has_code=False, params=FILTERS),
    "compare": Drawing(quarters.compare, _of_plan, has_code=False, params=("with", "with_known_at")),
}


def drawing_of(name: str) -> tuple[Drawing, str]:
    """The kind and the code of a name; UnknownChart where there is no such kind."""
    kind, _, code = name.partition("-")
    found = DRAWINGS.get(kind)
    if found is None or found.has_code != bool(code):
        raise UnknownChart(name)
    return found, code


def draw(shown: Moment, name: str, number: int, params: Mapping[str, tuple[str, ...]]) -> Drawn:
    """Figure and table, resting on a ledger number, with words in the active language."""
    found, code = drawing_of(name)
    return found.draw(Asked(shown, code, number, params))
