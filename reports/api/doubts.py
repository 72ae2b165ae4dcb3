"""`/doubts`: lines of packets that the rules doubt, with what the agency says to it."""

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
from targets.models import Plan
from targets.reasons import doubt_words
from targets.rules import Stage

from ..models import Entry
from ..models.submissions import State
from ..rules.numbers import plain_or_none
from ..selectors.marks import doubts_mark
from . import moments, shown
from .shapes import DoubtWords


class DoubtRow(serializers.Serializer):
    """One line of a packet with what is doubtful about it. Doubts ask for an explanation and forbid nothing."""

    plan = serializers.CharField(help_text="Code of the plan.")
    agency = serializers.CharField(help_text="Code of the agency whose packet it is in.")
    period = serializers.CharField(help_text="Quarter of the packet, for example 2021Q3.")
    target = serializers.CharField(help_text="Code of the target.")
    district = serializers.CharField(allow_null=True, help_text="GB/T 2260 code; null for the whole city.")
    scope = serializers.CharField(help_text="Names the line within its target: the district's or the agency's code.")
    state = serializers.ChoiceField(
        State.choices, help_text="How far the line is; `accepted`: it was accepted with its doubts."
    )
    unit = serializers.CharField(help_text="Of the value, in the caller's language; empty: a milestone.")
    value = serializers.CharField(allow_null=True, help_text="In the unit, a decimal string; null: a milestone.")
    numerator = serializers.CharField(allow_null=True, help_text="Of a ratio, a decimal string; else null.")
    denominator = serializers.CharField(allow_null=True, help_text="Of a ratio, a decimal string; else null.")
    stage = serializers.ChoiceField(
        [stage.value for stage in Stage], allow_null=True, help_text="Of a milestone; else null."
    )
    doubts = DoubtWords(many=True, help_text="Each with its stable code and a sentence in the caller's language.")
    explanation = serializers.CharField(help_text="The agency's answer; empty: nobody has explained it yet.")


class DoubtList(ListView):
    row = DoubtRow
    filters = (
        named.PLAN,
        params.code("period", "Of packets of this quarter (2021Q3)."),
        params.code("agency", "Of packets of this agency (its code)."),
        named.TARGET,
        named.either("explained", "`true`: those that the agency has explained; `false`: the others."),
    )
    operations = {
        "GET": Operation(
            "list_doubts",
            "Doubtful lines",
            answers={200: rows_of(DoubtRow)},
            words="Of the packets that the caller may see, as they stand now, oldest line first.",
            examples=[
                OpenApiExample(
                    "One line",
                    {"results": [shown.DOUBTED], "next": None},
                    response_only=True,
                    status_codes=["200"],
                )
            ],
        )
    }

    def mark(self) -> str:
        plans = moments.plans_asked(self.request.user, self.wanted)
        self.found = self._found(plans)
        return doubts_mark(self.found) + repr([(plan.code, plan.revision) for plan in plans])

    def rows(self) -> QuerySet:
        return self.found.select_related("submission__period__plan", "submission__agency", "assignment__target")

    def _found(self, plans: list[Plan]) -> QuerySet[Entry]:
        user, wanted = self.request.user, self.wanted
        quarters = moments.quarters_asked(plans, wanted)
        keys = [named.targets("assignment__target"), named.agencies("submission__agency")]
        found = Entry.objects.visible_to(user).exclude(doubts=[]).exclude(state=State.RETIRED)
        found = found.filter(submission__period__in=quarters) if wanted["period"] else found
        found = found.filter(submission__period__plan__in=plans) if wanted["plan"] else found
        found = named.narrowed(found, user, wanted, keys, [plan.pk for plan in plans])
        return named.only(found, None if wanted["explained"] is None else not wanted["explained"], explanation="")

    def told(self, rows: list[Entry]) -> list[dict[str, Any]]:
        return [_told(row) for row in rows]


def _told(row: Entry) -> dict[str, Any]:
    agency, assignment = row.submission.agency.code, row.assignment
    return {
        "plan": row.submission.period.plan.code,
        "agency": agency,
        "period": row.submission.period.code,
        "target": assignment.target.code,
        "district": assignment.district_id,
        "scope": assignment.district_id or agency,
        "state": row.state,
        "unit": assignment.target.unit,
        "value": plain_or_none(row.value),
        "numerator": plain_or_none(row.numerator),
        "denominator": plain_or_none(row.denominator),
        "stage": row.stage or None,
        "doubts": [{"code": code, "words": doubt_words(code, given)} for code, given in row.doubts],
        "explanation": row.explanation,
    }
