"""Reminders that went out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from .submissions import Submission


class Reminder(models.Model):
    """One reminder about one packet, of one moment (`about`): it is sent once, whatever runs twice.

    `recipients` are the user names that it was sent to.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("window opened")
        DUE_SOON = "due_soon", _("due soon")
        OVERDUE = "overdue", _("overdue")
        CLOSING = "closing", _("window closes soon")
        RETURNED = "returned", _("lines returned")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="reminders", verbose_name=_("submission"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    about = models.DateTimeField(_("about"))
    sent_at = models.DateTimeField(_("sent at"))
    recipients = models.JSONField(_("recipients"), default=list)

    class Meta:
        ordering = ["-sent_at"]
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["submission", "kind", "about"], name="reminder_once_per_moment"),
        ]

    def __str__(self) -> str:
        return f"{self.submission} {self.kind}"
