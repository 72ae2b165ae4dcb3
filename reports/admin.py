"""Ledger, roll-up and packets for the operator, to read: that they are there and whole, not what they say.

Numbers, reasons and words of agencies are not shown: an operator runs the system and reads no progress.
"""

from __future__ import annotations

from django.contrib import admin

from agencies.site import ReadOnly

from .models import Acceptance, Extension, Figure, Progress, ReportingPeriod, RollupState, Submission


@admin.register(Acceptance)
class AcceptanceAdmin(ReadOnly):
    list_display = ["number", "submission", "accepted_at", "accepted_by", "submitted_by", "figure_count", "hash"]
    fields = [*list_display, "previous_hash"]
    list_select_related = ["submission__agency", "submission__period", "accepted_by", "submitted_by"]
    show_full_result_count = False


@admin.register(Figure)
class FigureAdmin(ReadOnly):
    list_display = ["acceptance_id", "position", "target", "assignment", "period"]
    fields = ["acceptance", "position", "target", "assignment", "period", "entered_by"]
    list_select_related = ["target", "assignment__target", "assignment__agency", "period"]
    search_fields = ["target__code"]
    show_full_result_count = False


@admin.register(Progress)
class ProgressAdmin(ReadOnly):
    list_display = fields = ["target", "period", "reported", "reporters", "stale", "rests_on"]
    list_filter = ["period"]
    list_select_related = ["target", "period"]
    search_fields = ["target__code"]


@admin.register(RollupState)
class RollupStateAdmin(ReadOnly):
    """What failed, and why: the page that a failed roll-up is looked up on."""

    list_display = ["target", "ledger_number", "computed_at", "failed_at", "error"]
    list_filter = [("failed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["target"]
    search_fields = ["target__code", "error"]
    ordering = ["-failed_at", "target__code"]


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(ReadOnly):
    list_display = ["code", "plan", "opens_at", "due_at", "grace_until", "closes_at"]
    list_filter = ["plan"]
    list_select_related = ["plan"]


@admin.register(Extension)
class ExtensionAdmin(ReadOnly):
    list_display = fields = ["agency", "period", "until", "granted_by"]
    list_select_related = ["agency", "period", "granted_by"]


@admin.register(Submission)
class SubmissionAdmin(ReadOnly):
    """State and dates only: what an agency entered is not the operator's to read."""

    list_display = ["agency", "period", "state", "submitted_at", "is_sample"]
    list_filter = ["state", "period", "is_sample"]
    list_select_related = ["agency", "period"]
