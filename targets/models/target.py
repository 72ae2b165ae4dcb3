"""A target: one commitment that can be graded, and where the plan says it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Named, in_language

from ..querysets import TargetQuerySet
from ..rules import Accumulation, Bound, Combine
from .plan import Clause, Plan, Task


class Target(Named):
    """One commitment: a quantity, or a milestone (`bound` milestone: no goal, no unit, no percentage).

    `baseline` null means unknown. `tolerance` is a fraction of the goal, for `about` only.
    `revision` grows whenever something changes that its roll-up rests on.
    """

    BOUNDS = [
        (Bound.REACH, _("reach")),
        (Bound.AT_LEAST, _("at least")),
        (Bound.MORE_THAN, _("more than")),
        (Bound.ABOUT, _("about")),
        (Bound.AT_MOST, _("at most")),
        (Bound.LESS_THAN, _("less than")),
        (Bound.RANGE, _("range")),
        (Bound.MILESTONE, _("milestone")),
    ]
    ACCUMULATIONS = [
        (Accumulation.RUNNING_TOTAL, _("running total since the plan began")),
        (Accumulation.PER_PERIOD, _("figure of the quarter alone")),
        (Accumulation.LEVEL, _("level at the quarter's end")),
    ]
    COMBINES = [
        (Combine.SUM, _("sum of the reporters")),
        (Combine.MEAN, _("mean of the reporters")),
        (Combine.WEIGHTED, _("weighted: sum of numerators over sum of denominators")),
        (Combine.MIN, _("lowest of the reporters")),
        (Combine.MAX, _("highest of the reporters")),
        (Combine.LEAD, _("the lead agency's figure alone")),
    ]

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="targets", verbose_name=_("plan"))
    task = models.ForeignKey(Task, models.PROTECT, related_name="targets", verbose_name=_("task"))
    code = models.SlugField(_("code"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"))
    bound = models.CharField(_("bound"), max_length=10, choices=BOUNDS)
    aspirational = models.BooleanField(_("aspirational"), default=False)
    tolerance = models.DecimalField(_("tolerance"), max_digits=6, decimal_places=4, default=Decimal("0.05"))
    baseline = models.DecimalField(_("baseline"), max_digits=24, decimal_places=6, null=True, blank=True)
    unit_zh = models.CharField(_("unit (Chinese)"), max_length=30, blank=True)
    unit_en = models.CharField(_("unit (English)"), max_length=60, blank=True)
    accumulation = models.CharField(
        _("what one reported number means"), max_length=15, choices=ACCUMULATIONS, blank=True
    )
    combine = models.CharField(
        _("how reporters make the city's number"), max_length=10, choices=COMBINES, default=Combine.LEAD
    )
    measures_zh = models.TextField(_("definition (Chinese)"))
    measures_en = models.TextField(_("definition (English)"), blank=True)
    evidence_required = models.BooleanField(_("evidence required"), default=False)
    retired_on = models.DateField(_("retired on"), null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ["task__line__position", "task__position", "position"]
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="target_code_unique_in_plan"),
            models.CheckConstraint(
                condition=Q(bound="milestone", unit_zh="", accumulation="", baseline__isnull=True)
                | (~Q(bound="milestone") & ~Q(unit_zh="") & ~Q(accumulation="")),
                name="target_milestone_has_no_number",
            ),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0, tolerance__lt=1), name="target_tolerance_is_a_fraction"
            ),
        ]

    @property
    def is_milestone(self) -> bool:
        return self.bound == Bound.MILESTONE

    @property
    def unit(self) -> str:
        return in_language(self.unit_zh, self.unit_en)

    @property
    def measures(self) -> str:
        return in_language(self.measures_zh, self.measures_en)

    @property
    def is_percent(self) -> bool:
        """Whether its numbers are percentages (a ratio is reported as numerator and denominator, shown times 100)."""
        return self.unit_zh == "%"

    @property
    def ratio_scale(self) -> Decimal:
        return Decimal(100) if self.is_percent else Decimal(1)


class Citation(models.Model):
    """Where the plan says it: a clause and its exact words."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="citations", verbose_name=_("target"))
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="citations", verbose_name=_("clause"))
    position = models.PositiveSmallIntegerField(_("position"))
    words = models.TextField(_("exact words"))

    class Meta:
        ordering = ["position"]
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        constraints = [models.UniqueConstraint(fields=["target", "position"], name="citation_position_unique")]

    def __str__(self) -> str:
        return self.words
