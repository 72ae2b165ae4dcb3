"""Packets and their lines: what an agency enters for a quarter, mutable until accepted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, User
from targets.models import Assignment
from targets.models.commitment import STAGES

from ..querysets import EntryQuerySet, SubmissionQuerySet
from .periods import ReportingPeriod


class State(models.TextChoices):
    """State of a packet or of one of its lines. A line is retired when its target or assignment ends before it was
    accepted: what was entered stays visible, and nothing more is asked."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    ACCEPTED = "accepted", _("accepted")
    RETIRED = "retired", _("no longer asked for")


class Submission(models.Model):
    """The packet of one agency for one quarter. Its state is that of its least settled line; retired lines count only
    where there are no others.
    """

    agency = models.ForeignKey(Agency, models.PROTECT, related_name="submissions", verbose_name=_("agency"))
    period = models.ForeignKey(ReportingPeriod, models.PROTECT, related_name="submissions", verbose_name=_("period"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("created at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("submitted by")
    )
    is_sample = models.BooleanField(_("sample data"), default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["-period__ordinal", "agency__position"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(fields=["agency", "period"], name="submission_one_per_agency_and_period"),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "retired")) | Q(submitted_by__isnull=False, submitted_at__isnull=False),
                name="submission_submitted_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["period", "state"], name="submission_period_state")]

    def __str__(self) -> str:
        return f"{self.agency} {self.period}"

    @property
    def is_late(self) -> bool:
        """Whether it was (first) submitted after its due moment."""
        return self.submitted_at is not None and self.submitted_at > self.period.due_at


class Entry(models.Model):
    """One line of a packet: what an agency reports for one assignment in one quarter.

    Null is "nothing entered", never zero. `corrects` names the accepted figure that this line replaces.
    `doubts` is a list of [code, params] raised by the rules; `explanation` is the agency's answer to them.
    `submitted_by` is who handed the line in last.
    """

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="entries", verbose_name=_("submission"))
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="entries", verbose_name=_("assignment"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6, null=True, blank=True)
    numerator = models.DecimalField(_("numerator"), max_digits=24, decimal_places=6, null=True, blank=True)
    denominator = models.DecimalField(_("denominator"), max_digits=24, decimal_places=6, null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=STAGES, blank=True)
    actual_on = models.DateField(_("actual date"), null=True, blank=True)
    words = models.TextField(_("words"), blank=True)
    nothing_because = models.TextField(_("nothing to report, because"), blank=True)
    doubts = models.JSONField(_("doubts"), default=list, blank=True)
    explanation = models.TextField(_("explanation"), blank=True)
    corrects = models.ForeignKey("Figure", models.PROTECT, null=True, blank=True, related_name="corrections")
    correction_reason = models.TextField(_("reason for the correction"), blank=True)
    return_reason = models.TextField(_("reason for the return"), blank=True)
    returned_until = models.DateTimeField(_("new deadline"), null=True, blank=True)
    # nobody asks for the lines of one person, and every index is paid for at every save
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    entered_at = models.DateTimeField(_("entered at"), null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = [
            "assignment__target__task__line__position",
            "assignment__target__task__position",
            "assignment__target__position",
            "assignment__position",
            "pk",
        ]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes = [
            # few at any time, and counted for every page
            models.Index(
                fields=["submission"],
                condition=Q(state__in=("draft", "returned")) & ~Q(doubts=[]),
                name="entry_doubted",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "assignment"],
                condition=~Q(state="accepted"),
                name="entry_one_open_line_per_assignment",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(correction_reason=""), name="entry_correction_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(numerator__isnull=True, denominator__isnull=True)
                | Q(numerator__isnull=False, denominator__gt=0),
                name="entry_ratio_has_both_parts",
            ),
            models.CheckConstraint(
                condition=Q(nothing_because="") | Q(value__isnull=True, stage=""), name="entry_nothing_means_no_number"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True, stage="") | Q(entered_by__isnull=False, entered_at__isnull=False),
                name="entry_entered_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("submitted", "returned", "accepted")) | Q(submitted_by__isnull=False),
                name="entry_submitted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment.target.code} {self.assignment.scope}"

    @property
    def is_filled(self) -> bool:
        """Whether it says something: a number, a stage, or why there is nothing."""
        return self.has_figure or bool(self.nothing_because)

    @property
    def has_figure(self) -> bool:
        return self.value is not None or bool(self.stage)
