"""Of which plan, which quarter, and as known at which moment: the part of an address that several lists share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from agencies.api import params
from agencies.api.problems import bad_parameter
from agencies.models import User
from targets.api.named import unknown
from targets.models import Plan

from ..models import ReportingPeriod
from ..selectors.moment import Moment, moment
from ..selectors.plans import readable_plans

AS_KNOWN_AT = params.text(
    "as_known_at",
    "As it was known then: a day (its end, 2021-09-30), a moment (RFC 3339), or a ledger number (349, or a printed "
    "reference such as 349-67d2546b1c4e). Now, where it is left out.",
    most=100,
)
SINCE = params.day("since", "Accepted on this day or later: a day of the plan's time zone.")
UNTIL = params.day("until", "Accepted on this day or earlier: a day of the plan's time zone.")
FROM_BLOCK = params.whole_number("from_block", "From this block of the ledger on.", least=1)
TO_BLOCK = params.whole_number("to_block", "Up to this block of the ledger.", least=1)
FAULTS = {
    "known_at": gettext_noop("Write a day such as 2021-09-30, a moment, or a ledger number such as 349."),
    "no_block": gettext_noop("The ledger has no block %(number)s."),
    "other_hash": gettext_noop("Block %(number)s has another hash."),
    "no_decision": gettext_noop("After that block there are fewer than %(number)s decisions on goals of this plan."),
}


def plans_asked(user: User, wanted: Mapping[str, Any]) -> list[Plan]:
    """The named plan, or all that the caller may read, newest first, each with its `quarters`. One statement."""
    plans = [plan for plan in readable_plans(user) if wanted["plan"] in (None, plan.code)]
    if wanted["plan"] and not plans:
        raise unknown("plan", wanted["plan"])
    return plans


def quarters_asked(plans: list[Plan], wanted: Mapping[str, Any]) -> list[ReportingPeriod]:
    """The quarters of the named code, one a plan; none where no quarter was named."""
    if not wanted["period"]:
        return []
    found = [quarter for plan in plans for quarter in plan.quarters if quarter.code == wanted["period"]]
    if not found:
        raise unknown("period", wanted["period"])
    return found


def block_range(wanted: Mapping[str, Any], number: str) -> Q:
    """Of the blocks that an address bounds, where `number` leads to a block's number."""
    found = Q() if wanted["from_block"] is None else Q(**{f"{number}__gte": wanted["from_block"]})
    return found if wanted["to_block"] is None else found & Q(**{f"{number}__lte": wanted["to_block"]})


def ledger_now(plans: list[Plan], now: datetime) -> Moment | None:
    """The ledger up to its head, with days as the first of these plans counts them; null while there is no plan."""
    return moment({}, plans, now=now) if plans else None


def moment_asked(user: User, wanted: Mapping[str, Any], now: datetime) -> Moment | None:
    """The plan (the newest, where none is named), quarter and moment of an address; null while there is no plan."""
    plans = plans_asked(user, wanted)
    if not plans:
        return None
    shown = moment({"period": wanted["period"] or "", "known_at": wanted["as_known_at"] or ""}, plans, now=now)
    if shown.fault == "period":
        raise unknown("period", shown.refused)
    if shown.fault:
        raise bad_parameter("as_known_at", gettext(FAULTS[shown.fault]) % {"number": shown.refused})
    return shown
