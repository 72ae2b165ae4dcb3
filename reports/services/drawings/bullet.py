"""Some targets as bullets: completion against what is expected by now."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.urls import reverse
from django.utils.translation import gettext

from ...charts import bullets
from ...charts.theme import Caption
from ...frames.bullets import bullet_frame
from ...selectors.standings import Standing
from ...wording import quarter_words
from .drawn import Asked, Drawn, basis_words, table_of


def bullet(asked: Asked, found: Iterable[Standing], title: str, *, without: Collection[str] = ()) -> Drawn:
    """One bar a target, which leads to its page; `without` are columns of the frame that the table leaves out."""
    frame = bullet_frame(found)
    addresses = [reverse("target", args=[code]) for code in frame["code"]]
    quarter = quarter_words(asked.moment.period.ordinal)
    headings = {column: words for column, words in _headings().items() if column not in without}
    figure = bullets.bullets(frame, Caption(title, basis_words(asked)), addresses, quarter)
    return Drawn(figure, table_of(frame, headings))


def _headings() -> dict[str, str]:
    return {
        "line": gettext("Line"),
        "code": gettext("Code of the target"),
        "name": gettext("Target"),
        "status_text": gettext("Status"),
        "value_text": gettext("Value"),
        "expected_text": gettext("Expected by now"),
        "goal_text": gettext("Goal"),
        "completion": gettext("Completion (%)"),
        "expected": gettext("Expected completion (%)"),
        "pace": gettext("Pace"),
        "answers": gettext("Answers for it"),
        "version": gettext("Ledger"),
    }
