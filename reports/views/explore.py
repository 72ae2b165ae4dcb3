"""`/explore/`: one table of progress, filtered; as a page, a file, a chart."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from .reading import Reading, page


@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Explore")}

    return page(request, "explore", "explore.html", build, section="explore")


@require_safe
def export_csv(request: HttpRequest) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Explore")}

    return page(request, "explore_csv", "explore.html", build)


@require_safe
def export_xlsx(request: HttpRequest) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Explore")}

    return page(request, "explore_xlsx", "explore.html", build)
