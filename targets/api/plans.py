"""`/plans`, `/action-lines` and `/tasks`: the plan as its text has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from agencies.api.paging import rows_of
from agencies.api.schema import Operation
from agencies.api.views import ApiView, ListView, tagged
from agencies.models import in_language

from ..models import ActionLine, Clause, Plan, Task
from ..rules import GradingMethod, LineKind
from . import examples, named
from .values import day, number


class PlanRow(serializers.Serializer):
    """One published plan, and how its targets are graded."""

    code = serializers.CharField(help_text="Natural key.")
    name = serializers.CharField(help_text="In the caller's language.")
    name_zh = serializers.CharField(help_text="In Chinese.")
    name_en = serializers.CharField(help_text="In English; empty where there is no translation.")
    document = serializers.CharField(help_text="Document number, as it was published.")
    issuer = serializers.CharField(help_text="Who issued it, in the caller's language.")
    issued_on = serializers.DateField(help_text="Day on which it was issued.")
    starts_on = serializers.DateField(help_text="First day of the plan.")
    ends_on = serializers.DateField(help_text="Last day of the plan.")
    first_period = serializers.CharField(help_text="First quarter that is reported, for example 2020Q1.")
    last_period = serializers.CharField(help_text="Last quarter that is reported.")
    time_zone = serializers.CharField(help_text="In which its days begin and end, for example Asia/Shanghai.")
    grading_method = serializers.ChoiceField(
        [method.value for method in GradingMethod],
        help_text="`pace`: value against the value expected by then; `gap`: percentage points behind the elapsed time.",
    )
    grading_ahead = serializers.CharField(help_text="Lowest pace that is `ahead`; a ratio as a decimal string.")
    grading_on_track = serializers.CharField(help_text="Lowest pace that is `on_track`; a ratio as a decimal string.")
    grading_behind = serializers.CharField(help_text="Lowest pace that is `behind`, not `critical`; likewise.")
    grading_gap_behind = serializers.CharField(
        help_text="Widest gap that is `behind`, not `critical`; percentage points as a decimal string."
    )


def plan_told(plan: Plan) -> dict[str, Any]:
    return {
        "code": plan.code,
        "name": plan.name,
        "name_zh": plan.name_zh,
        "name_en": plan.name_en,
        "document": plan.document,
        "issuer": plan.issuer,
        "issued_on": day(plan.issued_on),
        "starts_on": day(plan.starts_on),
        "ends_on": day(plan.ends_on),
        "first_period": plan.first_period,
        "last_period": plan.last_period,
        "time_zone": plan.time_zone,
        "grading_method": plan.grading_method,
        "grading_ahead": number(plan.grading_ahead),
        "grading_on_track": number(plan.grading_on_track),
        "grading_behind": number(plan.grading_behind),
        "grading_gap_behind": number(plan.grading_gap_behind),
    }


class PlanList(ListView):
    row = PlanRow
    order = ("code",)
    operations = {
        "GET": Operation(
            "list_plans",
            "Plans",
            answers={200: rows_of(PlanRow)},
            words="Every plan that the caller may read, by code.",
            examples=[
                OpenApiExample(
                    "One plan", {"results": [examples.PLAN], "next": None}, response_only=True, status_codes=["200"]
                )
            ],
        )
    }

    def rows(self) -> QuerySet:
        return Plan.objects.visible_to(self.request.user)

    def told(self, rows: list[Plan]) -> list[dict[str, Any]]:
        return [plan_told(row) for row in rows]


class PlanDetail(ApiView):
    operations = {
        "GET": Operation(
            "read_plan",
            "One plan",
            answers={200: PlanRow},
            words="`plan` is the plan's code.",
            examples=[OpenApiExample("A plan", examples.PLAN, response_only=True, status_codes=["200"])],
        )
    }

    def get(self, request: Request, plan: str) -> HttpResponse:
        found = Plan.objects.visible_to(request.user).filter(code=plan).first()
        if found is None:
            raise Http404(gettext("There is no plan “%(code)s”.") % {"code": plan})
        return tagged(request, plan_told(found))


class ActionLineRow(serializers.Serializer):
    """One line of a plan: its objectives, one of its actions, or its safeguards."""

    plan = serializers.CharField(help_text="Code of its plan.")
    code = serializers.CharField(help_text="Natural key within the plan.")
    kind = serializers.ChoiceField([kind.value for kind in LineKind], help_text="What it is.")
    name = serializers.CharField(help_text="In the caller's language.")
    name_zh = serializers.CharField(help_text="In Chinese.")
    name_en = serializers.CharField(help_text="In English; empty where there is no translation.")
    short = serializers.CharField(help_text="Short name in the caller's language.")
    position = serializers.IntegerField(help_text="Its place in the plan's text, from 1.")


class LineList(ListView):
    row = ActionLineRow
    order = ("plan__code", "code")
    filters = (named.PLAN,)
    operations = {
        "GET": Operation(
            "list_action_lines",
            "Lines of plans",
            answers={200: rows_of(ActionLineRow)},
            words="By plan and code; `position` gives the order of the plan's text.",
        )
    }

    def rows(self) -> QuerySet:
        seen = ActionLine.objects.filter(plan__in=Plan.objects.visible_to(self.request.user)).select_related("plan")
        return named.narrowed(seen, self.request.user, self.wanted, [named.plans("plan")])

    def told(self, rows: list[ActionLine]) -> list[dict[str, Any]]:
        return [
            {
                "plan": row.plan.code,
                "code": row.code,
                "kind": row.kind,
                "name": row.name,
                "name_zh": row.name_zh,
                "name_en": row.name_en,
                "short": row.short,
                "position": row.position,
            }
            for row in rows
        ]


class ClauseRow(serializers.Serializer):
    """The smallest passage of a plan that has its own list of units."""

    clause = serializers.CharField(help_text="Natural key within the line: code of the task, a point, a number.")
    text = serializers.CharField(help_text="Its exact words, in Chinese.")
    units = serializers.ListField(
        child=serializers.CharField(), help_text="Whom it names, in the plan's own words and order."
    )
    open_list = serializers.CharField(help_text="Words that leave the list open, for example 等; empty without them.")


class TaskRow(serializers.Serializer):
    """One numbered item of a line, with its clauses."""

    plan = serializers.CharField(help_text="Code of its plan.")
    line = serializers.CharField(help_text="Code of its line.")
    code = serializers.CharField(help_text="Natural key within the line.")
    number = serializers.IntegerField(help_text="Its number in the plan's text.")
    name = serializers.CharField(help_text="In the caller's language.")
    name_zh = serializers.CharField(help_text="In Chinese.")
    name_en = serializers.CharField(help_text="In English; empty where there is no translation.")
    position = serializers.IntegerField(help_text="Its place in its line.")
    clauses = ClauseRow(many=True, help_text="By number.")


class TaskList(ListView):
    row = TaskRow
    order = ("line__plan__code", "line__code", "code")
    filters = (named.PLAN, named.LINE)
    operations = {
        "GET": Operation(
            "list_tasks",
            "Tasks of plans, with their clauses",
            answers={200: rows_of(TaskRow)},
            words="By plan, line and code; `position` gives the order of the plan's text.",
        )
    }

    def rows(self) -> QuerySet:
        user = self.request.user
        seen = Task.objects.filter(line__plan__in=Plan.objects.visible_to(user)).select_related("line__plan")
        return named.narrowed(seen, user, self.wanted, [named.plans("line__plan"), named.lines("line")])

    def told(self, rows: list[Task]) -> list[dict[str, Any]]:
        clauses = _clauses({row.pk for row in rows})
        return [
            {
                "plan": row.line.plan.code,
                "line": row.line.code,
                "code": row.code,
                "number": row.number,
                "name": in_language(row.name_zh, row.name_en),
                "name_zh": row.name_zh,
                "name_en": row.name_en,
                "position": row.position,
                "clauses": clauses[row.pk],
            }
            for row in rows
        ]


def _clauses(tasks: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """By task, in the order of the text. Two statements."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Clause.objects.filter(task__in=tasks).select_related("task").prefetch_related("units")
    for row in rows.order_by("task", "number"):
        units = [unit.as_written for unit in row.units.all()]
        found[row.task_id].append({"clause": str(row), "text": row.text, "units": units, "open_list": row.open_list})
    return found
