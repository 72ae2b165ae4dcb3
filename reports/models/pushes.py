"""Large pushes of the API that run in the worker."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import User

from ..querysets import PushQuerySet
from .submissions import Submission


class Push(models.Model):
    """Rows of one packet that a system sent to be saved in the worker; `key` names it in addresses.

    `rows` is what was sent, `answers` what became of the first `rows_done` of them, both as `reports.services.pushes`
    writes them. With `atomic` all rows are saved together or none; with `dry_run` none ever is.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REJECTED = "rejected", _("rejected as a whole")

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="pushes", verbose_name=_("submission"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    created_at = models.DateTimeField(_("sent at"))
    changed_at = models.DateTimeField(_("changed at"))
    atomic = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    rows = models.JSONField(default=list)
    answers = models.JSONField(default=list, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)

    objects = PushQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("push")
        verbose_name_plural = _("pushes")
        constraints = [
            models.CheckConstraint(condition=Q(rows_done__lte=F("rows_total")), name="push_done_within_total"),
        ]
        indexes = [models.Index(fields=["state"], condition=Q(state__in=("waiting", "running")), name="push_to_do")]

    def __str__(self) -> str:
        return str(self.key)
