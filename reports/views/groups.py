"""`/groups/<code>/`: one working group of the plan's annex."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from ..selectors.groups import group_page
from .reading import Reading, page


@require_safe
def group(request: HttpRequest, code: str) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        found = group_page(reading.moment, user, code)
        if found is None:
            raise Http404(gettext("The plan has no working group “%(code)s”.") % {"code": code})
        return {"title": found.group.name, "page": found}

    return page(request, f"group:{code}", "group.html", build)
