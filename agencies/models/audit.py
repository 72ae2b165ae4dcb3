"""The audit log."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ..querysets import AuditEventQuerySet
from .people import User
from .places import Agency


class AuditEvent(models.Model):
    """Who did what, before and after, why, and through which door. Append-only in the database."""

    class Door(models.TextChoices):
        WEB = "web", _("web page")
        XLSX = "xlsx", _("spreadsheet")
        API = "api", _("API")
        JOB = "job", _("job")
        COMMAND = "command", _("command line")

    at = models.DateTimeField(_("at"), db_index=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    door = models.CharField(_("door"), max_length=10, choices=Door.choices)
    action = models.CharField(_("operation"), max_length=60)
    subject = models.CharField(_("subject"), max_length=200, help_text=_("natural key of what was changed"))
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, related_name="+", verbose_name=_("agency"))
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)
    reason = models.TextField(_("reason"), blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [models.Index(fields=["subject"], name="audit_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.subject}"
