"""Plans and targets for the operator, to read: a plan changes by its pack and by approved adjustments."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from agencies.admin import AgencyAdmin
from agencies.models import Agency
from agencies.site import ReadOnly, ReadOnlyInline

from .models import ActionLine, AdjustmentQuestion, Assignment, Commitment, Plan, PublishedFigure, Target, Task


@admin.register(Plan)
class PlanAdmin(ReadOnly):
    list_display = ["code", "name_zh", "document", "starts_on", "ends_on", "revision"]


@admin.register(ActionLine)
class ActionLineAdmin(ReadOnly):
    list_display = ["code", "plan", "kind", "name_zh"]
    list_filter = ["plan"]
    list_select_related = ["plan"]


@admin.register(Task)
class TaskAdmin(ReadOnly):
    list_display = ["code", "line", "number", "name_zh"]
    list_filter = ["line"]
    list_select_related = ["line"]


class CommitmentInline(ReadOnlyInline):
    model = Commitment


class AssignmentInline(ReadOnlyInline):
    model = Assignment


@admin.register(Target)
class TargetAdmin(ReadOnly):
    list_display = ["code", "plan", "name_zh", "bound", "unit_zh", "combine", "retired_on"]
    list_filter = ["plan", "bound", "combine"]
    list_select_related = ["plan"]
    search_fields = ["code", "name_zh", "name_en"]
    inlines = [CommitmentInline, AssignmentInline]


@admin.register(AdjustmentQuestion)
class AdjustmentQuestionAdmin(ReadOnly):
    list_display = ["target", "asked_at", "answer", "answered_by"]
    list_filter = ["answer"]
    list_select_related = ["target", "answered_by"]


@admin.register(PublishedFigure)
class PublishedFigureAdmin(ReadOnly):
    list_display = ["target", "as_of", "value", "unit_zh", "match", "reliability"]
    list_filter = ["match", "reliability"]
    list_select_related = ["target"]


admin.site.unregister(Agency)


@admin.register(Agency)
class AgencyOfPlansAdmin(AgencyAdmin):
    """Pages and charts are kept by their plan's revision: a changed name raises it where the agency is named."""

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Agency, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            return
        named = Q(targets__assignments__agency=obj) | Q(lines__tasks__clauses__units__agency=obj)
        for plan in Plan.objects.filter(named | Q(working_groups__units__agency=obj)).distinct():
            plan.revision += 1
            plan.save(update_fields=["revision"])
