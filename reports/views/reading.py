"""What every reading page shares: the moment it shows, what it rests on, and its kept body."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from agencies.models import User
from agencies.roles import Can
from targets.models import Plan

from ..models import ReportingPeriod
from ..selectors.moment import Moment, NoPlan, is_open, moment, reference
from ..selectors.plans import readable_plans
from ..selectors.state import State, pulse_of, state
from ..selectors.trust import Trust, trust
from ..wording import minute, quarter_words

# where a kept page gets what is one person's own; text of people cannot look like it, being escaped
PLACES = {place: SafeString(f"<!-- {place} -->") for place in ("reader", "messages", "token")}
KEPT_FOR = 3600  # seconds; the key names the state, so that this only bounds what Redis holds
KEPT_BRIEFLY = 300  # what an address asks besides plan and quarter: there is no end of such pages


class Reading(NamedTuple):
    """What one page shows: which state, what it rests on, and when it was asked."""

    plans: list[Plan]
    moment: Moment
    trust: Trust
    now: datetime
    language: str

    @property
    def query(self) -> str:
        return self.moment.query()

    @property
    def quarter(self) -> str:
        return quarter_words(self.moment.period.ordinal)

    @property
    def quarters(self) -> list[tuple[str, str]]:
        """(code, words) of every quarter, newest first, for the picker."""
        return [(period.code, quarter_words(period.ordinal)) for period in reversed(self.moment.periods)]

    @property
    def known_text(self) -> str:
        return minute(self.moment.known_at or self.now, self.moment.plan.time_zone)

    @property
    def accepted_text(self) -> str:
        return minute(self.trust.accepted_at, self.moment.plan.time_zone)

    @property
    def is_entered(self) -> bool:
        """Whether somebody can still enter the shown quarter."""
        return is_open(self.moment.period, self.now)

    @property
    def open_quarter(self) -> ReportingPeriod | None:
        """The newest quarter that somebody can enter now."""
        return next((period for period in reversed(self.moment.periods) if is_open(period, self.now)), None)

    @property
    def open_query(self) -> str:
        """Query of the open quarter, unless it is the one that is shown."""
        period = self.open_quarter
        return self.moment.query(period=period.code, known_at="") if period and period != self.moment.period else ""

    @property
    def open_words(self) -> str:
        return quarter_words(self.open_quarter.ordinal) if self.open_quarter else ""

    @property
    def reference(self) -> str:
        """What brings this page's numbers back when it is typed into "as known at"."""
        return reference(self.moment.number, self.trust.later_decisions, self.trust.hash)

    @property
    def now_query(self) -> str:
        return self.moment.query(known_at="")

    @property
    def computed_text(self) -> str:
        return minute(self.trust.computed_at, self.moment.plan.time_zone)


def read(request: HttpRequest, now: datetime) -> Reading:
    """The state that the address asks for. 404 for a plan that is not there; NoPlan while there is none at all."""
    plans = readable_plans(request.user)
    try:
        shown = moment(request.GET, plans, now=now)
    except NoPlan as missing:
        if str(missing):
            raise Http404(gettext("There is no plan “%(code)s”.") % {"code": missing}) from missing
        raise
    return Reading(plans, shown, trust(shown, request.user), now, get_language() or settings.LANGUAGE_CODE)


def require_reading(user: User) -> None:
    """PermissionDenied for who may not read progress."""
    if not user.can(Can.READ_PROGRESS):
        raise PermissionDenied(
            gettext("Your roles do not include reading progress. Ask the operator for one that does.")
        )


def page(
    request: HttpRequest,
    name: str,
    template: str,
    build: Callable[[Reading, User], dict[str, Any]],
    *,
    section: str = "",
    params: Sequence[str] = (),
) -> HttpResponse:
    """A reading page: `build` is called, and the page rendered, only where the same state was not shown before.

    `build` returns the template's context with `title`; `name` tells apart the pages of one state. `params` are those
    of the address that the page takes besides plan, quarter and moment (several values each); they stay in it when
    another quarter is chosen.
    """
    now = timezone.now()
    found = state(request.user, now)
    require_reading(request.user)
    asked = _asked(request, params)
    key = _key(request, name, found, asked)
    kept = None if settings.DEBUG else cache.get(key)
    if kept is None:
        try:
            reading = read(request, now)
        except NoPlan:
            return render(request, "no_plan.html")
        shell = {
            "reading": reading,
            "q": reading.query,
            "asked": asked,
            "printed_path": request.path + reading.now_query + "".join(f"&{urlencode([one])}" for one in asked),
            "section": section,
            "places": PLACES,
            "pulse": pulse_of(found.mark),
            "reads_all_packets": request.user.can(Can.READ_ALL_PACKETS),  # one of the rights that the key names
        }
        kept = render_to_string(template, shell | build(reading, request.user))
        cache.set(key, kept, KEPT_BRIEFLY if request.GET.keys() - {"plan", "period"} else KEPT_FOR)
    return HttpResponse(_made_own(request, kept))


def _asked(request: HttpRequest, params: Sequence[str]) -> list[tuple[str, str]]:
    """(name, value) of what the address says for the named parameters; what is empty says nothing."""
    return [(name, value) for name in params for value in request.GET.getlist(name) if value]


def _key(request: HttpRequest, name: str, found: State, asked: list[tuple[str, str]]) -> str:
    """Everything that a page can differ by, the request's own person apart."""
    state_asked = [request.GET.get(part, "") for part in ("plan", "period", "known_at")]
    parts = (templates_version(), name, state_asked, asked, get_language(), found)
    return f"page:{hashlib.sha256(repr(parts).encode()).hexdigest()}"


def _made_own(request: HttpRequest, kept: str) -> str:
    """A kept page with what is this person's own: name, language form, token of a form, messages."""
    kept = kept.replace(PLACES["reader"], render_to_string("components/reader.html", request=request), 1)
    if PLACES["token"] in kept:
        kept = kept.replace(PLACES["token"], render_to_string("components/token.html", request=request), 1)
    if "X-Refresh" in request.headers or not get_messages(request):  # an open page that follows takes none away
        return kept
    return kept.replace(PLACES["messages"], render_to_string("components/messages.html", request=request), 1)


@lru_cache
def templates_version() -> str:
    """Changes with any template or message file, so that an upgraded installation shows no old body."""
    roots = (settings.BASE_DIR / "templates", settings.BASE_DIR / "locale")
    files = sorted(path for root in roots for path in root.rglob("*") if path.suffix in (".html", ".po"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
