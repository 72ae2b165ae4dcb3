"""`/quarter/`: who has reported, what changed, and two states side by side."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from ..selectors.changes import States
from ..selectors.completeness import Matrix, matrix
from ..selectors.moment import Moment
from ..selectors.quarters import quarter_page
from ..selectors.sides import Comparison, Other, compare, is_same, other_moment
from .reading import Reading, page

PARAMS = ("with", "with_known_at", "all", "page", "back", "agencies")
LONGEST = 40  # characters of a moment or a quarter's code in an address


class Wanted(NamedTuple):
    """What the address asks besides plan, quarter and moment.

    `page` is of the comparison; `back` pages of quarters, and the page of `agencies`, of the matrix. `is_garbled`: a
    page was named that is no number.
    """

    other: Other
    everything: bool
    page: int
    back: int
    agencies: int
    is_garbled: bool

    @classmethod
    def of(cls, params: QueryDict) -> Wanted:
        numbers = {name: params.get(name, "") for name in ("page", "back", "agencies")}
        plain = {name: int(text) if _is_number(text) else 0 for name, text in numbers.items()}
        return cls(
            Other(params.get("with", "").strip()[:LONGEST], params.get("with_known_at", "").strip()[:LONGEST]),
            bool(params.get("all")),
            max(plain["page"], 1),
            plain["back"],
            max(plain["agencies"], 1),
            any(text and not _is_number(text) for text in numbers.values()),
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 6


@require_safe
def quarter(request: HttpRequest) -> HttpResponse:
    wanted = Wanted.of(request.GET)

    def build(reading: Reading, user: User) -> dict[str, Any]:
        return _quarter(reading, user, wanted)

    return page(request, "quarter", "quarter.html", build, section="quarter", params=PARAMS)


def _quarter(reading: Reading, user: User, wanted: Wanted) -> dict[str, Any]:
    shown = reading.moment
    other = other_moment(shown, wanted.other, reading.now) if wanted.other.is_asked else None
    states = States(user, [one for one in (shown.previous, shown, other) if one])
    packets = matrix(shown, user, reading.now, back=wanted.back, page=wanted.agencies)
    return {
        "title": gettext("Quarter"),
        "page": quarter_page(shown, user, states),
        "matrix": packets,
        "wanted": wanted,
        "links": _links(shown, wanted, packets),
        "side_by_side": _side_by_side(shown, other, user, wanted, states) if other else {},
    }


def _side_by_side(shown: Moment, other: Moment, user: User, wanted: Wanted, states: States) -> dict[str, Any]:
    """The table of both, or what is wrong with what was asked."""
    if other.fault:
        return {"fault": other.fault}
    if is_same(shown, other):
        return {"fault": "same"}
    found = compare(shown, other, user, everything=wanted.everything, page=wanted.page, states=states)
    return {"table": found, "turns": _turns(shown, wanted, found), **_chart_address(shown, other)}


def _chart_address(shown: Moment, other: Moment) -> dict[str, str]:
    """The chart's address names the present first: what it rests on decides how long it is kept."""
    if other.is_now:
        shown, other = other, shown
    more = {"with": other.period.code, "with_known_at": other.asked}
    return {"query": shown.query(), "more": "&" + urlencode({name: value for name, value in more.items() if value})}


def _address(shown: Moment, wanted: Wanted, **changed: object) -> str:
    """This page's query with changes; what is usual is left out."""
    state = {
        "with": wanted.other.period,
        "with_known_at": wanted.other.known_at,
        "all": "1" if wanted.everything else "",
        "page": wanted.page if wanted.page > 1 else "",
        "back": wanted.back or "",
        "agencies": wanted.agencies if wanted.agencies > 1 else "",
    } | changed
    more = urlencode({name: value for name, value in state.items() if value})
    return shown.query() + (f"&{more}" if more else "")


def _links(shown: Moment, wanted: Wanted, packets: Matrix) -> dict[str, str]:
    """Where the matrix goes on: quarters before and after, agencies before and after; empty where it does not."""
    wanted = wanted._replace(back=packets.back, agencies=packets.page)
    previous = shown.previous
    return {
        "earlier": _address(shown, wanted, back=packets.back + 1) if packets.has_earlier else "",
        "later": _address(shown, wanted, back=packets.back - 1) if packets.back else "",
        "above": _address(shown, wanted, agencies=packets.page - 1) if packets.page > 1 else "",
        "below": _address(shown, wanted, agencies=packets.page + 1) if packets.page < packets.pages else "",
        "all_changes": _address(shown, wanted, **{"with": previous.period.code, "page": ""}) if previous else "",
    }


def _turns(shown: Moment, wanted: Wanted, found: Comparison) -> dict[str, str]:
    """The other pages of the comparison, and the other choice of what it shows."""
    return {
        "before": _address(shown, wanted, page=found.page - 1) if found.page > 1 else "",
        "after": _address(shown, wanted, page=found.page + 1) if found.page < found.pages else "",
        "other_choice": _address(shown, wanted, page="", all="" if wanted.everything else "1"),
    }
