"""`/jobs/{id}`: pushes that run in the worker, how far they have come, and what became of each row."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.api import paging
from agencies.api.paging import rows_of
from agencies.api.schema import Operation
from agencies.api.views import ApiView, ListView, tagged
from targets.api.values import moment

from ..models import Push
from .pushed import counts, rows_told
from .shapes import JobRow, PushedRow


def job(request: Request, push: Push) -> dict[str, Any]:
    """A push as `JobRow` describes it."""
    packet = push.submission
    zone = packet.period.plan.time_zone
    return {
        "id": str(push.key),
        "plan": packet.period.plan.code,
        "agency": packet.agency.code,
        "period": packet.period.code,
        "state": push.state,
        "dry_run": push.dry_run,
        "atomic": push.atomic,
        "rows_total": push.rows_total,
        "rows_done": push.rows_done,
        "counts": counts(push.answers),
        "created_at": moment(push.created_at, zone),
        "changed_at": moment(push.changed_at, zone),
        "rows": request.build_absolute_uri(reverse("api_job_rows", args=[push.key])),
    }


def found(view: ApiView, key: Any) -> Push:
    """The caller's own push; 404 for all others."""
    pushes = Push.objects.visible_to(view.request.user).defer("rows")
    push = pushes.select_related("submission__agency", "submission__period__plan").filter(key=key).first()
    if push is None:
        raise Http404(_("There is no such job."))
    return push


class JobDetail(ApiView):
    operations = {"GET": Operation("read_job", "How far a job has come", None, {200: JobRow}, tag="jobs")}

    def get(self, request: Request, key: Any) -> Response:
        return tagged(request, job(request, found(self, key)))


class JobRows(ListView):
    row = PushedRow
    operations = {
        "GET": Operation("list_job_rows", "What became of each row", None, {200: rows_of(PushedRow)}, tag="jobs")
    }

    def page(self) -> paging.Page:
        answers = found(self, self.kwargs["key"]).answers
        return paging.page_of(self.request, list(enumerate(answers)), self.wanted, key=lambda one: one[0])

    def told(self, rows: list[tuple[int, Any]]) -> list[dict[str, Any]]:
        return rows_told((answer for _index, answer in rows), first=rows[0][0] if rows else 0)
