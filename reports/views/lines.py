"""`/lines/<code>/`: one line of the plan, task by task."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from ..selectors.lines import line_page
from .reading import Reading, page


@require_safe
def line(request: HttpRequest, code: str) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        found = line_page(reading.moment, user, code)
        if found is None:
            raise Http404(gettext("The plan has no line “%(code)s”.") % {"code": code})
        return {"title": found.line.short, "page": found}

    return page(request, f"line:{code}", "line.html", build)
