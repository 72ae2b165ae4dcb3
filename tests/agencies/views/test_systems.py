"""`/members/…/systems/`: who opens it, what it says of systems and keys, and that a key is shown once."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from agencies.models import ApiKey, Membership, System
from agencies.roles import Role, Scope
from agencies.services import systems
from agencies.services.audit import Door
from nib_tracker.logs import Line
from tests.agencies.views.connecting import KEY, NEW, PAGE, TYPED, connect, shown_key, words
from tests.factories import World, person


class TestWhoOpensIt:
    @pytest.mark.parametrize(
        ("who", "status"),
        [("approver", 200), ("operator", 200), ("reporter", 403), ("supervisor", 403), ("plan_manager", 403),
         ("auditor", 403)],
    )  # fmt: skip
    def test_by_role(self, world: World, client: Client, who: str, status: int) -> None:
        system = connect(world)
        client.force_login(getattr(world, who))
        for address in (PAGE, NEW, f"{PAGE}{system.pk}/"):
            assert client.get(address).status_code == status, address
        for address in (f"{PAGE}{system.pk}/key/", f"{PAGE}{system.pk}/end/"):
            assert client.post(address, {}).status_code == (
                status if status == 403 else 422 if "key" in address else 302
            )

    def test_another_agencys_systems_are_not_found_here(self, world: World, approver: Client) -> None:
        foreign = connect(world, agency=world.east, by=person("approver", world.east))
        key = foreign.keys.get()
        assert approver.get("/members/east/systems/").status_code == 403
        assert approver.get("/members/nowhere/systems/").status_code == 404
        for address in (
            f"{foreign.pk}/",
            f"{foreign.pk}/key/",
            f"{foreign.pk}/end/",
            f"{foreign.pk}/keys/{key.pk}/revoke/",
        ):
            assert approver.post(f"{PAGE}{address}", TYPED).status_code == 404
        own = connect(world)
        assert approver.post(f"{PAGE}{own.pk}/keys/{key.pk}/revoke/").status_code == 404, "of another system"
        key.refresh_from_db()
        foreign.refresh_from_db()
        assert key.revoked_at is None and foreign.ended_at is None

    def test_the_operator_reaches_them_only_below_their_agency(self, world: World, client: Client) -> None:
        client.force_login(world.operator)
        foreign = connect(world, agency=world.east, by=person("approver", world.east))
        assert client.post(f"{PAGE}{foreign.pk}/end/").status_code == 404
        assert client.post(f"/members/east/systems/{foreign.pk}/end/").status_code == 302

    @pytest.mark.parametrize("number", ["9" * 30, str(2**31)])
    def test_numbers_that_no_system_has(self, world: World, approver: Client, number: str) -> None:
        system = connect(world)
        for address in (f"{number}/", f"{system.pk}/keys/{number}/revoke/"):
            assert approver.post(f"{PAGE}{address}", TYPED).status_code == 404


class TestTheWayThere:
    def test_an_approver_of_one_agency_is_led_there_and_of_two_chooses(self, world: World, approver: Client) -> None:
        assert approver.get("/systems/").url == PAGE
        Membership.objects.create(user=world.approver, role=Role.APPROVER, agency=world.east)
        page = approver.get("/systems/").content.decode()
        assert PAGE in page and "/members/east/systems/" in page and "/members/west/" not in page

    def test_the_operator_chooses_among_all_and_sees_how_many_each_has(self, world: World, client: Client) -> None:
        for number in range(2):
            connect(world, str(number))
        gone = connect(world, "gone")
        systems.disconnect(gone.pk, by=world.operator, at=timezone.now(), door=Door.WEB)
        client.cookies["django_language"] = "en"
        client.force_login(world.operator)
        said = words(client.get("/systems/"))
        assert "Shanghai bureau Commission 2 systems" in said and "Shanghai west Commission" in said

    def test_nobody_else_chooses(self, world: World, client: Client) -> None:
        client.force_login(world.reporter)
        assert client.get("/systems/").status_code == 403

    @pytest.mark.parametrize(("who", "leads"), [("approver", True), ("operator", True), ("reporter", False)])
    def test_the_menu_leads_there_who_keeps_systems(self, world: World, client: Client, who: str, leads: bool) -> None:
        client.force_login(getattr(world, who))
        assert ('href="/systems/"' in client.get("/accounts/").content.decode()) is leads

    def test_members_and_systems_lead_to_each_other_but_the_operator_keeps_no_members(
        self, world: World, approver: Client
    ) -> None:
        assert f'href="{PAGE}"' in approver.get("/members/bureau/").content.decode()
        assert 'href="/members/bureau/"' in approver.get(PAGE).content.decode()
        approver.force_login(world.operator)
        assert 'href="/members/bureau/"' not in approver.get(PAGE).content.decode()


class TestThePage:
    def test_nothing_is_connected_yet(self, world: World, approver: Client) -> None:
        answer = approver.get(PAGE)
        assert "A platform of your own can report to this one by itself" in words(answer)
        assert 'href="/api/v1/docs/"' in answer.content.decode()

    def test_what_it_says_of_a_system(self, world: World, approver: Client) -> None:
        system = connect(world, scopes=[Scope.READ, Scope.SUBMIT], networks=["10.20.0.0/16", "10.1.1.1"])
        ApiKey.objects.update(last_used_at=timezone.now())
        said = words(approver.get(PAGE))
        assert "submit packets and take them back" in said and "enter figures" not in said
        assert "10.20.0.0/16 , 10.1.1.1" in said
        key = system.keys.get()
        assert f"{key} valid {timezone.localtime(key.expires_at):%Y-%m-%d %H:%M}" in said
        assert f"{timezone.localtime(key.last_used_at):%Y-%m-%d %H:%M}" in said
        assert not KEY.search(said)

    @pytest.mark.parametrize(
        ("ago", "days", "said"),
        [
            (0, 365, "valid"),
            (0, 31, "valid"),
            (0, 30, "expires in 30 days"),
            (21, 30, "expires in 9 days"),
            (29, 30, "expires in 1 day"),
        ],
    )
    def test_how_long_a_key_is_still_valid(
        self, world: World, approver: Client, ago: int, days: int, said: str
    ) -> None:
        connect(world, ago=ago, days=days)
        page = words(approver.get(PAGE))
        assert f"_… {said} 20" in page
        assert ("Make a new one before it does" in page) is (said != "valid")

    def test_a_key_that_ends_today(self, world: World, approver: Client) -> None:
        connect(world, ago=1, days=2)
        tonight = timezone.localtime().replace(hour=23, minute=59, second=59, microsecond=999999)
        ApiKey.objects.update(expires_at=tonight)
        assert "expires today" in words(approver.get(PAGE))

    def test_keys_that_no_longer_work_are_told_apart(self, world: World, approver: Client) -> None:
        now = timezone.now()
        expired = connect(world, "expired", ago=10, days=5)
        revoked = connect(world, "revoked")
        systems.revoke(revoked.keys.get().pk, by=world.approver, at=now, door=Door.WEB)
        rotated = connect(world, "rotated", ago=3)
        systems.rotate(rotated.pk, by=world.approver, at=now - timedelta(days=2), door=Door.WEB)
        said = words(approver.get(PAGE))
        assert f"expired on {timezone.localdate(expired.keys.get().expires_at)}" in said
        assert f"revoked on {timezone.localdate(now)}" in said
        assert "replaced, works 5 more days" in said
        assert said.count("This system has no key that works") == 2

    def test_disconnected_systems_stay_listed(self, world: World, approver: Client) -> None:
        system = connect(world, "旧报送程序")
        systems.disconnect(system.pk, by=world.approver, at=timezone.now(), door=Door.WEB)
        said = words(approver.get(PAGE))
        assert "1 disconnected system" in said and "旧报送程序" in said
        assert approver.get(f"{PAGE}{system.pk}/").status_code == 404

    @pytest.mark.parametrize("more", [0, 2, 9])
    def test_it_costs_the_same_with_few_and_many(
        self, world: World, approver: Client, django_assert_num_queries, more: int
    ) -> None:
        for number in range(1 + more):
            system = connect(world, str(number))
            systems.rotate(system.pk, by=world.approver, at=timezone.now(), door=Door.WEB)
        gone = connect(world, "gone")
        systems.disconnect(gone.pk, by=world.approver, at=timezone.now(), door=Door.WEB)
        approver.get(PAGE)
        with django_assert_num_queries(7):  # person, roles, agency, systems, their roles, their keys, those that ended
            approver.get(PAGE)

    def test_choosing_an_agency_costs_the_same_with_few_and_many(
        self, world: World, client: Client, django_assert_num_queries
    ) -> None:
        for number in range(3):
            connect(world, str(number))
        client.force_login(world.operator)
        client.get("/systems/")
        with django_assert_num_queries(3):  # person, roles, agencies
            client.get("/systems/")


class TestConnecting:
    def test_the_key_is_shown_in_the_answer_and_nowhere_else(self, world: World, approver: Client, caplog) -> None:
        answer = approver.post(NEW, TYPED)
        key = shown_key(answer)
        assert systems.of_key(key).system.name == "浦东数据平台"
        assert "no-store" in answer["Cache-Control"]
        page = answer.content.decode()
        assert f"curl -H &#x27;Authorization: Bearer {key}&#x27;" in page or f"Bearer {key}'" in page
        assert "/api/v1/system" in page and 'data-copy="new-key"' in page
        secret = key.split("_", 2)[2]
        for address in (PAGE, NEW, f"{PAGE}{System.objects.get().pk}/", "/audit/"):
            assert secret not in approver.get(address).content.decode()
        formatter = next(found.formatter for found in logging.getLogger().handlers if isinstance(found.formatter, Line))
        assert secret not in str([formatter.format(record) for record in caplog.records])
        sessions = [str(one.get_decoded()) for one in Session.objects.all()]
        assert sessions and secret not in str(sessions), "nor in the session"
        kept = cache._cache.get_client().keys("*")
        assert kept and not any(secret.encode() in (_value(name) or b"") for name in kept), "nor in Redis"
        assert not answer.cookies.get("messages")

    def test_sending_the_form_again_connects_nothing_more(self, world: World, approver: Client) -> None:
        approver.post(NEW, TYPED)
        again = approver.post(NEW, TYPED)
        assert again.status_code == 422 and "has a system of this name already" in words(again)
        assert System.objects.count() == 1 and not KEY.search(again.content.decode())

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"name": ""}, "This field is required."),
            ({"name": "n" * 101}, "at most 100 characters"),
            ({"name": "a\x00b"}, "Null characters are not allowed."),
            ({"scopes": []}, "Choose at least one thing that the system may do."),
            ({"scopes": ["operate"]}, "Select a valid choice."),
            ({"scopes": ["system_read"]}, "Select a valid choice."),
            ({"networks": "10.0.0.0/99"}, "“10.0.0.0/99” is no network"),
            ({"networks": "\n".join(f"10.0.{n}.0/24" for n in range(21))}, "At most 20 networks."),
            ({"networks": "1" * 3000}, "at most 2000 characters"),
            ({"days": "0"}, "greater than or equal to 1"),
            ({"days": "1000"}, "less than or equal to 730"),
            ({"days": "many"}, "Enter a whole number."),
            ({"days": ""}, "This field is required."),
        ],
    )
    def test_what_will_not_do_is_said_and_what_was_typed_stays(
        self, world: World, approver: Client, changes: dict, said: str
    ) -> None:
        answer = approver.post(NEW, TYPED | {"name": "新系统"} | changes)
        assert answer.status_code == 422 and said in words(answer)
        page = answer.content.decode()
        assert not System.objects.exists()
        if "name" not in changes:
            assert 'value="新系统"' in page
        if "scopes" not in changes:
            assert re.search(r'value="submit"[^>]*checked', page)
        if "networks" not in changes:
            assert "10.20.0.0/16\n10.1.1.1" in page
        if "days" not in changes:
            assert 'value="30"' in page

    def test_everything_that_is_wrong_is_said_at_once(self, world: World, approver: Client) -> None:
        said = words(approver.post(NEW, {"name": "", "networks": "x", "days": "0"}))
        for one in (
            "This field is required.",
            "Choose at least one",
            "“x” is no network",
            "greater than or equal to 1",
        ):
            assert one in said

    @pytest.mark.parametrize("typed", ["10.0.0.1，10.0.0.2", "10.0.0.1; 10.0.0.2", "10.0.0.1\r\n\r\n 10.0.0.2 \n"])
    def test_networks_however_they_are_separated(self, world: World, approver: Client, typed: str) -> None:
        assert approver.post(NEW, TYPED | {"networks": typed}).status_code == 200
        assert System.objects.get().networks == ["10.0.0.1", "10.0.0.2"]

    @pytest.mark.parametrize(
        ("who", "issuer"), [("approver", ""), ("operator", ""), ("approver", "https://id.example.org")]
    )
    def test_the_client_is_asked_for_only_of_the_operator_and_where_there_is_an_identity_service(
        self, world: World, approver: Client, settings, who: str, issuer: str
    ) -> None:
        settings.API_OAUTH_ISSUER = issuer
        approver.force_login(getattr(world, who))
        assert "oauth_client" not in approver.get(NEW).content.decode()
        approver.post(NEW, TYPED | {"oauth_client": "sneaked-in"})
        assert System.objects.get().oauth_client == ""

    def test_the_operator_names_the_client(self, world: World, approver: Client, settings) -> None:
        settings.API_OAUTH_ISSUER = "https://id.example.org"
        approver.force_login(world.operator)
        assert "oauth_client" in approver.get(NEW).content.decode()
        approver.post(NEW, TYPED | {"oauth_client": "pudong"})
        assert System.objects.get().oauth_client == "pudong"
        again = approver.post(NEW, TYPED | {"name": "third", "oauth_client": "pudong"})
        assert again.status_code == 422 and "Another system uses this client" in words(again)

    def test_a_form_that_another_site_sends_is_refused(self, world: World) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(world.approver)
        assert browser.post(NEW, TYPED).status_code == 403
        assert not System.objects.exists()


def _value(name: bytes) -> bytes | None:
    client = cache._cache.get_client()
    return client.get(name) if client.type(name) == b"string" else None


class TestChanging:
    def test_the_form_shows_what_is_and_saves_what_is_typed(self, world: World, approver: Client) -> None:
        system = connect(world, networks=["10.20.0.0/16", "10.1.1.1"])
        page = approver.get(f"{PAGE}{system.pk}/").content.decode()
        assert "10.20.0.0/16\n10.1.1.1" in page and re.search(r'value="read"[^>]*checked', page)
        assert not re.search(r'value="submit"[^>]*checked', page) and 'name="days"' not in page
        typed = {"name": "新名称", "scopes": ["submit"], "networks": ""}
        answer = approver.post(f"{PAGE}{system.pk}/", typed, follow=True)
        assert "新名称 was changed." in answer.content.decode()
        system = System.objects.get()
        assert (system.name, system.scopes, system.networks) == ("新名称", [Scope.SUBMIT], [])

    def test_a_client_that_the_form_does_not_show_stays(self, world: World, approver: Client) -> None:
        system = connect(world, oauth_client="pudong", by=world.operator)
        approver.post(f"{PAGE}{system.pk}/", {"name": "x", "scopes": ["read"], "networks": ""})
        assert System.objects.get().oauth_client == "pudong"

    def test_what_will_not_do_changes_nothing(self, world: World, approver: Client) -> None:
        connect(world, "other")
        system = connect(world)
        answer = approver.post(f"{PAGE}{system.pk}/", {"name": "other", "scopes": ["read"], "networks": "10.0.0.1"})
        assert answer.status_code == 422 and "of this name already" in words(answer)
        assert 'value="other"' in answer.content.decode() and "10.0.0.1" in answer.content.decode()
        system.refresh_from_db()
        assert system.networks == []
