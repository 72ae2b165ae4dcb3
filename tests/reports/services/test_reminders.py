"""Reminders by e-mail: who gets them, once, in both languages; and a mail server that does not answer."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from agencies.models import Membership
from agencies.roles import Role
from reports.models import Reminder
from reports.services.packets import open_packets
from reports.services.periods import extend
from reports.services.reminders import send_reminders
from tests.concurrency import at_once
from tests.factories import AssignmentFactory, TargetFactory, World, at, person, small_plan
from tests.reports.conftest import WEB

OPENS, DUE, CLOSES = at("2021-04-01 00:00"), at("2021-04-16 00:00"), at("2021-05-01 00:00")
SOON, LAST_DAY = DUE - timedelta(days=5), CLOSES - timedelta(days=1)


def with_addresses(world: World) -> World:
    """Of the bureau's two people and of the supervisor; the districts have nobody."""
    for who in (world.reporter, world.approver, world.supervisor):
        who.email = f"{who.username}@example.invalid"
        who.save()
    return world


@pytest.fixture
def world(db) -> World:
    world = with_addresses(small_plan())
    open_packets(world.periods[0], at=OPENS)
    return world


def written_to() -> list[str]:
    return sorted(address.partition("@")[0] for message in mail.outbox for address in message.to)


BOTH = ["approver-bureau", "reporter-bureau"]


def test_who_enters_for_the_agency_is_written_to_once(world):
    assert [send_reminders(SOON), send_reminders(SOON), send_reminders(SOON + timedelta(hours=1))] == [2, 0, 0]
    assert written_to() == BOTH
    row = Reminder.objects.get()
    assert (row.kind, row.about, sorted(row.recipients), row.sent_at) == ("due_soon", DUE, BOTH, SOON)


def test_the_next_reminder_is_another_one(world):
    for now in (OPENS, SOON, DUE + timedelta(days=1), at("2021-04-21 00:00"), LAST_DAY, CLOSES):
        send_reminders(now)
    assert written_to() == sorted(BOTH * 5)
    assert list(Reminder.objects.order_by("pk").values_list("kind", flat=True)) == [
        "opened", "due_soon", "overdue", "overdue", "closing",
    ]  # fmt: skip


def test_the_text_says_in_both_languages_what_is_missing_by_when_and_where(world, acting, settings):
    settings.SITE_URL = "https://nib.example"
    acting.save(world.line(world.stations), value="7")
    send_reminders(SOON)
    message = next(one for one in mail.outbox if one.to == ["reporter-bureau@example.invalid"])
    chinese, english = message.body.split("----")
    assert message.subject.endswith("Q1 2021, bureau: 2 of 3 lines missing · due in 4 days")
    assert "centre指标" in chinese
    for words in (
        "This packet is due soon and has not been handed in.",
        "2 of 3 lines missing · due in 4 days",
        "Due 2021-04-15; can be entered until 2021-04-30.",
        "- Target centre",
        "https://nib.example/packets/bureau/2021Q1/?plan=small",
    ):
        assert words in english
    assert "Target stations" not in english
    assert message.extra_headers == {} or "Bcc" not in message.extra_headers


def test_a_long_list_is_cut_and_counted(world):
    for number in range(12):
        AssignmentFactory(target=TargetFactory(code=f"more-{number}", position=9 + number), agency=world.bureau)
    open_packets(world.periods[0], at=OPENS)
    send_reminders(OPENS)
    english = mail.outbox[0].body.split("----")[1]
    assert english.count("  - ") == 12
    assert "and 3 more lines" in english


def test_one_e_mail_for_all_packets_of_a_person(world):
    Membership.objects.create(user=world.reporter, role=Role.APPROVER, agency=world.east)
    Membership.objects.create(user=world.reporter, role=Role.APPROVER, agency=world.bureau)
    assert send_reminders(SOON) == 2
    message = next(one for one in mail.outbox if one.to == ["reporter-bureau@example.invalid"])
    assert message.subject.endswith("2 packets wait for you")
    assert message.body.count("/packets/bureau/2021Q1/") == message.body.count("/packets/east/2021Q1/") == 2
    assert Reminder.objects.count() == 2


def test_who_comes_later_is_told_and_the_others_not_again(world):
    send_reminders(SOON)
    late = person(Role.REPORTER, world.bureau, username="late")
    late.email = "late@example.invalid"
    late.save()
    assert send_reminders(SOON + timedelta(hours=1)) == 1
    assert written_to() == ["approver-bureau", "late", "reporter-bureau"]


def test_nobody_is_written_to_without_an_address_or_an_account_in_use(world):
    world.reporter.email = ""
    world.reporter.save()
    world.approver.is_active = False
    world.approver.save()
    assert send_reminders(SOON) == 0
    assert not Reminder.objects.exists(), "so that an address that is added in time still gets it"


@pytest.mark.parametrize("now", [OPENS - timedelta(microseconds=1), CLOSES, at("2026-01-01")])
def test_outside_the_window_nobody_is_written_to(world, now):
    assert send_reminders(now) == 0


def test_what_was_handed_in_is_not_asked_for(world, acting):
    acting.submitted()
    assert send_reminders(LAST_DAY) == 0


def test_a_retired_packet_is_not_asked_for(world):
    for target in (world.stations, world.share, world.centre):
        target.retired_on = at("2021-04-02").date()
        target.save()
    open_packets(world.periods[0], at=at("2021-04-02"))
    assert send_reminders(SOON) == 0


def test_a_return_is_told_at_once_each_time(world, acting):
    packet = acting.submitted()
    acting.give_back(packet, entries=[world.line(world.stations).pk], now=at("2021-04-20"))
    assert send_reminders(at("2021-04-20 12:05")) == 2
    english = mail.outbox[0].body.split("----")[1]
    assert "1 line returned, to be entered again until 2021-05-20 12:00" in english
    assert "Target stations: returned" in english
    assert send_reminders(at("2021-04-20 12:10")) == 0
    acting.save(world.line(world.stations), value="9", explanation="已核实", now=at("2021-04-20 13:00"))
    acting.submit(packet, now=at("2021-04-20 13:00"))
    assert send_reminders(at("2021-04-20 13:05")) == 0
    acting.give_back(packet, entries=[world.line(world.stations).pk], now=at("2021-04-20 14:00"))
    assert send_reminders(at("2021-04-20 14:05")) == 2


def test_settings_of_the_plan_say_when(world):
    world.plan.remind_before_days = 3
    world.plan.save()
    assert (send_reminders(SOON), send_reminders(DUE - timedelta(days=3))) == (0, 2)


def test_an_extension_counts_for_its_agency(world):
    extend(
        world.periods[0], world.bureau, until=at("2021-06-01 00:00"), reason="系统迁移", by=world.supervisor,
        at=at("2021-04-05"), door=WEB,
    )  # fmt: skip
    assert send_reminders(DUE + timedelta(days=1)) == 0
    assert send_reminders(at("2021-05-27 00:00")) == 2


# --- the mail server ------------------------------------------------------------------------------------------------


class Choosy(EmailBackend):
    """Refuses one address."""

    def send_messages(self, messages):
        if "reporter" in messages[0].to[0]:
            raise SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})
        return super().send_messages(messages)


class Away(EmailBackend):
    """Does not answer."""

    tried = 0

    def open(self):
        raise ConnectionRefusedError

    def send_messages(self, messages):
        Away.tried += 1
        self.open()


def test_a_refused_address_holds_up_nobody_and_is_tried_again(world, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Choosy"
    assert send_reminders(SOON) == 1
    assert written_to() == ["approver-bureau"]
    assert Reminder.objects.get().recipients == ["approver-bureau"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_reminders(SOON + timedelta(minutes=5)) == 1
    assert written_to() == BOTH


def test_while_the_mail_server_is_away_one_is_tried_and_nothing_is_lost(world, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Away"
    Away.tried = 0
    assert send_reminders(SOON) == 0
    assert Away.tried == 1
    assert not Reminder.objects.exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_reminders(SOON + timedelta(minutes=5)) == 2


@pytest.mark.django_db(transaction=True)
def test_jobs_at_once_write_once():
    world = with_addresses(small_plan())
    open_packets(world.periods[0], at=OPENS)
    assert at_once(4, lambda place: send_reminders(SOON)) == []
    assert written_to() == BOTH


def test_the_number_of_statements_does_not_grow_with_the_packets_that_wait(world, django_assert_num_queries):
    """Nobody of the districts can be written to: looking costs the same with one packet more."""
    send_reminders(SOON)
    with django_assert_num_queries(4):
        send_reminders(SOON)
    AssignmentFactory(target=TargetFactory(code="other", position=9), agency=world.partner)
    open_packets(world.periods[0], at=OPENS)
    with django_assert_num_queries(4):
        send_reminders(SOON)
