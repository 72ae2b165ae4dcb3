"""A goal that a new version of a pack states differently: a question, until somebody decides."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import User

from .commitment import Commitment
from .target import Target


class AdjustmentQuestion(models.Model):
    """Should this target's terms become what the pack now says? `asked` and `in_force` are {field: value} texts."""

    class Answer(models.TextChoices):
        OPEN = "open", _("open")
        ADOPTED = "adopted", _("adopted")
        DECLINED = "declined", _("declined")

    target = models.ForeignKey(Target, models.CASCADE, related_name="questions", verbose_name=_("target"))
    asked = models.JSONField(_("the pack says"))
    in_force = models.JSONField(_("in force"))
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices, default=Answer.OPEN)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(_("reason"), blank=True)
    commitment = models.OneToOneField(Commitment, models.PROTECT, null=True, blank=True, related_name="question")

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = _("adjustment question")
        verbose_name_plural = _("adjustment questions")
        constraints = [
            models.UniqueConstraint(fields=["target"], condition=Q(answer="open"), name="question_one_open_per_target"),
        ]

    def __str__(self) -> str:
        return f"{self.target.code}: {self.asked}"
