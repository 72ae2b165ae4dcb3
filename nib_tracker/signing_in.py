"""Stamps of a session, and audit rows of what people change about how they sign in.

Django and allauth, which do these writes, tell of them by signals only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount.signals import social_account_added
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils import timezone

from agencies.models import User
from agencies.services import audit
from nib_tracker.second_factor import owes

# keys of a session: seconds since 1970 of the sign-in and of the last request that a person made; a second factor owed
SIGNED_IN, SEEN, OWES = "signed_in", "seen", "owes_second_factor"


def _signed_in(sender: type, request: HttpRequest, user: User, **facts: Any) -> None:
    request.session[SIGNED_IN] = request.session[SEEN] = int(time.time())
    request.session[OWES] = owes(user)


def _noted(action: str) -> Callable[..., None]:
    """A receiver that writes one audit row about the person themselves."""

    def receive(sender: type, request: HttpRequest, user: User, **facts: Any) -> None:
        factor = facts["authenticator"].type if "authenticator" in facts else ""
        if factor == Authenticator.Type.RECOVERY_CODES:  # come and go with the factors
            return
        after = {"factor": factor} if factor else {}
        audit.record(
            action, user.username, actor=user, at=timezone.now(), door=audit.Door.WEB,
            before=_emails(facts, "from_email_address"), after=after | _emails(facts, "to_email_address"),
        )  # fmt: skip

    return receive


def _emails(facts: dict[str, Any], name: str) -> dict[str, str]:
    return {"email": facts[name].email} if facts.get(name) else {}


def _opened_the_link(sender: type, request: HttpRequest, user: User, **facts: Any) -> None:
    """Who set a password by the link in an e-mail reads that address, and is no guesser."""
    get_adapter()._delete_login_attempts_cached_email(request, username=user.username)
    email = user.email.lower()
    if email and not EmailAddress.objects.filter(email=email, verified=True).exists():
        EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})


def _linked(sender: type, request: HttpRequest, sociallogin: Any, **facts: Any) -> None:
    identity = {"identity": f"{sociallogin.account.provider}:{sociallogin.account.uid}"}
    user = sociallogin.user
    audit.record("person.linked", user.username, actor=user, at=timezone.now(), door=audit.Door.WEB, after=identity)


def _again_owed(sender: type, request: HttpRequest, user: User, **facts: Any) -> None:
    request.session[OWES] = owes(user)


NOTED = {  # kept here because signals hold their receivers weakly
    account.password_changed: _noted("person.password_changed"),
    account.password_set: _noted("person.password_changed"),
    account.password_reset: _noted("person.password_reset"),
    account.email_changed: _noted("person.email_changed"),
    mfa.authenticator_added: _noted("person.second_factor_added"),
    mfa.authenticator_removed: _noted("person.second_factor_removed"),
}


def connect() -> None:
    for signal, receiver in NOTED.items():
        signal.connect(receiver)
    user_logged_in.connect(_signed_in)
    account.password_reset.connect(_opened_the_link)
    social_account_added.connect(_linked)
    for signal in (mfa.authenticator_added, mfa.authenticator_removed):
        signal.connect(_again_owed)
