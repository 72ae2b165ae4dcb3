"""`/packets/` and `/packets/<agency>/<period>/`: the list, and the page on which a packet is entered and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agencies.models import AuditEvent, User
from agencies.roles import Can
from targets.models import Plan

from ..forms.packets import LineForm
from ..models import Entry, Submission
from ..models.submissions import State
from ..rules.windows import RefusalCode
from ..selectors import packets as reads
from ..selectors.agenda import agenda, with_late_words
from ..selectors.moment import is_open
from ..selectors.plans import readable_plans
from ..services.entries import save_lines
from ..services.refused import Refused
from ..services.review import submit
from ..wording import quarter_words
from .packet_page import context

WEB = AuditEvent.Door.WEB
ALL = "all"


@require_safe
def packets(request: HttpRequest) -> HttpResponse:
    """The packets that the reader may see: of the quarter that is being entered, unless another is asked for."""
    if not (request.user.can(Can.READ_OWN_PACKETS) or request.user.can(Can.READ_ALL_PACKETS)):
        raise PermissionDenied(gettext("Your roles do not include reading packets."))
    plans = readable_plans(request.user)
    plan = asked_plan(request, plans)
    if plan is None:
        return render(request, "no_plan.html")
    period, state = _asked(request, plan)
    rows, now = reads.packets(plan, request.user, period="" if period == ALL else period, state=state), timezone.now()
    context = {
        "plan": plan,
        "plans": plans,
        "rows": with_late_words(rows, now),
        "agenda": agenda(request.user, now),
        "period": period,
        "state": state,
        "states": State.choices,
        "quarters": [(one.code, quarter_words(one.ordinal)) for one in reversed(plan.quarters)],
        "section": "packets",
    }
    return render(request, "packets/list.html", context)


def asked_plan(request: HttpRequest, plans: list[Plan]) -> Plan | None:
    """The plan that the address names, the newest where it names none; null while there is none at all."""
    wanted = request.GET.get("plan", "")
    plan = next((one for one in plans if wanted in ("", one.code)), None)
    if plan is None and wanted:
        raise Http404(gettext("There is no plan “%(code)s”.") % {"code": wanted})
    return plan


def _asked(request: HttpRequest, plan: Plan) -> tuple[str, str]:
    """(quarter, state) of the address; what cannot be used of it becomes what is usual."""
    period, state = request.GET.get("period", ""), request.GET.get("state", "")
    if period not in (ALL, *(one.code for one in plan.quarters)):
        period = _usual_quarter(request.user, plan)
    return period, state if state in State else ""


def _usual_quarter(user: User, plan: Plan) -> str:
    """All quarters for an agency's own few packets; for the office the newest one that can be entered."""
    if not user.can(Can.READ_ALL_PACKETS):
        return ALL
    now = timezone.now()
    return next((one.code for one in reversed(plan.quarters) if is_open(one, now)), ALL)


def found_packet(request: HttpRequest, agency: str, period: str) -> Submission:
    """The packet that the address names; 404 for one that the reader may not see, as for one that is not there."""
    plan = request.GET.get("plan", "")
    found = None if "\x00" in plan else reads.packet(request.user, agency, period, plan)  # PostgreSQL refuses a NUL
    if found is None:
        raise Http404(gettext("There is no such packet."))
    return found


@contextmanager
def line_or_404() -> Iterator[None]:
    """404 for a line that was withdrawn at this moment."""
    try:
        yield
    except (Entry.DoesNotExist, Submission.DoesNotExist) as gone:
        raise Http404(gettext("There is no such line.")) from gone


def address(submission: Submission) -> str:
    """Of the packet's page, with its plan."""
    where = reverse("packet", args=(submission.agency.code, submission.period.code))
    return f"{where}?plan={submission.period.plan.code}"


@require_http_methods(["GET", "HEAD", "POST"])
def packet(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    """Shows a packet; a POST saves what was typed and, with `action=submit`, hands the packet in."""
    submission = found_packet(request, agency, period)
    if request.method != "POST":
        return show(request, submission)
    if not request.user.can(Can.ENTER, submission.agency_id):
        raise PermissionDenied(str(Refused(RefusalCode.NOT_YOUR_AGENCY)))
    saved = _save(request, submission)
    if saved.count:
        words = ngettext("%(count)s line saved.", "%(count)s lines saved.", saved.count)
        messages.success(request, words % {"count": saved.count})
    if saved.refusals:
        messages.error(request, gettext("Some lines could not be saved; what was typed stands below, with the reason."))
        return show(request, submission, refusals=saved.refusals)
    if request.POST.get("action") == "submit":
        _submit(request, submission, saved.seen)
    return redirect(address(submission))


class _Saved(NamedTuple):
    """How many lines were saved; by line why not; and by line the version that the person knows by now."""

    count: int
    refusals: dict[int, Refused]
    seen: dict[int, int]


def _save(request: HttpRequest, submission: Submission) -> _Saved:
    entries = [entry for entry in _lines(submission) if f"line-{entry.pk}-version" in request.POST]
    forms = [LineForm(entry, request.POST) for entry in entries]
    typed = [line for form in forms if (line := form.line())]
    with line_or_404():
        results = save_lines(submission.pk, typed, by=request.user, at=timezone.now(), door=WEB)
    outcome = dict(zip((line.entry for line in typed), results, strict=True))
    refusals = {entry: result for entry, result in outcome.items() if isinstance(result, Refused)}
    stored = {entry: result.version for entry, result in outcome.items() if isinstance(result, Entry)}
    return _Saved(len(stored), refusals, {form.entry.pk: form.seen() for form in forms} | stored)


def _lines(submission: Submission) -> list[Entry]:
    return [one.entry for group in reads.packet_lines(submission) for one in group.lines]


def _submit(request: HttpRequest, submission: Submission, seen: Mapping[int, int]) -> None:
    try:
        submit(submission.pk, by=request.user, at=timezone.now(), door=WEB, seen=seen)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("The packet was submitted to the supervision office."))


def show(
    request: HttpRequest, submission: Submission, *, refusals: Mapping[int, Refused] | None = None
) -> HttpResponse:
    """The page; 422 when something that was typed could not be taken, with all of it still in the fields."""
    submission.refresh_from_db(fields=["state", "version", "submitted_at", "submitted_by"])
    shown = context(request.user, submission, request.POST, refusals or {})
    return render(request, "packets/packet.html", shown, status=422 if refusals else 200)
