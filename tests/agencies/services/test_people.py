"""Members of an agency: roles change at once, and an approver stays."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from agencies.models import AuditEvent, Membership
from agencies.roles import Can, Role
from agencies.services import people
from tests.factories import World, at, person, small_plan

WEB = AuditEvent.Door.WEB
NOW = at("2021-04-10")


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


def held(user, role: Role) -> Membership:
    return Membership.objects.get(user=user, role=role)


def test_a_membership_ends_and_the_audit_row_says_whose(world: World) -> None:
    people.end_membership(held(world.reporter, Role.REPORTER).pk, by=world.approver, at=NOW, door=WEB)
    world.reporter.__dict__.pop("roles", None)
    assert not world.reporter.can(Can.ENTER, world.bureau)
    event = AuditEvent.objects.get(action="membership.ended")
    assert (event.agency, event.subject) == (world.bureau, f"bureau/{world.reporter.username}")
    assert event.before == {"role": "reporter"}


def test_the_last_approver_stays(world: World) -> None:
    only = held(world.approver, Role.APPROVER)
    for act in (
        lambda: people.end_membership(only.pk, by=world.approver, at=NOW, door=WEB),
        lambda: people.change_role(only.pk, Role.REPORTER, by=world.approver, at=NOW, door=WEB),
    ):
        with override("en"), pytest.raises(ValidationError, match="at least one approver"):
            act()
    person(Role.APPROVER, world.bureau, username="second")
    people.end_membership(only.pk, by=world.approver, at=NOW, door=WEB)


def test_a_closed_account_is_no_approver_to_leave_behind(world: World) -> None:
    gone = person(Role.APPROVER, world.bureau, username="gone")
    gone.is_active = False
    gone.save()
    with pytest.raises(ValidationError):
        people.end_membership(held(world.approver, Role.APPROVER).pk, by=world.approver, at=NOW, door=WEB)


def test_a_reporter_becomes_an_approver(world: World) -> None:
    row = held(world.reporter, Role.REPORTER)
    people.change_role(row.pk, Role.APPROVER, by=world.approver, at=NOW, door=WEB)
    event = AuditEvent.objects.get(action="membership.changed")
    assert (event.before, event.after) == ({"role": "reporter"}, {"role": "approver"})


def test_an_office_role_cannot_be_given(world: World) -> None:
    with pytest.raises(ValidationError):
        people.change_role(held(world.reporter, Role.REPORTER).pk, Role.AUDITOR, by=world.approver, at=NOW, door=WEB)


@pytest.mark.parametrize("who", ["reporter", "supervisor", "operator"])
def test_who_does_not_keep_the_members_finds_no_membership(world: World, who: str) -> None:
    row = held(world.approver, Role.APPROVER)
    with pytest.raises(Membership.DoesNotExist):
        people.end_membership(row.pk, by=getattr(world, who), at=NOW, door=WEB)
