"""Small pieces of pages that stand in many rows: status, bullet bar, stacked bar, spark line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from targets.models import PublishedFigure
from targets.units import with_unit

from ..selectors.moment import Moment
from ..selectors.overview import Count
from ..selectors.packets import last_moment
from ..selectors.sparks import HEIGHT, WIDTH, Spark
from ..selectors.standings import Answerable, Standing
from ..wording import NOTHING, amount, exact, minute, quarter_words, status_word
from ..wording import day as day_words

register = template.Library()

FULL = Decimal("1.2")  # completion at the right end of a bullet bar: what is beyond the goal still shows


@register.simple_tag
def status(code: str) -> SafeString:
    """Icon, word and colour of a status; nothing for a reporter that is not graded."""
    if not code:
        return format_html('<span class="muted">{}</span>', "—")
    return format_html(
        '<span class="status status-{}"><svg class="icon" aria-hidden="true"><use href="#status-{}"/></svg>{}</span>',
        code,
        code,
        status_word(code),
    )


@register.simple_tag
def bullet(standing: Standing) -> SafeString:
    """Completion as a bar, expected completion as a tick, the goal as a line; the words stand in the row."""
    if standing.completion is None:
        return format_html('<span class="muted">{}</span>', "—")
    tick = standing.expected_completion
    mark = (
        ""
        if tick is None
        else format_html('<rect class="bullet-tick" x="{}" y="0" width="1.5" height="12"/>', _x(tick))
    )
    return format_html(
        '<svg class="bullet status-{}" viewBox="0 0 120 12" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="bullet-track" x="0" y="3" width="100" height="6"/>'
        '<rect class="bullet-value" x="0" y="3" width="{}" height="6"/>{}'
        '<rect class="bullet-goal" x="99.5" y="1" width="1" height="10"/></svg>',
        standing.status,
        gettext("Completion %(completion)s") % {"completion": standing.completion_text},
        _x(standing.completion),
        mark,
    )


def _x(ratio: Decimal) -> str:
    return f"{min(max(ratio, Decimal(0)), FULL) * 100:.1f}"


@register.simple_tag
def stacked(counts: Iterable[Count]) -> SafeString:
    """Shares of the classes side by side, as wide as they are many."""
    parts = format_html_join(
        "",
        '<rect class="fill-{}" x="{}" y="0" width="{}" height="10"><title>{} {}</title></rect>',
        ((one.status, one.start, one.share, one.text, one.number) for one in counts if one.number),
    )
    return format_html(
        '<svg class="stacked" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>', parts
    )


@register.simple_tag
def change(number: int | None, turn: str, before: str) -> SafeString:
    """A change against the quarter `before`: its sign, and in words whether that is for the better or the worse."""
    if not number:
        return SafeString("")
    said = {"better": gettext("better than in %(quarter)s"), "worse": gettext("worse than in %(quarter)s")}
    words = said.get(turn, gettext("against %(quarter)s")) % {"quarter": before}
    shown = f"+{number}" if number > 0 else f"\u2212{-number}"
    return format_html(
        ' <span class="change change-{}" title="{}">{}<span class="visually-hidden"> {}</span></span>',
        turn or "neutral", words, shown, words,
    )  # fmt: skip


@register.simple_tag
def spark_line(spark: Spark | None) -> SafeString:
    """Reached (solid) and expected (thin) over the quarters."""
    if spark is None:
        return format_html('<span class="muted">{}</span>', "—")
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" aria-hidden="true"><polyline class="spark-expected" points="{}"/>'
        '<polyline class="spark-reached" points="{}"/></svg>',
        WIDTH,
        HEIGHT,
        spark.expected,
        spark.reached,
    )


@register.simple_tag
def answers(agencies: Sequence[Answerable], query: str) -> SafeString:
    """The agencies that answer for a target, at most two of them by name."""
    named = format_html_join(
        gettext(", "),
        '<a class="agency" href="{}{}">{}</a>',
        ((reverse("agency", args=[agency.code]), query, agency.short) for agency in agencies[:2]),
    )
    if len(agencies) <= 2:
        return named
    return format_html("{} {}", named, gettext("and others, %(number)s in all") % {"number": len(agencies)})


@register.filter
def if_nothing(text: str) -> str:
    """Marks a cell that has only a dash: a table keeps it, a card on a narrow screen leaves it out."""
    return " is-nothing" if text in ("", NOTHING) else ""


@register.filter
def quarter(ordinal: int) -> str:
    return quarter_words(ordinal)


@register.filter
def day(on: date | None) -> str:
    return day_words(on)


@register.filter
def minute_in(at: datetime | None, zone: str) -> str:
    return minute(at, zone)


@register.filter
def last_day(end: datetime | None, zone: str) -> str:
    """The end of a time as its last day."""
    return last_moment(end, zone) if end else NOTHING


@register.simple_tag
def known_query(moment: Moment, number: int) -> str:
    """The address's query for the same page as known at a ledger number."""
    return moment.query(known_at=str(number))


@register.filter
def amount_in(value: Decimal | None, unit: str) -> str:
    return amount(value, unit)


@register.filter
def published_value(figure: PublishedFigure) -> str:
    """In the target's own unit where it is the same; the source's otherwise."""
    own = figure.target
    return with_unit(exact(figure.value), own.unit if figure.unit_zh == own.unit_zh else figure.unit_zh)
