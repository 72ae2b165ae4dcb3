"""Who hands in when: each agency's packets quarter by quarter, on time, late or not at all, and what was sent back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from agencies.models import AuditEvent, User

from ..models import Extension, Submission
from ..models.submissions import State
from ..rules.windows import Timeliness, days_left
from ..rules.windows import timeliness as standing_of
from ..wording import minute, quarter_words
from .agenda import LATE_WORDS, moments_of
from .four_eyes import packet_key
from .moment import Moment
from .packet_states import packets_at

WORDS = {Timeliness.PENDING: _("Not due yet"), Timeliness.ON_TIME: _("On time"), **LATE_WORDS}


class Handed(NamedTuple):
    """One packet as it stood at the moment.

    `state` is its state now, empty at an earlier moment, of which only the hand-in is known. `submitted_at` is the
    first hand-in, null for none by then. `days_late` counts from the last day in time; 0 for one in time or not handed
    in. `returned`: how often lines of it were sent back.
    """

    agency: int
    agency_short: str
    period: str
    ordinal: int
    state: str
    submitted_at: datetime | None
    due_at: datetime
    days_late: int
    returned: int
    timeliness: Timeliness
    zone: str

    @property
    def quarter(self) -> str:
        return quarter_words(self.ordinal)

    @property
    def state_text(self) -> str:
        return str(State(self.state).label) if self.state else ""

    @property
    def timeliness_text(self) -> str:
        return str(WORDS[self.timeliness])

    @property
    def submitted_text(self) -> str:
        return minute(self.submitted_at, self.zone)


class Record(NamedTuple):
    """The packets of one agency, or of several, newest quarter first. Every packet counts in one class.

    `late` ones were handed in after the due moment, or are within the days of grace; `missing` ones are overdue or can
    no longer be entered; `pending` ones are not due yet. `returned` packets were sent back at least once.
    """

    packets: tuple[Handed, ...]

    @property
    def on_time(self) -> int:
        return self._number(Timeliness.ON_TIME)

    @property
    def late(self) -> int:
        return self._number(Timeliness.LATE)

    @property
    def missing(self) -> int:
        return self._number(Timeliness.OVERDUE, Timeliness.MISSING)

    @property
    def pending(self) -> int:
        return self._number(Timeliness.PENDING)

    @property
    def asked(self) -> int:
        """The base of every comparison: packets that were handed in or should have been."""
        return len(self.packets) - self.pending

    @property
    def returned(self) -> int:
        return sum(packet.returned > 0 for packet in self.packets)

    @property
    def is_of_several(self) -> bool:
        """Whether packets of more than one agency stand in it."""
        return len({packet.agency for packet in self.packets}) > 1

    def _number(self, *classes: Timeliness) -> int:
        return sum(packet.timeliness in classes for packet in self.packets)


def timeliness(moment: Moment, user: User, agencies: Collection[int], *, now: datetime) -> dict[int, Record]:
    """By agency id the packets up to the shown quarter, as they stood at the moment (at `now` where it names none).

    Agencies without a packet that the reader may see are left out. Two statements for any number of agencies; one
    where there is no packet. What was known earlier takes three more.
    """
    at = moment.known_at or now
    packets = list(_packets(moment, user, agencies, at))
    if moment.known_at is not None:
        packets = _as_known(packets, moment, user, agencies)
    returns = _returns(packets, user, at)
    rows: dict[int, list[Handed]] = defaultdict(list)
    for packet in packets:
        rows[packet.agency_id].append(_handed(packet, moment, returns[packet_key(packet)], at))
    return {agency: Record(tuple(handed)) for agency, handed in rows.items()}


def together(records: Iterable[Record]) -> Record:
    """The packets of several agencies as one record."""
    return Record(tuple(sorted((one for record in records for one in record.packets), key=lambda one: -one.ordinal)))


def _packets(moment: Moment, user: User, agencies: Collection[int], at: datetime) -> QuerySet[Submission]:
    """Asked for by then, and still: of a retired packet nobody waits for anything."""
    granted = Extension.objects.filter(period=OuterRef("period"), agency=OuterRef("agency"), granted_at__lte=at)
    return (
        Submission.objects.visible_to(user)
        .filter(agency__in=agencies, period__plan=moment.plan, period__ordinal__lte=moment.period.ordinal)
        .filter(period__opens_at__lte=at)
        .exclude(state=State.RETIRED)
        .select_related("agency", "period__plan")
        .annotate(extended_until=Subquery(granted.values("until")[:1]))
        .order_by("-period__ordinal", "agency__position", "agency__code")
    )


def _as_known(packets: Iterable[Submission], moment: Moment, user: User, agencies: Collection[int]) -> list[Submission]:
    """With hand-in and extension as they were then: since, one may have been withdrawn, and the other prolonged."""
    quarters = [period for period in moment.periods if period.ordinal <= moment.period.ordinal]
    known = {(one.agency, one.period): one for one in packets_at(moment, user, quarters, agencies)}
    found = []
    for packet in packets:
        if then := known.get((packet.agency_id, packet.period_id)):
            packet.submitted_at, packet.extended_until = then.submitted_at, then.extended_until
            found.append(packet)
    return found


def _returns(packets: Collection[Submission], user: User, at: datetime) -> Counter[str]:
    """How often lines of each packet were sent back, by its natural key."""
    if not packets:
        return Counter()
    events = AuditEvent.objects.visible_to(user).filter(
        action="submission.returned", subject__in=[packet_key(packet) for packet in packets], at__lte=at
    )
    return Counter(dict(events.order_by().values_list("subject").annotate(times=Count("pk"))))


def _handed(packet: Submission, moment: Moment, returned: int, at: datetime) -> Handed:
    submitted_at = packet.submitted_at if packet.submitted_at and packet.submitted_at <= at else None
    standing = standing_of(at, submitted_at, moments_of(packet))
    zone = ZoneInfo(moment.plan.time_zone)
    is_late = submitted_at is not None and standing == Timeliness.LATE
    return Handed(
        agency=packet.agency_id,
        agency_short=packet.agency.short_name,
        period=packet.period.code,
        ordinal=packet.period.ordinal,
        state=packet.state if moment.is_now else "",
        submitted_at=submitted_at,
        due_at=packet.period.due_at,
        days_late=-days_left(submitted_at, packet.period.due_at, zone) if is_late else 0,
        returned=returned,
        timeliness=standing,
        zone=moment.plan.time_zone,
    )
