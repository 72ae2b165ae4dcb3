"""Taking back what was not decided yet: a submitted packet, or a correction that was opened by mistake. POST only."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from agencies.roles import Can

from ..rules.windows import RefusalCode
from ..services import review
from ..services.corrections import withdraw_correction
from ..services.refused import Refused
from .packets import WEB, address, found_packet, line_or_404


@require_POST
def packet_withdraw(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    """The agency's approver takes a submitted packet back."""
    submission = found_packet(request, agency, period)
    if not request.user.can(Can.SUBMIT, submission.agency_id):
        raise PermissionDenied(str(Refused(RefusalCode.MAY_NOT_SUBMIT)))
    try:
        review.withdraw(submission.pk, by=request.user, at=timezone.now(), door=WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("The packet was taken back; its lines can be entered again."))
    return redirect(address(submission))


@require_POST
def correction_withdraw(request: HttpRequest, agency: str, period: str, line: int) -> HttpResponse:
    """Removes a correction that was not submitted; the accepted figure stays as it is."""
    submission = found_packet(request, agency, period)
    if line >= 2**63 or not submission.entries.filter(pk=line).exists():
        raise Http404(gettext("There is no such line."))
    if not (request.user.can(Can.ENTER, submission.agency_id) or request.user.can(Can.REVIEW)):
        raise PermissionDenied(str(Refused(RefusalCode.NOT_YOUR_AGENCY)))
    try:
        with line_or_404():
            withdraw_correction(line, by=request.user, at=timezone.now(), door=WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("The correction was withdrawn; the accepted figure was not touched."))
    return redirect(address(submission))
