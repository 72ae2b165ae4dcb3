"""What is rolled up from the ledger. Everything here can be thrown away and rebuilt."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from targets.models import Target
from targets.models.commitment import STAGES
from targets.rules import Status

from .periods import ReportingPeriod

STATUSES = [
    (Status.DONE, _("done")),
    (Status.AHEAD, _("ahead")),
    (Status.ON_TRACK, _("on track")),
    (Status.BEHIND, _("behind")),
    (Status.CRITICAL, _("critical")),
    (Status.MISSED, _("missed")),
    (Status.NOT_DUE, _("not due")),
    (Status.NO_DATA, _("no data")),
]


class Progress(models.Model):
    """Rolled-up state of one target for the city, one quarter, as known now.

    completion, pace and elapsed are ratios (0.85). `rests_on` is the newest ledger number among the figures that it
    was computed from. Rows of single reporters are computed when they are read (`selectors.progress`): a target has
    some twenty of them a quarter, and storing them would make a roll-up as costly as the ledger is wide.
    """

    # derived rows, replaced at every roll-up: the checks of foreign keys would cost more than the roll-up itself

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="progress", verbose_name=_("target"), db_index=False, db_constraint=False
    )
    period = models.ForeignKey(
        ReportingPeriod,
        models.CASCADE,
        related_name="progress",
        verbose_name=_("period"),
        db_index=False,
        db_constraint=False,
    )
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6, null=True)
    numerator = models.DecimalField(_("numerator"), max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(_("denominator"), max_digits=24, decimal_places=6, null=True)
    stage = models.CharField(_("stage"), max_length=12, choices=STAGES, blank=True)
    actual_on = models.DateField(_("actual date"), null=True)
    reported = models.PositiveIntegerField(_("reporters with a figure"))
    reporters = models.PositiveIntegerField(_("reporters"))
    stale = models.PositiveIntegerField(_("figures carried from an earlier quarter"))
    expected = models.DecimalField(_("expected"), max_digits=24, decimal_places=6, null=True)
    completion = models.DecimalField(_("completion"), max_digits=18, decimal_places=6, null=True)
    pace = models.DecimalField(_("pace"), max_digits=18, decimal_places=6, null=True)
    elapsed = models.DecimalField(_("elapsed"), max_digits=9, decimal_places=6, null=True)
    status = models.CharField(_("status"), max_length=10, choices=STATUSES)
    reason_code = models.CharField(max_length=40, blank=True)
    reason_params = models.JSONField(default=dict)
    rests_on = models.PositiveBigIntegerField(_("rests on ledger number"), null=True)

    class Meta:
        ordering = ["target", "period"]
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        constraints = [
            models.UniqueConstraint(fields=["target", "period"], name="progress_unique"),
        ]
        indexes = [models.Index(fields=["period"], name="progress_period")]

    def __str__(self) -> str:
        return f"{self.target_id} {self.period_id}"


class RollupState(models.Model):
    """What one target's Progress rows were computed from. A null `ledger_number` asks for a roll-up.

    The ledger is the queue: a target waits when it has figures newer than `ledger_number`, or when its own or its
    plan's revision moved on.
    """

    target = models.OneToOneField(Target, models.CASCADE, primary_key=True, related_name="rollup")
    ledger_number = models.PositiveBigIntegerField(null=True)
    target_revision = models.PositiveIntegerField(default=0)
    plan_revision = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(null=True)
    error = models.TextField(_("error"), blank=True)
    failed_at = models.DateTimeField(_("failed at"), null=True)

    class Meta:
        verbose_name = _("roll-up state")
        verbose_name_plural = _("roll-up states")

    def __str__(self) -> str:
        return f"{self.target_id} ← {self.ledger_number}"
