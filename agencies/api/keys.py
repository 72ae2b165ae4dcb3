"""Who calls: a key of a connected system, or a token of the central identity service."""

from __future__ import annotations

import ipaddress
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from ..models import ApiKey, System, User
from ..services import systems
from . import limits, tokens
from .problems import Problem

SEEN_EVERY = timedelta(minutes=1)  # how often "last used" is written


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key or token>`. The caller is the account of the system, `request.auth` the system."""

    def authenticate(self, request: Request) -> tuple[User, System]:
        kind, _space, given = request.headers.get("Authorization", "").strip().partition(" ")
        if kind.lower() != "bearer" or not given.strip():
            raise _refused("key_missing", gettext("Send the key as “Authorization: Bearer nib_…”."))
        address, now = client_address(request), timezone.now()
        try:
            system = _system(given.strip(), now)
            _from_allowed_network(system, address)
        except Problem as problem:
            if problem.status in (401, 403):
                limits.refused(address)
            raise
        _seen(system.came_with, now)
        return system.user, system

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _system(given: str, now: datetime) -> System:
    if given.startswith(systems.MARK):
        return _of_key(given, now)
    if settings.API_OAUTH_ISSUER:
        return tokens.system_of(given)
    raise _refused("key_unknown")


def _of_key(given: str, now: datetime) -> System:
    key = systems.of_key(given)
    if key is None:
        raise _refused("key_unknown")
    if key.revoked_at or key.system.ended_at or not key.system.user.is_active:
        raise _refused("key_revoked")
    if key.expires_at <= now:
        raise _refused("key_expired")
    key.system.came_with = key
    return key.system


def _seen(key: ApiKey | None, now: datetime) -> None:
    """Notes the last use; of two calls at once the later one writes nothing."""
    if key and (key.last_used_at is None or now - key.last_used_at >= SEEN_EVERY):
        earlier = Q(last_used_at=None) | Q(last_used_at__lte=now - SEEN_EVERY)
        ApiKey.objects.filter(earlier, pk=key.pk).update(last_used_at=now)


def _from_allowed_network(system: System, told: str) -> None:
    if not system.networks:
        return
    address = ipaddress.ip_address(told) if told else None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address is None or not any(address in ipaddress.ip_network(network) for network in system.networks):
        raise Problem("network_not_allowed")


def client_address(request: HttpRequest) -> str:
    """Where the call comes from, past the trusted proxies; empty where they do not tell."""
    try:
        return get_adapter().get_client_ip(getattr(request, "_request", request))
    except (ImproperlyConfigured, PermissionDenied):  # fewer addresses than proxies, or something else than one
        return ""


def _refused(code: str, sentence: str = "") -> Problem:
    return Problem(code, sentence, headers=tokens.CHALLENGE)


class KeyScheme(OpenApiAuthenticationExtension):
    """How the document tells of keys, and of tokens where the settings name a service that gives them out."""

    target_class = KeyAuthentication
    name = ["key", "token"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        return [{name: []} for name, _told in zip(self.name, self._schemes(), strict=False)]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return self._schemes()

    def _schemes(self) -> list[dict[str, str]]:
        words = "A key of a connected system (`nib_…`), as it was shown once when it was made."
        key = {"type": "http", "scheme": "bearer", "description": words}
        if not settings.API_OAUTH_ISSUER:
            return [key]
        words = "An access token of the central identity service, asked for with the system's client credentials."
        address = f"{settings.API_OAUTH_ISSUER.rstrip('/')}/.well-known/openid-configuration"
        return [key, {"type": "openIdConnect", "openIdConnectUrl": address, "description": words}]
