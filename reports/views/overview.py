"""`/`: where are we behind, who answers for it, since when, and can the number be trusted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User
from agencies.roles import Can

from ..selectors.overview import overview as read_overview
from .reading import Reading, page


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    try:
        return page(request, "overview", "overview.html", _overview, section="overview")
    except PermissionDenied:
        if request.user.can(Can.OPERATE):
            return redirect("admin:index")  # who runs the system, and no more, has the admin as front door
        raise


def _overview(reading: Reading, user: User) -> dict[str, Any]:
    read = read_overview(reading.moment, user)
    return {"title": gettext("Overview"), "overview": read, "may_decide": user.can(Can.MANAGE_PLAN)}
