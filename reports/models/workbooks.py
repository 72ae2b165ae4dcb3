"""Workbooks that were uploaded for a packet, and how far their import has come."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import User

from ..querysets import WorkbookQuerySet
from .submissions import Submission


def stored_name(workbook: Workbook, original: str) -> str:
    """A generated name below the folder of files; nothing of the upload's own name is in it."""
    return f"workbooks/{workbook.uploaded_at:%Y%m}/{uuid4().hex}"


class Workbook(models.Model):
    """One uploaded workbook: first read into a preview, then, once confirmed, saved line by line.

    `rows` is the preview: one object per row that says something, in the order of the sheet (see `reports/sheets`).
    `fault` is the code of what made the whole file unusable; empty otherwise. `rows_done` of `rows_total` have been
    read (while `reading`) or saved (while `saving`).
    """

    class State(models.TextChoices):
        READING = "reading", _("being read")
        READY = "ready", _("waiting for confirmation")
        SAVING = "saving", _("being saved")
        DONE = "done", _("saved")
        REFUSED = "refused", _("not usable")
        DISCARDED = "discarded", _("discarded")

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="workbooks", verbose_name=_("submission"))
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(_("uploaded at"))
    title = models.CharField(_("file name"), max_length=200)
    file = models.FileField(_("file"), upload_to=stored_name)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.READING)
    fault = models.CharField(_("fault"), max_length=40, blank=True)
    fault_params = models.JSONField(default=dict, blank=True)
    rows = models.JSONField(default=list, blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(_("changed at"))

    objects = WorkbookQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("workbook")
        verbose_name_plural = _("workbooks")
        constraints = [
            models.CheckConstraint(condition=Q(rows_done__lte=F("rows_total")), name="workbook_done_within_total"),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(fault="")) | (~Q(state="refused") & Q(fault="")),
                name="workbook_refused_for_a_fault",
            ),
        ]

    def __str__(self) -> str:
        return self.title
