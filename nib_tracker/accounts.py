"""Sign-in rules: what allauth asks the product."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.models import User
from agencies.services import letters
from nib_tracker.second_factor import FACTORS, required_of

# what a person is told by e-mail when it happened to their account: allauth's template -> the sentence
TOLD = {
    "account/email/password_changed": _("The password of your account was changed."),
    "account/email/password_reset": _("The password of your account was set anew by a link that was sent to you."),
    "account/email/password_set": _("A password was set for your account."),
    "account/email/email_changed": _("The e-mail address of your account was changed."),
    "mfa/email/totp_activated": _("An authenticator app was added to your account."),
    "mfa/email/totp_deactivated": _("The authenticator app of your account was removed."),
    "mfa/email/webauthn_added": _("A security key was added to your account."),
    "mfa/email/webauthn_removed": _("A security key of your account was removed."),
    "mfa/email/recovery_codes_generated": _("New recovery codes were made for your account."),
    "socialaccount/email/account_connected": _("Your account can now also be entered by single sign-on."),
}
# letters with a link: allauth's template -> ours
LETTERS = {
    "account/email/password_reset_key": "emails/set_password.txt",
    "account/email/email_confirmation": "emails/confirm_email.txt",
    "account/email/email_confirmation_signup": "emails/confirm_email.txt",
}


class InvitedOnly(DefaultAccountAdapter):
    """Nobody signs up alone: people are added by the operator or an agency's approver."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many failed attempts. Wait 15 minutes, or set a new password by “Forgot your password?”."
        ),
        "username_password_mismatch": _("The user name or the password is not correct."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Behind a socket there is no address: then all share one limit instead of being refused."""
        return "0.0.0.0" if not request.META.get("REMOTE_ADDR") else super().get_client_ip(request)  # noqa: S104

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """User names are kept in plain letters, however wide an input method types them."""
        if "username" in credentials:
            credentials["username"] = User.normalize_username(credentials["username"])
        return super().authenticate(request, **credentials)

    def get_reset_password_from_key_url(self, key: str) -> str:
        return _at_the_product(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _at_the_product(super().get_email_confirmation_url(request, emailconfirmation))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/accounts/"

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return render(request, "socialaccount/unknown.html", {"provider": settings.OIDC_NAME}, status=403)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In both languages; what has no letter of ours is not sent."""
        if template := LETTERS.get(template_prefix):
            letters.send(template, email, context)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        address = email or user.email
        if address and (what := TOLD.get(template_prefix)):
            letters.send("emails/account_changed.txt", address, {"what": what, "user": user, "at": timezone.now()})


def _at_the_product(address: str) -> str:
    """The address below SITE_URL: whoever asks for a letter to somebody else does not choose where its link leads."""
    return settings.SITE_URL + urlsplit(address).path


class SecondFactor(DefaultMFAAdapter):
    """Second factors; the last one of somebody whose role requires one cannot be taken away."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Your role requires a second factor. Add another one before you remove this."),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(pk=authenticator.pk)
        return others.exists() or not required_of(authenticator.user)

    def get_totp_label(self, user: User) -> str:
        return user.username


class KnownOnly(DefaultSocialAccountAdapter):
    """Single sign-on opens the account of a person who is there; it never makes one."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list:
        """The one app of the settings. No statement: the sign-in page asks, too."""
        if not settings.OIDC_SERVER_URL or provider not in (None, "oidc", "openid_connect"):
            return []
        app = SocialApp(
            provider="openid_connect",
            provider_id="oidc",
            name=settings.OIDC_NAME,
            client_id=settings.OIDC_CLIENT_ID,
            secret=settings.OIDC_CLIENT_SECRET,
            settings={"server_url": settings.OIDC_SERVER_URL},
        )
        return [app] if client_id in (None, app.client_id) else []

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return "/accounts/"

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Links an identity at its first sign-in; see `person_of`."""
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        person = person_of(sociallogin)
        if person is None:
            page = render(request, "socialaccount/unknown.html", {"provider": settings.OIDC_NAME}, status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, person)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        if error == AuthError.CANCELLED:
            messages.info(request, gettext("Signing in was cancelled."))
            raise ImmediateHttpResponse(redirect("account_login"))


def person_of(sociallogin: SocialLogin) -> User | None:
    """Whose account an identity opens the first time: by an e-mail address that the issuer vouches for.

    Here the address must have been confirmed by the person's own invitation or link, or belong to somebody whom the
    operator has added and who has never had a password: nobody else can have got in there before. None if not exactly
    one person fits.
    """
    vouched = [one.email.lower() for one in sociallogin.email_addresses if one.verified is True]
    if not vouched:
        return None
    people = User.objects.filter(is_active=True, system=None)
    confirmed = people.filter(pk__in=EmailAddress.objects.filter(email__in=vouched, verified=True).values("user"))
    waiting = [one for one in people.filter(email__in=vouched) if not one.has_usable_password()]
    found = {one.pk: one for one in [*confirmed, *waiting]}
    return next(iter(found.values())) if len(found) == 1 else None
