"""A plan as its text has it: lines, tasks, clauses, and the units that each clause names."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, AgencyGroup, Named, in_language

from ..querysets import PlanQuerySet
from ..rules import Grading, GradingMethod, LineKind


class Plan(Named):
    """One published document. Thresholds are ratios (0.95), windows are days after a quarter's last day."""

    METHODS = [(GradingMethod.PACE, _("by pace")), (GradingMethod.GAP, _("by gap in percentage points"))]

    code = models.SlugField(_("code"), max_length=60, unique=True)
    document = models.CharField(_("document number"), max_length=100)
    issuer_zh = models.CharField(_("issued by (Chinese)"), max_length=200)
    issuer_en = models.CharField(_("issued by (English)"), max_length=200, blank=True)
    issued_on = models.DateField(_("issued on"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    first_period = models.CharField(_("first reported quarter"), max_length=6)
    last_period = models.CharField(_("last reported quarter"), max_length=6)
    time_zone = models.CharField(_("time zone"), max_length=60, default="Asia/Shanghai")
    grading_method = models.CharField(_("grading method"), max_length=4, choices=METHODS, default=GradingMethod.PACE)
    grading_ahead = models.DecimalField(max_digits=6, decimal_places=4, default=Decimal("1.05"))
    grading_on_track = models.DecimalField(max_digits=6, decimal_places=4, default=Decimal("0.95"))
    grading_behind = models.DecimalField(max_digits=6, decimal_places=4, default=Decimal("0.80"))
    grading_gap_behind = models.DecimalField(
        max_digits=6, decimal_places=2, default=Decimal("30"), help_text=_("percentage points")
    )
    opens_after_days = models.PositiveSmallIntegerField(_("window opens after (days)"), default=1)
    due_after_days = models.PositiveSmallIntegerField(_("due after (days)"), default=15)
    grace_days = models.PositiveSmallIntegerField(_("grace (days)"), default=5)
    closes_after_days = models.PositiveSmallIntegerField(_("window closes after (days)"), default=30)
    remind_before_days = models.PositiveSmallIntegerField(_("reminder before the due date (days)"), default=5)
    remind_after_days = models.PositiveSmallIntegerField(_("reminder after the due date (days)"), default=1)
    second_factor_roles = models.JSONField(
        _("roles that need a second factor"), default=list, blank=True, help_text=_("codes of roles, such as approver")
    )
    revision = models.PositiveIntegerField(
        default=1, help_text=_("grows whenever something that grading rests on changes")
    )

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "code"]
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="plan_starts_before_it_ends"),
            models.CheckConstraint(
                condition=Q(grading_ahead__gte=F("grading_on_track")) & Q(grading_on_track__gte=F("grading_behind")),
                name="plan_thresholds_descend",
            ),
        ]

    @property
    def issuer(self) -> str:
        return in_language(self.issuer_zh, self.issuer_en)

    @property
    def grading(self) -> Grading:
        return Grading(
            method=GradingMethod(self.grading_method),
            ahead=self.grading_ahead,
            on_track=self.grading_on_track,
            behind=self.grading_behind,
            gap_behind=self.grading_gap_behind,
        )


class ActionLine(Named):
    """One line of a plan: its objectives, one of its actions, or its safeguards."""

    KINDS = [
        (LineKind.OBJECTIVE, _("objectives")),
        (LineKind.ACTION, _("action")),
        (LineKind.SAFEGUARD, _("safeguards")),
    ]

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="lines", verbose_name=_("plan"))
    code = models.SlugField(_("code"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS)
    short_zh = models.CharField(_("short name (Chinese)"), max_length=60)
    short_en = models.CharField(_("short name (English)"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["position"]
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [models.UniqueConstraint(fields=["plan", "code"], name="line_code_unique_in_plan")]

    @property
    def short(self) -> str:
        return in_language(self.short_zh, self.short_en)


class Task(Named):
    """One numbered item of a line."""

    line = models.ForeignKey(ActionLine, models.CASCADE, related_name="tasks", verbose_name=_("line"))
    code = models.SlugField(_("code"), max_length=60)
    number = models.PositiveSmallIntegerField(_("number"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["line__position", "position"]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [models.UniqueConstraint(fields=["line", "code"], name="task_code_unique_in_line")]


class Clause(models.Model):
    """The smallest passage that has its own list of units; `text` is its exact words."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="clauses", verbose_name=_("task"))
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("text"))
    open_list = models.CharField(
        _("open list"), max_length=60, blank=True, help_text=_("words that leave the list open, for example 等")
    )

    class Meta:
        ordering = ["task", "number"]
        verbose_name = _("clause")
        verbose_name_plural = _("clauses")
        constraints = [models.UniqueConstraint(fields=["task", "number"], name="clause_number_unique_in_task")]

    def __str__(self) -> str:
        return f"{self.task.code}.{self.number}"


class ResponsibleUnit(models.Model):
    """One name in a list of units, as the text writes it: an agency, a group of agencies, or an open name."""

    clause = models.ForeignKey(Clause, models.CASCADE, null=True, blank=True, related_name="units")
    working_group = models.ForeignKey("WorkingGroup", models.CASCADE, null=True, blank=True, related_name="units")
    position = models.PositiveSmallIntegerField(_("position"))
    as_written = models.CharField(_("as written"), max_length=100)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="named_in")
    group = models.ForeignKey(AgencyGroup, models.PROTECT, null=True, blank=True, related_name="named_in")

    class Meta:
        ordering = ["position"]
        verbose_name = _("responsible unit")
        verbose_name_plural = _("responsible units")
        constraints = [
            models.CheckConstraint(
                condition=Q(clause__isnull=False, working_group__isnull=True)
                | Q(clause__isnull=True, working_group__isnull=False),
                name="unit_of_clause_or_group",
            ),
            models.CheckConstraint(
                condition=Q(agency__isnull=True) | Q(group__isnull=True), name="unit_agency_or_group"
            ),
        ]

    def __str__(self) -> str:
        return self.as_written

    @property
    def name(self) -> str:
        """In Chinese the plan's own words; in English the name of what they resolve to."""
        resolved = self.agency.short_name if self.agency_id else self.group.name if self.group_id else ""
        return in_language(self.as_written, resolved)
