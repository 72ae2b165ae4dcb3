"""Plans and targets for the operator, to read: a plan changes by its pack and by approved adjustments."""

from django.contrib import admin

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
