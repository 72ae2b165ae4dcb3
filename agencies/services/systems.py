"""Connected systems and their keys: made by an agency's approver or the operator, rotated, revoked, disconnected."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_lazy

from ..models import Agency, ApiKey, Membership, System, User
from ..models.systems import ACCOUNT
from ..roles import SCOPES, Can, Scope
from . import audit
from .audit import Door

MARK = "nib_"  # how every key begins, so that a key in the wrong place is recognised
VALID_DAYS = 365  # of a key, unless another number of days is chosen
MOST_DAYS = 730
OVERLAP = timedelta(days=7)  # for how long the old key still works after a rotation
MOST_SYSTEMS = 50  # of one agency
MOST_NETWORKS = 20


def digest(key: str) -> str:
    """What is kept of a key. Its secret has 256 random bits: a slow hash would protect nothing more."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


@transaction.atomic
def connect(
    agency: Agency,
    *,
    name: str,
    scopes: Collection[Scope],
    networks: Iterable[str] = (),
    oauth_client: str = "",
    days: int = VALID_DAYS,
    by: User,
    at: datetime,
    door: Door,
) -> tuple[System, str]:
    """A new system and its first key, which nobody can be told again. ValidationError for what cannot be.

    Only the operator names its client at the identity service: who names another agency's takes its tokens away.
    """
    _allowed(by, agency)
    _may_name(by, oauth_client)
    Agency.objects.select_for_update().get(pk=agency.pk)
    if System.objects.filter(agency=agency, ended_at=None).count() >= MOST_SYSTEMS:
        raise ValidationError(gettext("An agency connects at most %(most)s systems.") % {"most": MOST_SYSTEMS})
    system = System(agency=agency, created_by=by, created_at=at)
    _describe(system, name, scopes, networks, oauth_client)
    system.user = _account(system)
    _save(system)
    _grant(system, scopes)
    _note("system.connected", system, by, at, door, after=facts(system))
    return system, _new_key(system, days, by, at, door)


@transaction.atomic
def change(
    system_id: int,
    *,
    name: str,
    scopes: Collection[Scope],
    networks: Iterable[str],
    oauth_client: str | None = None,
    by: User,
    at: datetime,
    door: Door,
) -> System:
    """Another name, other rights or networks, from the next call on; the client as it is, where none is given.

    ValidationError for what cannot be.
    """
    system = _lock(system_id, by)
    before = facts(system)
    client = system.oauth_client if oauth_client is None else oauth_client
    _may_name(by, client, instead_of=system.oauth_client)
    _describe(system, name, scopes, networks, client)
    _save(system)
    User.objects.filter(pk=system.user_id).update(display_name=system.name)
    _grant(system, scopes)
    if (after := facts(system)) != before:
        _note("system.changed", system, by, at, door, before=before, after=after)
    return system


@transaction.atomic
def rotate(
    system_id: int, *, newest: int | None = None, days: int = VALID_DAYS, by: User, at: datetime, door: Door
) -> str:
    """A new key; those before it work for `OVERLAP` more at most, so that nobody has to change both ends at once.

    `newest` is the id of the newest key that the person knew of: a form that is sent twice makes one key.
    """
    system = _lock(system_id, by)
    if newest is not None and newest != system.keys.values_list("pk", flat=True).first():
        raise ValidationError(gettext("A newer key has been made meanwhile; no other one was made."))
    for key in system.keys.filter(revoked_at=None, expires_at__gt=at + OVERLAP):
        before, key.expires_at = _told(key), at + OVERLAP
        key.save(update_fields=["expires_at"])
        _note("api_key.replaced", system, by, at, door, key=key, before=before, after=_told(key))
    return _new_key(system, days, by, at, door)


@transaction.atomic
def revoke(key_id: int, *, by: User, at: datetime, door: Door) -> ApiKey:
    """The key is refused from the next call on. ApiKey.DoesNotExist where the person keeps no such key."""
    system_id = ApiKey.objects.values_list("system_id", flat=True).get(pk=key_id)
    try:
        system = _lock(system_id, by)
    except System.DoesNotExist as error:
        raise ApiKey.DoesNotExist from error
    key = system.keys.get(pk=key_id)
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        _note("api_key.revoked", system, by, at, door, key=key, before=_told(key))
    return key


@transaction.atomic
def disconnect(system_id: int, *, by: User, at: datetime, door: Door) -> System:
    """Ends a system: its keys and its rights; what it entered stays under its name."""
    system = _lock(system_id, by)
    before = facts(system)
    system.keys.filter(revoked_at=None).update(revoked_at=at)
    system.user.memberships.all().delete()
    User.objects.filter(pk=system.user_id).update(is_active=False)
    system.ended_at = at
    system.save(update_fields=["ended_at"])
    _note("system.disconnected", system, by, at, door, before=before)
    return system


def facts(system: System) -> dict[str, Any]:
    """What a system is, for audit rows."""
    system.user.__dict__.pop("roles", None)  # they may just have changed
    return {
        "name": system.name,
        "scopes": [str(scope) for scope in system.scopes],
        "networks": system.networks,
        "oauth_client": system.oauth_client,
    }


def _told(key: ApiKey) -> dict[str, str]:
    return {"expires_at": key.expires_at.isoformat()}


def _allowed(by: User, agency: Agency) -> None:
    if not by.can(Can.KEEP_SYSTEMS, agency):
        raise PermissionDenied(gettext("Only approvers of the agency and the operator keep its connected systems."))


def _may_name(by: User, oauth_client: str, *, instead_of: str = "") -> None:
    if oauth_client != instead_of and not by.can(Can.OPERATE):
        raise PermissionDenied(gettext("Only the operator names a system's client at the central identity service."))


def _lock(system_id: int, by: User) -> System:
    """A connected system that the person keeps, locked; System.DoesNotExist otherwise."""
    found = System.objects.visible_to(by).filter(ended_at=None).select_related("agency", "user")
    return found.select_for_update(of=("self",)).get(pk=system_id)


def _describe(system: System, name: str, scopes: Collection[Scope], networks: Iterable[str], oauth_client: str) -> None:
    system.name = " ".join(name.replace("\x00", "").split())
    if not 0 < len(system.name) <= 100:
        raise ValidationError({"name": gettext("Give the system a name of at most 100 characters.")})
    if not scopes:
        raise ValidationError({"scopes": gettext("Choose at least one thing that the system may do.")})
    system.networks = networks_of(networks)
    system.oauth_client = oauth_client.replace("\x00", "").strip()
    if len(system.oauth_client) > 200:
        raise ValidationError({"oauth_client": gettext("A client name has at most 200 characters.")})


TAKEN = {
    "system_name_once_per_agency": ("name", gettext_lazy("The agency has a system of this name already.")),
    "system_one_per_oauth_client": ("oauth_client", gettext_lazy("Another system uses this client already.")),
}


def _save(system: System) -> None:
    """The database alone knows what two who save at once have both chosen."""
    try:
        with transaction.atomic():
            system.save()
    except IntegrityError as error:
        field, sentence = TAKEN[error.__cause__.diag.constraint_name]
        raise ValidationError({field: str(sentence)}) from error


def networks_of(sent: Iterable[str]) -> list[str]:
    """As CIDR, each once, a single address by itself. ValidationError for what is none."""
    found: dict[str, None] = {}
    for text in filter(None, (unicodedata.normalize("NFKC", one).strip() for one in sent)):
        try:
            network = _network(text)
            found[str(network if network.num_addresses > 1 else network.network_address)] = None
        except ValueError as error:
            sentence = gettext("“%(value)s” is no network; write it like 10.20.0.0/16.") % {"value": text[:60]}
            raise ValidationError({"networks": sentence}) from error
    if len(found) > MOST_NETWORKS:
        raise ValidationError({"networks": gettext("At most %(most)s networks.") % {"most": MOST_NETWORKS}})
    return list(found)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """IPv4 written as IPv6 is IPv4: that is how calls from there are seen."""
    if "%" in text:
        raise ValueError("the zone of an address means nothing elsewhere")
    network = ipaddress.ip_network(text, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped and network.prefixlen >= 96:
        return ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}")
    return network


def _account(system: System) -> User:
    """The account in whose name the system acts: nobody can sign in with it."""
    user = User(username=f"{ACCOUNT}{system.agency.code}-{secrets.token_hex(4)}", display_name=system.name)
    user.set_unusable_password()
    user.save()
    return user


def _grant(system: System, scopes: Collection[Scope]) -> None:
    wanted = {SCOPES[Scope(scope)] for scope in scopes}
    held = system.user.memberships.filter(agency=system.agency)
    held.exclude(role__in=wanted).delete()
    kept = set(held.values_list("role", flat=True))
    Membership.objects.bulk_create(
        Membership(user=system.user, role=role, agency=system.agency) for role in sorted(wanted - kept)
    )


def _new_key(system: System, days: int, by: User, at: datetime, door: Door) -> str:
    if not 1 <= days <= MOST_DAYS:
        raise ValidationError({"days": gettext("A key is valid for 1 to %(most)s days.") % {"most": MOST_DAYS}})
    prefix = secrets.token_hex(4)
    secret = f"{MARK}{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        system=system, prefix=prefix, secret_hash=digest(secret), created_by=by, created_at=at,
        expires_at=at + timedelta(days=days),
    )  # fmt: skip
    _note("api_key.made", system, by, at, door, key=key, after=_told(key))
    return secret


def _note(
    action: str,
    system: System,
    by: User,
    at: datetime,
    door: Door,
    *,
    key: ApiKey | None = None,
    **what: dict[str, Any],
) -> None:
    subject = "/".join([system.agency.code, system.user.username, *([str(key)] if key else [])])
    audit.record(action, subject, actor=by, at=at, door=door, agency=system.agency, **what)


def of_key(key: str) -> ApiKey | None:
    """The key's row with its system, agency and account; null for a text that is no key of anybody."""
    prefix, _, secret = key.removeprefix(MARK).partition("_")
    if not key.startswith(MARK) or not secret or not prefix.isalnum() or not key.isascii():
        return None
    rows = ApiKey.objects.select_related("system__agency", "system__user")
    found = rows.filter(prefix=prefix).first()
    return found if found and secrets.compare_digest(found.secret_hash, digest(key)) else None
