"""What waits for people of an agency: packets with open lines, by when, and which reminder that calls for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from agencies.models import AuditEvent, User
from agencies.roles import Can

from ..models import Entry, Extension, Submission
from ..models.submissions import State
from ..rules.reminders import Reminder, Schedule, Waiting, reminder_due
from ..rules.windows import Moments, Timeliness, days_left, timeliness
from ..wording import quarter_words
from .four_eyes import packet_key
from .packets import FILLED, last_moment

OWN = Q(entries__correction_reason="")  # a correction is not bound to the window
DRAFTS, RETURNED = OWN & Q(entries__state=State.DRAFT), OWN & Q(entries__state=State.RETURNED)


def _returned(now: datetime) -> Q:
    """Lines sent back that can still be entered: in the packet's own time, or by a deadline of their own."""
    ends = ("entries__returned_until", "period__closes_at", "extended_until")
    return RETURNED & reduce(or_, (Q(**{f"{end}__gt": now}) for end in ends))


class Item(NamedTuple):
    """One packet that waits for its agency. Its words are in the language of the moment at which they are asked for.

    `lines` counts what is asked for, `missing` what nothing was entered for, `drafts` what was not handed in,
    `returned` what was sent back and can still be entered, `returned_until` by when the first of that has to be back,
    `corrections` what was opened again after it had been accepted.
    """

    submission: Submission
    moments: Moments
    now: datetime
    lines: int
    missing: int
    drafts: int
    returned: int
    returned_until: datetime | None
    corrections: int

    @property
    def zone(self) -> str:
        return self.submission.period.plan.time_zone

    @property
    def can_be_entered(self) -> bool:
        """Whether at least one of its open lines can be entered now."""
        is_open = bool(self.drafts or self.returned) and self.now < self.moments.ends_at
        return is_open or bool(self.corrections) or (self.returned_until is not None and self.now < self.returned_until)

    @property
    def quarter(self) -> str:
        return quarter_words(self.submission.period.ordinal)

    @property
    def timeliness(self) -> Timeliness:
        return timeliness(self.now, self.submission.submitted_at, self.moments)

    @property
    def is_pressing(self) -> bool:
        """Whether it is late, or lines were sent back."""
        return bool(self.returned) or self.timeliness in (Timeliness.LATE, Timeliness.OVERDUE)

    @property
    def due_text(self) -> str:
        return last_moment(self.moments.due_at, self.zone)

    @property
    def until_text(self) -> str:
        return last_moment(self.moments.ends_at, self.zone)

    @property
    def sentences(self) -> list[str]:
        """What is to be done, and by when."""
        return [*self._of_drafts(), *self._of_returned(), *self._of_corrections()]

    def _of_drafts(self) -> list[str]:
        if not self.drafts or self.now >= self.moments.ends_at:
            return []
        if self.missing:
            words = gettext("%(missing)s of %(lines)s lines missing") % {"missing": self.missing, "lines": self.lines}
        else:
            words = gettext("complete, but not submitted")
        return [f"{words} · {self._deadline()}"]

    def _deadline(self) -> str:
        if self.now < self.moments.due_at:
            days = days_left(self.now, self.moments.due_at, ZoneInfo(self.zone))
            return ngettext("due in %(days)s day", "due in %(days)s days", days) % {"days": days} if days else _today()
        words = {"due": self.due_text, "until": self.until_text}
        if self.now > self.moments.overdue_after:
            return gettext("overdue since %(due)s, can be entered until %(until)s") % words
        return gettext("was due on %(due)s, can be entered until %(until)s") % words

    def _of_returned(self) -> list[str]:
        """By the deadline that the office gave; after it, for as long as the quarter can be entered."""
        end = self.returned_until or self.moments.ends_at
        if not self.returned or self.now >= end:
            return []
        words = ngettext(
            "%(count)s line returned, to be entered again until %(until)s",
            "%(count)s lines returned, to be entered again until %(until)s",
            self.returned,
        )
        return [words % {"count": self.returned, "until": last_moment(end, self.zone)}]

    def _of_corrections(self) -> list[str]:
        if not self.corrections:
            return []
        words = ngettext("%(count)s correction to be entered", "%(count)s corrections to be entered", self.corrections)
        return [words % {"count": self.corrections}]


def _today() -> str:
    return gettext("due today")


def agenda(user: User, now: datetime) -> list[Item]:
    """Packets that the person can do something about now, the one that is due first on top. One statement."""
    own = Submission.objects.visible_to(user).filter(agency__in=user.agencies_where(Can.ENTER))
    found = [item for item in _items(own, now) if item.can_be_entered]
    return sorted(found, key=lambda item: (item.moments.due_at, item.submission.agency.position))


def _items(submissions: QuerySet[Submission], now: datetime) -> list[Item]:
    """Packets with open lines whose quarter has begun to be entered."""
    granted = Extension.objects.filter(period=OuterRef("period"), agency=OuterRef("agency")).values("until")[:1]
    waiting = submissions.filter(state__in=(State.DRAFT, State.RETURNED), period__opens_at__lte=now).annotate(
        extended_until=Subquery(granted),
        lines=Count("entries", filter=OWN & ~Q(entries__state=State.RETIRED)),
        missing=Count("entries", filter=DRAFTS & ~FILLED),
        drafts=Count("entries", filter=DRAFTS),
        returned=Count("entries", filter=_returned(now)),
        returned_until=Min("entries__returned_until", filter=_returned(now) & Q(entries__returned_until__gt=now)),
        corrections=Count("entries", filter=~OWN & Q(entries__state__in=(State.DRAFT, State.RETURNED))),
    )
    return [_item(found, now) for found in waiting.select_related("agency", "period__plan").order_by("pk")]


def _item(found: Submission, now: datetime) -> Item:
    return Item(
        found,
        moments_of(found),
        now,
        found.lines,
        found.missing,
        found.drafts,
        found.returned,
        found.returned_until,
        found.corrections,
    )


def moments_of(submission: Submission) -> Moments:
    """Of a packet that carries `extended_until`, the end of its agency's extension."""
    period = submission.period
    return Moments(period.opens_at, period.due_at, period.grace_until, period.closes_at, submission.extended_until)


LATE_WORDS = {
    Timeliness.LATE: _("Late"),
    Timeliness.OVERDUE: _("Overdue"),
    Timeliness.MISSING: _("Not handed in"),
}


def late_word(submission: Submission, now: datetime) -> str:
    """What a list says about a packet that was not in time; empty for one that was, or that still can be.

    The packet carries `extended_until`. One of which nothing is asked for any more is never late.
    """
    if submission.state == State.RETIRED:
        return ""
    return str(LATE_WORDS.get(timeliness(now, submission.submitted_at, moments_of(submission)), ""))


def with_late_words(submissions: Iterable[Submission], now: datetime) -> list[Submission]:
    """Packets, each with its `late_word`."""
    found = list(submissions)
    for submission in found:
        submission.late_word = late_word(submission, now)
    return found


class Due(NamedTuple):
    """A packet and the reminder that it should have by now."""

    item: Item
    reminder: Reminder


def due_reminders(now: datetime) -> list[Due]:
    """Every packet that a reminder is due for, whether or not it was sent already. Two statements."""
    items = [item for item in _items(Submission.objects.all(), now) if item.can_be_entered]
    returned = _returned_at(item.submission for item in items if item.returned)
    found = []
    for item in items:
        plan = item.submission.period.plan
        waiting = Waiting(
            item.moments,
            item.submission.created_at,
            bool(item.drafts),
            returned.get(packet_key(item.submission)) if item.returned else None,
            item.returned_until,
        )
        reminder = reminder_due(now, waiting, Schedule(plan.remind_before_days, plan.remind_after_days))
        if reminder is not None:
            found.append(Due(item, reminder))
    return found


def _returned_at(submissions: Iterable[Submission]) -> dict[str, datetime]:
    """When lines of each packet were last sent back, by its natural key."""
    returns = AuditEvent.objects.filter(
        action="submission.returned", subject__in=[packet_key(one) for one in submissions]
    )
    return dict(returns.order_by().values("subject").annotate(last=Max("at")).values_list("subject", "last"))


def open_entries(submissions: Iterable[Submission]) -> dict[int, list[Entry]]:
    """Per packet, its lines that wait: those without anything entered, and those that were returned."""
    entries = Entry.objects.filter(submission__in=list(submissions), correction_reason="").filter(
        Q(state=State.RETURNED) | Q(state=State.DRAFT, value__isnull=True, stage="", nothing_because="")
    )
    found: dict[int, list[Entry]] = {}
    for entry in entries.select_related("assignment__target", "assignment__district").order_by(*Entry._meta.ordering):
        found.setdefault(entry.submission_id, []).append(entry)
    return found
