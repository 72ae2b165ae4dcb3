"""`/agencies/` and `/agencies/<code>/`: who answers for what, and how that stands."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from ..selectors.agencies import FEWEST_TO_COMPARE, agency_page, agency_rows
from .reading import Reading, page


@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    sort = request.GET.get("sort", "")

    def build(reading: Reading, user: User) -> dict[str, Any]:
        rows = agency_rows(reading.moment, user, now=reading.now, sort=sort)
        return {"title": gettext("Agencies"), "agencies": rows, "sort": sort, "fewest": FEWEST_TO_COMPARE}

    return page(request, "agencies", "agencies.html", build, section="agencies", params=("sort",))


@require_safe
def agency(request: HttpRequest, code: str) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        found = agency_page(reading.moment, user, code, now=reading.now)
        if found is None:
            raise Http404(gettext("There is no agency “%(code)s”.") % {"code": code})
        return {"title": found.agency.short_name, "page": found}

    return page(request, f"agency:{code}", "agency.html", build, section="agencies")
