"""Every quantified target of a plan."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from ...charts import bullets
from ...charts.theme import Caption
from ...frames.bullets import bullet_frame
from ...selectors.standings import standings
from .drawn import Asked, Drawn, basis_words, table_of


def overview(asked: Asked) -> Drawn:
    frame = bullet_frame(standings(asked.moment, None))
    title = gettext("Completion against what is expected by now (percent of the goal)")
    addresses = [reverse("target", args=[code]) for code in frame["code"]]
    return Drawn(bullets.bullets(frame, Caption(title, basis_words(asked)), addresses), table_of(frame, _headings()))


def _headings() -> dict[str, str]:
    return {
        "line": gettext("Line"),
        "code": gettext("Code"),
        "name": gettext("Target"),
        "status_text": gettext("Status"),
        "value_text": gettext("Value"),
        "expected_text": gettext("Expected by now"),
        "goal_text": gettext("Goal"),
        "completion": gettext("Completion (%)"),
        "pace": gettext("Pace"),
        "answers": gettext("Answers for it"),
    }
