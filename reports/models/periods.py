"""Quarters, their entry windows, and dated exceptions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User
from targets.models import Plan

from ..rules.periods import quarter_name


class ReportingPeriod(models.Model):
    """One quarter of a plan and the four moments of its entry window.

    `ordinal` is year * 4 + quarter - 1, so that quarters compare as numbers. Window: open in [opens_at, closes_at);
    a packet submitted after `due_at` is late; one not submitted by `grace_until` is overdue (`rules/windows.py`).
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="periods", verbose_name=_("plan"))
    code = models.CharField(_("code"), max_length=6)
    ordinal = models.PositiveIntegerField(_("ordinal"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    opens_at = models.DateTimeField(_("window opens at"))
    due_at = models.DateTimeField(_("due at"))
    grace_until = models.DateTimeField(_("grace until"))
    closes_at = models.DateTimeField(_("window closes at"))

    class Meta:
        ordering = ["ordinal"]
        verbose_name = _("reporting period")
        verbose_name_plural = _("reporting periods")
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="period_code_unique_in_plan"),
            models.UniqueConstraint(fields=["plan", "ordinal"], name="period_ordinal_unique_in_plan"),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("due_at"), due_at__lte=F("grace_until"), grace_until__lte=F("closes_at")),
                name="period_window_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        return quarter_name(self.ordinal)


class Extension(models.Model):
    """A dated exception: one agency may enter one quarter until a moment, for a reason."""

    period = models.ForeignKey(ReportingPeriod, models.CASCADE, related_name="extensions", verbose_name=_("period"))
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="extensions", verbose_name=_("agency"))
    until = models.DateTimeField(_("until"))
    reason = models.TextField(_("reason"))
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("granted by"))
    granted_at = models.DateTimeField(_("granted at"))

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.UniqueConstraint(fields=["period", "agency"], name="extension_one_per_agency_and_period"),
            models.CheckConstraint(condition=~Q(reason=""), name="extension_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.period} → {self.until:%Y-%m-%d}"
