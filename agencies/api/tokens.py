"""Tokens of a central identity service (OAuth2 client credentials): they vouch for who calls, and for nothing else."""

from __future__ import annotations

import time
from typing import Any

import jwt
from django.conf import settings
from django.utils.translation import gettext as _

from ..models import System
from .problems import Problem

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="nib_tracker"'}
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 30  # seconds by which the clocks of two machines may differ
PATIENCE = 5  # seconds for which an answer of the service is waited for
PAUSE = 10  # seconds for which a service that did not answer is not asked again
OF_CLIENT = ("client_id", "azp", "sub")  # where services name the client, the plainest first


def system_of(token: str) -> System:
    """The connected system whose client the token names."""
    client = _client(_claims(token))
    connected = System.objects.filter(oauth_client=client, ended_at=None, user__is_active=True)
    found = connected.select_related("agency", "user").first() if client else None
    if found is None:
        raise _refused()
    return found


def _claims(token: str) -> dict[str, Any]:
    try:
        signing = _published().get_signing_key_from_jwt(token)
        return jwt.decode(
            token,
            signing.key,
            algorithms=ALGORITHMS,
            audience=settings.API_OAUTH_AUDIENCE,
            issuer=settings.API_OAUTH_ISSUER,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "aud"]},
        )
    except jwt.PyJWKClientConnectionError as error:
        sentence = _("The identity service does not answer.")
        raise Problem("unavailable", sentence, headers={"Retry-After": str(PAUSE)}) from error
    except (jwt.PyJWTError, TypeError, ValueError) as error:  # TypeError: a key of another kind than the algorithm's
        raise _refused() from error


def _client(claims: dict[str, Any]) -> str:
    """Its name; empty where there is none that could be kept."""
    named = next((claims[name] for name in OF_CLIENT if claims.get(name)), "")
    return named if isinstance(named, str) and "\x00" not in named else ""


def _refused() -> Problem:
    return Problem("token_refused", headers=CHALLENGE)


class Published(jwt.PyJWKClient):
    """The keys that the service publishes, kept for five minutes. While it is away only one call in a while waits."""

    failed_at = -PAUSE

    def fetch_data(self) -> Any:
        if time.monotonic() - self.failed_at < PAUSE:
            raise jwt.PyJWKClientConnectionError("it did not answer a moment ago")
        try:
            return super().fetch_data()
        except (jwt.PyJWTError, OSError, ValueError) as error:
            self.failed_at = time.monotonic()
            raise jwt.PyJWKClientConnectionError(str(error)) from error


_services: dict[str, Published] = {}


def _published() -> Published:
    """One for each address, for all threads of the process."""
    address = settings.API_OAUTH_KEYS
    return _services.setdefault(address, Published(address, timeout=PATIENCE))
