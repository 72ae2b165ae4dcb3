"""People and their roles."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from ..models import Agency, Membership, User
from ..roles import AGENCY_ROLES, Can, Role
from . import audit, letters
from .audit import Door


@transaction.atomic
def add_person(
    username: str, *, display_name: str, roles: Iterable[tuple[Role, Agency | None]], password_hash: str | None = None
) -> User:
    """Adds one person with their roles; one who is there already gets the roles that are missing.

    `password_hash` is what `make_password` gives; without it the person cannot sign in by password.
    """
    user, _ = User.objects.get_or_create(
        username=username,
        defaults={"display_name": display_name, "password": password_hash or make_password(None)},
    )
    for role, agency in roles:
        Membership.objects.get_or_create(user=user, role=role, agency=agency)
    return user


def has_been_in(user: User) -> bool:
    """Whether the account is somebody's already: from then on only they change its address."""
    return user.last_login is not None or user.has_usable_password()


def send_password_link(user: User, request: HttpRequest, *, by: User, at: datetime, door: Door) -> None:
    """E-mails the person a link to set a password, valid once."""
    request_password_reset(request, user.email, [user], None)
    audit.record("person.link_sent", user.username, actor=by, at=at, door=door, after={"email": user.email})


@transaction.atomic
def remove_second_factors(user: User, *, by: User, at: datetime, door: Door) -> None:
    """Takes authenticator app, keys and recovery codes off an account; the person is told."""
    factors = sorted(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not factors:
        return
    Authenticator.objects.filter(user=user).delete()
    audit.record("person.second_factor_removed", user.username, actor=by, at=at, door=door, before={"factor": factors})
    if user.email:
        what = gettext_lazy("The second factors of your account were removed by the operator.")
        letters.send("emails/account_changed.txt", user.email, {"what": what, "user": user, "at": at})


def roles_by_membership(user: User) -> dict[int, tuple[str, Agency | None]]:
    """Role and agency of each membership, by its id."""
    return {one.pk: (one.role, one.agency) for one in user.memberships.select_related("agency")}


def note_roles(user: User, before: dict[int, tuple[str, Agency | None]], *, by: User, at: datetime, door: Door) -> None:
    """Audit rows for what became of somebody's roles since `before`."""
    after = roles_by_membership(user)

    def told(action: str, pk: int) -> None:
        old, new = before.get(pk), after.get(pk)
        agency = (new or old)[1]
        subject = f"{agency.code}/{user.username}" if agency else user.username
        audit.record(
            action, subject, actor=by, at=at, door=door, agency=agency, before=_role(old), after=_role(new)
        )  # fmt: skip

    for pk in sorted(after.keys() - before.keys()):
        told("membership.added", pk)
    for pk in sorted(pk for pk in after.keys() & before.keys() if after[pk] != before[pk]):
        told("membership.changed", pk)
    for pk in sorted(before.keys() - after.keys()):
        told("membership.ended", pk)


def _role(held: tuple[str, Agency | None] | None) -> dict[str, str]:
    if held is None:
        return {}
    role, agency = held
    return {"role": role} | ({"agency": agency.code} if agency else {})


@transaction.atomic
def end_membership(membership_id: int, *, by: User, at: datetime, door: Door) -> Membership:
    """Takes a role of an agency from a person, from the next request on. ValidationError for the last approver."""
    membership = _kept_by(membership_id, by)
    _leaves_an_approver(membership)
    membership.delete()
    _note("membership.ended", membership, by, at, door, before={"role": membership.role})
    return membership


@transaction.atomic
def change_role(membership_id: int, role: Role, *, by: User, at: datetime, door: Door) -> Membership:
    """Makes a reporter an approver, or the other way round. ValidationError for the last approver."""
    membership = _kept_by(membership_id, by)
    if role not in AGENCY_ROLES:
        raise ValidationError(gettext("Choose the role reporter or approver."))
    if role == membership.role:
        return membership
    if Membership.objects.filter(user=membership.user, agency=membership.agency, role=role).exists():
        raise ValidationError(gettext("The person has this role already."))
    _leaves_an_approver(membership)
    before, membership.role = membership.role, role
    membership.save()
    _note("membership.changed", membership, by, at, door, before={"role": before}, after={"role": role})
    return membership


def _kept_by(membership_id: int, by: User) -> Membership:
    """The membership, its agency locked: two who end each other's at once do not leave an agency without approver."""
    membership = Membership.objects.select_related("agency", "user").get(
        pk=membership_id, agency__in=by.agencies_where(Can.KEEP_MEMBERS), role__in=AGENCY_ROLES
    )
    Agency.objects.select_for_update().get(pk=membership.agency_id)
    return Membership.objects.select_related("agency", "user").get(pk=membership_id)


def _leaves_an_approver(membership: Membership) -> None:
    others = Membership.objects.filter(agency=membership.agency, role=Role.APPROVER, user__is_active=True)
    if membership.role == Role.APPROVER and not others.exclude(pk=membership.pk).exists():
        raise ValidationError(gettext("An agency keeps at least one approver. Name another one first."))


def _note(action: str, membership: Membership, by: User, at: datetime, door: Door, **what: dict[str, str]) -> None:
    subject = f"{membership.agency.code}/{membership.user.username}"
    audit.record(action, subject, actor=by, at=at, door=door, agency=membership.agency, **what)
