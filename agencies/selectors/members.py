"""The members page of an agency."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef

from ..models import Agency, Invitation, Membership, User
from ..roles import AGENCY_ROLES


def members(agency: Agency) -> list[Membership]:
    """Memberships of people in an agency by name, each with `has_second_factor`. One statement."""
    factor = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    people = Membership.objects.filter(agency=agency, role__in=AGENCY_ROLES)
    found = people.select_related("user").annotate(has_second_factor=Exists(factor))
    return list(found.order_by("user__display_name", "user__username", "role"))


def waiting(agency: Agency, user: User, at: datetime) -> list[Invitation]:
    """Invitations that were neither accepted nor withdrawn, newest first, each with `is_expired`. One statement."""
    found = Invitation.objects.visible_to(user).filter(agency=agency, accepted_at=None, withdrawn_at=None)
    invitations = list(found.select_related("invited_by"))
    for invitation in invitations:
        invitation.is_expired = invitation.expires_at <= at
    return invitations
