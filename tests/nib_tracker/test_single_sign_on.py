"""Single sign-on by OpenID Connect, end to end against a little provider on the loopback address."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core import mail
from django.test import Client

from agencies.models import AuditEvent, User
from tests.factories import PASSWORD, World

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CALLBACK = "/accounts/oidc/callback/"


@dataclass
class Provider:
    """What the provider says of the person who signs in there; `asked` are the forms that reached its token page."""

    url: str = ""
    claims: dict = field(default_factory=dict)
    asked: list[dict] = field(default_factory=list)
    garbage: dict[str, object] = field(default_factory=dict)  # instead of an answer, by path

    def answer(self, path: str) -> object:
        if path in self.garbage:
            return self.garbage[path]
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/keys": {"keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "one"}]},
            "/userinfo": self.claims,
            "/token": {"access_token": "opaque", "token_type": "Bearer", "id_token": self.token()},
        }[path]

    def token(self) -> str:
        now = int(time.time())
        said = {"iss": self.url, "aud": "nib", "iat": now, "exp": now + 60} | self.claims
        return jwt.encode(said, KEY, algorithm="RS256", headers={"kid": "one"})


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    known = Provider()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(known.answer(urlsplit(self.path).path)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            known.asked.append({name: values[0] for name, values in parse_qs(sent).items()})
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    known.url = f"http://127.0.0.1:{server.server_port}"
    settings.OIDC_SERVER_URL, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = known.url, "nib", "its secret"
    settings.OIDC_NAME = "City ID"
    yield known
    server.shutdown()
    server.server_close()


@pytest.fixture
def person(world: World) -> User:
    """The reporter, who has confirmed an address."""
    world.reporter.email = "r@example.org"
    world.reporter.save()
    EmailAddress.objects.create(user=world.reporter, email="r@example.org", verified=True, primary=True)
    return world.reporter


def come_back(client: Client, provider: Provider, begin: str = "/accounts/oidc/login/", **claims: object):
    """Signs in at the provider, which vouches for the claims; the answer to the redirect back."""
    provider.claims = {"sub": "42", "email": "r@example.org", "email_verified": True} | claims
    leads_to = urlsplit(client.post(begin, {"next": "/packets/"}).url)
    asked = parse_qs(leads_to.query)
    assert leads_to.path == "/authorize" and asked["redirect_uri"] == [f"http://testserver{CALLBACK}"]
    assert asked["code_challenge_method"] == ["S256"]
    return client.get(CALLBACK, {"code": "a code", "state": asked["state"][0]})


def test_who_is_known_by_a_confirmed_address_is_signed_in_and_linked(
    person: User, provider: Provider, client: Client
) -> None:
    assert come_back(client, provider).url == "/packets/"
    assert client.get("/packets/").status_code == 200
    assert provider.asked[0]["client_secret"] == "its secret" and provider.asked[0]["code_verifier"]
    assert AuditEvent.objects.get(action="person.linked").subject == person.username
    assert mail.outbox[0].to == ["r@example.org"], "the person is told"
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_once_linked_the_identity_counts_and_not_the_address(person: User, provider: Provider) -> None:
    come_back(Client(), provider)
    assert come_back(Client(), provider, email="other@example.org").url == "/packets/"
    assert SocialAccount.objects.get().user == person


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@example.org"},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},  # a text is no promise
        {"email": None},
        {"email": "r@example.org\x00"},
        {"preferred_username": "reporter-bureau", "email": ""},
    ],
)
def test_who_is_not_known_gets_a_page_and_no_account(
    person: User, provider: Provider, english: Client, claims: dict
) -> None:
    answer = come_back(english, provider, **claims)
    assert answer.status_code == 403 and "no open account here that belongs to you" in answer.content.decode()
    assert not SocialAccount.objects.exists()
    assert english.get("/packets/").status_code == 302


def test_an_address_that_its_owner_never_confirmed_does_not_open_an_account_with_a_password(
    world: World, provider: Provider, client: Client
) -> None:
    User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
    assert come_back(client, provider).status_code == 403


def test_whom_the_operator_added_and_who_has_no_password_comes_in(
    world: World, provider: Provider, client: Client
) -> None:
    new = User(username="new", email="r@example.org")
    new.set_unusable_password()
    new.save()
    assert come_back(client, provider).url == "/packets/"
    assert SocialAccount.objects.get().user == new


def test_a_closed_account_stays_closed(person: User, provider: Provider, client: Client) -> None:
    come_back(Client(), provider)
    User.objects.update(is_active=False)
    assert come_back(client, provider).status_code == 403
    assert client.get("/packets/").status_code == 302


def test_two_accounts_that_fit_open_neither(person: User, provider: Provider, client: Client) -> None:
    other = User(username="new", email="r@example.org")
    other.set_unusable_password()
    other.save()
    assert come_back(client, provider).status_code == 403


def test_who_has_a_second_factor_is_asked_for_it_all_the_same(person: User, provider: Provider, client: Client) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=person, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    assert come_back(client, provider).url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/packets/").status_code == 302


def test_who_is_signed_in_links_the_identity_on_the_own_page(world: World, provider: Provider, english: Client) -> None:
    english.post("/accounts/login/", {"login": world.reporter.username, "password": PASSWORD})
    english.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "not linked" in english.get("/accounts/").content.decode()
    come_back(english, provider, begin="/accounts/oidc/login/?process=connect", email="any@example.org")
    assert SocialAccount.objects.get().user == world.reporter
    assert "not linked" not in english.get("/accounts/").content.decode()


@pytest.mark.parametrize("changes", [{"aud": "another client"}, {"iss": "https://evil.example"}, {"exp": 1}])
def test_a_token_for_somebody_else_or_gone_stale_is_refused(
    person: User, provider: Provider, client: Client, changes: dict
) -> None:
    assert come_back(client, provider, **changes).status_code in (401, 403)
    assert client.get("/packets/").status_code == 302


def test_a_made_up_return_and_a_cancelled_one(person: User, provider: Provider, english: Client) -> None:
    assert english.get(CALLBACK, {"code": "a code", "state": "made up"}).status_code == 401
    begun = parse_qs(urlsplit(english.post("/accounts/oidc/login/").url).query)
    cancelled = english.get(CALLBACK, {"error": "access_denied", "state": begun["state"][0]}, follow=True)
    assert "Signing in was cancelled." in cancelled.content.decode()


@pytest.mark.parametrize(
    "claims", [{"name": "a\x00"}, {"name": {"first": "a"}}, {"sub": "a\x00"}, {"sub": "4" * 300}, {"email": 5}]
)
def test_claims_that_nobody_can_use_are_said(person: User, provider: Provider, english: Client, claims: dict) -> None:
    answer = come_back(english, provider, **claims)
    assert answer.status_code == 503 and "could not be used" in answer.content.decode()
    assert not SocialAccount.objects.exists() and english.get("/packets/").status_code == 302


@pytest.mark.parametrize(
    ("path", "garbage"),
    [
        ("/userinfo", "text"),
        ("/token", {"access_token": "opaque", "expires_in": "soon"}),
        ("/.well-known/openid-configuration", []),
        ("/.well-known/openid-configuration", "text"),
    ],
)
def test_answers_that_nobody_can_read_are_said(
    person: User, provider: Provider, english: Client, path: str, garbage: object
) -> None:
    state = parse_qs(urlsplit(english.post("/accounts/oidc/login/").url).query)["state"][0]
    provider.garbage = {path: garbage}
    answer = english.get(CALLBACK, {"code": "a code", "state": state})
    assert answer.status_code == 503 and "could not be used" in answer.content.decode()
    if path.startswith("/.well-known"):
        assert english.post("/accounts/oidc/login/").status_code == 503


def test_a_provider_that_is_down_is_said(person: User, provider: Provider, english: Client, settings) -> None:
    settings.OIDC_SERVER_URL = "http://127.0.0.1:9"
    answer = english.post("/accounts/oidc/login/")
    assert answer.status_code in (401, 503) and 'class="masthead"' in answer.content.decode()


def test_the_button_is_there_only_when_it_is_set_up(
    person: User, provider: Provider, english: Client, settings
) -> None:
    assert "Sign in with City ID" in english.get("/accounts/login/").content.decode()
    settings.OIDC_SERVER_URL = ""
    assert "Sign in with City ID" not in english.get("/accounts/login/").content.decode()
    assert english.post("/accounts/oidc/login/").status_code == 404
