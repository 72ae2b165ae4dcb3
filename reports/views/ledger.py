"""`/ledger/`: the blocks that every number rests on, whether they hold, and the way back to a printed page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from agencies.models import AuditEvent, User

from ..exports.ledger import ledger_lines
from ..models import Acceptance
from ..selectors.blocks import block_page
from ..selectors.ledger import agencies_to_choose, ledger_page, verdict
from ..selectors.ledger_filter import PARAMS, apply, asked
from ..selectors.moment import NoPlan
from ..services import ledger_checks
from .reading import Reading, page, read, require_reading

STATE = ("plan", "period", "known_at")
LONGEST = 1000  # characters of a printed path
READING_PAGES = frozenset(
    {"overview", "line", "group", "target", "agencies", "agency", "districts", "district", "quarter", "explore",
     "ledger", "block"}
)  # fmt: skip


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Blocks newest first. With `reference` and `printed`, what stands on a print, it leads back to that page."""
    typed = {name: request.GET.get(name, "").strip()[:LONGEST] for name in ("reference", "printed")}
    if address := printed_address(**typed):
        return redirect(address)

    def build(reading: Reading, user: User) -> dict[str, Any]:
        return _shown(reading, user, request.GET) | {"typed": typed, "is_not_found": any(typed.values())}

    return page(request, f"ledger:{typed}", "ledger.html", build, section="ledger", params=PARAMS)


def printed_address(reference: str, printed: str) -> str:
    """Where a printed page stands as known at its reference; empty for what is no reading page of this site."""
    try:
        parts = urlsplit(printed or "/")
        found = resolve(parts.path)
    except (ValueError, Resolver404):
        return ""
    if not reference or parts.scheme or parts.netloc or found.view_name not in READING_PAGES:
        return ""
    state = QueryDict(parts.query, mutable=True)
    state["known_at"] = reference.lstrip("#＃")
    return f"{reverse(found.view_name, kwargs=found.kwargs)}?{state.urlencode()}"


def _shown(reading: Reading, user: User, address: QueryDict) -> dict[str, Any]:
    shown = reading.moment
    agencies = agencies_to_choose(shown, user)
    wanted = asked(address, shown, agencies)
    told = wanted.filter.asked()
    found = ledger_page(shown, user, wanted)
    return {
        "title": gettext("Ledger"),
        "page": found,
        "wanted": wanted,
        "verdict": verdict(shown, user, reading.now),
        "agencies": agencies,
        "newest_query": shown.query(**told),
        "older_query": shown.query(**told, before=str(found.older)) if found.older else "",
        "plans_query": shown.query(**told | {"all": "" if wanted.filter.every_plan else "1"}),
    }


@require_safe
def block(request: HttpRequest, number: int) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        found = block_page(reading.moment, user, number)
        if found is None:
            facts = {"number": number, "head": reading.moment.number}
            raise Http404(gettext("There is no block #%(number)s up to ledger #%(head)s.") % facts)
        then = reading.moment.query(known_at=str(number), plan=found.plan_code, period=found.period)
        return {"title": gettext("Block #%(number)s") % {"number": number}, "held": found, "then_query": then}

    return page(request, f"block:{number}", "block.html", build, section="ledger")


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Has the worker recompute the whole ledger; the page says when it has."""
    ledger_checks.ask(by=request.user, at=timezone.now(), door=AuditEvent.Door.WEB)
    messages.success(request, gettext("The ledger is being verified; the result will stand on this page."))
    state = QueryDict(mutable=True)
    state.update({name: request.GET[name] for name in STATE if request.GET.get(name)})
    return redirect(f"{reverse('ledger')}?{state.urlencode()}")


@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """The blocks of the same filter with their figures, as a file from which every hash can be recomputed."""
    require_reading(request.user)
    try:
        reading = read(request, timezone.now())
    except NoPlan:
        return render(request, "no_plan.html")
    shown = reading.moment
    wanted = asked(request.GET, shown, agencies_to_choose(shown, request.user)).filter
    chosen = apply(wanted, Acceptance.objects.visible_to(request.user), shown)
    name = f"ledger-{'all' if wanted.every_plan else shown.plan.code}-{shown.number}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(ledger_lines(chosen), content_type="text/csv; charset=utf-8", headers=headers)
