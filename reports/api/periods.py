"""`/periods`: quarters, and when each can be entered."""

from __future__ import annotations

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from agencies.api.paging import rows_of
from agencies.api.schema import Operation
from agencies.api.views import ListView
from targets.api import named
from targets.api.values import day, moment
from targets.models import Plan

from ..models import Extension, ReportingPeriod
from ..rules.windows import window_refusal
from . import shown


class PeriodRow(serializers.Serializer):
    """One quarter of a plan, and the moments of its entry window."""

    plan = serializers.CharField(help_text="Code of the plan.")
    code = serializers.CharField(help_text="Natural key within the plan, for example 2021Q3.")
    starts_on = serializers.DateField(help_text="First day of the quarter.")
    ends_on = serializers.DateField(help_text="Last day of the quarter.")
    opens_at = serializers.DateTimeField(help_text="From when it can be entered.")
    due_at = serializers.DateTimeField(help_text="A packet that is submitted later is late.")
    grace_until = serializers.DateTimeField(help_text="A packet that is not submitted by then is overdue.")
    closes_at = serializers.DateTimeField(help_text="From when it cannot be entered, without an extension.")
    extended_until = serializers.DateTimeField(
        allow_null=True, help_text="The end of the extension of the caller's agency; null: it has none."
    )
    is_open = serializers.BooleanField(help_text="Whether the caller's agency can enter it now.")


class PeriodList(ListView):
    row = PeriodRow
    order = ("plan__code", "ordinal")
    filters = (named.PLAN,)
    operations = {
        "GET": Operation(
            "list_periods",
            "Quarters and their windows",
            answers={200: rows_of(PeriodRow)},
            words="By plan and quarter. What is open is told for the agency of the caller.",
            examples=[
                OpenApiExample(
                    "One quarter",
                    {"results": [shown.PERIOD], "next": None},
                    response_only=True,
                    status_codes=["200"],
                )
            ],
        )
    }

    def rows(self) -> QuerySet:
        user, own = self.request.user, self.request.auth.agency
        granted = Extension.objects.filter(period=OuterRef("pk"), agency=own).values("until")[:1]
        seen = ReportingPeriod.objects.filter(plan__in=Plan.objects.visible_to(user)).select_related("plan")
        found = named.narrowed(seen, user, self.wanted, [named.plans("plan")])
        return found.annotate(extended_until=Subquery(granted))

    def told(self, rows: list[ReportingPeriod]) -> list[dict[str, Any]]:
        now = timezone.now()
        return [_told(row, row.plan.time_zone, now) for row in rows]


def _told(row: ReportingPeriod, zone: str, now: Any) -> dict[str, Any]:
    refusal = window_refusal(now, row.opens_at, row.closes_at, extended_until=row.extended_until)
    return {
        "plan": row.plan.code,
        "code": row.code,
        "starts_on": day(row.starts_on),
        "ends_on": day(row.ends_on),
        "opens_at": moment(row.opens_at, zone),
        "due_at": moment(row.due_at, zone),
        "grace_until": moment(row.grace_until, zone),
        "closes_at": moment(row.closes_at, zone),
        "extended_until": moment(row.extended_until, zone),
        "is_open": refusal is None,
    }
