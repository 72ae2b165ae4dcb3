"""Connected systems and their keys: what is made and ended, what is refused, and that no key is kept anywhere."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from agencies.models import ApiKey, AuditEvent, Membership, System, User
from agencies.roles import SCOPES, Can, Scope
from agencies.services import systems
from agencies.services.audit import Door
from tests.concurrency import at_once
from tests.factories import World, at, person, small_plan

WEB, NOW = Door.WEB, at("2021-04-10")
DAY = timedelta(days=1)
EVERYTHING = tuple(Scope)


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


def connect(world: World, **how) -> tuple[System, str]:
    facts = {"name": "数据平台", "scopes": [Scope.READ], "by": world.approver, "at": NOW, "door": WEB} | how
    return systems.connect(facts.pop("agency", world.bureau), **facts)


def keep(world: World, now: datetime = NOW, by: User | None = None) -> dict:
    return {"by": by or world.approver, "at": now, "door": WEB}


def refused(act, field: str | None = None) -> str:
    """What a refusal says, in English; of the field, where one is named."""
    with override("en"), pytest.raises(ValidationError) as error:
        act()
    if field is None:
        return " ".join(error.value.messages)
    assert list(error.value.message_dict) == [field]
    return " ".join(error.value.message_dict[field])


class TestConnecting:
    def test_a_system_gets_an_account_its_rights_and_one_key(self, world: World) -> None:
        system, key = connect(world, scopes=[Scope.SUBMIT, Scope.READ], networks=["10.20.3.4/16", "10.1.1.1"], days=30)
        assert (system.agency, system.name, system.created_by) == (world.bureau, "数据平台", world.approver)
        assert system.networks == ["10.20.0.0/16", "10.1.1.1"], "host bits are dropped, one address stands by itself"
        assert system.scopes == [Scope.READ, Scope.SUBMIT]
        account = User.objects.get(pk=system.user_id)
        assert re.fullmatch("api-bureau-[0-9a-f]{8}", account.username) and str(account) == "数据平台"
        assert account.can(Can.SUBMIT, world.bureau) and not account.can(Can.ENTER, world.bureau)
        assert not account.can(Can.READ_OWN_PACKETS, world.east)
        made = ApiKey.objects.get()
        assert made.expires_at == NOW + 30 * DAY
        assert re.fullmatch(rf"nib_{made.prefix}_[\w-]{{43}}", key), "32 random bytes"
        assert systems.of_key(key) == made

    @pytest.mark.parametrize("scope", EVERYTHING)
    def test_each_scope_is_one_role_in_the_agency_and_no_more(self, world: World, scope: Scope) -> None:
        system, _key = connect(world, scopes=[scope])
        assert list(system.user.memberships.values_list("role", "agency")) == [(SCOPES[scope], world.bureau.pk)]

    def test_two_keys_have_nothing_in_common(self, world: World) -> None:
        keys = {connect(world, name=str(number))[1] for number in range(5)}
        assert len({key.split("_")[2] for key in keys}) == len({key.split("_")[1] for key in keys}) == 5

    @pytest.mark.parametrize(
        ("how", "field", "said"),
        [
            ({"name": "  "}, "name", "at most 100"),
            ({"name": "n" * 101}, "name", "at most 100"),
            ({"name": "\x00"}, "name", "at most 100"),
            ({"scopes": []}, "scopes", "at least one"),
            ({"networks": ["10.0.0.0/33"]}, "networks", "“10.0.0.0/33” is no network"),
            ({"networks": ["10.1"]}, "networks", "is no network"),
            ({"networks": ["localhost"]}, "networks", "is no network"),
            ({"networks": ["fe80::1%eth0"]}, "networks", "is no network"),
            ({"networks": [f"10.0.{n}.0/24" for n in range(21)]}, "networks", "At most 20"),
            ({"days": 0}, "days", "1 to 730"),
            ({"days": 731}, "days", "1 to 730"),
        ],
    )
    def test_what_cannot_be_is_said_and_leaves_nothing(self, world: World, how: dict, field: str, said: str) -> None:
        people = User.objects.count()
        assert said in refused(lambda: connect(world, **how), field)
        assert not System.objects.exists() and not ApiKey.objects.exists() and not AuditEvent.objects.exists()
        assert User.objects.count() == people, "no account is left behind"

    def test_a_name_is_taken_within_its_agency_and_until_the_system_ends(self, world: World) -> None:
        system, _key = connect(world)
        east = person("approver", world.east)
        connect(world, agency=world.east, by=east)
        assert "of this name" in refused(lambda: connect(world, name=" 数据平台 "), "name")
        systems.disconnect(system.pk, **keep(world))
        connect(world)

    def test_a_client_of_the_identity_service_belongs_to_one_system(self, world: World) -> None:
        system, _key = connect(world, by=world.operator, oauth_client=" pudong ")
        assert system.oauth_client == "pudong"
        again = {"agency": world.east, "by": world.operator, "oauth_client": "pudong"}
        assert "Another system" in refused(lambda: connect(world, **again), "oauth_client")
        systems.disconnect(system.pk, **keep(world))
        connect(world, **again)
        for number in range(2):
            connect(world, name=f"without {number}")

    def test_a_client_is_named_by_the_operator_alone(self, world: World) -> None:
        """Another agency's client would take its tokens away."""
        with pytest.raises(PermissionDenied):
            connect(world, oauth_client="pudong")
        assert not System.objects.exists()
        long = {"by": world.operator, "oauth_client": "c" * 201}
        assert "at most 200" in refused(lambda: connect(world, **long), "oauth_client")
        system, _key = connect(world, by=world.operator, oauth_client="pudong")
        typed = {"name": "新平台", "scopes": [Scope.READ], "networks": []}
        for other in ("", "east"):
            with pytest.raises(PermissionDenied):
                systems.change(system.pk, **typed, oauth_client=other, **keep(world))
        systems.change(system.pk, **typed, **keep(world))
        systems.change(system.pk, **typed, oauth_client="pudong", **keep(world))
        system.refresh_from_db()
        assert (system.name, system.oauth_client) == ("新平台", "pudong"), "who changes the rest leaves it as it is"

    def test_an_agency_connects_only_so_many(self, world: World, monkeypatch) -> None:
        monkeypatch.setattr(systems, "MOST_SYSTEMS", 2)
        for number in range(2):
            connect(world, name=str(number))
        assert "at most 2 systems" in refused(lambda: connect(world, name="third"))
        systems.disconnect(System.objects.first().pk, **keep(world))
        connect(world, name="third")

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            (["１０.２０.0.0／16"], ["10.20.0.0/16"]),
            (["10.0.0.0/255.255.0.0"], ["10.0.0.0/16"]),
            (["", " ", "10.0.0.1", "10.0.0.1/32"], ["10.0.0.1"]),
            (["::ffff:10.0.0.0/104"], ["10.0.0.0/8"]),
            (["2001:DB8::/32", "::1"], ["2001:db8::/32", "::1"]),
        ],
    )
    def test_networks_are_kept_in_one_spelling(self, world: World, typed: list[str], kept: list[str]) -> None:
        assert connect(world, networks=typed)[0].networks == kept

    def test_who_may(self, world: World) -> None:
        connect(world, by=world.approver)
        connect(world, by=world.operator, name="by the operator")
        machine = System.objects.first().user
        others = (
            world.reporter, world.supervisor, world.plan_manager, world.auditor, machine, person("approver", world.east)
        )  # fmt: skip
        for one in others:
            with pytest.raises(PermissionDenied):
                connect(world, by=one, name=f"by {one}")
        assert System.objects.count() == 2


class TestChanging:
    def test_name_rights_networks_and_client(self, world: World) -> None:
        system, key = connect(world, networks=["10.0.0.0/8"])
        changed = systems.change(
            system.pk, name="新平台", scopes=[Scope.WRITE_ENTRIES], networks=[], oauth_client="c",
            **keep(world, by=world.operator),
        )  # fmt: skip
        found = System.objects.get()
        assert (found.name, found.networks, found.oauth_client) == ("新平台", [], "c")
        assert found.scopes == changed.scopes == [Scope.WRITE_ENTRIES]
        assert str(found.user) == "新平台" and systems.of_key(key), "the key goes on"
        event = AuditEvent.objects.get(action="system.changed")
        assert event.before == {"name": "数据平台", "scopes": ["read"], "networks": ["10.0.0.0/8"], "oauth_client": ""}
        assert event.after == {"name": "新平台", "scopes": ["write:entries"], "networks": [], "oauth_client": "c"}

    def test_nothing_changed_leaves_no_row(self, world: World) -> None:
        system, _key = connect(world)
        systems.change(system.pk, name=system.name, scopes=[Scope.READ], networks=[], **keep(world))
        assert not AuditEvent.objects.filter(action="system.changed").exists()

    def test_a_right_that_stays_is_the_same_row(self, world: World) -> None:
        system, _key = connect(world)
        before = Membership.objects.get(user=system.user).pk
        systems.change(system.pk, name="x", scopes=[Scope.READ, Scope.SUBMIT], networks=[], **keep(world))
        assert Membership.objects.get(user=system.user, role=SCOPES[Scope.READ]).pk == before

    @pytest.mark.parametrize(
        ("how", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "other"}, "name"),
            ({"scopes": []}, "scopes"),
            ({"networks": ["x"]}, "networks"),
            ({"oauth_client": "taken"}, "oauth_client"),
        ],
    )
    def test_what_cannot_be_is_said_and_changes_nothing(self, world: World, how: dict, field: str) -> None:
        connect(world, name="other", oauth_client="taken", by=world.operator)
        system, _key = connect(world)
        typed = {"name": "数据平台", "scopes": [Scope.READ], "networks": []} | how
        assert refused(lambda: systems.change(system.pk, **typed, **keep(world, by=world.operator)), field)
        system.refresh_from_db()
        assert (system.name, system.scopes, system.oauth_client) == ("数据平台", [Scope.READ], "")


class TestRotating:
    def test_the_old_key_works_for_seven_days_more(self, world: World) -> None:
        system, old = connect(world)
        new = systems.rotate(system.pk, days=30, **keep(world))
        assert systems.of_key(old).expires_at == NOW + 7 * DAY
        assert systems.of_key(new).expires_at == NOW + 30 * DAY
        assert old != new and System.objects.get().keys.count() == 2

    def test_a_key_that_ends_sooner_is_not_prolonged(self, world: World) -> None:
        system, old = connect(world, days=3)
        systems.rotate(system.pk, **keep(world))
        assert systems.of_key(old).expires_at == NOW + 3 * DAY
        assert not AuditEvent.objects.filter(action="api_key.replaced").exists()

    def test_a_form_that_is_sent_twice_makes_one_key(self, world: World) -> None:
        system, old = connect(world)
        seen = systems.of_key(old).pk
        systems.rotate(system.pk, newest=seen, **keep(world))
        said = refused(lambda: systems.rotate(system.pk, newest=seen, **keep(world)))
        assert "A newer key has been made meanwhile" in said and system.keys.count() == 2

    def test_days_are_checked_and_then_the_old_key_keeps_its_time(self, world: World) -> None:
        system, old = connect(world)
        assert "1 to 730" in refused(lambda: systems.rotate(system.pk, days=1000, **keep(world)), "days")
        assert systems.of_key(old).expires_at == NOW + 365 * DAY


class TestEnding:
    def test_a_revoked_key_stays_revoked_since_the_first_time(self, world: World) -> None:
        _system, key = connect(world)
        pk = systems.of_key(key).pk
        systems.revoke(pk, **keep(world))
        systems.revoke(pk, **keep(world, NOW + DAY))
        assert systems.of_key(key).revoked_at == NOW
        assert AuditEvent.objects.filter(action="api_key.revoked").count() == 1

    def test_a_disconnected_system_has_no_key_no_right_and_no_account_to_use(self, world: World) -> None:
        system, _key = connect(world, scopes=EVERYTHING)
        systems.rotate(system.pk, **keep(world))
        systems.disconnect(system.pk, **keep(world, NOW + DAY))
        found = System.objects.get()
        assert found.ended_at == NOW + DAY and found.scopes == [] and not found.user.is_active
        assert set(found.keys.values_list("revoked_at", flat=True)) == {NOW + DAY}
        assert found.user.username, "the account stays: the ledger may name it"
        with pytest.raises(System.DoesNotExist):
            systems.disconnect(system.pk, **keep(world))
        with pytest.raises(System.DoesNotExist):
            systems.rotate(system.pk, **keep(world))

    @pytest.mark.parametrize("who", ["reporter", "supervisor", "auditor", "plan_manager", "foreign"])
    def test_who_does_not_keep_it_finds_nothing(self, world: World, who: str) -> None:
        system, key = connect(world)
        by = person("approver", world.east) if who == "foreign" else getattr(world, who)
        how = keep(world, by=by)
        for act in (
            lambda: systems.change(system.pk, name="x", scopes=EVERYTHING, networks=[], **how),
            lambda: systems.rotate(system.pk, **how),
            lambda: systems.disconnect(system.pk, **how),
        ):
            with pytest.raises(System.DoesNotExist):
                act()
        with pytest.raises(ApiKey.DoesNotExist):
            systems.revoke(systems.of_key(key).pk, **how)
        assert systems.of_key(key).revoked_at is None

    def test_the_operator_ends_any(self, world: World) -> None:
        system, _key = connect(world)
        systems.disconnect(system.pk, **keep(world, by=world.operator))
        assert System.objects.get().ended_at


class TestWhatIsKept:
    def test_only_the_hash_and_no_secret_in_any_column_of_any_table(self, world: World) -> None:
        system, first = connect(world, scopes=EVERYTHING, networks=["10.0.0.0/8"])
        second = systems.rotate(system.pk, **keep(world))
        systems.change(system.pk, name="x", scopes=[Scope.READ], networks=[], **keep(world))
        systems.revoke(systems.of_key(first).pk, **keep(world))
        systems.disconnect(system.pk, **keep(world))
        secrets = [key.split("_", 2)[2] for key in (first, second)]
        everything = _everything()
        assert ApiKey.objects.first().prefix in everything, "the search reads what is there"
        assert [one for one in secrets if one in everything] == []

    def test_audit_rows_say_what_was_done_to_which_key(self, world: World) -> None:
        system, key = connect(world, days=30)
        systems.rotate(system.pk, **keep(world, NOW + DAY))
        systems.revoke(systems.of_key(key).pk, **keep(world, NOW + 2 * DAY))
        systems.disconnect(system.pk, **keep(world, NOW + 3 * DAY))
        rows = AuditEvent.objects.order_by("pk")
        account, newest = f"bureau/{system.user.username}", str(ApiKey.objects.first())
        assert [(row.action, row.subject) for row in rows] == [
            ("system.connected", account),
            ("api_key.made", f"{account}/nib_{key.split('_')[1]}_…"),
            ("api_key.replaced", f"{account}/nib_{key.split('_')[1]}_…"),
            ("api_key.made", f"{account}/{newest}"),
            ("api_key.revoked", f"{account}/nib_{key.split('_')[1]}_…"),
            ("system.disconnected", account),
        ]
        assert {(row.actor, row.agency, row.door) for row in rows} == {(world.approver, world.bureau, "web")}
        before, after = (datetime.fromisoformat(one["expires_at"]) for one in (rows[2].before, rows[2].after))
        assert (before, after) == (NOW + 30 * DAY, NOW + 8 * DAY)

    @pytest.mark.parametrize("key", ["", "nib_", "nib__", "nib_zz", "nib_%_x", "nib_é_x", "nib_0a1b2c3d_\x00", "token"])
    def test_a_text_that_is_no_key_is_nobodys(self, world: World, key: str) -> None:
        connect(world)
        assert systems.of_key(key) is None

    def test_a_key_with_another_secret_is_nobodys(self, world: World) -> None:
        _system, key = connect(world)
        other = key[:-1] + ("A" if key[-1] != "A" else "B")
        assert systems.of_key(other) is None and systems.of_key(key.upper()) is None

    @pytest.mark.parametrize("broken", [{"secret_hash": "x"}, {"expires_at": NOW}, {"prefix": None}])
    def test_the_database_refuses_a_key_that_is_not_hashed_or_never_valid(self, world: World, broken: dict) -> None:
        connect(world)
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.update(**broken)


def _everything() -> str:
    """Every row of every table, as text."""
    tables = [table for table in connection.introspection.table_names() if not table.startswith("pg_")]
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            found += [row[0] for row in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_name_or_client_at_once() -> None:
    """Of several at once one has it, and the others are told as if they had come later."""
    world = small_plan()
    second = person("approver", world.bureau, username="second")
    people = [world.approver, second, world.operator]
    failed = at_once(3, lambda number: connect(world, by=people[number]))
    assert [type(error) for error in failed] == [ValidationError] * 2, failed
    agencies, named = (world.bureau, world.east), {"name": "c", "oauth_client": "c", "by": world.operator}
    failed = at_once(2, lambda number: connect(world, agency=agencies[number], **named))
    assert [list(error.message_dict) for error in failed] == [["oauth_client"]]


@pytest.mark.django_db(transaction=True)
def test_a_change_takes_a_name_that_another_one_takes_at_the_same_time() -> None:
    world = small_plan()
    ids = [connect(world, name=str(number))[0].pk for number in range(3)]
    failed = at_once(
        3, lambda number: systems.change(ids[number], name="one", scopes=[Scope.READ], networks=[], **keep(world))
    )
    assert [list(error.message_dict) for error in failed] == [["name"]] * 2
    assert System.objects.filter(name="one").count() == 1
