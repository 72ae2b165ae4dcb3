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

from ..selectors.attention import packets_to_see
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
    """Packets that somebody must see to are those of today: an earlier moment goes without."""
    reads_packets = user.can(Can.READ_ALL_PACKETS) or bool(user.agencies_where(Can.READ_OWN_PACKETS))
    return {
        "title": gettext("Overview"),
        "overview": read_overview(reading.moment, user),
        "reads_packets": reads_packets,
        "packets": packets_to_see(reading.moment, user, reading.now)
        if reads_packets and reading.moment.is_now
        else None,
        "may_decide": user.can(Can.MANAGE_PLAN),
    }
