"""What was promised by when, as decided from time to time."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import User

from ..rules import Stage
from .target import Target

STAGES = [
    (Stage.NOT_STARTED, _("not started")),
    (Stage.UNDER_WAY, _("under way")),
    (Stage.DONE, _("done")),
]


class Commitment(models.Model):
    """The goal and due date of a target, in force from a date until the next one. Append-only.

    The first row of a target is the plan's own; each later one is an approved adjustment with its decision.
    A milestone has only the due date. `decided_at` is the moment from which it was known.
    """

    target = models.ForeignKey(Target, models.CASCADE, related_name="commitments", verbose_name=_("target"))
    goal = models.DecimalField(_("goal"), max_digits=24, decimal_places=6, null=True, blank=True)
    goal_upper = models.DecimalField(_("upper goal"), max_digits=24, decimal_places=6, null=True, blank=True)
    due_on = models.DateField(_("due on"))
    in_force_from = models.DateField(_("in force from"))
    decided_at = models.DateTimeField(_("decided at"))
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.TextField(_("decision"), help_text=_("the document or minutes that this rests on"))

    class Meta:
        ordering = ["in_force_from", "pk"]
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [
            models.UniqueConstraint(fields=["target", "in_force_from"], name="commitment_one_per_day"),
            models.CheckConstraint(
                condition=Q(goal_upper__isnull=True) | Q(goal_upper__gte=F("goal")), name="commitment_range_ascends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target.code} {self.in_force_from}"


class Checkpoint(models.Model):
    """Where a target should stand at the end of a day before its due date: a value, or a milestone's stage."""

    target = models.ForeignKey(Target, models.CASCADE, related_name="checkpoints", verbose_name=_("target"))
    on = models.DateField(_("on"))
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6, null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=STAGES, blank=True)

    class Meta:
        ordering = ["on"]
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        constraints = [
            models.UniqueConstraint(fields=["target", "on"], name="checkpoint_one_per_day"),
            models.CheckConstraint(
                condition=Q(value__isnull=False, stage="") | (Q(value__isnull=True) & ~Q(stage="")),
                name="checkpoint_value_or_stage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target.code} {self.on}"
