"""What supports a line: files and links."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agencies.models import User

from ..querysets import EvidenceQuerySet
from .submissions import Entry


def stored_name(evidence: Evidence, original: str) -> str:
    """Where a file goes below the folder of files: a generated name. Nothing of the upload's own name is in it."""
    return f"evidence/{evidence.added_at:%Y%m}/{uuid4().hex}"


class Evidence(models.Model):
    """One file or link that supports a line, kept for ever once the line is accepted.

    A file: `title` is its name as uploaded, without folders; `sha256` (64 hexadecimal digits) and `size` (bytes) are
    of its content; `media_type` is what that was recognised as. A link: `title` is what to read for it, `url` where.
    """

    class Kind(models.TextChoices):
        FILE = "file", _("file")
        LINK = "link", _("link")

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="evidence", verbose_name=_("entry"))
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    title = models.CharField(pgettext_lazy("of a document", "title"), max_length=200)
    url = models.CharField(_("address"), max_length=1000, blank=True)
    file = models.FileField(_("file"), upload_to=stored_name, blank=True)
    media_type = models.CharField(_("type"), max_length=100, blank=True)
    size = models.PositiveBigIntegerField(_("size"), null=True, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="file", url="", size__isnull=False, sha256__regex="^[0-9a-f]{64}$") & ~Q(file="")
                | Q(kind="link", file="", sha256="", size__isnull=True, url__regex="^https?://"),
                name="evidence_is_a_file_or_a_link",
            ),
            models.UniqueConstraint(
                fields=["entry", "sha256"], condition=Q(kind="file"), name="evidence_file_once_per_line"
            ),
        ]

    def __str__(self) -> str:
        return self.title
