"""The operator's pages about people: every change leaves an audit row, and nobody is taken over."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core import mail
from django.test import Client
from django.urls import reverse

from agencies.models import AuditEvent, Membership, User
from agencies.roles import Role
from tests.factories import World, small_plan

ADD = "/admin/agencies/user/add/"
ROWS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


@pytest.fixture
def operator(world: World, client: Client) -> Client:
    client.cookies["django_language"] = "en"
    client.force_login(world.operator)
    return client


def change(user: User) -> str:
    return reverse("admin:agencies_user_change", args=[user.pk])


def typed(operator: Client, user: User, **changes: str) -> dict[str, str]:
    """The change form as it stands, with changes."""
    shown = operator.get(change(user)).context
    values = dict(shown["adminform"].form.initial)
    for formset in shown["inline_admin_formsets"]:
        values |= {f"{formset.formset.prefix}-{name}": value for name, value in
                   (("TOTAL_FORMS", formset.formset.total_form_count()),
                    ("INITIAL_FORMS", formset.formset.initial_form_count()))}  # fmt: skip
        for form in formset.formset.initial_forms:
            values |= {form.add_prefix(name): value for name, value in form.initial.items()}
            values[form.add_prefix("id")] = form.instance.pk
    return {name: value for name, value in values.items() if value is not None and value is not False} | changes


def test_a_person_is_added_without_a_password_and_gets_a_link(world: World, operator: Client) -> None:
    row = {"memberships-0-role": "supervisor", "memberships-0-agency": "", "memberships-TOTAL_FORMS": "1"}
    new = {"username": "wang", "display_name": "王", "email": "Wang@example.org", "is_active": "on"}
    assert operator.post(ADD, new | ROWS | row).status_code == 302
    user = User.objects.get(username="wang")
    assert not user.has_usable_password() and user.email == "wang@example.org"
    assert user.roles == [(Role.SUPERVISOR, None)]
    actions = set(AuditEvent.objects.values_list("action", "subject"))
    assert actions == {("person.added", "wang"), ("membership.added", "wang"), ("person.link_sent", "wang")}
    (address,) = set(re.findall(r"http://[^/]+(/accounts/password/reset/key/[^\s]+)", mail.outbox[0].body))
    own = Client()
    form = own.get(address, follow=True)
    long = "a long enough secret"
    own.post(form.redirect_chain[-1][0], {"password1": long, "password2": long})
    assert own.post("/accounts/login/", {"login": "wang", "password": long}).status_code == 302
    assert AuditEvent.objects.filter(action="person.password_reset", actor=user).exists()
    assert user.emailaddress_set.get().verified, "who set a password by the link reads that address"


def test_no_page_of_the_operator_sets_a_password(world: World, operator: Client) -> None:
    assert "password1" not in operator.get(ADD).content.decode()
    page = operator.get(change(world.reporter)).content.decode()
    assert 'name="password' not in page
    assert operator.get(f"/admin/agencies/user/{world.reporter.pk}/password/").status_code != 200
    before = world.reporter.password
    operator.post(change(world.reporter), typed(operator, world.reporter, password="pbkdf2$x", password1="x"))
    world.reporter.refresh_from_db()
    assert world.reporter.password == before


def test_the_address_of_who_has_been_in_is_theirs_to_change(world: World, operator: Client) -> None:
    operator.post(change(world.reporter), typed(operator, world.reporter, email="mine@example.org", display_name="甲"))
    world.reporter.refresh_from_db()
    assert (world.reporter.display_name, world.reporter.email) == ("甲", "")
    event = AuditEvent.objects.get(action="person.changed")
    assert (event.before["display_name"], event.after) == ("Reporter-Bureau", {"display_name": "甲"})
    assert "password" not in str(event.after)


def test_the_address_of_who_has_not_been_in_can_be_put_right(world: World, operator: Client) -> None:
    new = User.objects.create(username="new", email="wrong@example.org")
    new.set_unusable_password()
    new.save()
    operator.post(change(new), typed(operator, new, email="right@example.org"))
    new.refresh_from_db()
    assert new.email == "right@example.org"


@pytest.mark.parametrize("username", ["second", "REPORTER-bureau", "ＲＥＰＯＲＴＥＲ-bureau"])
def test_two_people_share_neither_address_nor_name(world: World, operator: Client, username: str) -> None:
    User.objects.filter(pk=world.auditor.pk).update(email="a@example.org")
    email = "A@example.org" if username == "second" else "b@example.org"
    answer = operator.post(ADD, {"username": username, "display_name": "x", "email": email, "is_active": "on"} | ROWS)
    assert answer.status_code == 200 and not User.objects.filter(username=username).exists()


def test_roles_given_changed_and_taken_leave_a_row_each(world: World, operator: Client) -> None:
    row = Membership.objects.get(user=world.reporter)
    operator.post(change(world.reporter), typed(operator, world.reporter, **{"memberships-0-role": "approver"}))
    changed = AuditEvent.objects.get(action="membership.changed")
    assert (changed.agency, changed.before["role"], changed.after["role"]) == (world.bureau, "reporter", "approver")
    operator.post(change(world.reporter), typed(operator, world.reporter, **{"memberships-0-DELETE": "on"}))
    assert not Membership.objects.filter(pk=row.pk).exists()
    ended = AuditEvent.objects.get(action="membership.ended")
    assert (ended.subject, ended.agency, ended.actor) == ("bureau/reporter-bureau", world.bureau, world.operator)


def test_nothing_changed_leaves_no_row(world: World, operator: Client) -> None:
    operator.post(change(world.reporter), typed(operator, world.reporter))
    assert not AuditEvent.objects.exists()


def test_a_closed_account_is_out_at_once(world: World, operator: Client) -> None:
    reporter = Client()
    reporter.force_login(world.reporter)
    assert reporter.get("/packets/").status_code == 200
    values = typed(operator, world.reporter)
    values.pop("is_active")
    operator.post(change(world.reporter), values)
    assert reporter.get("/packets/").status_code == 302
    assert AuditEvent.objects.get(action="person.changed").after == {"is_active": False}


def test_an_agency_that_is_changed_leaves_a_row(world: World, operator: Client) -> None:
    address = reverse("admin:agencies_agency_change", args=[world.bureau.pk])
    form = operator.get(address).context["adminform"].form
    values = {name: "" if value is None else value for name, value in form.initial.items()}
    operator.post(address, values | {"two_people": ""})
    event = AuditEvent.objects.get(action="agency.changed")
    assert (event.before, event.after, event.agency) == ({"two_people": True}, {"two_people": False}, world.bureau)


def test_second_factors_of_who_lost_them_are_removed_and_the_person_is_told(world: World, operator: Client) -> None:
    User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
    Authenticator.objects.create(user=world.reporter, type="totp", data={"secret": "x"})
    assert operator.get(f"/admin/agencies/user/{world.reporter.pk}/second-factor/").status_code == 405
    operator.post(f"/admin/agencies/user/{world.reporter.pk}/second-factor/")
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.get(action="person.second_factor_removed").actor == world.operator
    assert mail.outbox[0].to == ["r@example.org"]


def test_a_link_goes_to_the_person_only(world: World, operator: Client) -> None:
    operator.post(f"/admin/agencies/user/{world.reporter.pk}/link/", {"email": "mine@example.org"})
    assert not mail.outbox, "no address, no link"
    User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
    operator.post(f"/admin/agencies/user/{world.reporter.pk}/link/", {"email": "mine@example.org"})
    assert mail.outbox[0].to == ["r@example.org"]


@pytest.mark.parametrize("what", ["link", "second-factor"])
def test_nobody_else_sends_links_or_removes_factors(world: World, client: Client, what: str) -> None:
    client.force_login(world.supervisor)
    client.post(f"/admin/agencies/user/{world.reporter.pk}/{what}/", follow=True)
    assert not AuditEvent.objects.exists()


def test_the_operators_own_password_is_changed_on_the_ordinary_page(operator: Client) -> None:
    assert operator.get("/admin/password_change/").url == "/accounts/password/change/"


def test_keys_sessions_and_addresses_of_people_are_not_in_the_admin(db: None) -> None:
    assert {model._meta.app_label for model in admin.site._registry} == {"agencies", "targets", "reports"}
