"""Who may see which agencies and audit rows. Reads start here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from .roles import Can

if TYPE_CHECKING:
    from .models import User


class AgencyQuerySet(models.QuerySet):
    """Agencies."""

    def visible_to(self, user: User) -> Self:
        """Everyone who may read progress sees every agency: who answers for what is no secret inside."""
        return self if user.can(Can.READ_PROGRESS) or user.can(Can.OPERATE) else self.none()


class InvitationQuerySet(models.QuerySet):
    """Invitations."""

    def visible_to(self, user: User) -> Self:
        """Who keeps an agency's members sees its invitations."""
        return self.filter(agency__in=user.agencies_where(Can.KEEP_MEMBERS))


class AuditEventQuerySet(models.QuerySet):
    """Audit rows."""

    def visible_to(self, user: User) -> Self:
        """Auditors see all; agency staff see what concerns their own packets."""
        if user.can(Can.READ_AUDIT):
            return self
        return self.filter(agency__in=user.agencies_where(Can.READ_OWN_PACKETS))
