"""`/packets/<agency>/<period>/sheet.xlsx` and `…/workbooks/`: a packet as a workbook, there and back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from agencies.roles import Can

from ..models import Submission, Workbook
from ..refusals import words
from ..rules.windows import Refusal, RefusalCode
from ..services import workbooks as services
from ..services.refused import Refused
from ..wording import quarter_words
from .packets import address, found_packet
from .uploads import is_too_large
from .workbook_rows import preview

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKING = (Workbook.State.READING, Workbook.State.SAVING)


@require_safe
def sheet(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    """The packet as a workbook, to whoever may see the packet."""
    submission = found_packet(request, agency, period)
    content = services.sheet(submission, reader=request.user, at=timezone.now())
    name = f"{submission.agency.short_name}-{quarter_words(submission.period.ordinal)}.xlsx"
    return _download(content, name)


def _download(content: bytes, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(True, name),
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=XLSX, headers=headers)


@csrf_exempt  # a body that is too large is answered unread, and its form token stands inside it
@require_POST
def upload(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    """Takes a filled workbook and leads to its preview; nothing of the packet is changed."""
    if is_too_large(request):
        submission = found_packet(request, agency, period)
        too_large = Refusal(RefusalCode.SHEET_TOO_LARGE, {"limit": str(services.MAX_MEGABYTES)})
        context = {"sentence": words(too_large), "back": f"{address(submission)}#workbooks"}
        return render(request, "413.html", context, status=413)
    return _upload(request, agency, period)


@csrf_protect
def _upload(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    submission = found_packet(request, agency, period)
    if not request.user.can(Can.ENTER, submission.agency_id):
        raise PermissionDenied(str(Refused(RefusalCode.NOT_YOUR_AGENCY)))
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, gettext("Choose a file."))
        return redirect(f"{address(submission)}#workbooks")
    try:
        found = services.receive(submission, file, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"{address(submission)}#workbooks")
    return redirect(_address(found, submission))


def _address(found: Workbook, submission: Submission, name: str = "workbook") -> str:
    where = reverse(name, args=(submission.agency.code, submission.period.code, found.pk))
    return f"{where}?plan={submission.period.plan.code}"


def _found(request: HttpRequest, agency: str, period: str, workbook: int) -> tuple[Submission, Workbook]:
    """404 for a workbook that the reader may not see, as for one that is not there."""
    submission = found_packet(request, agency, period)
    readable = Workbook.objects.visible_to(request.user).select_related("uploaded_by")
    found = readable.filter(submission=submission, pk=workbook).first()
    if found is None:
        raise Http404(gettext("There is no such workbook."))
    found.submission = submission
    return submission, found


@require_safe
def workbook(request: HttpRequest, agency: str, period: str, workbook: int) -> HttpResponse:
    """Preview, progress or result; to htmx the progress alone, and a reload once there is more to see."""
    submission, found = _found(request, agency, period, workbook)
    is_working = found.state in WORKING
    if request.htmx and not is_working:
        return HttpResponseClientRefresh()
    context = {
        "packet": submission,
        "plan": submission.period.plan,
        "quarter": quarter_words(submission.period.ordinal),
        "workbook": found,
        "is_working": is_working,
        "is_own": found.uploaded_by_id == request.user.pk,
        "fault": words(Refusal(RefusalCode(found.fault), found.fault_params)) if found.fault else "",
        "section": "packets",
    }
    if request.htmx:
        return render(request, "packets/_workbook_progress.html", context)
    return render(request, "packets/workbook.html", context | {"preview": None if is_working else preview(found)})


@require_POST
def confirm(request: HttpRequest, agency: str, period: str, workbook: int) -> HttpResponse:
    """Saves what the preview showed."""
    return _act(request, _found(request, agency, period, workbook), services.confirm)


@require_POST
def discard(request: HttpRequest, agency: str, period: str, workbook: int) -> HttpResponse:
    """Forgets a workbook that was not confirmed."""
    return _act(request, _found(request, agency, period, workbook), services.discard)


def _act(request: HttpRequest, which: tuple[Submission, Workbook], service: Callable[..., Workbook]) -> HttpResponse:
    submission, found = which
    try:
        service(found.pk, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(_address(found, submission))


@require_safe
def marked(request: HttpRequest, agency: str, period: str, workbook: int) -> HttpResponse:
    """The uploaded workbook with its refused cells marked."""
    submission, found = _found(request, agency, period, workbook)
    try:
        content = services.marked_copy(found)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_address(found, submission))
    stem = found.title.removesuffix(".xlsx")
    return _download(content, f"{stem}-{gettext('marked')}.xlsx")
