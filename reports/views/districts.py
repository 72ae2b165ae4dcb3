"""`/districts/` and `/districts/<code>/`: how the districts stand, side by side and one by one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from ..selectors.district_list import district_list
from ..selectors.district_page import district_page
from .reading import Reading, page

LONGEST = 60  # characters of a parameter that a page repeats


@require_safe
def districts(request: HttpRequest) -> HttpResponse:
    target, sort = (request.GET.get(name, "")[:LONGEST] for name in ("target", "sort"))

    def build(reading: Reading, user: User) -> dict[str, Any]:
        found = district_list(reading.moment, user, target=target, sort=sort, now=reading.now)
        # the address of the same list in another order, and of the plan's order for all targets
        kept = reading.moment.query(target=target if found.chosen else "")
        return {"title": gettext("Districts"), "page": found, "target": target, "sort": sort, "kept": kept}

    return page(request, "districts", "districts.html", build, section="districts", params=("target", "sort"))


@require_safe
def district(request: HttpRequest, code: str) -> HttpResponse:
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1

    def build(reading: Reading, user: User) -> dict[str, Any]:
        found = district_page(reading.moment, user, code, page=number, now=reading.now)
        if found is None:
            raise Http404(gettext("There is no district “%(code)s”.") % {"code": code})
        return {"title": found.district.name, "page": found}

    return page(request, f"district:{code}", "district.html", build, section="districts", params=("page",))
