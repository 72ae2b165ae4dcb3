"""Signing in as people do: password, app, typing the password once more."""

from __future__ import annotations

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from agencies.models import User
from tests.factories import PASSWORD

SIGN_IN = "/accounts/login/"
LONG = "a long enough secret"


def sign_in(client: Client, user: User, password: str = PASSWORD, **more: str):
    return client.post(SIGN_IN, {"login": user.username, "password": password, **more})


def confirm(client: Client) -> None:
    """Types the password once more, as everything about the account asks."""
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})


def code_of(user: User) -> str:
    """What the person's authenticator app shows now."""
    secret = Authenticator.objects.get(user=user, type="totp").data["secret"]
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def with_app(user: User) -> None:
    Authenticator.objects.create(user=user, type="totp", data={"secret": totp.generate_totp_secret()})
