"""Who: districts, agencies, people, their roles, and what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .querysets import AgencyQuerySet, AuditEventQuerySet, InvitationQuerySet
from .roles import AGENCY_ROLES, CAPABILITIES, Can, Role

if TYPE_CHECKING:
    from collections.abc import Iterable


def in_language(zh: str, en: str) -> str:
    """The text in the language of the reader; the other one where a translation is missing."""
    chinese = (get_language() or "zh").startswith("zh")
    return (zh or en) if chinese else (en or zh)


class Named(models.Model):
    """A thing with a name in Chinese and in English."""

    name_zh = models.CharField(_("name (Chinese)"), max_length=300)
    name_en = models.CharField(_("name (English)"), max_length=300, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return in_language(self.name_zh, self.name_en)


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


class User(AbstractUser):
    """One person. `username` is the natural key under which the ledger and the audit log name the person."""

    display_name = models.CharField(_("display name"), max_length=100, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.display_name or self.username

    @cached_property
    def roles(self) -> list[tuple[Role, int | None]]:
        """(role, agency id or None) of each membership; one statement per request."""
        return [(Role(role), agency) for role, agency in self.memberships.values_list("role", "agency_id")]

    def can(self, can: Can, agency: Agency | int | None = None) -> bool:
        """Whether any role of this person gives the capability, for the agency when one is named."""
        agency_id = agency.pk if isinstance(agency, Agency) else agency
        return any(
            can in CAPABILITIES[role] and (held is None or agency_id is None or held == agency_id)
            for role, held in self.roles
        )

    @property
    def reads_all_packets(self) -> bool:
        """Whether the desk of the supervision office is this person's to see."""
        return self.can(Can.READ_ALL_PACKETS)

    @property
    def may_read_audit(self) -> bool:
        """Whether any audit rows are this person's to read; which ones, `visible_to` decides."""
        return any(self.can(can) for can in (Can.READ_AUDIT, Can.READ_ALL_PACKETS, Can.READ_OWN_PACKETS))

    @property
    def keeps_members(self) -> bool:
        """Whether there is an agency whose members this person keeps."""
        return self.can(Can.KEEP_MEMBERS)

    def agencies_where(self, can: Can) -> Iterable[int]:
        """Ids of the agencies for which this person holds the capability through an agency role."""
        return {held for role, held in self.roles if held is not None and can in CAPABILITIES[role]}


class Membership(models.Model):
    """One role of one person, in one agency or, for office roles, without one."""

    ROLES = [
        (Role.REPORTER, _("reporter")),
        (Role.APPROVER, _("approver")),
        (Role.SUPERVISOR, _("supervisor")),
        (Role.PLAN_MANAGER, _("plan manager")),
        (Role.AUDITOR, _("auditor")),
        (Role.OPERATOR, _("operator")),
    ]

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=20, choices=ROLES)
    agency = models.ForeignKey(
        Agency, models.CASCADE, null=True, blank=True, related_name="memberships", verbose_name=_("agency")
    )

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "agency"], name="membership_unique", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(role__in=sorted(AGENCY_ROLES), agency__isnull=False)
                | (~Q(role__in=sorted(AGENCY_ROLES)) & Q(agency__isnull=True)),
                name="membership_agency_matches_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}" + (f" · {self.agency}" if self.agency_id else "")


class Invitation(models.Model):
    """One e-mail link by which somebody joins an agency in one role. Only the hash of the link's secret is kept.

    Open until it is accepted, withdrawn, or `expires_at` has passed.
    """

    ROLES = [(role, words) for role, words in Membership.ROLES if role in AGENCY_ROLES]

    email = models.EmailField(_("e-mail address"))
    display_name = models.CharField(_("display name"), max_length=100)
    role = models.CharField(
        _("role"), max_length=20, choices=[one for one in Membership.ROLES if one[0] in AGENCY_ROLES]
    )
    agency = models.ForeignKey(Agency, models.CASCADE, related_name="invitations", verbose_name=_("agency"))
    secret_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    invited_at = models.DateTimeField(_("invited at"))
    expires_at = models.DateTimeField(_("expires at"))
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("accepted by")
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=sorted(AGENCY_ROLES)), name="invitation_into_an_agency_role"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("invited_at")), name="invitation_expires_later"),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True, accepted_at__isnull=True)
                | Q(accepted_by__isnull=False, accepted_at__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="invitation_accepted_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.get_role_display()} · {self.agency}"


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
