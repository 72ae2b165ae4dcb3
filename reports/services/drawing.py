"""From a chart's name to its figure: selector, frame, chart. One code path for every moment."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from ..selectors.moment import Moment
from .drawings import lines, overview, targets
from .drawings.drawn import Asked, Drawing, Drawn, UnknownChart

__all__ = ["DRAWINGS", "Drawn", "UnknownChart", "draw", "drawing_of"]


def _of_line(code: str) -> Q:
    return Q(task__line__code=code)


def _of_target(code: str) -> Q:
    return Q(code=code)


# by the kind that a name begins with: `overview`, `line-CODE`, `target-CODE`
DRAWINGS = {
    "overview": Drawing(overview.overview, lambda code: Q(), has_code=False),
    "line": Drawing(lines.line, _of_line),
    "target": Drawing(targets.target, _of_target),
}


def drawing_of(name: str) -> tuple[Drawing, str]:
    """The kind and the code of a name; UnknownChart where there is no such kind."""
    kind, _, code = name.partition("-")
    found = DRAWINGS.get(kind)
    if found is None or found.has_code != bool(code):
        raise UnknownChart(name)
    return found, code


def draw(shown: Moment, name: str, number: int, params: Mapping[str, str]) -> Drawn:
    """Figure and table, resting on a ledger number, with words in the active language."""
    found, code = drawing_of(name)
    return found.draw(Asked(shown, code, number, params))
