"""`/desk/`: the packets that the office should take, in which order; and accepting many at once."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from agencies.roles import Can
from targets.models import Plan

from ..forms.review import ExtensionForm
from ..models import Submission
from ..rules.windows import RefusalCode
from ..selectors.desk import Wanted, action_lines, queue
from ..selectors.plans import readable_plans
from ..selectors.state import pulse_of, state
from ..services.refused import Refused
from ..services.review import Outcome, accept_many
from ..wording import quarter_words
from .packets import WEB, asked_plan
from .review import zone_and_day

MOST = 200  # packets accepted in one go


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The queue; who reads all packets and decides on none sees it without controls."""
    now = timezone.now()
    found = state(request.user, now)
    if not request.user.can(Can.READ_ALL_PACKETS):
        raise PermissionDenied(gettext("The desk is the supervision office's."))
    plans = readable_plans(request.user)
    plan = asked_plan(request, plans)
    if plan is None:
        return render(request, "no_plan.html")
    lines = action_lines(plan)
    wanted = _wanted(request, plan, [one.code for one in lines])
    context = {
        "plan": plan,
        "plans": plans,
        "sections": queue(plan, request.user, now, wanted),
        "wanted": wanted,
        "lines": lines,
        "quarters": [(one.code, quarter_words(one.ordinal)) for one in reversed(plan.quarters)],
        "may_decide": request.user.can(Can.REVIEW),
        "may_extend": request.user.can(Can.EXTEND),
        "extending": ExtensionForm(*zone_and_day(plan)),
        "section": "desk",
        "pulse": pulse_of(found.mark),
        "is_refresh": "X-Refresh" in request.headers,
    }
    return render(request, "desk/queue.html", context)


def _wanted(request: HttpRequest, plan: Plan, lines: list[str]) -> Wanted:
    """What cannot be used of the address narrows nothing."""
    period, line = request.GET.get("period", ""), request.GET.get("line", "")
    return Wanted(
        period if period in [one.code for one in plan.quarters] else "",
        line if line in lines else "",
        request.GET.get("text", "").replace("\x00", "").strip()[:60],
    )


@require_POST
def accept_chosen(request: HttpRequest) -> HttpResponse:
    """Accepts each `packet` (id:version) by itself and says what became of every one."""
    if not request.user.can(Can.REVIEW):
        raise PermissionDenied(str(Refused(RefusalCode.MAY_NOT_REVIEW)))
    chosen = dict(_chosen(request))
    packets = Submission.objects.visible_to(request.user).select_related("agency", "period__plan")
    found = [(one, chosen[one.pk]) for one in packets.filter(pk__in=chosen).order_by("period__ordinal", "pk")]
    outcomes = accept_many(found, by=request.user, at=timezone.now(), door=WEB)
    _tell(request, outcomes)
    plan = request.POST.get("plan", "")
    return redirect(f"{reverse('desk')}?plan={plan}" if plan.replace("-", "").isalnum() else reverse("desk"))


def _chosen(request: HttpRequest) -> Iterator[tuple[int, int]]:
    for text in request.POST.getlist("packet")[:MOST]:
        packet, _, version = text.partition(":")
        if packet.isdecimal() and version.isdecimal() and len(packet) < 18 and len(version) < 10:
            yield int(packet), int(version)


def _tell(request: HttpRequest, outcomes: list[Outcome]) -> None:
    """One message for all that were accepted, one for each that was not."""
    blocks = [one.block.number for one in outcomes if one.block]
    if blocks:
        words = ngettext(
            "%(count)s packet accepted: %(blocks)s.", "%(count)s packets accepted: %(blocks)s.", len(blocks)
        )
        named = gettext(", ").join(f"#{number}" for number in blocks)
        messages.success(request, words % {"count": len(blocks), "blocks": named})
    for one in (one for one in outcomes if one.refused):
        who = f"{one.submission.agency.short_name} {quarter_words(one.submission.period.ordinal)}"
        messages.error(request, gettext("%(packet)s was not accepted: %(why)s") % {"packet": who, "why": one.refused})
    if not outcomes:
        messages.error(request, gettext("No packet was chosen."))
