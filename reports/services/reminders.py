"""Reminders by e-mail: one digest per person and run, whatever number of packets it is about.

At least once: what went to whom is written in the same transaction in which the e-mail is handed over, with the rows
locked. A job that runs twice, or two at once, send once; a failed hand-over is rolled back and tried again at the next
run; only a crash between hand-over and commit sends a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.urls import reverse

from agencies.models import Membership, User
from agencies.roles import AGENCY_ROLES, CAPABILITIES, Can
from agencies.services import letters

from ..models import Entry, Reminder
from ..selectors.agenda import Due, due_reminders, open_entries

NAMED = 12  # lines of a packet that an e-mail names; the rest is counted


class Notice(NamedTuple):
    """One packet in an e-mail: the reminder, the lines that wait, and the packet's address."""

    due: Due
    waiting: Sequence[Entry]

    @property
    def named(self) -> Sequence[Entry]:
        return self.waiting[:NAMED]

    @property
    def more(self) -> int:
        return len(self.waiting) - len(self.named)

    @property
    def address(self) -> str:
        submission = self.due.item.submission
        where = reverse("packet", args=(submission.agency.code, submission.period.code))
        return f"{settings.SITE_URL}{where}?plan={submission.period.plan.code}"


def send_reminders(now: datetime) -> int:
    """Sends what is due at `now` and was not sent; returns how many e-mails went out.

    An address that is refused holds up nobody else; when the mail server is away the rest waits for the next run.
    """
    sent = 0
    for person, notices in _unsent(due_reminders(now)):
        if _send(person, notices, now):
            sent += 1
        elif not _mail_server_answers():
            break
    return sent


def _mail_server_answers() -> bool:
    try:
        with get_connection():
            return True
    except OSError:
        return False


def _unsent(dues: Sequence[Due]) -> list[tuple[User, list[Notice]]]:
    """What each person should be told and was not."""
    submissions = [due.item.submission for due in dues]
    told = {
        (row.submission_id, row.kind, row.about): set(row.recipients)
        for row in Reminder.objects.filter(submission__in=submissions)
    }
    waiting = open_entries(submissions)
    people = _people(submission.agency_id for submission in submissions)
    found: dict[User, list[Notice]] = {}
    for due in dues:
        for person in people.get(due.item.submission.agency_id, ()):
            if person.username not in told.get(_key(due), ()):
                found.setdefault(person, []).append(Notice(due, waiting.get(due.item.submission.pk, ())))
    return list(found.items())


def _key(due: Due) -> tuple[int, str, datetime]:
    return due.item.submission.pk, str(due.reminder.kind), due.reminder.about


def _people(agencies: Iterable[int]) -> dict[int, list[User]]:
    """The people who enter figures for each agency and can be written to."""
    roles = [role for role in AGENCY_ROLES if Can.ENTER in CAPABILITIES[role]]
    members = Membership.objects.filter(agency__in=set(agencies), role__in=roles, user__is_active=True)
    people: dict[int, dict[int, User]] = {}
    for member in members.exclude(user__email="").select_related("user").order_by("user"):
        people.setdefault(member.agency_id, {})[member.user_id] = member.user
    return {agency: list(users.values()) for agency, users in people.items()}


@transaction.atomic
def _send(person: User, notices: Sequence[Notice], now: datetime) -> bool:
    """Tells one person what no other run has told in the meantime; False where the e-mail could not be sent."""
    Reminder.objects.bulk_create([_row(notice.due, now) for notice in notices], ignore_conflicts=True)
    submissions = [notice.due.item.submission.pk for notice in notices]
    rows = Reminder.objects.select_for_update().filter(submission__in=submissions).order_by("pk")
    locked = {(row.submission_id, row.kind, row.about): row for row in rows}
    new = [notice for notice in notices if person.username not in locked[_key(notice.due)].recipients]
    for notice in new:
        row = locked[_key(notice.due)]
        row.recipients.append(person.username)
        row.save(update_fields=["recipients"])
    context = {"person": person, "notices": new, "first": new[0].due.item if new else None}
    if new and not letters.send("emails/reminder.txt", person.email, context):
        transaction.set_rollback(True)
        return False
    return bool(new)


def _row(due: Due, now: datetime) -> Reminder:
    return Reminder(
        submission=due.item.submission, kind=due.reminder.kind, about=due.reminder.about, sent_at=now, recipients=[]
    )
