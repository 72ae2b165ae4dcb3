"""`/groups/<code>/`: one working group of the plan's annex."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from .reading import Reading, page


@require_safe
def group(request: HttpRequest, code: str) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Working group")}

    return page(request, f"group:{code}", "group.html", build)
