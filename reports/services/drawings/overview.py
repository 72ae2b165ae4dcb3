"""The quantified targets of a plan; of a large one the slowest."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from ...charts import bullets
from ...charts.theme import Caption
from ...frames.bullets import bullet_frame
from ...selectors.overview import slowest_by_line
from ...selectors.statuses import statuses
from ...wording import quarter_words
from .drawn import Asked, Drawn, basis_words, table_of


def overview(asked: Asked) -> Drawn:
    found = statuses(asked.moment, None)
    frame = bullet_frame(one for line in slowest_by_line(found) for one in line.targets)
    addresses = [reverse("target", args=[code]) for code in frame["code"]]
    caption = Caption(_title(len(frame), sum(not one.is_milestone for one in found)), basis_words(asked))
    quarter = quarter_words(asked.moment.period.ordinal)
    return Drawn(bullets.bullets(frame, caption, addresses, quarter), table_of(frame, _headings()))


def _title(shown: int, total: int) -> str:
    if shown == total:
        return gettext("Completion against what is expected (% of goal)")
    words = gettext("Completion against what is expected (%% of goal): the %(shown)s slowest of %(total)s")
    return words % {"shown": shown, "total": total}


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
