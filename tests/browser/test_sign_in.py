"""Signing in with what people hold in their hands: an authenticator app's code, and a passkey."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp

from tests.browser.conftest import Visitor
from tests.factories import PASSWORD, World

pytestmark = pytest.mark.browser


@pytest.fixture
def window(chromium, shown: World, live_server) -> Iterator[Visitor]:
    """Nobody signed in, in English. By name: a passkey belongs to a name, which 127.0.0.1 is not."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    address = live_server.url.replace("127.0.0.1", "localhost")
    context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
    yield Visitor(context, address)
    context.close()


def sign_in(window: Visitor, username: str) -> None:
    window.open("/accounts/login/")
    window.page.fill("input[name=login]", username)
    window.page.fill("input[name=password]", PASSWORD)
    window.page.press("input[name=password]", "Enter")
    window.page.wait_for_load_state("load")


def sign_out(window: Visitor) -> None:
    window.page.click("details.menu summary")
    window.page.click("details.menu >> text=Sign out")
    window.page.wait_for_url("**/accounts/login/")


def confirm(window: Visitor) -> None:
    window.page.fill("input[name=password]", PASSWORD)
    window.page.press("input[name=password]", "Enter")
    window.page.wait_for_load_state("load")


def test_an_authenticator_app_is_set_up_because_the_plan_requires_it_and_then_asked(
    window: Visitor, shown: World
) -> None:
    shown.plan.second_factor_roles = ["approver"]
    shown.plan.save()
    page = window.page
    sign_in(window, shown.approver.username)
    assert page.url.endswith("/accounts/2fa/") and "Your role requires a second factor" in page.inner_text("main")
    page.click("a[href='/accounts/2fa/totp/activate/']")
    confirm(window)
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 0, "the policy lets the picture show"
    secret = page.input_value("#authenticator_secret")
    page.fill("input[name=code]", _code(secret))
    page.press("input[name=code]", "Enter")
    page.wait_for_url("**/recovery-codes/")
    assert len(page.input_value("#recovery_codes").split()) == 10
    window.open("/packets/")
    assert page.url.endswith("/packets/")
    sign_out(window)
    sign_in(window, shown.approver.username)
    assert "/2fa/authenticate/" in page.url
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    page.fill("input[name=code]", recovery)
    page.press("input[name=code]", "Enter")
    page.wait_for_url(window.address + "/")
    assert window.complaints == []


def _code(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


def test_a_passkey_is_added_and_signs_in_without_a_password(window: Visitor, shown: World) -> None:
    page = window.page
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    sign_in(window, shown.reporter.username)
    window.open("/accounts/2fa/webauthn/add/")
    confirm(window)
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/")
    assert Authenticator.objects.filter(user=shown.reporter, type="webauthn").count() == 1
    window.open("/accounts/2fa/webauthn/")
    assert "signs in without a password" in page.inner_text("main")
    sign_out(window)
    window.open("/accounts/login/?next=/packets/")
    page.click("#passkey_login")
    page.wait_for_url("**/packets/")
    assert "Reporter" in page.inner_text("details.menu summary")
    sign_out(window)
    sign_in(window, shown.reporter.username)
    assert "/2fa/authenticate/" in page.url, "with the password, the key is the second factor"
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(window.address + "/")
    assert window.complaints == []


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_about_the_account_fit(window: Visitor, shown: World, width: int) -> None:
    window.page.set_viewport_size({"width": width, "height": 900})
    sign_in(window, shown.approver.username)
    window.open("/accounts/2fa/totp/activate/")
    confirm(window)
    for address in ("/accounts/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/sessions/",
                    "/accounts/email/", "/accounts/password/change/", "/members/bureau/"):  # fmt: skip
        window.open(address)
        wide = window.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{address} scrolls sideways at {width} px"
    assert window.complaints == []
