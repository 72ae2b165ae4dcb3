"""Invitations: an agency's approver lets somebody join by a link in an e-mail."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext

from ..models import Agency, AuditEvent, Invitation, Membership, User
from ..models.systems import is_reserved
from ..roles import AGENCY_ROLES, Can, Role
from . import audit
from .audit import Door

VALID_FOR = timedelta(days=7)
MOST_A_DAY = 100  # e-mails of one agency: a mistaken or taken-over account does not become a mail cannon
SENT = ("invitation.sent", "invitation.sent_again")


def digest(secret: str) -> str:
    """What is kept of a link's secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def invite(
    agency: Agency, *, email: str, display_name: str, role: Role, by: User, at: datetime, door: Door
) -> tuple[Invitation, str]:
    """A new invitation and its secret, which nobody can be told again. ValidationError where there is no need."""
    _allowed(by, agency)
    if role not in AGENCY_ROLES:
        raise ValidationError(gettext("Choose the role reporter or approver."))
    Agency.objects.select_for_update().get(pk=agency.pk)
    _needed(agency, email, role)
    _not_too_many(agency, at)
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        email=email.strip().lower(), display_name=" ".join(display_name.split()), role=role, agency=agency,
        invited_by=by, invited_at=at, expires_at=at + VALID_FOR, secret_hash=digest(secret),
    )  # fmt: skip
    invitation.full_clean()
    invitation.save()
    _note("invitation.sent", invitation, by, at, door, after=_facts(invitation))
    return invitation, secret


@transaction.atomic
def send_again(invitation_id: int, *, by: User, at: datetime, door: Door) -> tuple[Invitation, str]:
    """The same invitation with a new secret and seven new days; the old link ends."""
    invitation = _waiting(invitation_id, by)
    _not_too_many(invitation.agency, at)
    before, secret = _facts(invitation), secrets.token_urlsafe(32)
    invitation.secret_hash, invitation.invited_by = digest(secret), by
    invitation.invited_at, invitation.expires_at = at, at + VALID_FOR
    invitation.save()
    _note("invitation.sent_again", invitation, by, at, door, before=before, after=_facts(invitation))
    return invitation, secret


@transaction.atomic
def withdraw(invitation_id: int, *, by: User, at: datetime, door: Door) -> Invitation:
    """The link ends."""
    invitation = _waiting(invitation_id, by)
    invitation.withdrawn_at = at
    invitation.save()
    _note("invitation.withdrawn", invitation, by, at, door, before=_facts(invitation))
    return invitation


def behind(secret: str, *, at: datetime) -> Invitation:
    """The open invitation of a link. Every link that cannot be used is DoesNotExist, whatever the reason."""
    return Invitation.objects.select_related("agency", "invited_by").get(
        secret_hash=digest(secret), accepted_at=None, withdrawn_at=None, expires_at__gt=at
    )


@transaction.atomic
def accept_as_new(secret: str, *, username: str, password: str, at: datetime, door: Door) -> User:
    """Makes an account for who was invited, and joins them. ValidationError where name or password will not do."""
    invitation, username = _locked(secret, at), User.normalize_username(username)
    if is_reserved(username) or User.objects.filter(username__iexact=username).exists():
        raise ValidationError({"username": gettext("This user name is taken. Choose another one.")})
    user = User(username=username, display_name=invitation.display_name, email=invitation.email)
    user.clean_fields(exclude=["password"])
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password1": error.messages}) from error
    user.set_password(password)
    user.save()
    if not EmailAddress.objects.filter(email__iexact=user.email, verified=True).exists():
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return _join(invitation, user, at, door)


@transaction.atomic
def accept(secret: str, *, by: User, at: datetime, door: Door) -> User:
    """Joins somebody who has an account already."""
    return _join(_locked(secret, at), by, at, door)


def _join(invitation: Invitation, user: User, at: datetime, door: Door) -> User:
    invitation.accepted_by, invitation.accepted_at = user, at
    invitation.save()
    Membership.objects.get_or_create(user=user, role=invitation.role, agency=invitation.agency)
    after = {"username": user.username, "role": invitation.role, "email": invitation.email}
    _note("invitation.accepted", invitation, user, at, door, after=after)
    user.__dict__.pop("roles", None)  # read again
    return user


def _locked(secret: str, at: datetime) -> Invitation:
    """The open invitation, held against a second use at the same time."""
    found = Invitation.objects.select_for_update().filter(secret_hash=digest(secret)).first()
    if found is None or found.accepted_at or found.withdrawn_at or found.expires_at <= at:
        raise Invitation.DoesNotExist
    return found


def _waiting(invitation_id: int, by: User) -> Invitation:
    """An invitation that was neither accepted nor withdrawn, locked. DoesNotExist where the person may not see it."""
    invitation = Invitation.objects.visible_to(by).select_for_update().get(pk=invitation_id)
    if invitation.accepted_at or invitation.withdrawn_at:
        raise ValidationError(gettext("This invitation has been accepted or withdrawn already."))
    return invitation


def _allowed(by: User, agency: Agency) -> None:
    if agency.pk not in by.agencies_where(Can.KEEP_MEMBERS):
        raise PermissionDenied(gettext("Only approvers of the agency keep its members."))


def _needed(agency: Agency, email: str, role: Role) -> None:
    waiting = Invitation.objects.filter(agency=agency, accepted_at=None, withdrawn_at=None)
    if waiting.filter(email__iexact=email, role=role).exists():
        raise ValidationError(
            {"email": gettext("There is an open invitation for this address. Send it again, or withdraw it.")}
        )
    if Membership.objects.filter(agency=agency, role=role, user__email__iexact=email, user__is_active=True).exists():
        raise ValidationError({"email": gettext("The person with this address has this role already.")})


def _not_too_many(agency: Agency, at: datetime) -> None:
    sent = AuditEvent.objects.filter(agency=agency, action__in=SENT, at__gt=at - timedelta(days=1))
    if sent.count() >= MOST_A_DAY:
        raise ValidationError(gettext("This agency has sent too many invitations today. Go on tomorrow."))


def _facts(invitation: Invitation) -> dict[str, str]:
    return {
        "email": invitation.email,
        "display_name": invitation.display_name,
        "role": invitation.role,
        "expires_at": invitation.expires_at.isoformat(),
    }


def _note(action: str, invitation: Invitation, by: User, at: datetime, door: Door, **what: dict[str, str]) -> None:
    subject = f"{invitation.agency.code}/{invitation.email}"[:200]
    audit.record(action, subject, actor=by, at=at, door=door, agency=invitation.agency, **what)
