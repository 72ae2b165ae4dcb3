"""Who answers for a target."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, District

from ..querysets import AssignmentQuerySet
from ..rules import AssignmentRole
from .target import Target


class Assignment(models.Model):
    """One agency (for one district, or for the city) answering for one target.

    `reports`: it enters figures. `counts`: its figure enters the city's number.
    `share`: its part of the goal as a fraction (0.08), null where the plan gives none.
    `trusted`: what its system hands in may be accepted without a person, where nothing about it is doubtful.
    """

    ROLES = [
        (AssignmentRole.LEAD, _("lead")),
        (AssignmentRole.PARTNER, _("partner")),
        (AssignmentRole.DISTRICT, _("district")),
    ]

    target = models.ForeignKey(Target, models.CASCADE, related_name="assignments", verbose_name=_("target"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="assignments", verbose_name=_("agency"))
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("district")
    )
    role = models.CharField(_("role"), max_length=10, choices=ROLES)
    position = models.PositiveSmallIntegerField(_("position"))
    reports = models.BooleanField(_("reports"), default=False)
    counts = models.BooleanField(_("counts"), default=False)
    share = models.DecimalField(_("share"), max_digits=9, decimal_places=8, null=True, blank=True)
    trusted = models.BooleanField(_("trusted"), default=False)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["target", "position"]
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.UniqueConstraint(
                fields=["target", "agency", "district"], name="assignment_unique", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(role="district", district__isnull=False) | ~Q(role="district"),
                name="assignment_district_role_has_district",
            ),
            models.CheckConstraint(
                condition=Q(reports=True) | Q(counts=False), name="assignment_counts_only_if_reports"
            ),
            models.CheckConstraint(
                condition=Q(reports=True) | Q(trusted=False), name="assignment_trusted_only_if_reports"
            ),
            models.CheckConstraint(
                condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=1), name="assignment_share_is_a_fraction"
            ),
        ]
        indexes = [models.Index(F("agency"), F("target"), name="assignment_agency_target")]

    def __str__(self) -> str:
        return f"{self.target.code} {self.scope}"

    @property
    def scope(self) -> str:
        """Natural key of this reporter within its target: the district's code, else the agency's."""
        return self.district_id or self.agency.code
