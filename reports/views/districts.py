"""`/districts/` and `/districts/<code>/`: how the districts stand."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from .reading import Reading, page


@require_safe
def districts(request: HttpRequest) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Districts")}

    return page(request, "districts", "districts.html", build, section="districts")


@require_safe
def district(request: HttpRequest, code: str) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("District")}

    return page(request, f"district:{code}", "district.html", build, section="districts")
