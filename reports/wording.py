"""How values are written for the reader: numbers with their unit, ratios, quarters, statuses. No queries.

Figures of the ledger are written exactly (`exact`); everything that is worked out of them is rounded for reading
(`rounded`), and a ratio always downwards, so that nothing reads as if it had reached a threshold that it missed.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from targets import reasons
from targets.rules import Bound, Stage, Status
from targets.units import in_chinese, with_unit

from .rules.numbers import trim
from .rules.periods import quarter_name

NOTHING = "—"
MYRIAD, HUNDRED_MILLION = Decimal(10**4), Decimal(10**8)

STATUS_WORDS = {
    Status.DONE: _("Done"),
    Status.AHEAD: _("Ahead"),
    Status.ON_TRACK: _("On track"),
    Status.BEHIND: _("Behind"),
    Status.CRITICAL: _("Far behind"),
    Status.MISSED: _("Missed"),
    Status.NOT_DUE: _("Not due yet"),
    Status.NO_DATA: _("No data"),
}
STAGE_WORDS = {Stage.NOT_STARTED: _("Not started"), Stage.UNDER_WAY: _("Under way"), Stage.DONE: _("Done")}
# worst first: the order in which a reader wants to meet them
STATUS_ORDER = (
    Status.MISSED, Status.CRITICAL, Status.BEHIND, Status.NO_DATA,
    Status.ON_TRACK, Status.AHEAD, Status.DONE, Status.NOT_DUE,
)  # fmt: skip
# what is wrong with the first block that does not hold, by the codes of `services.ledger.Broken`
LEDGER_FAULTS = {
    "gap": gettext_noop("a block before it is missing"),
    "chain": gettext_noop("its previous hash is not the hash of the block before it"),
    "count": gettext_noop("it does not have as many figures as it was written with"),
    "content": gettext_noop("its content or its hash was altered"),
    "head": gettext_noop("it is not the block that was noted: the ledger was cut off or written anew"),
}
LAGGING = frozenset({Status.BEHIND, Status.CRITICAL, Status.MISSED})

GOALS = {
    Bound.AT_LEAST: gettext_noop("at least %(goal)s"),
    Bound.MORE_THAN: gettext_noop("more than %(goal)s"),
    Bound.ABOUT: gettext_noop("about %(goal)s"),
    Bound.AT_MOST: gettext_noop("at most %(goal)s"),
    Bound.LESS_THAN: gettext_noop("less than %(goal)s"),
    Bound.RANGE: gettext_noop("%(lower)s to %(goal)s"),
}


def rounded(value: Decimal) -> str:
    """31234 -> "3.12万" in Chinese, "31,234" in English; small numbers keep up to two places."""
    if in_chinese():
        for scale, word in ((HUNDRED_MILLION, "亿"), (MYRIAD, "万")):
            if abs(value) >= scale:
                return _places(value / scale, 2) + word
    size = abs(value)
    return _places(value, 0 if size >= 100 else 1 if size >= 10 else 2)


def exact(value: Decimal) -> str:
    """All digits, in groups of three: 31234.5 -> "31,234.5"."""
    return trim(value, separator=",")


def _places(value: Decimal, places: int) -> str:
    return trim(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), separator=",")


def amount(value: Decimal | None, unit: str) -> str:
    """A number for reading with its unit: "3.12万个", "31,234 stations", "85.3%"; a dash for nothing."""
    if value is None:
        return NOTHING
    return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP)}%" if unit == "%" else with_unit(rounded(value), unit)


def exact_amount(value: Decimal | None, unit: str) -> str:
    """A number of the ledger, all digits, with its unit."""
    return NOTHING if value is None else with_unit(exact(value), unit)


def goal_amount(bound: str, goal: Decimal | None, goal_upper: Decimal | None, unit: str) -> str:
    """A goal as the plan bounds it: "at least 15,000 units", "40 to 100 Gbps"."""
    if goal is None:
        return NOTHING
    upper = goal if goal_upper is None else goal_upper
    sentence = GOALS.get(Bound(bound))
    whole = with_unit(rounded(upper), unit)
    return gettext(sentence) % {"goal": whole, "lower": rounded(goal)} if sentence else whole


def percent(ratio: Decimal | None) -> str:
    """0.8537 -> "85.3%", rounded down; a dash for nothing."""
    return NOTHING if ratio is None else f"{(ratio * 100).quantize(Decimal('0.1'), ROUND_FLOOR):,}%"


def signed_percent(ratio: Decimal) -> str:
    """A change in relation to what was before: 0.352 -> "+35.2%"."""
    shown = (ratio * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{'+' if shown > 0 else ''}{trim(shown, separator=',')}%"


def percentage_points(change: Decimal) -> str:
    """How far a percentage moved: 3.24 -> "3.2 percentage points"."""
    shown = change.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return gettext("%(number)s percentage points") % {"number": shown}


def status_word(status: str) -> str:
    return str(STATUS_WORDS[Status(status)]) if status else NOTHING


def stage_word(stage: str) -> str:
    return str(STAGE_WORDS[Stage(stage)]) if stage else NOTHING


def quarter_words(ordinal: int) -> str:
    """8086 as people say it: Q3 2021, 2021年三季度."""
    return reasons.quarter_words(quarter_name(ordinal))


def day(on: date | None) -> str:
    return date_format(on, "Y-m-d") if on else NOTHING


def minute(at: datetime | None, zone: str) -> str:
    """A moment in the plan's own time zone: "2021-04-10 09:30"."""
    return date_format(at.astimezone(ZoneInfo(zone)), "Y-m-d H:i") if at else NOTHING
