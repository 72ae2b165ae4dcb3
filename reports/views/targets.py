"""`/targets/<code>/`: one target, down to the figures that its number was made of."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User
from agencies.roles import Can

from ..selectors.targets import target_page
from .reading import Reading, page


@require_safe
def target(request: HttpRequest, code: str) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        found = target_page(reading.moment, user, code)
        if found is None:
            raise Http404(gettext("The plan has no target “%(code)s”.") % {"code": code})
        may_decide = user.can(Can.MANAGE_PLAN) and reading.moment.is_now
        return {"title": found.standing.name, "page": found, "may_decide": may_decide}

    return page(request, f"target:{code}", "target.html", build)
