"""Tokens of a central identity service: a real little service on the loopback address, and tokens of every bad kind."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils import timezone

from agencies.api import tokens
from agencies.models import ApiKey, User
from agencies.roles import Scope
from agencies.services import systems
from agencies.services.audit import Door
from tests.api.conftest import Caller, connected
from tests.factories import World

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
MOMENTS = ("exp", "iat", "nbf")
AUDIENCE, CLIENT = "nib-api", "pudong-platform"


@dataclass
class Service:
    """What the service publishes. `garbage` is sent in place of its keys; `asked` counts who came for them."""

    url: str = ""
    keys: dict[str, Any] = field(default_factory=lambda: {"rsa": RSA, "curve": CURVE})
    garbage: bytes | None = None
    asked: int = 0

    def published(self) -> bytes:
        if self.garbage is not None:
            return self.garbage
        return json.dumps({"keys": [_jwk(key) | {"kid": kid, "use": "sig"} for kid, key in self.keys.items()]}).encode()

    def token(self, key: Any = RSA, algorithm: str = "RS256", kid: str | None = "rsa", **claims: Any) -> str:
        """A token; numbers in `claims` are seconds from now, null leaves a claim out."""
        said = {"iss": self.url, "aud": AUDIENCE, "iat": 0, "exp": 60, "client_id": CLIENT} | claims
        now = int(time.time())
        said |= {name: now + said[name] for name in MOMENTS if isinstance(said.get(name), int)}
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid} if kid else {})


def _jwk(key: Any) -> dict[str, str]:
    kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return json.loads(kind.to_jwk(key.public_key()))


@pytest.fixture
def service(settings) -> Iterator[Service]:
    known = Service()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked += 1
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(known.published())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    known.url = f"http://127.0.0.1:{server.server_port}"
    settings.API_OAUTH_ISSUER, settings.API_OAUTH_AUDIENCE = known.url, AUDIENCE
    settings.API_OAUTH_KEYS = f"{known.url}/keys"
    known.stop = server.shutdown
    yield known
    server.shutdown()
    server.server_close()


@pytest.fixture
def caller(world: World, service: Service) -> Caller:
    """A system of the bureau that the service knows; its key plays no part."""
    return connected(world.bureau, [Scope.READ], oauth_client=CLIENT)


def call(caller: Caller, token: str, path: str = "/system"):
    return caller.get(path, authorization=f"Bearer {token}")


def assert_refused(caller: Caller, token: str) -> None:
    got = call(caller, token)
    assert (got.status_code, got.json()["code"]) == (401, "token_refused"), got.content
    assert got["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("key", "algorithm", "kid"),
    [(RSA, "RS256", "rsa"), (RSA, "RS512", "rsa"), (RSA, "PS256", "rsa"), (CURVE, "ES256", "curve")],
)
def test_a_good_token_opens_what_the_system_may(caller: Caller, service: Service, key, algorithm, kid) -> None:
    got = call(caller, service.token(key, algorithm, kid))
    assert got.status_code == 200, got.content
    told = got.json()
    assert (told["name"], told["agency"], told["scopes"], told["key"]) == ("数据平台", "bureau", ["read"], None)
    assert call(caller, service.token(key, algorithm, kid), "/agencies").status_code == 200
    assert ApiKey.objects.get().last_used_at is None, "a token is not the key"


@pytest.mark.parametrize(
    "claims",
    [
        {"client_id": None, "azp": CLIENT},
        {"client_id": None, "sub": CLIENT},
        {"aud": ["somebody-else", AUDIENCE]},
        {"exp": -5},  # clocks differ by seconds
        {"iat": 5},
        {"nbf": 5},
    ],
)
def test_other_ways_in_which_services_say_the_same(caller: Caller, service: Service, claims: dict) -> None:
    assert call(caller, service.token(**claims)).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": -120},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": 3600},
        {"aud": "somebody-else"},
        {"aud": None},
        {"aud": {"nib-api": 1}},
        {"iss": "https://elsewhere.example.org"},
        {"iss": None},
        {"client_id": "unknown"},
        {"client_id": None},
        {"client_id": ""},
        {"client_id": [CLIENT]},
        {"client_id": {"a": 1}},
        {"client_id": f"{CLIENT}\x00"},
        {"client_id": 7},
        {"client_id": "x" * 5000},
    ],
)
def test_claims_that_do_not_hold(caller: Caller, service: Service, claims: dict) -> None:
    assert_refused(caller, service.token(**claims))


class TestForgeries:
    def test_signed_by_a_stranger_under_a_known_name(self, caller: Caller, service: Service) -> None:
        assert_refused(caller, service.token(STRANGER))

    @pytest.mark.parametrize("kid", ["unknown", None])
    def test_under_a_name_that_is_not_published(self, caller: Caller, service: Service, kid: str | None) -> None:
        assert_refused(caller, service.token(STRANGER, kid=kid))

    def test_not_signed_at_all(self, caller: Caller, service: Service) -> None:
        assert_refused(caller, service.token(None, "none"))
        head, body, _signature = service.token().split(".")
        assert_refused(caller, f"{head}.{body}.")

    def test_a_published_key_taken_for_a_shared_secret(self, caller: Caller, service: Service) -> None:
        for secret in (_pem(RSA), json.dumps(_jwk(RSA)).encode(), _jwk(RSA)["n"].encode()):
            assert_refused(caller, _hs256(service.token(), secret))

    def test_the_algorithm_of_another_kind_of_key(self, caller: Caller, service: Service) -> None:
        assert_refused(caller, service.token(RSA, "RS256", kid="curve"))
        assert_refused(caller, service.token(CURVE, "ES256", kid="rsa"))

    def test_a_body_that_was_changed_after_signing(self, caller: Caller, service: Service) -> None:
        head, _body, signature = service.token(client_id="somebody").split(".")
        _head, body, _signature = service.token().split(".")
        assert_refused(caller, f"{head}.{body}.{signature}")

    @pytest.mark.parametrize(
        "text", ["a.b.c", "a.b", "...", "e30.e30.e30", "x" * 3000, "é.é.é", "eyJhbGciOjF9.e30.e30"]
    )
    def test_what_is_no_token(self, caller: Caller, text: str) -> None:
        assert_refused(caller, text.encode().decode("latin-1"))


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _hs256(token: str, secret: bytes) -> str:
    """The token, signed anew with HS256; PyJWT itself refuses to do that with a public key."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "rsa"}).encode())
    signed = f"{head}.{token.split('.')[1]}"
    return f"{signed}.{part(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


class TestSystems:
    def test_a_system_that_was_disconnected(self, world: World, caller: Caller, service: Service) -> None:
        token = service.token()
        assert call(caller, token).status_code == 200
        systems.disconnect(caller.system.pk, by=world.approver, at=timezone.now(), door=Door.WEB)
        assert_refused(caller, token)

    def test_an_account_that_was_closed(self, caller: Caller, service: Service) -> None:
        User.objects.filter(pk=caller.system.user_id).update(is_active=False)
        assert_refused(caller, service.token())

    def test_a_system_without_a_client_is_nobodys(self, world: World, caller: Caller, service: Service) -> None:
        connected(world.east, name="keys alone")
        assert_refused(caller, service.token(client_id="", azp=""))

    def test_networks_hold_for_tokens_too(self, world: World, service: Service) -> None:
        caller = connected(world.bureau, oauth_client=CLIENT, networks=["10.0.0.0/8"])
        got = call(caller, service.token())
        assert (got.status_code, got.json()["code"]) == (403, "network_not_allowed")

    def test_its_key_still_opens(self, caller: Caller, service: Service) -> None:
        assert caller.get("/system").json()["key"]
        assert service.asked == 0, "a key is not the service's business"

    def test_without_the_settings_no_token_is_looked_at(self, caller: Caller, service: Service, settings) -> None:
        settings.API_OAUTH_ISSUER = settings.API_OAUTH_AUDIENCE = settings.API_OAUTH_KEYS = ""
        got = call(caller, service.token())
        assert (got.status_code, got.json()["code"], service.asked) == (401, "key_unknown", 0)


class TestTheService:
    def test_it_is_asked_once_for_many_calls(self, caller: Caller, service: Service) -> None:
        for _ in range(3):
            assert call(caller, service.token()).status_code == 200
        for number in range(3):
            assert_refused(caller, service.token(STRANGER, kid=f"made-up-{number}"))
        assert service.asked == 1, "names that a caller makes up send nobody to the service"

    def test_a_key_that_it_changed_is_found_after_a_while(self, caller: Caller, service: Service) -> None:
        assert call(caller, service.token()).status_code == 200
        service.keys = {"new": STRANGER}
        tokens._services[f"{service.url}/keys"].cooldown_duration = 0
        assert call(caller, service.token(STRANGER, kid="new")).status_code == 200

    def test_while_it_is_away(self, caller: Caller, service: Service) -> None:
        service.stop()
        tokens._services[f"{service.url}/keys"] = tokens.Published("http://127.0.0.1:9/keys", timeout=1)
        for _ in range(2):
            got = call(caller, service.token())
            assert (got.status_code, got.json()["code"]) == (503, "unavailable")
            assert got["Retry-After"] == str(tokens.PAUSE)
            assert got.json()["detail"] == "The identity service does not answer."
        assert caller.get("/system").status_code == 200, "keys go on"

    @pytest.mark.parametrize("garbage", [b"", b"<html>", b"[]", b"null", b'{"keys": []}', b'{"keys": 1}', b"\xff"])
    def test_an_answer_that_is_none(self, caller: Caller, service: Service, garbage: bytes) -> None:
        service.garbage = garbage
        assert call(caller, service.token()).status_code == 503
        service.garbage = None
        assert call(caller, service.token()).status_code == 503, "it is not asked again at once"
        assert service.asked == 1
        tokens._services[f"{service.url}/keys"].failed_at -= tokens.PAUSE
        assert call(caller, service.token()).status_code == 200, "but after a while"

    def test_a_service_that_is_away_is_not_the_callers_fault(
        self, caller: Caller, service: Service, monkeypatch
    ) -> None:
        monkeypatch.setattr("agencies.api.limits.WRONG_KEYS", 1)
        service.garbage = b""
        for _ in range(3):
            assert call(caller, service.token()).status_code == 503
