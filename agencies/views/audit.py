"""`/audit/` and `/audit/export.csv`: who did what, when, before and after, why, through which door."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from ..models import AuditEvent
from ..selectors.audit import agencies_to_choose, audit_page
from ..selectors.audit_filter import asked
from ..services.audit_export import export
from ..wording import ACTIONS


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """The rows that the reader may see, newest first; `before` turns the page."""
    if not request.user.may_read_audit:
        raise PermissionDenied(gettext("Your roles do not include reading the audit log."))
    agencies = agencies_to_choose(request.user)
    wanted = asked(request.GET, {agency.code for agency in agencies})
    page = audit_page(request.user, wanted.filter, wanted.before)
    context = {
        "filter": wanted.filter,
        "asked": wanted.filter.asked(),
        "complaints": wanted.complaints,
        "is_first": wanted.before is None,
        "rows": page.rows,
        "older": wanted.filter.query(before=str(page.older)) if page.older else "",
        "newest": wanted.filter.query(),
        "agencies": agencies,
        "actions": sorted(((code, str(words)) for code, words in ACTIONS.items()), key=lambda one: one[1]),
        "doors": AuditEvent.Door.choices,
        "section": "audit",
    }
    return render(request, "audit/log.html", context)


@require_GET  # taking the file writes an audit row: a HEAD must not
def audit_export(request: HttpRequest) -> StreamingHttpResponse:
    """All rows of the same filter as a file for a spreadsheet."""
    if not request.user.may_read_audit:
        raise PermissionDenied(gettext("Your roles do not include reading the audit log."))
    wanted = asked(request.GET, {agency.code for agency in agencies_to_choose(request.user)})
    now = timezone.now()
    lines = export(wanted.filter, by=request.user, at=now, door=AuditEvent.Door.WEB)
    name = f"audit-{timezone.localtime(now):%Y%m%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
