"""Invitations: who may, what the link opens, and that it opens once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils.translation import override

from agencies.models import AuditEvent, Invitation, Membership, User
from agencies.roles import Role
from agencies.services import invitations
from tests.factories import World, at, person, small_plan

WEB = AuditEvent.Door.WEB
NOW = at("2021-04-10")
LONG = "a long enough secret"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


def invite(world: World, by: User | None = None, now=NOW, **changes) -> tuple[Invitation, str]:
    typed = {"email": "New@Example.org", "display_name": "新人", "role": Role.REPORTER} | changes
    return invitations.invite(world.bureau, **typed, by=by or world.approver, at=now, door=WEB)


def test_an_approver_invites_and_only_the_hash_of_the_secret_is_kept(world: World) -> None:
    invitation, secret = invite(world)
    assert len(secret) >= 43, "32 random bytes"
    assert secret not in str(Invitation.objects.values())
    assert invitation.email == "new@example.org"
    assert invitation.expires_at - NOW == timedelta(days=7)
    event = AuditEvent.objects.get(action="invitation.sent")
    assert (event.agency, event.actor, event.after["role"]) == (world.bureau, world.approver, "reporter")
    assert secret not in str(event.after)


@pytest.mark.parametrize("who", ["reporter", "supervisor", "auditor", "operator"])
def test_nobody_else_invites(world: World, who: str) -> None:
    with pytest.raises(PermissionDenied):
        invite(world, by=getattr(world, who))
    assert not Invitation.objects.exists()


def test_an_approver_of_another_agency_does_not_invite(world: World) -> None:
    with pytest.raises(PermissionDenied):
        invite(world, by=person(Role.APPROVER, world.east))


def test_an_office_role_is_not_given_by_invitation(world: World) -> None:
    with pytest.raises(ValidationError):
        invite(world, role=Role.SUPERVISOR)


def test_who_is_invited_already_or_there_already_is_not_invited_again(world: World) -> None:
    invite(world)
    with pytest.raises(ValidationError, match="open invitation"):
        invite(world, email="new@example.org")
    User.objects.filter(pk=world.reporter.pk).update(email="there@example.org")
    with pytest.raises(ValidationError, match="has this role already"):
        invite(world, email="There@example.org")
    assert Invitation.objects.count() == 1


def test_the_link_makes_an_account_once(world: World) -> None:
    _invitation, secret = invite(world)
    user = invitations.accept_as_new(secret, username="newcomer", password=LONG, at=NOW, door=WEB)
    assert user.check_password(LONG) and user.display_name == "新人" and user.email == "new@example.org"
    assert user.roles == [(Role.REPORTER, world.bureau.pk)]
    assert EmailAddress.objects.get(user=user).verified
    with pytest.raises(Invitation.DoesNotExist):
        invitations.accept_as_new(secret, username="second", password=LONG, at=NOW, door=WEB)
    with pytest.raises(Invitation.DoesNotExist):
        invitations.accept(secret, by=world.supervisor, at=NOW, door=WEB)
    assert not User.objects.filter(username="second").exists()
    assert AuditEvent.objects.get(action="invitation.accepted").actor == user


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [("newcomer", "short", "password1"), ("REPORTER-bureau", LONG, "username"),
     ("two words", LONG, "username"), ("newcomer", "password1234", "")],
)  # fmt: skip
def test_a_bad_name_or_password_leaves_the_link_open(world: World, username: str, password: str, field: str) -> None:
    _invitation, secret = invite(world)
    with pytest.raises(ValidationError) as refused:
        invitations.accept_as_new(secret, username=username, password=password, at=NOW, door=WEB)
    assert not field or field in refused.value.message_dict
    assert invitations.behind(secret, at=NOW)
    assert not User.objects.filter(username__in=["newcomer", "two words"]).exists()


def test_the_end_of_the_seven_days(world: World) -> None:
    _invitation, secret = invite(world)
    end = NOW + timedelta(days=7)
    assert invitations.behind(secret, at=end - timedelta(seconds=1))
    for act in (
        lambda: invitations.behind(secret, at=end),
        lambda: invitations.accept(secret, by=world.auditor, at=end, door=WEB),
    ):
        with pytest.raises(Invitation.DoesNotExist):
            act()


def test_sending_again_makes_a_new_link_and_ends_the_old_one(world: World) -> None:
    invitation, old = invite(world)
    later = NOW + timedelta(days=30)
    _again, new = invitations.send_again(invitation.pk, by=world.approver, at=later, door=WEB)
    assert invitations.behind(new, at=later) == invitation
    with pytest.raises(Invitation.DoesNotExist):
        invitations.behind(old, at=NOW)


def test_a_withdrawn_link_is_dead_for_good(world: World) -> None:
    invitation, secret = invite(world)
    invitations.withdraw(invitation.pk, by=world.approver, at=NOW, door=WEB)
    with pytest.raises(Invitation.DoesNotExist):
        invitations.behind(secret, at=NOW)
    for act in (invitations.withdraw, invitations.send_again):
        with pytest.raises(ValidationError):
            act(invitation.pk, by=world.approver, at=NOW, door=WEB)


def test_invitations_of_another_agency_are_hidden(world: World) -> None:
    invitation, _secret = invite(world)
    foreign = person(Role.APPROVER, world.east)
    for act in (invitations.withdraw, invitations.send_again):
        with pytest.raises(Invitation.DoesNotExist):
            act(invitation.pk, by=foreign, at=NOW, door=WEB)


def test_somebody_with_an_account_joins_a_second_agency(world: World) -> None:
    east = person(Role.REPORTER, world.east)
    _invitation, secret = invite(world, role=Role.APPROVER)
    invitations.accept(secret, by=east, at=NOW, door=WEB)
    assert set(east.roles) == {(Role.REPORTER, world.east.pk), (Role.APPROVER, world.bureau.pk)}


def test_an_agency_sends_only_so_many_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether they go to many people, to one again and again, or are withdrawn each time."""
    monkeypatch.setattr(invitations, "MOST_A_DAY", 2)
    invitation, _secret = invite(world)
    facts = {"by": world.approver, "at": NOW, "door": WEB}
    invitations.send_again(invitation.pk, **facts)
    invitations.withdraw(invitation.pk, **facts)
    with pytest.raises(ValidationError, match="too many invitations today"):
        invite(world, email="another@example.org")
    tomorrow = NOW + timedelta(days=1)
    invitation, _secret = invite(world, now=tomorrow)
    invite(world, email="another@example.org", now=tomorrow)
    with pytest.raises(ValidationError, match="too many invitations today"):
        invitations.send_again(invitation.pk, **facts | {"at": tomorrow})


def test_a_name_is_one_line(world: World) -> None:
    """Otherwise it could be a letter of its own in the e-mail."""
    invitation, _secret = invite(world, display_name="新人\r\n\nhttps://evil.example/")
    assert invitation.display_name == "新人 https://evil.example/"


@pytest.mark.parametrize("username", ["trusted-lines", "Trusted-Lines", "api-bureau-1", "ＡＰＩ-x"])
def test_nobody_takes_the_name_of_an_account_of_the_product(world: World, username: str) -> None:
    """Blocks of the ledger would stand in their name, or they would look like a system."""
    _invitation, secret = invite(world)
    with pytest.raises(ValidationError, match="user name is taken"):
        invitations.accept_as_new(secret, username=username, password=LONG, at=NOW, door=WEB)
    assert not User.objects.filter(username__iexact=username).exists()


def test_a_user_name_in_wide_letters_is_the_plain_one(world: World) -> None:
    _invitation, secret = invite(world)
    with pytest.raises(ValidationError, match="user name is taken"):
        invitations.accept_as_new(secret, username="ｒｅｐｏｒｔｅｒ-bureau", password=LONG, at=NOW, door=WEB)
    assert invitations.accept_as_new(secret, username="ｎｅｗ", password=LONG, at=NOW, door=WEB).username == "new"


def test_two_who_use_one_link_at_once_make_one_account(transactional_db: None) -> None:
    world = small_plan()
    _invitation, secret = invite(world)

    def use(username: str) -> bool:
        try:
            invitations.accept_as_new(secret, username=username, password=LONG, at=NOW, door=WEB)
        except Invitation.DoesNotExist:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, ["one", "two", "three", "four"])) == 1
    assert Membership.objects.filter(agency=world.bureau, role=Role.REPORTER).count() == 2
