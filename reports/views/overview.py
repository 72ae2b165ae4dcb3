"""`/`: where are we behind, who answers for it, since when, and can the number be trusted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User
from agencies.roles import Can

from ..selectors.overview import overview as read_overview
from .reading import Reading, page


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return page(request, "overview", "overview.html", _overview, section="overview")


def _overview(reading: Reading, user: User) -> dict[str, Any]:
    read = read_overview(reading.moment, user)
    return {"title": gettext("Overview"), "overview": read, "may_decide": user.can(Can.MANAGE_PLAN)}
