"""Who may see which agencies and audit rows. Reads start here."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from .roles import Can

if TYPE_CHECKING:
    from .models import User

ABOUT_MEMBERS = ("invitation.", "membership.", "person.")  # how the operations on people and their roles begin
ABOUT_SYSTEMS = ("api_key.", "system.")  # and those on connected systems and their keys


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


class SystemQuerySet(models.QuerySet):
    """Connected systems."""

    def visible_to(self, user: User) -> Self:
        """Who keeps an agency's systems sees them; the operator sees all."""
        if user.can(Can.OPERATE):
            return self
        return self.filter(agency__in=user.agencies_where(Can.KEEP_SYSTEMS))


class AuditEventQuerySet(models.QuerySet):
    """Audit rows."""

    def visible_to(self, user: User) -> Self:
        """Auditors see all; the office sees what concerns packets, agency staff what concerns their own.

        Rows about the members of an agency carry e-mail addresses, those about its connected systems the addresses of
        its networks: only who keeps them reads them.
        """
        if user.can(Can.READ_AUDIT):
            return self
        if user.can(Can.READ_ALL_PACKETS):
            concerned = self.filter(agency__isnull=False)
        else:
            concerned = self.filter(agency__in=user.agencies_where(Can.READ_OWN_PACKETS))
        members = _begins(ABOUT_MEMBERS) & ~Q(agency__in=user.agencies_where(Can.KEEP_MEMBERS))
        systems = _begins(ABOUT_SYSTEMS) & ~Q(agency__in=user.agencies_where(Can.KEEP_SYSTEMS))
        return concerned.exclude(members | systems)


def _begins(prefixes: tuple[str, ...]) -> Q:
    """Operations that begin so."""
    return reduce(or_, (Q(action__startswith=prefix) for prefix in prefixes))
