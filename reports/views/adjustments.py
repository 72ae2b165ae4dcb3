"""The plan office's answer to an open question of a target. POST only; ends on the target's page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from agencies.models import AuditEvent
from agencies.roles import Can
from targets.models import AdjustmentQuestion, Target
from targets.services.adjustments import AnswerRefused

from ..forms.adjustments import AnswerForm
from ..services.adjustments import answer


@require_POST
def decide(request: HttpRequest, code: str, question: int) -> HttpResponse:
    """`action` adopt or decline, `decision` in words, `in_force_from` for what is adopted."""
    visible = Target.objects.visible_to(request.user).filter(code=code)
    asked = AdjustmentQuestion.objects.filter(pk=question, target__in=visible).select_related("target__plan").first()
    if asked is None:
        raise Http404(gettext("There is no such adjustment question."))
    if not request.user.can(Can.MANAGE_PLAN):
        raise PermissionDenied(str(AnswerRefused("may_not_decide")))
    form = AnswerForm(request.POST)
    if form.is_valid():
        _answer(request, asked, form)
    else:
        messages.error(request, form.sentence())
    return redirect(f"{reverse('target', args=[code])}?{request.GET.urlencode() or f'plan={asked.target.plan.code}'}")


def _answer(request: HttpRequest, asked: AdjustmentQuestion, form: AnswerForm) -> None:
    try:
        answer(
            asked.pk,
            adopt=form.adopts,
            decision=form.cleaned_data["decision"],
            in_force_from=form.day(timezone.localdate(timezone=ZoneInfo(asked.target.plan.time_zone))),
            by=request.user,
            at=timezone.now(),
            door=AuditEvent.Door.WEB,
        )
    except AnswerRefused as refused:
        messages.error(request, str(refused))
        return
    if form.adopts:
        messages.success(request, gettext("Adopted. The earlier terms stay on record."))
    else:
        messages.success(request, gettext("Declined. The terms in force stay as they are."))
