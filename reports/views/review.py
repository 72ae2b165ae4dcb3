"""What the supervision office decides about a packet, and the request for a correction. POST only."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from agencies.roles import Can

from ..forms.packets import ReturnForm
from ..models import Submission
from ..rules.windows import RefusalCode
from ..services.entries import open_correction
from ..services.refused import Refused
from ..services.review import accept, return_lines
from .packets import WEB, address, found_packet, show


@require_POST
def review(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    """`action`: accept (all), accept_chosen or return_chosen, with `entry` for each chosen line."""
    submission = found_packet(request, agency, period)
    if not request.user.can(Can.REVIEW):
        raise PermissionDenied(str(Refused(RefusalCode.MAY_NOT_REVIEW)))
    if request.POST.get("action") == "return_chosen":
        return _return(request, submission)
    try:
        if request.POST.get("action") not in ("accept", "accept_chosen"):
            raise Refused(RefusalCode.NOTHING_TO_DO)  # a block is for ever: only who asks for it gets one
        _accept(request, submission)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(address(submission))


def _accept(request: HttpRequest, submission: Submission) -> None:
    only_chosen = request.POST.get("action") == "accept_chosen"
    block = accept(
        submission.pk,
        entries=_chosen(request) if only_chosen else None,
        version=_version(request),
        by=request.user,
        at=timezone.now(),
        door=WEB,
    )
    words = ngettext(
        "Accepted: block %(number)s of the ledger, %(count)s figure.",
        "Accepted: block %(number)s of the ledger, %(count)s figures.",
        block.figure_count,
    )
    messages.success(request, words % {"number": block.number, "count": block.figure_count})


def _return(request: HttpRequest, submission: Submission) -> HttpResponse:
    """A refused return shows the page again, with the reason that was typed and the lines that were chosen."""
    zone = ZoneInfo(submission.period.plan.time_zone)
    form = ReturnForm(timezone.localdate(timezone=zone), request.POST)
    chosen = frozenset(request.POST.getlist("entry"))
    try:
        if form.is_valid():
            return_lines(
                submission.pk,
                reason=form.cleaned_data["reason"],
                until=form.deadline(zone),
                entries=_chosen(request),
                version=_version(request),
                by=request.user,
                at=timezone.now(),
                door=WEB,
            )
            messages.success(request, gettext("The chosen lines were returned to the agency."))
            return redirect(address(submission))
    except Refused as refused:
        messages.error(request, str(refused))
    return show(request, submission, returning=form, chosen=chosen)


def _chosen(request: HttpRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("entry") if text.isdecimal() and len(text) < 18]


def _version(request: HttpRequest) -> int:
    """The packet's version that the person was looking at; none sent is none that fits."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@require_POST
def correction(request: HttpRequest, agency: str, period: str, line: int) -> HttpResponse:
    """Opens an accepted line for a correction, for the reason given."""
    submission = found_packet(request, agency, period)
    if not submission.entries.filter(pk=line).exists():
        raise Http404(gettext("There is no such line."))
    if not (request.user.can(Can.ENTER, submission.agency_id) or request.user.can(Can.REVIEW)):
        raise PermissionDenied(str(Refused(RefusalCode.NOT_YOUR_AGENCY)))
    try:
        open_correction(line, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now(), door=WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("The line is open for a correction; the accepted figure stays until then."))
    return redirect(address(submission))
