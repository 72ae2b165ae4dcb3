"""Accounts of connected systems are no people: no page lists them as such, nobody writes to them or signs in as one."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth import authenticate
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.forms import InvitationForm, RoleForm
from agencies.models import AuditEvent, Membership, System, User
from agencies.roles import SYSTEM_ROLES, Role, Scope
from agencies.selectors.members import members
from agencies.services import people, systems
from agencies.services.audit import Door
from nib_tracker.accounts import person_of
from reports.services.reminders import send_reminders
from tests.factories import World, at, small_plan

NAME = "浦东数据平台"


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


@pytest.fixture
def system(world: World) -> System:
    how = {"by": world.approver, "at": timezone.now(), "door": Door.WEB}
    return systems.connect(world.bureau, name=NAME, scopes=tuple(Scope), **how)[0]


@pytest.fixture
def approver(world: World, client: Client) -> Client:
    client.cookies["django_language"] = "en"
    client.force_login(world.approver)
    return client


@pytest.fixture
def operator(world: World) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(world.operator)
    return client


class TestMembers:
    def test_the_page_lists_people(self, world: World, system: System, approver: Client) -> None:
        assert {one.user for one in members(world.bureau)} == {world.reporter, world.approver}
        page = approver.get("/members/bureau/").content.decode()
        assert system.user.username not in page and NAME not in page
        assert "system:" not in page, "no role of systems to choose"

    def test_a_system_is_no_second_person(self, world: World, system: System, approver: Client) -> None:
        assert "needs two people" not in approver.get("/members/bureau/").content.decode()
        Membership.objects.filter(user=world.reporter).delete()
        assert "needs two people" in approver.get("/members/bureau/").content.decode()

    @pytest.mark.parametrize("what", ["end", "role"])
    def test_its_roles_are_not_found_among_the_members(
        self, world: World, system: System, approver: Client, what: str
    ) -> None:
        for row in system.user.memberships.all():
            assert approver.post(f"/members/bureau/{row.pk}/{what}/", {"role": "approver"}).status_code == 404
        assert set(system.user.memberships.values_list("role", flat=True)) == set(SYSTEM_ROLES)

    def test_a_service_makes_no_person_of_it(self, world: World, system: System) -> None:
        how = {"by": world.approver, "at": timezone.now(), "door": Door.WEB}
        row = system.user.memberships.first()
        with pytest.raises(Membership.DoesNotExist):
            people.change_role(row.pk, Role.APPROVER, **how)
        with pytest.raises(Membership.DoesNotExist):
            people.end_membership(row.pk, **how)

    @pytest.mark.parametrize("form", [InvitationForm, RoleForm])
    @pytest.mark.parametrize("role", sorted(SYSTEM_ROLES))
    def test_nobody_is_invited_as_one(self, form: type, role: str) -> None:
        offered = {code for code, _words in form().fields["role"].choices}
        assert offered == {Role.REPORTER, Role.APPROVER}
        assert "role" in form({"role": role, "email": "a@example.org", "display_name": "a"}).errors


class TestTheOperatorsSite:
    def test_its_people_are_people(self, world: World, system: System, operator: Client) -> None:
        page = operator.get("/admin/agencies/user/").content.decode()
        assert world.reporter.username in page
        assert system.user.username not in page and "system:" not in page
        found = operator.get(f"/admin/agencies/user/?q={system.user.username}").content.decode()
        assert "0 people" in found or "0 results" in found

    def test_the_filter_by_role_offers_and_finds_people(self, world: World, system: System, operator: Client) -> None:
        page = operator.get("/admin/agencies/user/?memberships__role__exact=reporter").content.decode()
        assert world.reporter.username in page and world.approver.username not in page
        shown = operator.get("/admin/agencies/user/?memberships__role__exact=system_enter").content.decode()
        assert system.user.username not in shown

    @pytest.mark.parametrize("what", ["change", "link", "second_factor"])
    def test_no_page_keeps_a_systems_account(self, system: System, operator: Client, what: str) -> None:
        address = reverse(f"admin:agencies_user_{what}", args=[system.user_id])
        answer = operator.get(address) if what == "change" else operator.post(address, follow=True)
        assert system.user.username not in answer.content.decode().partition("<main")[2]
        assert not mail.outbox and not AuditEvent.objects.filter(action__startswith="person.").exists()

    def test_nobody_is_given_a_role_of_systems(self, world: World, operator: Client) -> None:
        address = reverse("admin:agencies_user_change", args=[world.reporter.pk])
        assert "system_enter" not in operator.get(address).content.decode()
        row = world.reporter.memberships.get()
        typed = {
            "username": world.reporter.username, "display_name": "", "is_active": "on",
            "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1", "memberships-0-id": row.pk,
            "memberships-0-user": world.reporter.pk, "memberships-0-role": "system_enter",
            "memberships-0-agency": world.bureau.pk,
        }  # fmt: skip
        assert operator.post(address, typed).status_code == 200, "told that it cannot be chosen"
        assert world.reporter.memberships.get().role == Role.REPORTER

    def test_the_way_to_an_agencys_systems(self, system: System, operator: Client) -> None:
        page = operator.get("/admin/agencies/agency/").content.decode()
        assert '<a href="/members/bureau/systems/">1</a>' in page and '<a href="/members/east/systems/">0</a>' in page

    def test_the_command_for_operators_takes_no_systems_name(self, system: System) -> None:
        with pytest.raises(CommandError, match="connected system"):
            call_command("add_operator", system.user.username)
        assert not system.user.memberships.filter(role=Role.OPERATOR).exists()


def test_reminders_are_written_to_people(world: World, system: System) -> None:
    User.objects.filter(pk=system.user_id).update(email="system@example.org")
    User.objects.filter(pk=world.reporter.pk).update(email="reporter@example.org")
    world.packet()
    send_reminders(at("2021-04-11 00:00"))
    assert {address for sent in mail.outbox for address in sent.to} == {"reporter@example.org"}


class TestSigningIn:
    def test_no_password_opens_it(self, system: System, settings) -> None:
        assert not system.user.has_usable_password() and system.user.email == ""
        for password in ("", "!", system.user.password, NAME):
            assert authenticate(None, username=system.user.username, password=password) is None
        browser = Client()
        typed = {"login": system.user.username, "password": system.user.password}
        assert browser.post("/accounts/login/", typed).status_code == 200
        assert "_auth_user_id" not in browser.session

    def test_no_link_to_set_a_password_is_sent(self, system: System) -> None:
        for email in ("", system.user.username, f"{system.user.username}@example.org"):
            Client().post("/accounts/password/reset/", {"email": email})
        assert not mail.outbox

    @pytest.mark.parametrize("confirmed", [True, False])
    def test_single_sign_on_does_not_find_it(self, world: World, system: System, confirmed: bool) -> None:
        """Not even where somebody has given it an address by hand."""
        User.objects.filter(pk=system.user_id).update(email="system@example.org")
        if confirmed:
            EmailAddress.objects.create(user=system.user, email="system@example.org", verified=True)
        vouched = [EmailAddress(email="system@example.org", verified=True)]
        assert person_of(SocialLogin(email_addresses=vouched)) is None
