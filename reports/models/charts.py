"""Plotly figures kept ready for the pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StoredChart(models.Model):
    """One Plotly figure as JSON text. `basis` names the state it rests on (ledger number and revisions)."""

    key = models.CharField(_("key"), max_length=250, primary_key=True)
    basis = models.CharField(_("basis"), max_length=120)
    ledger_number = models.PositiveBigIntegerField(_("ledger number"))
    etag = models.CharField(max_length=64)
    body = models.TextField()
    built_at = models.DateTimeField(_("built at"))

    class Meta:
        verbose_name = _("stored chart")
        verbose_name_plural = _("stored charts")

    def __str__(self) -> str:
        return self.key
