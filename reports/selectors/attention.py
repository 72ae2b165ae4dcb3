"""Packets that somebody must see to: not handed in although it is time, or with doubts that nobody explained."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from agencies.models import User

from ..models import Entry, Extension, Submission
from ..models.submissions import State
from ..rules.windows import Timeliness, timeliness
from ..wording import day, quarter_words
from .agenda import late_word, moments_of
from .moment import Moment
from .packets import last_moment

LISTED = 3  # of each kind, on the first page
# a line is handed in only when every doubt about it is explained: those without are with the agency
UNEXPLAINED = Q(state__in=(State.DRAFT, State.RETURNED), explanation="") & ~Q(doubts=[])


class PacketToSee(NamedTuple):
    """One packet. `since` in words: when it was due, or when the first of its doubtful lines was entered.

    `lines` are those with doubts, none of a packet that is overdue; `word` says how late that one is.
    """

    agency_code: str
    agency: str
    period: str
    quarter: str
    since: str
    lines: int
    word: str


class Packets(NamedTuple):
    """The first LISTED of each kind, and how many there are: packets, and of doubts also the lines."""

    overdue: tuple[PacketToSee, ...]
    overdue_total: int
    doubtful: tuple[PacketToSee, ...]
    doubtful_total: int
    doubtful_lines: int


def packets_to_see(moment: Moment, user: User, now: datetime) -> Packets:
    """Among the packets that the reader may see, as they are today. One statement.

    Overdue ones are of the moment's quarter and of those that can still be entered; others are on the record.
    """
    found = list(_packets(moment, user, now))
    overdue = [one for one in found if one.is_asked_for and _is_overdue(one, now)]
    doubtful = sorted((one for one in found if one.unexplained), key=lambda one: one.doubted_at or now)
    return Packets(
        tuple(_overdue(one, moment, now) for one in overdue[:LISTED]),
        len(overdue),
        tuple(_doubtful(one, moment) for one in doubtful[:LISTED]),
        len(doubtful),
        sum(one.unexplained for one in doubtful),
    )


def _packets(moment: Moment, user: User, now: datetime) -> QuerySet[Submission]:
    """Open packets of either kind, those that are due longest first."""
    granted = Extension.objects.filter(period=OuterRef("period"), agency=OuterRef("agency")).values("until")[:1]
    lines = Entry.objects.filter(UNEXPLAINED, submission=OuterRef("pk")).order_by().values("submission")
    asked_for = Q(period=moment.period) | Q(period__closes_at__gt=now) | Q(extended_until__gt=now)
    may_be_overdue = asked_for & Q(submitted_at__isnull=True, period__grace_until__lt=now)
    return (
        Submission.objects.visible_to(user)
        .filter(period__plan=moment.plan, state__in=(State.DRAFT, State.RETURNED))
        .annotate(
            extended_until=Subquery(granted),
            unexplained=Coalesce(Subquery(lines.annotate(n=Count("pk")).values("n"), IntegerField()), 0),
            doubted_at=Subquery(lines.annotate(first=Min("entered_at")).values("first")),
            is_asked_for=Case(When(asked_for, then=True), default=False),
        )
        .filter(may_be_overdue | Q(unexplained__gt=0))
        .select_related("agency", "period")
        .order_by("period__due_at", "agency__position", "agency__code")
    )


def _is_overdue(packet: Submission, now: datetime) -> bool:
    return timeliness(now, packet.submitted_at, moments_of(packet)) in (Timeliness.OVERDUE, Timeliness.MISSING)


def _overdue(packet: Submission, moment: Moment, now: datetime) -> PacketToSee:
    since = last_moment(packet.period.due_at, moment.plan.time_zone)
    return _to_see(packet)._replace(since=since, word=late_word(packet, now))


def _doubtful(packet: Submission, moment: Moment) -> PacketToSee:
    entered = packet.doubted_at and packet.doubted_at.astimezone(ZoneInfo(moment.plan.time_zone)).date()
    return _to_see(packet)._replace(since=day(entered), lines=packet.unexplained)


def _to_see(packet: Submission) -> PacketToSee:
    agency, period = packet.agency, packet.period
    return PacketToSee(agency.code, agency.short_name, period.code, quarter_words(period.ordinal), "", 0, "")
