"""`/submissions`: packets, and handing them in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.api import params
from agencies.api.idempotency import once
from agencies.api.paging import rows_of
from agencies.api.schema import Operation
from agencies.api.views import tagged
from agencies.roles import Can, Scope
from targets.api import named
from targets.api.values import moment

from ..models import Submission
from ..models.submissions import State
from ..selectors.packets import packets
from ..selectors.plans import readable_plans
from ..services import review, trusted
from .packets import API, PacketList, PacketView, nothing, own_packet, packet


class SubmissionRow(serializers.Serializer):
    """The packet of one agency for one quarter."""

    plan = serializers.CharField()
    agency = serializers.CharField()
    period = serializers.CharField(help_text="Quarter, for example 2021Q3.")
    state = serializers.ChoiceField(State.choices, help_text="That of its least settled line.")
    opens_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField(help_text="From when the quarter can no longer be entered.")
    extended_until = serializers.DateTimeField(allow_null=True, help_text="The end of this agency's extension.")
    submitted_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was first handed in: that decides whether it was late."
    )
    is_late = serializers.BooleanField(help_text="Whether it was first submitted after its due moment.")
    lines = serializers.IntegerField(help_text="Lines that are asked for.")
    missing = serializers.IntegerField(help_text="Open lines that say nothing yet.")
    doubtful = serializers.IntegerField(help_text="Submitted lines with doubts.")
    returned = serializers.IntegerField(help_text="Lines that were sent back.")
    is_sample = serializers.BooleanField(help_text="Whether it is sample data.")


EXAMPLE = OpenApiExample(
    "A draft",
    {
        "plan": "infrastructure-2020", "agency": "pudong-gov", "period": "2021Q3", "state": "draft",
        "opens_at": "2021-10-01T00:00:00+08:00", "due_at": "2021-10-16T00:00:00+08:00",
        "closes_at": "2021-10-31T00:00:00+08:00", "extended_until": None, "submitted_at": None, "is_late": False,
        "lines": 12, "missing": 3, "doubtful": 0, "returned": 0, "is_sample": False,
    },
    response_only=True,
    status_codes=["200"],
)  # fmt: skip


def told(rows: list[Submission]) -> list[dict[str, Any]]:
    """Packets as `SubmissionRow` describes them; they carry the counts of `selectors.packets.packets`."""
    return [
        {
            "plan": row.period.plan.code,
            "agency": row.agency.code,
            "period": row.period.code,
            "state": row.state,
            "opens_at": moment(row.period.opens_at, row.period.plan.time_zone),
            "due_at": moment(row.period.due_at, row.period.plan.time_zone),
            "closes_at": moment(row.period.closes_at, row.period.plan.time_zone),
            "extended_until": moment(row.extended_until, row.period.plan.time_zone),
            "submitted_at": moment(row.submitted_at, row.period.plan.time_zone),
            "is_late": row.is_late,
            "lines": row.lines,
            "missing": row.missing,
            "doubtful": row.doubtful,
            "returned": row.returned,
            "is_sample": row.is_sample,
        }
        for row in rows
    ]


class SubmissionList(PacketList):
    row = SubmissionRow
    filters = (
        params.code("plan", "Of this plan; of the newest unless told."),
        params.code("agency", "Of this agency."),
        params.code("period", "Of this quarter."),
        params.choice("state", "In this state.", State.values),
    )
    operations = {
        "GET": Operation("list_submissions", "Packets", answers={200: rows_of(SubmissionRow)}, tag="submissions")
    }

    def rows(self) -> QuerySet:
        user, wanted = self.request.user, self.wanted
        plan = next((one for one in readable_plans(user) if wanted["plan"] in (None, one.code)), None)
        if plan is None:
            if wanted["plan"]:
                raise named.unknown("plan", wanted["plan"])
            return Submission.objects.none()
        if wanted["period"]:
            named.ids("period", [wanted["period"]], plan.periods.all())
        found = packets(plan, user, period=wanted["period"] or "", state=wanted["state"] or "")
        found = named.narrowed(found, user, wanted, [named.agencies("agency")])
        return found.select_related("agency", "period__plan")

    def told(self, rows: list[Submission]) -> list[dict[str, Any]]:
        return told(rows)


class SubmissionDetail(PacketView):
    operations = {
        "GET": Operation(
            "read_submission", "One packet", answers={200: SubmissionRow}, tag="submissions", examples=[EXAMPLE]
        )
    }

    def get(self, request: Request, agency: str, period: str) -> Response:
        return tagged(request, _now(request, packet(self, agency, period)))


def _now(request: Request, found: Submission) -> dict[str, Any]:
    """A packet as it stands."""
    return told(list(packets(found.period.plan, request.user).select_related("period__plan").filter(pk=found.pk)))[0]


def _act(view: PacketView, named: dict[str, str], act: Callable[..., object]) -> Response:
    """One act on a packet by who may submit it; the packet as it stands then."""
    nothing(view.request)
    found = own_packet(view, **named, can=Can.SUBMIT)
    act(found.pk, by=view.request.user, at=timezone.now(), door=API)
    return Response(_now(view.request, found))


class NoBody(serializers.Serializer):
    """Nothing, or an empty object."""


NO_BODY = {"application/json": NoBody}
WINDOW = ("may_not_submit", "not_opened", "closed")


class Submit(PacketView):
    operations = {
        "POST": Operation(
            "submit",
            "Hand in a packet",
            Scope.SUBMIT,
            {200: SubmissionRow},
            body=NO_BODY,
            refusals=(
                *WINDOW, "already_submitted", "already_accepted", "line_retired", "nothing_to_do", "lines_empty",
                "doubts_unexplained", "two_people",
            ),
            words="Every open line says something, and every doubt is explained. Where the agency asks for two people, "
            "another person or system than the one that entered every line hands it in.",
            tag="submissions",
        )
    }  # fmt: skip

    @once
    def post(self, request: Request, **named: str) -> Response:
        return _act(self, named, review.submit)


class Withdraw(PacketView):
    operations = {
        "POST": Operation(
            "withdraw",
            "Take a submitted packet back",
            Scope.SUBMIT,
            {200: SubmissionRow},
            body=NO_BODY,
            refusals=(*WINDOW, "not_submitted", "decided_since"),
            words="As long as the supervision office has decided on no line of it, and the window is open.",
            tag="submissions",
        )
    }

    @once
    def post(self, request: Request, **named: str) -> Response:
        return _act(self, named, review.withdraw)


class AcceptTrusted(PacketView):
    operations = {
        "POST": Operation(
            "accept_trusted",
            "Have trusted lines accepted",
            Scope.SUBMIT,
            {200: SubmissionRow},
            body=NO_BODY,
            refusals=("may_not_submit", "not_submitted", "not_trusted"),
            words="Of the submitted lines those whose target and district the plan names as trusted, and about which "
            "there is no doubt, become one block of the ledger. All others wait for the supervision office.",
            tag="submissions",
        )
    }

    @once
    def post(self, request: Request, **named: str) -> Response:
        return _act(self, named, trusted.accept)
