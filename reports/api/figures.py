"""`/figures`: the ledger, figure by figure."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from agencies.api import params
from agencies.api.paging import rows_of
from agencies.api.schema import Operation
from agencies.api.views import ListView
from agencies.models import in_language
from targets.api import named
from targets.api.values import day, moment
from targets.rules import Accumulation, Stage

from ..models import Figure
from ..rules.numbers import plain_or_none
from ..selectors.figure_rows import FigureFilter, figure_rows
from ..selectors.marks import ledger_mark
from . import moments, reporting, shown


class FigureRow(serializers.Serializer):
    """One accepted number or stage. It is never changed: a correction is a later figure of the same reporter, target
    and quarter.
    """

    block = serializers.IntegerField(help_text="Number of the block of the ledger that accepted it.")
    position = serializers.IntegerField(help_text="Its place in the block, from 1.")
    plan = serializers.CharField(help_text="Code of the plan.")
    target = serializers.CharField(help_text="Code of the target.")
    scope = serializers.CharField(help_text="Whose it is: the district's code, else the agency's.")
    agency = serializers.CharField(help_text="Code of the agency that reported it.")
    district = serializers.CharField(allow_null=True, help_text="GB/T 2260 code; null for the whole city.")
    period = serializers.CharField(help_text="Quarter that it is of, for example 2021Q3.")
    unit = serializers.CharField(help_text="Of the value, in the caller's language; empty: a milestone.")
    accumulation = serializers.ChoiceField(
        [one.value for one in Accumulation], allow_null=True, help_text="What the number means; null: a milestone."
    )
    value = serializers.CharField(allow_null=True, help_text="In the unit, a decimal string; null: a milestone.")
    numerator = serializers.CharField(allow_null=True, help_text="Of a ratio, a decimal string; else null.")
    denominator = serializers.CharField(allow_null=True, help_text="Of a ratio, a decimal string; else null.")
    stage = serializers.ChoiceField(
        [stage.value for stage in Stage], allow_null=True, help_text="Of a milestone; else null."
    )
    actual_on = serializers.DateField(allow_null=True, help_text="Day on which a milestone was done; else null.")
    words = serializers.CharField(help_text="What was said of it; empty: nothing.")
    reason = serializers.CharField(help_text="Why it corrects an earlier one; empty: it does not.")
    entered_by = serializers.CharField(help_text="User name of who entered it.")
    accepted_at = serializers.DateTimeField(help_text="When its block was accepted.")
    is_sample = serializers.BooleanField(help_text="Whether it is sample data.")


class FigureList(ListView):
    row = FigureRow
    order = ("acceptance_id", "position")
    filters = (
        named.PLAN,
        params.code("period", "Of this quarter (2021Q3)."),
        named.TARGET,
        named.AGENCY,
        reporting.SCOPE,
        reporting.DISTRICT,
        moments.FROM_BLOCK,
        moments.TO_BLOCK,
        moments.SINCE,
        moments.UNTIL,
    )
    operations = {
        "GET": Operation(
            "list_figures",
            "Accepted figures",
            answers={200: rows_of(FigureRow)},
            words=(
                "In the ledger's order, which never changes: whoever read up to a block goes on with `from_block`. "
                "The figure in force is the one of the latest block of its target, scope and quarter. For the whole "
                "ledger with its hashes see `ledger`."
            ),
            examples=[
                OpenApiExample(
                    "One figure",
                    {"results": [shown.FIGURE], "next": None},
                    response_only=True,
                    status_codes=["200"],
                )
            ],
        )
    }

    def mark(self) -> str:
        self.plans = moments.plans_asked(self.request.user, self.wanted)
        self.ledger = moments.ledger_now(self.plans, timezone.now())
        return ledger_mark(self.ledger) if self.ledger else "no plan"

    def rows(self) -> QuerySet:
        user, wanted = self.request.user, self.wanted
        if self.ledger is None:
            return Figure.objects.none()
        quarters = moments.quarters_asked(self.plans, wanted)
        ids = named.ids_of(user, wanted, [named.targets("target"), named.agencies("agency")], self.plans)
        asked = FigureFilter(
            [plan.pk for plan in self.plans] if wanted["plan"] else None,
            [quarter.pk for quarter in quarters] or None,
            ids.get("target"),
            ids.get("agency"),
            reporting.scope(user, wanted["scope"]) if wanted["scope"] else None,
            reporting.district(wanted["district"]) if wanted["district"] else None,
            wanted["since"],
            wanted["until"],
        )
        return figure_rows(asked, self.ledger, user).filter(moments.block_range(wanted, "acceptance"))

    def told(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [_told(row) for row in rows]


def _told(row: dict[str, Any]) -> dict[str, Any]:
    district, agency = row["assignment__district_id"], row["assignment__agency__code"]
    return {
        "block": row["acceptance_id"],
        "position": row["position"],
        "plan": row["target__plan__code"],
        "target": row["target__code"],
        "scope": district or agency,
        "agency": agency,
        "district": district,
        "period": row["period__code"],
        "unit": in_language(row["target__unit_zh"], row["target__unit_en"]),
        "accumulation": row["target__accumulation"] or None,
        "value": plain_or_none(row["value"]),
        "numerator": plain_or_none(row["numerator"]),
        "denominator": plain_or_none(row["denominator"]),
        "stage": row["stage"] or None,
        "actual_on": day(row["actual_on"]),
        "words": row["words"],
        "reason": row["reason"],
        "entered_by": row["entered_by__username"],
        "accepted_at": moment(row["acceptance__accepted_at"], row["target__plan__time_zone"]),
        "is_sample": row["acceptance__submission__is_sample"],
    }
