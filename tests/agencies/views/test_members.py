"""`/members/…` and `/invitations/…`: who opens them, what they say, what the e-mail carries."""

from __future__ import annotations

import logging
import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from agencies.models import Invitation, Membership, User
from agencies.roles import Role
from nib_tracker.logs import Line
from tests.factories import PASSWORD, World, at, person, small_plan

LONG = "a long enough secret"
TYPED = {"email": "new@example.org", "display_name": "新人", "role": "reporter"}


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


@pytest.fixture
def approver(world: World, client: Client, settings) -> Client:
    settings.SITE_URL = "http://localhost"
    client.cookies["django_language"] = "en"
    client.force_login(world.approver)
    return client


def link(number: int = -1) -> str:
    (found,) = set(re.findall(r"http://localhost(/invitations/[^\s]+)", mail.outbox[number].body))
    return found


@pytest.mark.parametrize(
    ("who", "status"),
    [("approver", 200), ("reporter", 403), ("supervisor", 403), ("auditor", 403), ("operator", 403)],
)
def test_who_opens_the_members_page(world: World, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(world, who))
    assert client.get("/members/bureau/").status_code == status
    assert client.post("/members/bureau/invitations/", TYPED).status_code == (302 if status == 200 else 403)


def test_an_agency_that_is_not_there_or_not_theirs(world: World, approver: Client) -> None:
    assert approver.get("/members/nowhere/").status_code == 404
    assert approver.get("/members/east/").status_code == 403
    assert approver.post("/members/east/invitations/", TYPED).status_code == 403


def test_an_approver_of_one_agency_is_led_there_and_of_two_chooses(world: World, approver: Client) -> None:
    assert approver.get("/members/").url == "/members/bureau/"
    Membership.objects.create(user=world.approver, role=Role.APPROVER, agency=world.east)
    page = approver.get("/members/").content.decode()
    assert "/members/bureau/" in page and "/members/east/" in page


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_costs_the_same_with_few_and_many(
    world: World, approver: Client, django_assert_num_queries, more: int
) -> None:
    for number in range(more):
        person(Role.REPORTER, world.bureau, username=f"more-{number}")
        approver.post("/members/bureau/invitations/", TYPED | {"email": f"{number}@example.org"})
    approver.get("/members/bureau/")
    with django_assert_num_queries(5):  # person, roles, agency, members, invitations
        approver.get("/members/bureau/")


def test_a_lone_member_is_warned_where_two_are_needed(world: World, approver: Client) -> None:
    assert "needs two people" not in approver.get("/members/bureau/").content.decode()
    Membership.objects.filter(user=world.reporter).delete()
    assert "needs two people" in approver.get("/members/bureau/").content.decode()


def test_the_e_mail_is_in_both_languages_with_one_link(world: World, approver: Client) -> None:
    assert approver.post("/members/bureau/invitations/", TYPED).status_code == 302
    (sent,) = mail.outbox
    assert sent.to == ["new@example.org"]
    assert world.bureau.name_zh in sent.body and world.bureau.name_en in sent.body
    assert sent.body.index(world.bureau.name_zh) < sent.body.index(world.bureau.name_en)
    assert str(world.approver) in sent.body
    assert link()


def test_who_opens_the_link_makes_an_account_and_signs_in(world: World, approver: Client) -> None:
    approver.post("/members/bureau/invitations/", TYPED)
    stranger = Client()
    assert stranger.get(link()).status_code == 200
    answer = stranger.post(link(), {"username": "newcomer", "password1": LONG, "password2": LONG})
    assert answer.url == "/accounts/login/"
    assert stranger.post("/accounts/login/", {"login": "newcomer", "password": LONG}).status_code == 302
    assert stranger.get("/packets/").status_code == 200
    assert Client().get(link()).status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"username": "newcomer", "password1": LONG, "password2": "something else"},
        {"username": "newcomer", "password1": "short", "password2": "short"},
        {"username": "new\x00comer", "password1": LONG, "password2": LONG},
        {"username": "n" * 200, "password1": LONG, "password2": LONG},
        {"username": "newcomer", "password1": "9" * 5000, "password2": "9" * 5000},
    ],
)
def test_what_will_not_do_is_said_and_changes_nothing(world: World, approver: Client, typed: dict[str, str]) -> None:
    approver.post("/members/bureau/invitations/", TYPED)
    answer = Client().post(link(), typed)
    assert answer.status_code == 422 and "field-error" in answer.content.decode()
    assert Invitation.objects.get().accepted_at is None
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_secret_of_a_link_stays_out_of_the_log(world: World, approver: Client, caplog) -> None:
    approver.post("/members/bureau/invitations/", TYPED)
    assert Client().post(link(), {"username": "new"}).status_code == 422
    formatter = next(found.formatter for found in logging.getLogger().handlers if isinstance(found.formatter, Line))
    lines = [formatter.format(record) for record in caplog.records]
    assert lines and link().split("/")[2] not in str(lines) and "/invitations/…/" in lines[-1]


def test_links_lead_to_the_product_however_it_was_asked(world: World, approver: Client) -> None:
    approver.post("/members/bureau/invitations/", TYPED, HTTP_HOST="testserver:6666")
    assert link()


def test_every_dead_link_gets_the_same_page(world: World, approver: Client) -> None:
    for number in range(3):
        approver.post("/members/bureau/invitations/", TYPED | {"email": f"{number}@example.org"})
    used, withdrawn, expired = (link(number) for number in range(3))
    Client().post(used, {"username": "newcomer", "password1": LONG, "password2": LONG})
    row = Invitation.objects.get(email="1@example.org")
    approver.post(f"/members/bureau/invitations/{row.pk}/withdraw/")
    Invitation.objects.filter(email="2@example.org").update(invited_at=at("2020-01-01"), expires_at=at("2020-01-08"))
    answers = [Client().get(one) for one in (used, withdrawn, expired, "/invitations/neverwas/", "/invitations/%00/")]
    assert {one.status_code for one in answers} == {404}
    pages = {re.sub(r'value="[^"]*"', "", one.content.decode()) for one in answers}
    assert len(pages) == 1, "nothing tells one from the other"
    assert Client().post(withdrawn, {"username": "n2", "password1": LONG, "password2": LONG}).status_code == 404


def test_who_is_signed_in_joins_after_confirming(world: World, approver: Client) -> None:
    approver.post("/members/bureau/invitations/", TYPED)
    east = person(Role.REPORTER, world.east)
    visitor = Client()
    visitor.force_login(east)
    assert world.bureau.name_zh in visitor.get(link()).content.decode()
    assert not Membership.objects.filter(user=east, agency=world.bureau).exists(), "looking joins nobody"
    assert visitor.post(link()).status_code == 302
    assert Membership.objects.filter(user=east, agency=world.bureau).exists()


def test_who_has_an_account_is_told_to_sign_in(world: World, approver: Client) -> None:
    EmailAddress.objects.create(user=world.auditor, email="new@example.org", verified=True, primary=True)
    approver.post("/members/bureau/invitations/", TYPED)
    visitor = Client()
    visitor.cookies["django_language"] = "en"
    page = visitor.get(link()).content.decode()
    assert "There is an account with your e-mail address already" in page
    back = re.search(r"/accounts/login/\?next=([^\"]+)", page)[0]
    answer = visitor.post(back, {"login": world.auditor.username, "password": PASSWORD, "next": link()})
    assert answer.url == link()


@pytest.mark.parametrize("typed", [{}, TYPED | {"email": "no address"}, TYPED | {"role": "supervisor"},
                                   TYPED | {"display_name": "n" * 101}, TYPED | {"email": "a\x00@b.cn"}])  # fmt: skip
def test_a_bad_invitation_is_said_and_not_sent(world: World, approver: Client, typed: dict[str, str]) -> None:
    answer = approver.post("/members/bureau/invitations/", typed)
    assert answer.status_code == 422 and "field-error" in answer.content.decode()
    assert not mail.outbox and not Invitation.objects.exists()


def test_a_mail_server_that_is_down_leaves_an_invitation_to_send_again(
    world: World, approver: Client, settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = approver.post("/members/bureau/invitations/", TYPED, follow=True).content.decode()
    assert "The e-mail could not be sent" in page
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    approver.post(f"/members/bureau/invitations/{Invitation.objects.get().pk}/again/")
    assert Client().get(link()).status_code == 200


def test_roles_change_and_memberships_end_from_the_page(world: World, approver: Client) -> None:
    row = Membership.objects.get(user=world.reporter)
    approver.post(f"/members/bureau/{row.pk}/role/", {"role": "approver"})
    row.refresh_from_db()
    assert row.role == Role.APPROVER
    assert (
        "Choose the role"
        in approver.post(f"/members/bureau/{row.pk}/role/", {"role": "operator"}, follow=True).content.decode()
    )
    approver.post(f"/members/bureau/{row.pk}/end/")
    assert not Membership.objects.filter(pk=row.pk).exists()
    assert approver.post(f"/members/bureau/{row.pk}/end/").status_code == 404
    assert approver.post(f"/members/bureau/{'9' * 30}/end/").status_code == 404


def test_the_last_approver_is_told_why_they_stay(world: World, approver: Client) -> None:
    row = Membership.objects.get(user=world.approver)
    page = approver.post(f"/members/bureau/{row.pk}/end/", follow=True).content.decode()
    assert "An agency keeps at least one approver" in page


def test_a_membership_of_another_agency_is_not_found_here(world: World, approver: Client) -> None:
    foreign = Membership.objects.get(user=person(Role.REPORTER, world.east))
    assert approver.post(f"/members/bureau/{foreign.pk}/end/").status_code == 404
    assert approver.post(f"/members/east/{foreign.pk}/end/").status_code == 403
    assert Membership.objects.filter(pk=foreign.pk).exists()


def test_the_menu_leads_to_members_only_who_keeps_them(world: World, approver: Client) -> None:
    assert 'href="/members/"' in approver.get("/accounts/").content.decode()
    approver.force_login(world.reporter)
    assert 'href="/members/"' not in approver.get("/accounts/").content.decode()
