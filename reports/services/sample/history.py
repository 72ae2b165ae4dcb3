"""Lives through the history: everybody acts through the services, one moment after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from agencies.models import Agency, AuditEvent, Membership, User
from targets.models import Assignment, Commitment, Plan, Target

from ...models import Acceptance, Entry, Figure, ReportingPeriod, Submission
from ...models.submissions import State
from ..packets import open_packets
from ..periods import create_periods, extend
from . import words
from .acting import DAY, DOOR, Office, Packet
from .agenda import Agenda
from .figures import truth
from .people import add_office, add_staff
from .story import Story

OPEN_UNTIL = date(2031, 1, 1)  # the last quarter stays open, up to this midnight, for whoever tries the product
LATE_AT_RANDOM = 0.05  # of the packets
GROWING = (Acceptance, Assignment, AuditEvent, Commitment, Entry, Figure, Membership, Submission, Target, User)
# What the packets of the last quarter come to, in turn, where the story does not say.
LAST_STATES = ("accepted", "submitted", "accepted", "partly", "returned", "draft")


class AlreadySeeded(Exception):
    """The plan has packets: a history cannot be written into one that is being lived."""


class Summary(NamedTuple):
    """How much was written."""

    quarters: int
    packets: int
    blocks: int


@transaction.atomic
def seed(
    plan: Plan, story: Story, number: int, *, password: str, advance: Callable[[int], None] = lambda done: None
) -> Summary:
    """Writes the history of a plan; all of it or nothing. The same plan, story and number give the same ledger.

    `advance` is told of every quarter that was opened.
    """
    if Submission.objects.filter(period__plan=plan).exists():
        raise AlreadySeeded(plan.code)
    history = History(plan, story, number, make_password(password))
    history.live(advance)
    packets = Submission.objects.filter(period__plan=plan)
    blocks = Acceptance.objects.filter(submission__in=packets).count()
    return Summary(len(history.periods), packets.count(), blocks)


class History:
    """A plan, its people, and what is going to happen."""

    def __init__(self, plan: Plan, story: Story, number: int, password_hash: str) -> None:
        self.plan, self.story, self.number = plan, story, number
        self.zone = ZoneInfo(plan.time_zone)
        self.periods = create_periods(plan)
        office = add_office(password_hash)
        self.supervisors = [office["supervisor"], office["supervisor-2"]]
        self.staff = {agency.pk: add_staff(agency, password_hash) for agency in reporting_agencies(plan)}
        self.agenda = Agenda()
        self.office = Office(self.agenda, story, truth(plan, story, number), self.supervisors)

    def live(self, advance: Callable[[int], None]) -> None:
        for period in self.periods:
            self.agenda.add(period.opens_at, partial(self._open, period, advance))
        for at, act in self.agenda:
            act(at)

    def _open(self, period: ReportingPeriod, advance: Callable[[int], None], at: datetime) -> None:
        open_packets(period, at=at, is_sample=True)
        _count_rows()
        packets = [self._packet(submission, period) for submission in _submissions(period)]
        if period == self.periods[-1]:
            self._leave_open(packets, period, at)
        else:
            for packet in packets:
                self._plan_packet(packet)
        advance(1)

    def _packet(self, submission: Submission, period: ReportingPeriod) -> Packet:
        chance = Random(f"{self.number}:{submission.agency.code}:{period.code}")  # noqa: S311
        return Packet(submission.pk, submission.agency, period, self.staff[submission.agency_id], chance)

    def _plan_packet(self, packet: Packet) -> None:
        where = (packet.agency.code, packet.period.ordinal)
        if packet.agency.code in self.story.never or where in self.story.silent:
            return
        late = where in self.story.late or packet.chance.random() < LATE_AT_RANDOM
        self.agenda.add(_entered_at(packet, late=late), partial(self.office.enter, packet))
        for correction in self.story.corrections:
            if (correction.agency, correction.quarter) == where:
                self.agenda.add(self._noon(correction.found_on), partial(self.office.correct, packet, correction))

    def _noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), self.zone)

    def _leave_open(self, packets: list[Packet], period: ReportingPeriod, at: datetime) -> None:
        """Packets in every state, and a window that stays open."""
        until = datetime.combine(OPEN_UNTIL, time.min, self.zone)
        turn = 0
        for packet in packets:
            extend(period, packet.agency, until=until, reason=words.EXTENSION, by=self.supervisors[0], at=at, door=DOOR)
            state = self.story.last_quarter.get(packet.agency.code)
            if state is None and packet.agency.code not in self.story.never:
                state, turn = LAST_STATES[turn % len(LAST_STATES)], turn + 1
            self._bring_to(packet, state or "draft")

    def _bring_to(self, packet: Packet, state: str) -> None:
        at = _entered_at(packet, late=False)
        packet.accepts = state == "accepted"
        packet.was_returned = True  # nothing is returned by chance
        if state == "partly":
            self.agenda.add(at, partial(self.office.enter, packet, part=0.5, then_submit=False))
        elif state != "draft":
            self.agenda.add(at, partial(self.office.enter, packet))
        if state == "returned":
            self.agenda.add(at + 3 * DAY, partial(self._return_some, packet))

    def _return_some(self, packet: Packet, at: datetime) -> None:
        lines = self.office.lines(packet, State.SUBMITTED)
        self.office.give_back(packet, lines[:2], words.RETURN_REASONS[0], self.supervisors[0], at)


def _count_rows() -> None:
    """Tells the planner how much there is: others' ANALYZE sees nothing of a transaction that is not committed,
    and by its numbers the tables are empty and an index is not worth using.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(model._meta.db_table for model in GROWING)}")


def reporting_agencies(plan: Plan) -> list[Agency]:
    """Who answers for something of the plan with figures of their own."""
    reporting = Agency.objects.filter(assignments__target__plan=plan, assignments__reports=True)
    return list(reporting.distinct().order_by("code"))


def _submissions(period: ReportingPeriod) -> list[Submission]:
    return list(Submission.objects.filter(period=period).select_related("agency").order_by("agency__code"))


def _entered_at(packet: Packet, *, late: bool) -> datetime:
    """Districts first: whoever reports the whole waits for the parts."""
    minutes = timedelta(hours=9, minutes=packet.chance.randint(0, 480))
    if late:
        return packet.period.due_at + packet.chance.randint(0, 6) * DAY + minutes
    is_district = packet.agency.kind == Agency.Kind.DISTRICT_GOVERNMENT
    days = packet.chance.randint(1, 4) if is_district else packet.chance.randint(8, 12)
    return packet.period.opens_at + days * DAY + minutes
