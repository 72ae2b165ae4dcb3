"""`/quarter/`: who has reported, what changed, and two states side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from .reading import Reading, page


@require_safe
def quarter(request: HttpRequest) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Quarter")}

    return page(request, "quarter", "quarter.html", build, section="quarter")
