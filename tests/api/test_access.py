"""Who gets into the API: keys, scopes, networks, limits, and the words of refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from agencies.api import keys, limits
from agencies.models import ApiKey, System
from agencies.roles import Scope
from agencies.services import systems
from agencies.services.audit import Door
from tests.api.conftest import Caller, connected
from tests.factories import World, person

ANY = "/system"  # asks for no scope
READS = "/agencies"  # asks for `read`


def assert_refused(got: HttpResponse, status: int, code: str) -> dict:
    """The answer is the problem of this code, in the form that every problem has."""
    assert (got.status_code, got["Content-Type"]) == (status, "application/problem+json"), got.content
    told = got.json()
    assert (told["code"], told["status"], told["type"]) == (code, status, f"/api/v1/errors/{code}")
    assert told["instance"].startswith("urn:uuid:") and told["title"] and told["detail"]
    assert got["Cache-Control"] == "private, no-cache"
    return told


def key_of(caller: Caller) -> ApiKey:
    return systems.of_key(caller.key)


@pytest.fixture
def full_minute(monkeypatch) -> Callable[[float], None]:
    """The clock of the limits stands at the beginning of a minute; called with seconds, it goes on."""
    now = [60.0 * 27_000_000]
    monkeypatch.setattr(limits.time, "time", lambda: now[0])

    def go_on(seconds: float) -> None:
        now[0] += seconds

    return go_on


class TestKeys:
    def test_a_good_key_says_who_calls(self, world: World) -> None:
        caller = connected(world.bureau, [Scope.READ, Scope.SUBMIT], networks=["127.0.0.0/8"])
        got = caller.get(ANY)
        assert got.status_code == 200, got.content
        expires = timezone.localtime(key_of(caller).expires_at).isoformat()
        assert got.json() == {
            "name": "数据平台",
            "account": caller.system.user.username,
            "agency": "bureau",
            "scopes": ["read", "submit"],
            "networks": ["127.0.0.0/8"],
            "key": {"begins_with": caller.key[: len("nib_12345678_")], "expires_at": expires},
        }
        assert caller.get(ANY, if_none_match=got["ETag"]).status_code == 304

    @pytest.mark.parametrize(
        "header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "nib_x", "Token nib_x", "bearer\t"]
    )
    def test_no_key(self, bureau: Caller, header: str | None) -> None:
        got = bureau.get(ANY, authorization=header)
        assert "Authorization: Bearer nib_" in assert_refused(got, 401, "key_missing")["detail"]
        assert got["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.parametrize(
        "key", ["nib_", "nib_0a1b2c3d_AAAA", "nib_\xe9_x", "x" * 5000, "a.b.c", "nib_0a1b2c3d_A A", "%00", "null"]
    )
    def test_a_wrong_key(self, bureau: Caller, key: str) -> None:
        got = bureau.get(ANY, authorization=f"Bearer {key}")
        assert_refused(got, 401, "key_unknown")
        assert got["WWW-Authenticate"].startswith("Bearer")

    def test_the_secret_counts_not_the_prefix(self, bureau: Caller) -> None:
        other = bureau.key[:-1] + ("A" if bureau.key[-1] != "A" else "B")
        assert_refused(bureau.get(ANY, authorization=f"Bearer {other}"), 401, "key_unknown")

    def test_the_word_bearer_may_be_written_in_any_case(self, bureau: Caller) -> None:
        assert bureau.get(ANY, authorization=f"bEARER  {bureau.key} ").status_code == 200

    def test_an_expired_key(self, bureau: Caller) -> None:
        now = timezone.now()
        ApiKey.objects.update(created_at=now - timedelta(days=2), expires_at=now + timedelta(minutes=1))
        assert bureau.get(ANY).status_code == 200
        ApiKey.objects.update(expires_at=now)
        assert_refused(bureau.get(ANY), 401, "key_expired")

    def test_a_revoked_key_is_out_at_once_and_the_other_key_stays(self, world: World, bureau: Caller) -> None:
        how = {"by": world.approver, "at": timezone.now(), "door": Door.WEB}
        second = Caller(bureau.system, systems.rotate(bureau.system.pk, **how))
        assert [one.get(ANY).status_code for one in (bureau, second)] == [200, 200], "both work for a while"
        systems.revoke(key_of(bureau).pk, **how)
        assert_refused(bureau.get(ANY), 401, "key_revoked")
        assert second.get(ANY).status_code == 200

    def test_a_disconnected_system_is_out_at_once(self, world: World, bureau: Caller) -> None:
        systems.disconnect(bureau.system.pk, by=world.approver, at=timezone.now(), door=Door.WEB)
        assert_refused(bureau.get(ANY), 401, "key_revoked")

    def test_a_closed_account_is_out_at_once(self, bureau: Caller) -> None:
        bureau.system.user.is_active = False
        bureau.system.user.save()
        assert_refused(bureau.get(ANY), 401, "key_revoked")

    @pytest.mark.parametrize("who", ["operator", "approver", "supervisor", "auditor"])
    def test_sessions_of_people_do_not_open_the_api(self, world: World, who: str) -> None:
        browser = Client()
        browser.force_login(getattr(world, who))
        for path in (ANY, READS):
            assert_refused(browser.get(f"/api/v1{path}"), 401, "key_missing")

    def test_an_answer_has_no_cookie_and_the_key_is_in_none(self, bureau: Caller) -> None:
        for path in (ANY, READS):
            got = bureau.get(path)
            assert not got.cookies and bureau.key.split("_", 2)[2] not in got.content.decode()


class TestLastUse:
    def test_it_is_written_once_a_minute(self, bureau: Caller, django_assert_num_queries) -> None:
        bureau.get(ANY)
        first = key_of(bureau).last_used_at
        assert abs(first - timezone.now()) < timedelta(minutes=1)
        bureau.get(ANY)
        assert key_of(bureau).last_used_at == first, "not again within the minute"
        earlier = first - keys.SEEN_EVERY
        ApiKey.objects.update(last_used_at=earlier)
        bureau.get(ANY)
        assert key_of(bureau).last_used_at > earlier

    def test_a_call_costs_two_statements_besides(self, bureau: Caller, django_assert_num_queries) -> None:
        bureau.get(ANY)
        with django_assert_num_queries(2):  # the key with its system, the roles
            bureau.get(ANY)

    def test_a_refused_call_is_no_use(self, world: World) -> None:
        caller = connected(world.bureau, networks=["10.0.0.0/8"])
        caller.get(ANY)
        assert key_of(caller).last_used_at is None


class TestScopes:
    @pytest.mark.parametrize("scope", [one for one in Scope if one != Scope.READ])
    def test_another_scope_than_is_asked_for(self, world: World, scope: Scope) -> None:
        caller = connected(world.bureau, [scope])
        got = caller.get(READS)
        told = assert_refused(got, 403, "scope_missing")
        assert told["scope"] == "read" and "“read”" in told["detail"]
        assert "RateLimit" in got.headers, "a refusal counts, and says so"

    def test_the_scope_that_is_asked_for_is_enough(self, world: World) -> None:
        assert connected(world.bureau, [Scope.READ]).get(READS).status_code == 200

    def test_a_scope_that_is_taken_away_is_gone_at_the_next_call(self, world: World, bureau: Caller) -> None:
        assert bureau.get(READS).status_code == 200
        typed = {"name": "x", "scopes": [Scope.SUBMIT], "networks": []}
        systems.change(bureau.system.pk, **typed, by=world.approver, at=timezone.now(), door=Door.WEB)
        assert_refused(bureau.get(READS), 403, "scope_missing")


class TestNetworks:
    @pytest.mark.parametrize(
        ("networks", "address", "status"),
        [
            ([], "203.0.113.9", 200),
            (["10.20.0.0/16"], "10.20.255.1", 200),
            (["10.20.0.0/16"], "10.21.0.1", 403),
            (["10.20.3.4"], "10.20.3.4", 200),
            (["10.20.3.4"], "10.20.3.5", 403),
            (["192.168.0.0/24", "10.0.0.0/8"], "10.1.1.1", 200),
            (["10.20.0.0/16"], "::ffff:10.20.0.7", 200),
            (["10.20.0.0/16"], "::ffff:10.21.0.7", 403),
            (["::ffff:10.20.0.0/112"], "10.20.0.7", 200),
            (["2001:db8::/32"], "2001:db8:1::1", 200),
            (["2001:db8::/32"], "2001:db9::1", 403),
            (["2001:db8::/32"], "10.0.0.1", 403),
            (["0.0.0.0/0"], "2001:db8::1", 403),
        ],
    )
    def test_from_where_a_key_works(self, world: World, networks: list[str], address: str, status: int) -> None:
        caller = connected(world.bureau, networks=networks)
        got = caller.client.get(f"/api/v1{ANY}", REMOTE_ADDR=address, headers={"authorization": f"Bearer {caller.key}"})
        assert got.status_code == status, got.content
        if status == 403:
            assert_refused(got, 403, "network_not_allowed")

    @pytest.mark.parametrize(
        ("proxies", "told", "status"),
        [
            (0, "10.0.0.1", 403),  # nobody's word is taken
            (1, "10.0.0.1", 200),
            (1, "203.0.113.9, 10.0.0.1", 200),
            (1, "10.0.0.1, 203.0.113.9", 403),  # what the caller wrote itself stands further left
            (2, "10.0.0.1, 192.0.2.1", 200),
            (2, "10.0.0.1", 403),  # one proxy too few: nobody knows from where
            (1, "nonsense", 403),
            (1, "10.0.0.1:4711", 200),
        ],
    )
    def test_behind_proxies(self, world: World, settings, proxies: int, told: str, status: int) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
        caller = connected(world.bureau, networks=["10.0.0.0/8"])
        got = caller.get(ANY, x_forwarded_for=told)
        assert got.status_code == status, got.content

    def test_an_address_that_nobody_knows_does_not_matter_to_a_key_without_networks(
        self, bureau: Caller, settings
    ) -> None:
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
        assert bureau.get(ANY, x_forwarded_for="10.0.0.1").status_code == 200


class TestLimits:
    def test_one_call_too_many(self, bureau: Caller, settings, full_minute) -> None:
        settings.API_CALLS_A_MINUTE = 2
        full_minute(20)
        first, second, third = (bureau.get(ANY) for _ in range(3))
        assert [first.status_code, second.status_code] == [200, 200]
        assert first["RateLimit-Policy"] == '"calls";q=2;w=60'
        assert (first["RateLimit"], second["RateLimit"]) == ('"calls";r=1;t=40', '"calls";r=0;t=40')
        told = assert_refused(third, 429, "rate_limited")
        assert told["detail"] == "At most 2 calls a minute; go on in 40 seconds."
        assert (third["Retry-After"], third["RateLimit"]) == ("40", '"calls";r=0;t=40')
        assert third["RateLimit-Policy"] == '"calls";q=2;w=60'
        full_minute(40)
        assert bureau.get(ANY).status_code == 200

    def test_each_system_has_its_own_and_its_keys_share_it(
        self, world: World, bureau: Caller, settings, full_minute
    ) -> None:
        settings.API_CALLS_A_MINUTE = 1
        other = connected(world.bureau, name="another")
        second = systems.rotate(bureau.system.pk, by=world.approver, at=timezone.now(), door=Door.WEB)
        assert bureau.get(ANY).status_code == 200
        assert_refused(Caller(bureau.system, second).get(ANY), 429, "rate_limited")
        assert other.get(ANY).status_code == 200

    def test_what_is_refused_for_another_reason_counts_too(self, bureau: Caller, settings, full_minute) -> None:
        settings.API_CALLS_A_MINUTE = 3
        assert [bureau.get(path).status_code for path in (f"{ANY}?x=1", "/agencies?limit=x")] == [400, 400]
        assert bureau("POST", ANY, {}).status_code == 405
        assert_refused(bureau.get(ANY), 429, "rate_limited")

    def test_wrong_keys_of_one_address(self, bureau: Caller, monkeypatch, full_minute) -> None:
        monkeypatch.setattr(limits, "WRONG_KEYS", 2)
        wrong = {"authorization": "Bearer nib_0a1b2c3d_wrong"}
        for _ in range(2):
            assert_refused(bureau.get(ANY, **wrong), 401, "key_unknown")
        got = bureau.get(ANY, **wrong)
        assert_refused(got, 429, "rate_limited")
        assert (got["Retry-After"], got["RateLimit-Policy"]) == ("60", '"calls";q=2;w=60')
        assert bureau.get(ANY).status_code == 200, "its neighbours behind the same address go on"
        elsewhere = bureau.client.get(f"/api/v1{ANY}", REMOTE_ADDR="192.0.2.7", headers=wrong)
        assert elsewhere.status_code == 401
        full_minute(60)
        assert_refused(bureau.get(ANY, **wrong), 401, "key_unknown")

    @pytest.mark.parametrize("why", ["key_expired", "key_revoked", "network_not_allowed"])
    def test_keys_that_no_longer_work_count_like_wrong_ones(
        self, world: World, bureau: Caller, monkeypatch, full_minute, why: str
    ) -> None:
        monkeypatch.setattr(limits, "WRONG_KEYS", 1)
        now = timezone.now()
        {
            "key_expired": lambda: ApiKey.objects.update(created_at=now - timedelta(days=2), expires_at=now),
            "key_revoked": lambda: ApiKey.objects.update(revoked_at=now),
            "network_not_allowed": lambda: System.objects.update(networks=["10.0.0.0/8"]),
        }[why]()
        assert bureau.get(ANY).json()["code"] == why
        assert_refused(bureau.get(ANY), 429, "rate_limited")

    def test_a_call_without_any_key_is_no_attempt(self, bureau: Caller, monkeypatch, full_minute) -> None:
        monkeypatch.setattr(limits, "WRONG_KEYS", 1)
        for _ in range(3):
            assert_refused(bureau.get(ANY, authorization=None), 401, "key_missing")

    def test_while_redis_is_away_nothing_is_limited(self, bureau: Caller, settings, monkeypatch) -> None:
        settings.API_CALLS_A_MINUTE = 1
        monkeypatch.setattr(limits, "WRONG_KEYS", 1)
        settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}}
        for _ in range(3):
            got = bureau.get(ANY)
            assert got.status_code == 200 and got["RateLimit"].startswith('"calls";r=1;t=')
            assert_refused(bureau.get(ANY, authorization="Bearer nib_0a1b2c3d_x"), 401, "key_unknown")


class TestWords:
    @pytest.mark.parametrize(
        ("asked", "language"),
        [
            ("en", "en"),
            ("en-GB,en;q=0.9", "en"),
            ("zh", "zh-hans"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
            ("en;q=0.5,zh;q=0.9", "zh-hans"),
            ("fr,en;q=0.1", "en"),
            ("fr", "zh-hans"),
            (None, "zh-hans"),
            ("", "zh-hans"),
            ("*", "zh-hans"),
            ("en" * 10_000, "zh-hans"),
        ],
    )
    def test_the_language_that_is_asked_for(self, bureau: Caller, asked: str | None, language: str) -> None:
        got = bureau.get(ANY, **{"authorization": "Bearer nib_0a1b2c3d_x", "accept-language": asked})
        words = {"en": "The key is not known.", "zh-hans": "密钥无效。"}
        assert got.json()["detail"] == words[language]
        assert got["Content-Language"] == language
        assert "Accept-Language" in got["Vary"]

    def test_the_language_of_one_call_is_not_the_next_ones(self, bureau: Caller) -> None:
        wrong = {"authorization": "Bearer nib_0a1b2c3d_x"}
        said = [bureau.get(ANY, **wrong, accept_language=one).json()["title"] for one in ("en", "zh", "en")]
        assert said == ["The key is not known.", "密钥无效。", "The key is not known."]


def test_a_key_of_another_agency_reaches_that_agencys_things_alone(world: World, bureau: Caller) -> None:
    east = connected(world.east, name="another")
    assert (bureau.get(ANY).json()["agency"], east.get(ANY).json()["agency"]) == ("bureau", "east")


def test_the_operators_keys_speak_for_the_agency_too(world: World) -> None:
    made = systems.connect(
        world.east, name="x", scopes=[Scope.READ], by=world.operator, at=timezone.now(), door=Door.WEB
    )
    assert Caller(*made).get(ANY).json()["agency"] == "east"
    assert person("approver", world.east).can("keep_systems", world.east), "and its approver keeps it as well"
