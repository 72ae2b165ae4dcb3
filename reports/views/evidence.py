"""`/packets/<agency>/<period>/<line>/evidence/` and `/evidence/<id>/`: adding, removing and reading evidence."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from agencies.models import AuditEvent, User
from agencies.roles import Can

from ..models import Entry, Evidence, Submission
from ..rules.windows import RefusalCode
from ..selectors.evidence import line_with_evidence
from ..services import evidence as services
from ..services.entries import is_changeable
from ..services.refused import Refused
from .packets import address, found_packet, line_or_404
from .uploads import is_too_large, too_large_words

WEB = AuditEvent.Door.WEB
MARK = "X-Evidence"  # the page tells by it an answer of ours from a sign-in page that it was led to
SAFE = {
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}
log = logging.getLogger(__name__)


@csrf_exempt  # a body that is too large is answered unread, and its form token stands inside it
@require_POST
def add(request: HttpRequest, agency: str, period: str, line: int) -> HttpResponse:
    """Adds the files, and the link, that were sent; each by itself, and says which were refused and why."""
    if is_too_large(request):
        return _too_large(request, agency, period, line)
    return _add(request, agency, period, line)


@csrf_protect
def _add(request: HttpRequest, agency: str, period: str, line: int) -> HttpResponse:
    entry = _own_line(request, agency, period, line)
    refusals = _added(request, entry.pk, timezone.now())
    return _answer(request, entry, refusals)


def _added(request: HttpRequest, line: int, at: datetime) -> list[str]:
    """Why some of what was sent was refused."""
    common = {"by": request.user, "at": at, "door": WEB}
    uploads, url = request.FILES.getlist("file"), request.POST.get("url", "").strip()
    if not uploads and not url:
        return [gettext("Choose a file, or give the address of a page.")]
    tried = [_tried(services.add_file, line, upload, **common) for upload in uploads]
    if url:
        tried.append(_tried(services.add_link, line, title=request.POST.get("title", ""), url=url, **common))
    return list(filter(None, tried))


def _tried(service: Callable[..., object], *args: object, **kwargs: object) -> str:
    """Why the service refused; empty where it did not. 404 for a line that was withdrawn at this moment."""
    try:
        with line_or_404():
            service(*args, **kwargs)
    except Refused as refused:
        return str(refused)
    return ""


def _no_line() -> Http404:
    return Http404(gettext("There is no such line."))


def _too_large(request: HttpRequest, agency: str, period: str, line: int) -> HttpResponse:
    entry = _own_line(request, agency, period, line)
    if request.htmx:
        return _answer(request, entry, [too_large_words()], status=413)
    back = f"{address(entry.submission)}#line-{entry.pk}"
    return render(request, "413.html", {"sentence": too_large_words(), "back": back}, status=413)


@require_POST
def remove(request: HttpRequest, agency: str, period: str, line: int, evidence: int) -> HttpResponse:
    """Removes one piece from a line that can still be entered."""
    entry = _own_line(request, agency, period, line)
    if not entry.evidence.filter(pk=evidence).exists():
        raise Http404(gettext("There is no such evidence."))
    with suppress(Evidence.DoesNotExist):  # somebody else removed it at this moment
        refusal = _tried(services.remove, evidence, by=request.user, at=timezone.now(), door=WEB)
        return _answer(request, entry, [refusal] if refusal else [])
    return _answer(request, entry, [])


def _own_line(request: HttpRequest, agency: str, period: str, line: int) -> Entry:
    """The line that the address names: 404 for one that is hidden, 403 for one that is not the person's to change."""
    submission = found_packet(request, agency, period)
    entry = line_with_evidence(submission, line)
    if entry is None:
        raise _no_line()
    if not request.user.can(Can.ENTER, submission.agency_id):
        raise PermissionDenied(str(Refused(RefusalCode.NOT_YOUR_AGENCY)))
    return entry


def _answer(request: HttpRequest, entry: Entry, refusals: Sequence[str], status: int = 422) -> HttpResponse:
    """The line's evidence as it stands now; without htmx the packet's page, at the line."""
    if not request.htmx:
        for refusal in refusals:
            messages.error(request, refusal)
        return redirect(f"{address(entry.submission)}#line-{entry.pk}")
    context = _context(request.user, entry.submission, entry.pk) | {"refusals": refusals}
    response = render(request, "packets/_evidence.html", context, status=status if refusals else 200)
    response.headers[MARK] = "list"
    return response


def _context(user: User, submission: Submission, line: int) -> dict[str, object]:
    entry = line_with_evidence(submission, line)
    if entry is None:
        raise _no_line()
    may_change = is_changeable(entry, by=user, at=timezone.now())
    return {"entry": entry, "packet": submission, "plan": submission.period.plan, "may_change": may_change}


@require_safe
def file(request: HttpRequest, evidence: int) -> HttpResponseBase:
    """A file, to who may see its packet: always as a download, never shown as a page of this site."""
    files = Evidence.objects.visible_to(request.user).filter(kind=Evidence.Kind.FILE)
    found = files.filter(pk=evidence).first()
    if found is None:
        raise Http404(gettext("There is no such file."))
    etag = quote_etag(found.sha256)
    response = get_conditional_response(request, etag=etag) or _download(found)
    for header, value in (SAFE | {"ETag": etag}).items():
        response.headers[header] = value
    return response


def _download(found: Evidence) -> FileResponse:
    try:
        content = found.file.open("rb")
    except OSError as error:
        log.error("The file of evidence %s is missing: %s", found.pk, found.file.name)
        raise Http404(
            gettext("The file “%(title)s” is missing from the store. Tell the operator.") % {"title": found.title}
        ) from error
    media_type = found.media_type or "application/octet-stream"
    return FileResponse(content, as_attachment=True, filename=found.title, content_type=media_type)
