"""Pages about signing in: every one that the library offers is one of ours, or not there."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import World
from tests.nib_tracker.signing import SIGN_IN, code_of, confirm, sign_in, with_app

PAGES = ["/accounts/", "/accounts/email/", "/accounts/password/change/", "/accounts/sessions/", "/accounts/2fa/",
         "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/",
         "/accounts/logout/"]  # fmt: skip
WITH_APP = ["/accounts/2fa/", "/accounts/2fa/recovery-codes/generate/", "/accounts/2fa/totp/deactivate/"]
OPEN = [SIGN_IN, "/accounts/password/reset/", "/accounts/password/reset/done/", "/accounts/password/reset/key/done/",
        "/accounts/password/reset/key/1-set-password/", "/accounts/confirm-email/nothing/"]  # fmt: skip


class TestLooks:
    def ours(self, client: Client, address: str) -> None:
        answer = client.get(address)
        page = answer.content.decode()
        assert answer.status_code == 200, address
        assert 'class="masthead"' in page and "/css/layout." in page and "<title>" in page, f"{address} is not ours"
        assert len(re.findall("<h1", page)) == 1, f"{address} has one heading"
        for script in re.findall(r"<script([^>]*)>", page):
            assert "src=" in script or "application/json" in script, f"{address} has an inline script"
        assert "style=" not in page and "onclick" not in page, f"{address} has inline styles or handlers"

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_every_page_about_signing_in_is_ours(self, world: World, client: Client, language: str) -> None:
        client.cookies["django_language"] = language
        for address in OPEN:
            self.ours(client, address)
        sign_in(client, world.reporter)
        self.ours(client, "/accounts/reauthenticate/")
        confirm(client)
        for address in PAGES:
            self.ours(client, address)

    def test_so_are_those_about_a_second_factor(self, world: World, client: Client) -> None:
        with_app(world.reporter)
        sign_in(client, world.reporter)
        self.ours(client, "/accounts/2fa/authenticate/")
        client.post("/accounts/2fa/authenticate/", {"code": code_of(world.reporter)})
        confirm(client)
        client.post("/accounts/2fa/recovery-codes/generate/")
        for address in [*WITH_APP, "/accounts/2fa/recovery-codes/", "/accounts/2fa/reauthenticate/"]:
            self.ours(client, address)

    @pytest.mark.parametrize(
        "address",
        ["signup/", "email-verification-sent/", "confirm-email/", "inactive/", "login/code/confirm/", "3rdparty/",
         "3rdparty/signup/", "2fa/webauthn/signup/", "2fa/trust/", "phone/change/", "oidc/login/", "oidc/callback/"],
    )  # fmt: skip
    def test_what_is_not_offered_is_not_there(self, world: World, client: Client, address: str) -> None:
        client.force_login(world.reporter)
        assert client.get(f"/accounts/{address}").status_code == 404

    def test_too_many_requests_are_answered_by_a_page_of_ours(self, world: World, english: Client, settings) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"reset_password": "1/m/key"}
        english.post("/accounts/password/reset/", {"email": "a@example.org"})
        answer = english.post("/accounts/password/reset/", {"email": "a@example.org"})
        assert answer.status_code == 429 and 'class="masthead"' in answer.content.decode()
