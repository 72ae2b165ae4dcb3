"""People, their roles, and invitations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..querysets import InvitationQuerySet
from ..roles import AGENCY_ROLES, CAPABILITIES, SYSTEM_ROLES, Can, Role
from .places import Agency

if TYPE_CHECKING:
    from collections.abc import Iterable


OF_AN_AGENCY = AGENCY_ROLES | SYSTEM_ROLES


class User(AbstractUser):
    """One person, or the account of a connected system.

    `username` is the natural key under which the ledger and the audit log name the person.
    """

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
    def system_name(self) -> str:
        """The name of the connected system whose account this is; empty for a person."""
        return self.system.name if hasattr(self, "system") else ""

    @property
    def reads_all_packets(self) -> bool:
        """Whether the desk of the supervision office is this person's to see."""
        return self.can(Can.READ_ALL_PACKETS)

    @property
    def may_read_audit(self) -> bool:
        """Whether any audit rows are this person's to read; which ones, `visible_to` decides."""
        return any(self.can(can) for can in (Can.READ_AUDIT, Can.READ_ALL_PACKETS, Can.READ_OWN_PACKETS))

    @property
    def keeps_systems(self) -> bool:
        """Whether there is an agency whose connected systems this person keeps."""
        return self.can(Can.KEEP_SYSTEMS)

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
        (Role.SYSTEM_READ, _("system: reads")),
        (Role.SYSTEM_ENTER, _("system: enters figures")),
        (Role.SYSTEM_SUBMIT, _("system: submits")),
        (Role.SYSTEM_WEBHOOKS, _("system: keeps webhooks")),
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
                condition=Q(role__in=sorted(OF_AN_AGENCY), agency__isnull=False)
                | (~Q(role__in=sorted(OF_AN_AGENCY)) & Q(agency__isnull=True)),
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
