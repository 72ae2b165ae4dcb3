"""Signing in: lock-out, how long a session lasts, the second factor that a plan requires, passwords and sessions."""

from __future__ import annotations

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from agencies.models import AuditEvent, User
from nib_tracker import middleware
from nib_tracker.signing_in import OWES, SEEN, SIGNED_IN
from tests.factories import PASSWORD, World
from tests.nib_tracker.signing import LONG, SIGN_IN, code_of, confirm, sign_in, with_app


def shift(client: Client, **seconds: float) -> None:
    """Puts stamps of a session back by so many seconds."""
    session = client.session
    for name, by in seconds.items():
        session[name] -= int(by)
    session.save()


class TestLockOut:
    def test_five_wrong_passwords_lock_the_name_whatever_comes_after(self, world: World, english: Client) -> None:
        for _ in range(5):
            assert "is not correct" in sign_in(english, world.reporter, "wrong").content.decode()
        for password in ("wrong", PASSWORD):
            page = sign_in(english, world.reporter, password).content.decode()
            assert "Wait 15 minutes" in page
        assert sign_in(Client(), world.approver).status_code == 302, "others at the same address are not locked"

    def test_an_unknown_name_is_answered_and_locked_like_a_known_one(self, world: World, english: Client) -> None:
        nobody = User(username="nobody")
        for _ in range(5):
            assert "is not correct" in sign_in(english, nobody).content.decode()
        assert "Wait 15 minutes" in sign_in(english, nobody).content.decode()

    def test_one_address_that_tries_many_names_is_stopped(self, world: World, english: Client, settings) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip,5/15m/key"}
        for number in range(3):
            sign_in(english, User(username=f"name-{number}"))
        assert "Too many failed attempts" in sign_in(english, world.reporter).content.decode()

    def test_wide_letters_are_no_way_round(self, world: World, english: Client) -> None:
        for _ in range(5):
            sign_in(english, world.reporter, "wrong")
        wide = User(username=world.reporter.username.replace("r", "ｒ"))
        assert "Wait 15 minutes" in sign_in(english, wide, "wrong").content.decode()
        assert sign_in(Client(), User(username=world.approver.username.replace("r", "ｒ"))).status_code == 302

    def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(self, world: World, settings) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login_failed": "1/m/ip,50/15m/key"}
        settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        forged = {"HTTP_X_FORWARDED_FOR": "9.9.9.9, 10.0.0.1"}
        sign_in(Client(**forged), world.reporter, "wrong")
        assert sign_in(Client(HTTP_X_FORWARDED_FOR="8.8.8.8, 10.0.0.1"), world.reporter).status_code == 200, "locked"
        assert sign_in(Client(HTTP_X_FORWARDED_FOR="8.8.8.8, 10.0.0.2"), world.reporter).status_code == 302


class TestHowLongASessionLasts:
    def test_idle_for_half_an_hour_it_ends_and_leads_back(self, world: World, english: Client) -> None:
        english.force_login(world.supervisor)
        shift(english, seen=30 * 60 - 5)
        assert english.get("/agencies/").status_code == 200
        shift(english, seen=30 * 60 + 1)
        answer = english.get("/agencies/?plan=small")
        assert answer.url == "/accounts/login/?next=%2Fagencies%2F%3Fplan%3Dsmall&because=idle"
        assert "nothing was done for a while" in english.get(answer.url).content.decode()
        assert sign_in(english, world.supervisor, next="/agencies/?plan=small").url == "/agencies/?plan=small"

    def test_what_a_person_opens_keeps_it_and_what_a_page_asks_for_does_not(self, world: World, client: Client) -> None:
        client.force_login(world.supervisor)
        for quiet in ({"HTTP_X_REFRESH": "1"}, {"HTTP_X_POLL": "1"}):
            shift(client, seen=20 * 60)
            before = client.session[SEEN]
            assert client.get("/agencies/", **quiet).status_code == 200
            assert client.session[SEEN] == before
            client.get("/agencies/")
            assert client.session[SEEN] > before + 19 * 60

    def test_it_is_written_once_a_minute_at_most(self, world: World, client: Client, django_assert_num_queries) -> None:
        client.force_login(world.supervisor)
        client.get("/agencies/")
        with django_assert_num_queries(2):  # person, roles with state: nothing for the session
            client.get("/agencies/")
        stamped = client.session[SEEN]
        client.get("/agencies/")
        assert client.session[SEEN] == stamped

    def test_it_ends_twelve_hours_after_signing_in_however_busy(self, world: World, english: Client) -> None:
        english.force_login(world.supervisor)
        shift(english, signed_in=12 * 3600 - 5)
        assert english.get("/agencies/").status_code == 200
        shift(english, signed_in=10)
        answer = english.get("/agencies/")
        assert "because=age" in answer.url
        assert "a whole working day" in english.get(answer.url).content.decode()

    @pytest.mark.parametrize("is_active", [True, False])
    def test_a_session_without_stamps_ends(self, world: World, client: Client, is_active: bool) -> None:
        client.force_login(world.supervisor)
        session = client.session
        for name in (SEEN, SIGNED_IN, OWES):
            del session[name]
        session.save()
        User.objects.update(is_active=is_active)
        world.plan.second_factor_roles = ["supervisor"]
        world.plan.save()
        assert "because=age" in client.get("/agencies/").url

    def test_no_proxy_keeps_what_a_person_who_is_signed_in_reads(self, world: World, client: Client) -> None:
        client.force_login(world.approver)
        for address in ("/", "/packets/", "/accounts/", "/members/bureau/", "/audit/"):
            assert "private" in client.get(address).headers["Cache-Control"], address

    @pytest.mark.parametrize("header", ["HTTP_HX_REQUEST", "HTTP_X_POLL", "HTTP_X_REFRESH"])
    def test_what_a_script_asks_for_is_answered_401_with_a_sentence(
        self, world: World, english: Client, header: str
    ) -> None:
        where = {header: "true", "HTTP_HX_CURRENT_URL": "http://testserver/packets/?plan=small"}
        answer = english.get("/packets/", **where)
        assert answer.status_code == 401 and "Sign in again" in answer.content.decode()
        assert "<" not in answer.content.decode(), "nothing that could be put into a table"
        assert answer.headers["X-Sign-In"] == "/accounts/login/?next=%2Fpackets%2F%3Fplan%3Dsmall"
        assert answer.headers["HX-Trigger"] == "signed-out"

    @pytest.mark.parametrize("referer", ["https://evil.example/x", "", "javascript:alert(1)"])
    def test_a_form_of_who_is_signed_out_never_leads_elsewhere(
        self, world: World, client: Client, referer: str
    ) -> None:
        answer = client.post("/members/bureau/invitations/", {}, HTTP_REFERER=referer)
        assert answer.url == "/accounts/login/?next=%2F"
        answer = client.post("/members/bureau/invitations/", {}, HTTP_REFERER="http://testserver/members/bureau/")
        assert answer.url == "/accounts/login/?next=%2Fmembers%2Fbureau%2F"

    def test_who_is_not_signed_in_costs_no_statement(self, db: None, client: Client, django_assert_num_queries) -> None:
        with django_assert_num_queries(0):
            assert client.get("/health/live").status_code == 200
            assert client.get(SIGN_IN).status_code == 200


class TestSecondFactor:
    @pytest.fixture
    def required(self, world: World) -> World:
        world.plan.second_factor_roles = ["approver"]
        world.plan.save()
        return world

    def test_who_owes_one_opens_nothing_else(self, required: World, english: Client) -> None:
        english.force_login(required.approver)
        for address in ("/", "/packets/", "/accounts/", "/members/bureau/", "/accounts/password/change/", "/audit/"):
            assert english.get(address).url == "/accounts/2fa/", address
        page = english.get("/accounts/2fa/").content.decode()
        assert "Your role requires a second factor" in page
        assert english.post("/language/", {"language": "en", "next": "/"}).status_code == 302
        assert english.get("/packets/", HTTP_HX_REQUEST="true").status_code == 403
        assert english.get("/health/live").status_code == 200
        assert english.post("/accounts/logout/").url == SIGN_IN

    def test_other_roles_are_not_asked(self, required: World, client: Client) -> None:
        for user in (required.reporter, required.supervisor):
            client.force_login(user)
            assert client.get("/packets/").status_code == 200

    def test_it_is_set_up_then_asked_for_at_sign_in(
        self, required: World, english: Client, django_capture_on_commit_callbacks
    ) -> None:
        sign_in(english, required.approver)
        assert english.get("/packets/").url == "/accounts/2fa/"
        assert english.get("/accounts/2fa/totp/activate/").url.startswith("/accounts/reauthenticate/")
        confirm(english)
        page = english.get("/accounts/2fa/totp/activate/").content.decode()
        assert re.search(r'<img class="qr" src="data:image/svg\+xml', page)
        secret = re.search(r'value="([A-Z2-7]{32})"', page)[1]
        code = totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))
        with django_capture_on_commit_callbacks(execute=True):
            assert english.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
        assert english.get("/packets/").status_code == 200, "at once"
        assert AuditEvent.objects.get(action="person.second_factor_added").actor == required.approver
        english.post("/accounts/logout/")
        again = Client()
        assert sign_in(again, required.approver, next="/packets/").url.startswith("/accounts/2fa/authenticate/")
        assert again.get("/packets/").status_code == 302, "half signed in is not signed in"
        assert again.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
        recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
        assert again.post("/accounts/2fa/authenticate/", {"code": recovery}).url == "/packets/"

    def test_the_last_one_cannot_be_taken_away(self, required: World, english: Client) -> None:
        with_app(required.approver)
        sign_in(english, required.approver)
        english.post("/accounts/2fa/authenticate/", {"code": code_of(required.approver)})
        confirm(english)
        page = english.post("/accounts/2fa/totp/deactivate/").content.decode()
        assert "Add another one before you remove this" in page
        assert Authenticator.objects.filter(user=required.approver, type="totp").exists()

    def test_who_is_signed_in_when_a_plan_starts_to_require_it_is_asked_within_a_minute(
        self, world: World, client: Client
    ) -> None:
        client.force_login(world.approver)
        assert client.get("/packets/").status_code == 200
        world.plan.second_factor_roles = ["approver"]
        world.plan.save()
        shift(client, seen=middleware.ONE_WRITE_A)
        assert client.get("/packets/").url == "/accounts/2fa/"

    def test_where_no_plan_requires_it_whoever_wants_has_it(self, world: World, english: Client) -> None:
        with_app(world.reporter)
        assert "authenticate" in sign_in(english, world.reporter).url
        assert english.post("/accounts/2fa/authenticate/", {"code": code_of(world.reporter)}).url == "/"
        confirm(english)
        english.post("/accounts/2fa/totp/deactivate/")
        assert not Authenticator.objects.filter(user=world.reporter).exists()


class TestPasswords:
    @pytest.fixture(autouse=True)
    def address_of_the_product(self, settings) -> None:
        settings.SITE_URL = "http://localhost:9"

    def test_a_link_leads_to_the_product_however_it_was_asked_for(self, world: World, client: Client) -> None:
        User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
        client.post("/accounts/password/reset/", {"email": "r@example.org"}, HTTP_HOST="testserver:6666")
        assert "http://localhost:9/accounts/password/reset/key/" in mail.outbox[0].body
        assert "6666" not in mail.outbox[0].body

    def reset(self, email: str) -> None:
        answer = Client().post("/accounts/password/reset/", {"email": email})
        assert answer.url == "/accounts/password/reset/done/", "known or not"

    def test_a_reset_tells_nobody_who_has_an_account(self, world: World) -> None:
        User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
        self.reset("nobody@example.org")
        assert not mail.outbox
        self.reset("R@example.org")
        (sent,) = mail.outbox
        assert world.reporter.username in sent.body

    def test_the_link_sets_a_password_once_and_ends_other_sessions(self, world: World) -> None:
        User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
        elsewhere = Client()
        elsewhere.force_login(world.reporter)
        self.reset("r@example.org")
        (address,) = set(re.findall(r"http://localhost:9(/accounts/password/reset/key/\S+)", mail.outbox[0].body))
        own = Client()
        form = own.get(address, follow=True).redirect_chain[-1][0]
        assert "password1" in own.post(form, {"password1": "short", "password2": "short"}).content.decode()
        assert own.post(form, {"password1": LONG, "password2": LONG}).status_code == 302
        assert elsewhere.get("/packets/").status_code == 302, "signed out by the change"
        assert sign_in(Client(), world.reporter, LONG).status_code == 302
        assert "password1" not in Client().get(address, follow=True).content.decode(), "the link is spent"
        assert AuditEvent.objects.get(action="person.password_reset").subject == world.reporter.username

    def test_a_reset_opens_a_locked_name(self, world: World) -> None:
        User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
        for _ in range(6):
            sign_in(Client(), world.reporter, "wrong")
        self.reset("r@example.org")
        (address,) = set(re.findall(r"http://localhost:9(/accounts/password/reset/key/\S+)", mail.outbox[0].body))
        own = Client()
        own.post(own.get(address, follow=True).redirect_chain[-1][0], {"password1": LONG, "password2": LONG})
        assert sign_in(Client(), world.reporter, LONG).status_code == 302

    def test_a_changed_password_is_told_by_e_mail_and_audited(self, world: World, client: Client) -> None:
        User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
        sign_in(client, world.reporter)
        typed = {"oldpassword": PASSWORD, "password1": LONG, "password2": LONG}
        assert client.post("/accounts/password/change/", typed).url == "/accounts/"
        assert mail.outbox[0].to == ["r@example.org"] and LONG not in mail.outbox[0].body
        assert AuditEvent.objects.get(action="person.password_changed").actor == world.reporter
        assert client.get("/accounts/").status_code == 200, "this session goes on"

    def test_a_changed_address_counts_once_its_link_is_opened(self, world: World, client: Client) -> None:
        sign_in(client, world.reporter)
        confirm(client)
        client.post("/accounts/email/", {"email": "new@example.org", "action_add": "1"})
        world.reporter.refresh_from_db()
        assert world.reporter.email == ""
        (address,) = set(re.findall(r"http://localhost:9(/accounts/confirm-email/\S+)", mail.outbox[0].body))
        client.post(address)
        world.reporter.refresh_from_db()
        assert world.reporter.email == "new@example.org"
        assert EmailAddress.objects.get(user=world.reporter).verified

    def test_a_mail_server_that_is_down_is_no_error_page(self, world: World, settings) -> None:
        User.objects.filter(pk=world.reporter.pk).update(email="r@example.org")
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
        self.reset("r@example.org")


class TestSessions:
    def test_sessions_are_listed_and_the_others_can_be_ended(self, world: World, english: Client) -> None:
        other = Client(HTTP_USER_AGENT="Another browser")
        sign_in(other, world.reporter)
        sign_in(english, world.reporter)
        page = english.get("/accounts/sessions/").content.decode()
        assert "Another browser" in page and "this one" in page
        english.post("/accounts/sessions/")
        assert other.get("/packets/").status_code == 302
        assert english.get("/packets/").status_code == 200
        assert "Another browser" not in english.get("/accounts/sessions/").content.decode()

    def test_last_seen_follows_what_a_person_does(self, world: World, client: Client) -> None:
        sign_in(client, world.reporter)
        UserSession.objects.update(last_seen_at="2021-01-01T00:00:00Z")
        client.get("/packets/")
        assert UserSession.objects.get().last_seen_at.year == 2021
        shift(client, seen=61)
        client.get("/packets/")
        assert UserSession.objects.get().last_seen_at.year > 2021

    def test_nobody_ends_the_sessions_of_another(self, world: World, client: Client) -> None:
        other = Client()
        sign_in(other, world.approver)
        sign_in(client, world.reporter)
        client.post("/accounts/sessions/")
        assert other.get("/packets/").status_code == 200


def test_the_audit_of_signing_in_names_the_person_themselves(world: World, client: Client) -> None:
    sign_in(client, world.reporter)
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": LONG, "password2": LONG})
    event = AuditEvent.objects.get()
    assert (event.actor, event.subject, event.agency) == (world.reporter, world.reporter.username, None)
