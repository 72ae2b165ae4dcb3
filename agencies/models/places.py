"""Districts, agencies and their groups."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..querysets import AgencyQuerySet
from .names import Named, in_language

DISTRICT_WORDS = ("新区", "区", " New Area", " District")


class District(Named):
    """One district of the city. `code` is its GB/T 2260 code, for example 310115.

    `tile_column` and `tile_row` are its place in the tile grid that stands for a map; null where the plan gives none.
    """

    code = models.CharField(_("code"), max_length=6, primary_key=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    tile_column = models.PositiveSmallIntegerField(_("column in the tile grid"), null=True, blank=True)
    tile_row = models.PositiveSmallIntegerField(_("row in the tile grid"), null=True, blank=True)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("district")
        verbose_name_plural = _("districts")
        constraints = [
            # two nulls and a number would be neither true nor false, which a check lets pass
            models.CheckConstraint(
                condition=Q(tile_column__isnull=True, tile_row__isnull=True)
                | Q(
                    tile_column__isnull=False,
                    tile_row__isnull=False,
                    tile_column__range=(1, 12),
                    tile_row__range=(1, 12),
                ),
                name="district_tile_whole",
            ),
        ]

    @property
    def short_name(self) -> str:
        """The name without the word for "district", where enough of it remains to be called by."""
        name = self.name
        word = next((word for word in DISTRICT_WORDS if name.endswith(word)), "")
        short = name.removesuffix(word)
        return short if len(short) > 1 else name


class Agency(Named):
    """One body that answers for targets: a bureau, a district government, an enterprise, an institute."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", _("municipal bureau")
        OFFICE = "office", _("municipal office")
        CENTRAL = "central", _("central agency in the city")
        DISTRICT_GOVERNMENT = "district_government", _("district government")
        AREA_COMMITTEE = "area_committee", _("area administration")
        ENTERPRISE = "enterprise", _("enterprise")
        UNIVERSITY = "university", _("university")
        RESEARCH = "research", _("research institute")
        HOSPITAL_GROUP = "hospital_group", _("hospital group")

    code = models.SlugField(_("code"), max_length=60, unique=True)
    short_name_zh = models.CharField(_("short name (Chinese), as the plan writes it"), max_length=60)
    short_name_en = models.CharField(_("short name (English)"), max_length=80, blank=True)
    aliases = models.JSONField(_("other names in the plan's text"), default=list, blank=True)
    kind = models.CharField(_("kind"), max_length=30, choices=Kind.choices)
    district = models.ForeignKey(
        District, models.PROTECT, null=True, blank=True, related_name="agencies", verbose_name=_("district")
    )
    two_people = models.BooleanField(
        _("needs two people"), default=True, help_text=_("who entered a packet cannot submit it alone")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = AgencyQuerySet.as_manager()

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        constraints = [
            models.CheckConstraint(
                condition=Q(district__isnull=False) | ~Q(kind="district_government"),
                name="agency_district_government_has_district",
            ),
        ]

    @property
    def short_name(self) -> str:
        return in_language(self.short_name_zh, self.short_name_en) or self.name


class AgencyGroup(Named):
    """A collective name in a plan's text, for example 各区政府, and the agencies that it stands for."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    members = models.ManyToManyField(Agency, related_name="groups", verbose_name=_("members"))

    class Meta:
        ordering = ["code"]
        verbose_name = _("agency group")
        verbose_name_plural = _("agency groups")
