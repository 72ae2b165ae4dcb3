"""`/packets/<agency>/<period>/<line>/save/` and `…/changes/`: a line that saves itself, and what others saved.

Both answer with fragments; the fields that somebody may be typing in are never among them.
"""

from __future__ import annotations

import re

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from agencies.roles import Can

from ..forms.packets import LineForm
from ..models import Submission
from ..rules.windows import RefusalCode
from ..selectors import packets as reads
from ..services.entries import save_lines
from ..services.refused import Refused
from .packet_page import counts, rows
from .packets import WEB, found_packet, line_or_404

SEEN = re.compile(r"(\d{1,9})((?:~\d{1,18}\.\d{1,9}){0,500})")  # the packet's version ~ line.version ~ …
MARK = "X-Packet-Lines"  # the page tells by it an answer of ours from a sign-in page that it was led to


@require_POST
def line_save(request: HttpRequest, agency: str, period: str, line: int) -> HttpResponse:
    """Saves one line as it is typed. 409 for a conflict, 422 for any other refusal; each with the line's fragment."""
    submission = found_packet(request, agency, period)
    if not request.user.can(Can.ENTER, submission.agency_id):
        raise PermissionDenied(str(Refused(RefusalCode.NOT_YOUR_AGENCY)))
    entry = reads.line(submission, line) if line < 2**63 else None
    if entry is None:
        raise Http404(gettext("There is no such line."))
    typed = LineForm(entry, request.POST).line()
    with line_or_404():
        results = save_lines(submission.pk, [typed] if typed else [], by=request.user, at=timezone.now(), door=WEB)
    refused = next((result for result in results if isinstance(result, Refused)), None)
    return _fragments(request, submission, {line}, {line: refused} if refused else {})


@require_safe
def packet_changes(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    """Lines that are not in the version that `since` names; 204 while there is nothing new."""
    submission = found_packet(request, agency, period)
    since = SEEN.fullmatch(request.GET.get("since", ""))
    if since is None:
        return HttpResponse(gettext("“since” is not what this page sends."), status=400, content_type="text/plain")
    seen = {int(pk): int(version) for pk, version in re.findall(r"~(\d+)\.(\d+)", since[2]) if int(pk) < 2**63}
    changed = reads.changed_lines(submission, seen)
    has_moved = int(since[1]) != submission.version
    if not changed and not has_moved:
        return HttpResponse(status=204, headers={MARK: "none"})
    return _fragments(request, submission, changed, {}, has_moved=has_moved)


def _fragments(
    request: HttpRequest,
    submission: Submission,
    lines: set[int],
    refusals: dict[int, Refused],
    *,
    has_moved: bool = False,
) -> HttpResponse:
    now = timezone.now()
    shown = rows(request.user, submission, request.POST, refusals, now=now, only=lines) if lines else []
    context = {"packet": submission, "plan": submission.period.plan, "rows": shown, "has_moved": has_moved}
    code = next((refused.refusal.code for refused in refusals.values()), None)
    status = 200 if code is None else 409 if code == RefusalCode.VERSION_CONFLICT else 422
    context |= counts(submission, now)
    response = render(request, "packets/_lines.html", context, status=status)
    response.headers[MARK] = "lines"
    return response
