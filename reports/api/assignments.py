"""`/assignments`: which agency answers for which target, as what, and for which part."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from agencies.api import params
from agencies.api.paging import rows_of
from agencies.api.schema import Operation
from agencies.api.views import ListView
from targets.api import named
from targets.api.targets import AnsweringRow, answering_told
from targets.models import Assignment
from targets.rules import AssignmentRole

from ..selectors.reporters import of_scope
from . import reporting, shown


class _OfTarget(serializers.Serializer):
    plan = serializers.CharField(help_text="Code of the plan.")
    target = serializers.CharField(help_text="Code of the target.")


class AssignmentRow(_OfTarget, AnsweringRow):
    """One agency, for one district or for the city, that answers for one target."""


class AssignmentList(ListView):
    row = AssignmentRow
    order = ("target__plan__code", "target__code", "pk")
    filters = (
        named.PLAN,
        named.TARGET,
        named.AGENCY,
        reporting.DISTRICT,
        reporting.SCOPE,
        params.choice("role", "As this.", AssignmentRole),
        named.either("reports", "`true`: those that enter figures; `false`: the others."),
        named.either("current", "`true`: those that still answer; `false`: those that ended."),
    )
    operations = {
        "GET": Operation(
            "list_assignments",
            "Who answers for what",
            answers={200: rows_of(AssignmentRow)},
            words="By plan and target. What has ended is there too, with the day.",
            examples=[
                OpenApiExample(
                    "One assignment",
                    {"results": [shown.ASSIGNMENT], "next": None},
                    response_only=True,
                    status_codes=["200"],
                )
            ],
        )
    }

    def rows(self) -> QuerySet:
        user, wanted = self.request.user, self.wanted
        keys = [named.plans("target__plan"), named.targets("target"), named.agencies("agency")]
        seen = Assignment.objects.visible_to(user).select_related("target__plan", "agency")
        found = named.narrowed(seen, user, wanted, keys)
        if wanted["district"]:
            found = found.of_district(reporting.district(wanted["district"]))
        if wanted["scope"]:
            found = found.filter(of_scope(reporting.scope(user, wanted["scope"])))
        found = found.filter(role=wanted["role"]) if wanted["role"] else found
        found = named.only(found, wanted["reports"], reports=True)
        return named.only(found, wanted["current"], ended_on__isnull=True, target__retired_on__isnull=True)

    def told(self, rows: list[Assignment]) -> list[dict[str, Any]]:
        return [{"plan": row.target.plan.code, "target": row.target.code, **answering_told(row)} for row in rows]
