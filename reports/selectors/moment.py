"""Which state a page shows: plan, quarter, and as known at. From the address, and back into it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Max, QuerySet, Subquery
from django.utils.dateparse import parse_date, parse_datetime

from targets.models import Commitment, Plan

from ..models import Acceptance, ReportingPeriod

# "349", "#349", "349-67d2546b" and "349+2-67d2546b": a block, how many later decisions on goals, how its hash begins
REFERENCE = re.compile(
    r"[#＃]?\s*(?P<number>\d{1,18})(?:\s*[+\s]\s*(?P<later>\d{1,6}))?(?:-(?P<hash>[0-9a-f]{4,64}))?", re.I
)
HASH_DIGITS = 12  # of the hash in a reference
LONGEST = 100  # characters of what was typed that are said again
BEFORE_ALL = datetime(1900, 1, 1, tzinfo=UTC)  # the moment of an empty ledger


class Moment(NamedTuple):
    """One state of one plan. `number` is the ledger number that it rests on; `known_at` is null for now.

    `asked` is the text of `known_at` in the address, without what means nothing; `fault` names what of the address
    could not be used (`period`, `known_at`, `no_block`, `other_hash`, `no_decision`), `refused` is that part of it.
    """

    plan: Plan
    periods: tuple[ReportingPeriod, ...]
    period: ReportingPeriod
    number: int
    known_at: datetime | None
    asked: str
    fault: str
    refused: str = ""

    @property
    def is_now(self) -> bool:
        return self.known_at is None

    @property
    def known(self) -> int | None:
        """Ledger number to pass to a computation; None for all there is."""
        return None if self.is_now else self.number

    @property
    def basis(self) -> str:
        """Names everything that a page of this moment rests on; the same text means the same page."""
        known = "now" if self.is_now else f"{self.known_at:%Y%m%dT%H%M%S.%f}"
        return f"{self.plan.code}:{self.plan.revision}:{self.period.code}:{known}:{self.number}"

    def query(self, **changes: str) -> str:
        """The address's query for this moment, with changes: `?plan=…&period=…&known_at=…`."""
        state = {"plan": self.plan.code, "period": self.period.code, "known_at": self.asked} | changes
        return "?" + urlencode({name: value for name, value in state.items() if value})

    def at(self, period: ReportingPeriod) -> Moment:
        """The same plan as known at the same moment, in another of its quarters."""
        return self._replace(period=period)

    @property
    def previous(self) -> Moment | None:
        """The same in the quarter before; None in the plan's first one."""
        place = self.periods.index(self.period)
        return self.at(self.periods[place - 1]) if place else None


class NoPlan(Exception):
    """There is no plan to show yet, or none of that code that the reader may see."""


def moment(params: Mapping[str, str], plans: list[Plan], *, now: datetime) -> Moment:
    """The state that an address asks for. What it leaves out, or cannot be used, becomes the usual state.

    `plans` are those the reader may see. NoPlan when there is none or the named one is not among them.
    """
    wanted = params.get("plan", "")
    plan = next((plan for plan in plans if wanted in ("", plan.code)), None)
    if plan is None:
        raise NoPlan(wanted)
    periods = tuple(getattr(plan, "quarters", None) or _with_window(plan.periods.all()))
    if not periods:
        raise NoPlan(plan.code)
    period = next((period for period in periods if period.code == params.get("period")), None)
    known = _known(params.get("known_at", "").strip(), plan, now)
    fault, refused = ("period", params["period"]) if params.get("period") and period is None else ("", "")
    if known.fault:
        fault, refused = known.fault, known.asked
    return Moment(
        plan,
        periods,
        period or newest_settled(periods, now),
        periods[0].head or 0 if known.number is None else known.number,
        known.at,
        "" if known.fault else known.asked,
        fault,
        refused[:LONGEST],
    )


def reference(number: int, later: int, block_hash: str | None) -> str:
    """What brings a state back when it is typed into "as known at": "#349-67d2546b1c4e".

    A block's moment is when it was accepted; `later` decisions on goals that were known besides are told: "#349+2-…".
    """
    decisions = f"+{later}" if later else ""
    return f"#{number}{decisions}" + (f"-{block_hash[:HASH_DIGITS]}" if block_hash else "")


def _with_window(quarters: QuerySet[ReportingPeriod]) -> QuerySet[ReportingPeriod]:
    """Quarters with `extended_until` (the last extension's end, or null) and with `head`, the newest ledger number."""
    newest = Acceptance.objects.order_by("-number").values("number")[:1]
    return quarters.annotate(extended_until=Max("extensions__until"), head=Subquery(newest))


def is_open(period: ReportingPeriod, now: datetime) -> bool:
    """Whether somebody can enter a quarter now: in its window, or for as long as an extension lasts."""
    last = max(period.closes_at, period.extended_until or period.closes_at)
    return period.opens_at <= now < last


def newest_settled(periods: tuple[ReportingPeriod, ...], now: datetime) -> ReportingPeriod:
    """The newest quarter that nobody can enter any more; the first one while there is none."""
    settled = [period for period in periods if period.opens_at <= now and not is_open(period, now)]
    return settled[-1] if settled else periods[0]


class _Known(NamedTuple):
    """What `known_at` stands for. Without `at` it is now; `asked` is its text, of a fault the part that is wrong."""

    at: datetime | None = None
    number: int | None = None
    asked: str = ""
    fault: str = ""


def _known(text: str, plan: Plan, now: datetime) -> _Known:
    """Of a date (its end), a time, or a reference to the ledger.

    The moment is in the plan's own zone: its day is the day that people there would say. Of what has not come yet, as
    the end of today, no more is known than now.
    """
    zone = ZoneInfo(plan.time_zone)
    if not text:
        return _Known()
    if asked := REFERENCE.fullmatch(text):
        return _of_reference(asked, plan, zone)
    at = _moment_of(text, zone)
    if at is None:
        return _Known(asked=text, fault="known_at")
    if at >= now:
        return _Known(asked=text)
    number = Acceptance.objects.filter(accepted_at__lte=at).order_by("-number").values_list("number", flat=True).first()
    return _Known(at, number or 0, text)


def _of_reference(asked: re.Match[str], plan: Plan, zone: ZoneInfo) -> _Known:
    number, later, beginning = int(asked["number"]), int(asked["later"] or 0), (asked["hash"] or "").lower()
    block = Acceptance.objects.filter(number=number).values_list("accepted_at", "hash").first()
    if block is None and number:
        return _Known(asked=str(number), fault="no_block")
    at, whole = block or (BEFORE_ALL, "")
    if not whole.startswith(beginning):
        return _Known(asked=str(number), fault="other_hash")
    if later:
        at = _decided(plan, at, later)
    if at is None:
        return _Known(asked=str(later), fault="no_decision")
    written = reference(number, later, None).removeprefix("#")
    return _Known(at.astimezone(zone), number, f"{written}-{beginning}" if beginning else written)


def _decided(plan: Plan, after: datetime, place: int) -> datetime | None:
    """When the `place`th decision on a goal of a plan after a moment was taken; None where there are not so many."""
    made = Commitment.objects.filter(target__plan=plan, decided_at__gt=after).order_by("decided_at")
    return made.values_list("decided_at", flat=True)[place - 1 : place].first()


def _moment_of(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        if day := parse_date(text):
            return datetime.combine(day + timedelta(days=1), time.min, zone) - timedelta(microseconds=1)
        at = parse_datetime(text.replace(" ", "+"))
        if at is None:
            return None
        # through UTC, as the database goes: a moment at the edge of the calendar has no place in some zones
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).astimezone(zone)
    except (ValueError, OverflowError):
        return None
