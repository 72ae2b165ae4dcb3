"""Checks of the whole ledger: who asked for one, how far it came, and what it found."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import User

from ..querysets import LedgerCheckQuerySet

SILENT_FOR = timedelta(minutes=15)  # a check that says nothing for so long has ended with its worker


class LedgerCheck(models.Model):
    """One recomputation of the ledger from its first block up to the head of that time (`head_number`, `head_hash`).

    It waits while `started_at` is null and runs until `finished_at`; `seen_at` is its last sign of life. `fault` is
    empty where every block held, else what is wrong with the block `broken_number` (the codes of
    `services.ledger.Broken`), or `unfinished`. Without `asked_by` it was the nightly one.
    """

    UNFINISHED = "unfinished"

    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    seen_at = models.DateTimeField(_("last sign of life"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    head_number = models.PositiveBigIntegerField(_("head of the ledger"), default=0)
    head_hash = models.CharField(_("hash of the head"), max_length=64, blank=True)
    blocks = models.PositiveBigIntegerField(_("blocks checked"), default=0)
    broken_number = models.PositiveBigIntegerField(_("first block that does not hold"), null=True, blank=True)
    fault = models.CharField(_("fault"), max_length=12, blank=True)

    objects = LedgerCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("check of the ledger")
        verbose_name_plural = _("checks of the ledger")
        constraints = [
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=True),
                nulls_distinct=False,
                name="ledger_check_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(fault="") | Q(finished_at__isnull=False), name="ledger_check_fault_only_when_finished"
            ),
            models.CheckConstraint(
                condition=Q(broken_number__isnull=True, fault__in=("", "unfinished"))
                | (Q(broken_number__isnull=False) & ~Q(fault__in=("", "unfinished"))),
                name="ledger_check_fault_names_a_block",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.head_number} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def holds(self) -> bool:
        """Whether it came to its end and every block held."""
        return self.finished_at is not None and not self.fault

    def is_silent(self, now: datetime) -> bool:
        """Whether it is not finished and will not be: nobody has worked on it for too long."""
        return self.finished_at is None and now - self.seen_at > SILENT_FOR
