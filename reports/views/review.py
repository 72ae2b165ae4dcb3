"""`/packets/<agency>/<period>/review/`: a packet compared, and the office's decision on each of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from agencies.models import User
from agencies.roles import Can
from targets.models import Plan

from ..forms.review import PHRASES, Choice, DecisionForm, ExtensionForm
from ..models import Submission
from ..models.submissions import State
from ..rules.windows import RefusalCode
from ..selectors import packets as reads
from ..selectors.comparison import Compared, Group, comparison, doubtful_first
from ..selectors.desk import extension_of, next_waiting
from ..selectors.four_eyes import own_of
from ..selectors.plans import readable_plans
from ..services.corrections import open_correction
from ..services.periods import extend as grant
from ..services.refused import Refused
from ..services.review import Decided, decide
from ..wording import minute, quarter_words
from .packets import WEB, address, found_packet, line_or_404


def review_address(submission: Submission) -> str:
    """Of the packet's comparison page, with its plan."""
    where = reverse("review", args=(submission.agency.code, submission.period.code))
    return f"{where}?plan={submission.period.plan.code}"


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    """Shows a packet beside what was accepted before; a POST decides on its lines (see DecisionForm)."""
    submission = found_packet(request, agency, period)
    may_decide = request.user.can(Can.REVIEW)
    if request.method == "POST" and may_decide:
        return _decide(request, submission)
    if request.method == "POST" or not request.user.can(Can.READ_ALL_PACKETS):
        raise PermissionDenied(str(Refused(RefusalCode.MAY_NOT_REVIEW)))
    return page(request, submission)


def _decide(request: HttpRequest, submission: Submission) -> HttpResponse:
    """A refusal shows the page again with everything that was marked and typed; 409 where the packet moved on."""
    waiting = submission.entries.filter(state=State.SUBMITTED).values_list("pk", flat=True)
    form = DecisionForm(*zone_and_day(submission.period.plan), list(waiting), request.POST)
    if form.returned and not form.is_valid():
        return page(request, submission, form=form, status=422)
    try:
        decided = decide(
            submission.pk,
            accept=form.accepted,
            returns=form.returned,
            until=form.deadline if form.returned else None,
            version=_version(request),
            by=request.user,
            at=timezone.now(),
            door=WEB,
        )
    except Refused as refused:
        messages.error(request, str(refused))
        conflict = refused.refusal.code == RefusalCode.VERSION_CONFLICT
        return page(request, submission, form=form, status=409 if conflict else 422)
    messages.success(request, _told(decided))
    return redirect(_onwards(request.user, decided.submission))


def zone_and_day(plan: Plan) -> tuple[ZoneInfo, date]:
    """The plan's zone, and today there."""
    zone = ZoneInfo(plan.time_zone)
    return zone, timezone.localdate(timezone=zone)


def _version(request: HttpRequest) -> int:
    """The packet's version that the person was looking at; none sent is none that fits."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _told(decided: Decided) -> str:
    """ "市经济信息化委 2022年四季度: Accepted: block 12 of the ledger, 3 figures. 1 line returned." """
    submission = decided.submission
    parts = []
    if block := decided.block:
        words = ngettext(
            "Accepted: block %(number)s of the ledger, %(count)s figure.",
            "Accepted: block %(number)s of the ledger, %(count)s figures.",
            block.figure_count,
        )
        parts.append(words % {"number": block.number, "count": block.figure_count})
    if decided.returned:
        words = ngettext("%(count)s line returned.", "%(count)s lines returned.", decided.returned)
        parts.append(words % {"count": decided.returned})
    return f"{submission.agency.short_name} {quarter_words(submission.period.ordinal)} · {' '.join(parts)}"


def _onwards(user: User, submission: Submission) -> str:
    """Back to the packet while lines of it wait; else to the next packet of the queue, or to the queue."""
    if submission.entries.filter(state=State.SUBMITTED).exists():
        return review_address(submission)
    following = _next(user, submission)
    return review_address(following) if following else f"{reverse('desk')}?plan={submission.period.plan.code}"


def _next(user: User, submission: Submission) -> Submission | None:
    plan = _readable(user, submission.period.plan)
    return next_waiting(plan, user, timezone.now(), besides=submission)


def _readable(user: User, plan: Plan) -> Plan:
    """The plan with its quarters."""
    return next(one for one in readable_plans(user) if one.pk == plan.pk)


class Row(NamedTuple):
    """One line on the page, and what was marked for it."""

    one: Compared
    chosen: Choice
    is_open: bool


class Block(NamedTuple):
    """Lines under one heading."""

    title: str
    rows: list[Row]


def page(
    request: HttpRequest,
    submission: Submission,
    *,
    form: DecisionForm | None = None,
    extending: ExtensionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The comparison page. Lines with doubts come first unless the plan's order is asked for."""
    submission.refresh_from_db(fields=["state", "version", "submitted_at", "submitted_by"])
    user, plan = request.user, submission.period.plan
    groups = comparison(submission, user)
    in_plan_order = request.GET.get("order") == "plan"
    form = form or DecisionForm(*zone_and_day(submission.period.plan), ())
    may_decide = user.can(Can.REVIEW)
    blocks = _blocks(groups, form, in_plan_order=in_plan_order, may_decide=may_decide)
    waiting = sum(row.is_open for block in blocks for row in block.rows)
    context = {
        "packet": submission,
        "plan": plan,
        "quarter": quarter_words(submission.period.ordinal),
        "due": reads.last_moment(submission.period.due_at, plan.time_zone),
        "blocks": blocks,
        "waiting": waiting,
        "form": form,
        "phrases": PHRASES,
        "in_plan_order": in_plan_order,
        "may_decide": may_decide,
        "own": _own(user, submission, groups) if may_decide else "",
        "here": review_address(submission),
        "following": _next(user, submission) if may_decide else None,
        "section": "desk",
        **_extension(submission, user, extending),
    }
    return render(request, "desk/review.html", context, status=status)


def _blocks(groups: Sequence[Group], form: DecisionForm, *, in_plan_order: bool, may_decide: bool) -> list[Block]:
    def rows(lines: Sequence[Compared]) -> list[Row]:
        return [
            Row(one, form.choice(one.line.entry.pk), may_decide and one.line.entry.state == State.SUBMITTED)
            for one in lines
        ]

    if in_plan_order:
        return [Block(group.title, rows(group.lines)) for group in groups]
    titles = (gettext("Look at these first"), gettext("Other submitted lines"), gettext("Not with the office"))
    return [Block(title, rows(lines)) for title, lines in zip(titles, doubtful_first(groups), strict=True) if lines]


def _own(user: User, submission: Submission, groups: Sequence[Group]) -> str:
    """Why this person may not accept the submitted lines; empty where nothing stands against it."""
    lines = [one.line.entry for group in groups for one in group.lines if one.line.entry.state == State.SUBMITTED]
    own = own_of(user, lines)
    if own.entered:
        return str(Refused(RefusalCode.FOUR_EYES_ENTERED))
    handed_in = own.submitted or (lines and submission.submitted_by_id == user.pk)
    return str(Refused(RefusalCode.FOUR_EYES_SUBMITTED)) if handed_in else ""


def _extension(submission: Submission, user: User, form: ExtensionForm | None) -> dict[str, Any]:
    """The extension that the agency has, and the form for one while there is something to enter."""
    held = extension_of(submission)
    zone = submission.period.plan.time_zone
    return {
        "extension": held,
        "extended": reads.last_moment(held.until, zone) if held else "",
        "extended_at": minute(held.granted_at, zone) if held else "",
        "may_extend": user.can(Can.EXTEND) and submission.state != State.ACCEPTED,
        "extending": form or ExtensionForm(*zone_and_day(submission.period.plan)),
        "is_extending": form is not None,
    }


@require_POST
def extend(request: HttpRequest, agency: str, period: str) -> HttpResponse:
    """Lets the packet's agency enter its quarter up to the end of a day, for a reason."""
    submission = found_packet(request, agency, period)
    if not request.user.can(Can.EXTEND):
        raise PermissionDenied(gettext("Only the supervision office can grant an extension."))
    form = ExtensionForm(*zone_and_day(submission.period.plan), request.POST)
    if not form.is_valid():
        return page(request, submission, extending=form, status=422)
    try:
        granted = grant(
            submission.period,
            submission.agency,
            until=form.deadline,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
            door=WEB,
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return page(request, submission, extending=form, status=422)
    words = gettext("%(agency)s can enter %(quarter)s until %(day)s.")
    told = {
        "agency": submission.agency.short_name,
        "quarter": quarter_words(submission.period.ordinal),
        "day": reads.last_moment(granted.until, submission.period.plan.time_zone),
    }
    messages.success(request, words % told)
    back = f"{reverse('desk')}?plan={submission.period.plan.code}"
    return redirect(back if request.POST.get("back") == "desk" else review_address(submission))


@require_POST
def correction(request: HttpRequest, agency: str, period: str, line: int) -> HttpResponse:
    """Opens an accepted line for a correction, for the reason given."""
    submission = found_packet(request, agency, period)
    if not submission.entries.filter(pk=line).exists():
        raise Http404(gettext("There is no such line."))
    enters = request.user.can(Can.ENTER, submission.agency_id)
    if not (enters or request.user.can(Can.REVIEW)):
        raise PermissionDenied(str(Refused(RefusalCode.NOT_YOUR_AGENCY)))
    try:
        with line_or_404():
            open_correction(line, reason=request.POST.get("reason", ""), by=request.user, at=timezone.now(), door=WEB)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("The line is open for a correction; the accepted figure stays until then."))
    return redirect(address(submission) if enters else review_address(submission))
