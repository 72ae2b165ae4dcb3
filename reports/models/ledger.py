"""The ledger: acceptances (blocks) and their figures. Append-only, guarded in the database."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from targets.models import Assignment, Target
from targets.models.commitment import STAGES

from ..querysets import AcceptanceQuerySet, FigureQuerySet
from .periods import ReportingPeriod
from .submissions import Entry, Submission


class Acceptance(models.Model):
    """One decision of the supervision office = one block of the ledger.

    `number` has no gaps. `hash` = SHA-256(previous_hash + canonical content), both as 64 hexadecimal digits;
    the first block's previous hash is 64 zeros.
    """

    number = models.PositiveBigIntegerField(_("number"), primary_key=True)
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="acceptances", verbose_name=_("submission"))
    accepted_at = models.DateTimeField(_("accepted at"))
    accepted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("accepted by"))
    submitted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("submitted by"))
    reason = models.TextField(_("reason"), blank=True)
    figure_count = models.PositiveIntegerField(_("figures"))
    previous_hash = models.CharField(_("previous hash"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64, unique=True)

    objects = AcceptanceQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        constraints = [
            models.CheckConstraint(condition=~Q(accepted_by=F("submitted_by")), name="acceptance_not_by_who_submitted"),
            models.CheckConstraint(condition=Q(number__gte=1), name="acceptance_numbers_start_at_one"),
        ]
        indexes = [models.Index(fields=["accepted_at"], name="acceptance_accepted_at")]

    def __str__(self) -> str:
        return f"#{self.number}"


class Figure(models.Model):
    """One accepted number (or stage) of one assignment for one quarter. Never changed.

    The latest acceptance of an (assignment, period) is the one in force; earlier ones are its versions.
    """

    # The composite indexes below serve every read; single-column ones would only slow the ledger's growth.
    # That a row's block is the newest and its target is its assignment's is checked by a trigger, whole blocks at once.
    acceptance = models.ForeignKey(
        Acceptance, models.PROTECT, related_name="figures", db_index=False, db_constraint=False
    )
    position = models.PositiveIntegerField(_("position in its block"))
    target = models.ForeignKey(Target, models.PROTECT, related_name="figures", db_index=False, db_constraint=False)
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="figures", db_index=False)
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="figures", db_index=False)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6, null=True)
    numerator = models.DecimalField(_("numerator"), max_digits=24, decimal_places=6, null=True)
    denominator = models.DecimalField(_("denominator"), max_digits=24, decimal_places=6, null=True)
    stage = models.CharField(_("stage"), max_length=12, choices=STAGES, blank=True)
    actual_on = models.DateField(_("actual date"), null=True)
    words = models.TextField(_("words"), blank=True)
    reason = models.TextField(_("reason for the correction"), blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="figures", db_index=False)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)

    objects = FigureQuerySet.as_manager()

    class Meta:
        ordering = ["acceptance", "position"]
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        constraints = [
            models.UniqueConstraint(fields=["acceptance", "position"], name="figure_position_unique_in_block"),
            models.UniqueConstraint(
                fields=["assignment", "period", "acceptance"], name="figure_one_version_per_acceptance"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False, stage="") | (Q(value__isnull=True) & ~Q(stage="")),
                name="figure_value_or_stage",
            ),
        ]
        indexes = [models.Index(fields=["target", "acceptance"], name="figure_target_acceptance")]

    def __str__(self) -> str:
        return f"#{self.acceptance_id}.{self.position}"
