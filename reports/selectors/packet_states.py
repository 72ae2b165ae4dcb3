"""How packets stood as known at a moment: read from the packets for now, from the audit rows for earlier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils.dateparse import parse_datetime

from agencies.models import AuditEvent, User

from ..models import Entry, Extension, ReportingPeriod, Submission
from ..models.submissions import State
from .moment import Moment

SUBMITTED, WITHDRAWN, EXTENDED = "submission.submitted", "submission.withdrawn", "extension.granted"
MOVES = (SUBMITTED, WITHDRAWN, "submission.returned", "submission.accepted")
REOPENED = "correction.opened"


class Packet(NamedTuple):
    """One packet as known at a moment. `submitted_at`: its first hand-in, null for none; `extended_until` likewise."""

    agency: int
    period: int
    state: str
    submitted_at: datetime | None
    extended_until: datetime | None


def packets_at(
    moment: Moment, user: User, quarters: Sequence[ReportingPeriod], agencies: Collection[int] | None = None
) -> list[Packet]:
    """The packets of some quarters (of some agencies, by id) that the reader may see, as known at the moment.

    Two statements for now. What was known earlier is read from the audit rows: three statements.
    """
    packets = Submission.objects.visible_to(user).filter(period__in=quarters)
    if agencies is not None:
        packets = packets.filter(agency__in=agencies)
    if moment.known_at is not None:
        return _as_known(packets.filter(created_at__lte=moment.known_at), moment.known_at)
    extended = dict(_extensions(quarters))
    rows = packets.order_by().values_list("agency_id", "period_id", "state", "submitted_at")
    return [Packet(*row, extended.get(row[:2])) for row in rows]


def _extensions(quarters: Sequence[ReportingPeriod]) -> Iterable[tuple[tuple[int, int], datetime]]:
    granted = Extension.objects.filter(period__in=quarters).values_list("agency_id", "period_id", "until")
    return (((agency, period), until) for agency, period, until in granted)


class _Told(NamedTuple):
    """One audit row of a packet or of one of its lines."""

    action: str
    at: datetime
    state: str | None
    until: str | None


def _as_known(packets: QuerySet[Submission], known_at: datetime) -> list[Packet]:
    key = _packet_key("")
    rows = list(packets.order_by().annotate(key=key).values_list("key", "agency_id", "period_id", "submitted_at"))
    lines = _corrected_lines(packets)
    told = _told([row[0] for row in rows], lines, known_at)
    return [_packet_then(row, told[row[0]], known_at) for row in rows]


def _packet_key(way: str) -> Concat:
    """Natural key of a packet, as audit rows name it; `way` leads to the packet."""
    parts = (f"{way}period__plan__code", Value("/"), f"{way}period__code", Value("/"), f"{way}agency__code")
    return Concat(*parts, output_field=TextField())


def _corrected_lines(packets: QuerySet[Submission]) -> dict[str, str]:
    """{natural key of a line that was opened again: its packet's}. A correction that was withdrawn left no line."""
    reopened = Entry.objects.filter(submission__in=packets.order_by()).exclude(correction_reason="").order_by()
    found = reopened.annotate(packet=_packet_key("submission__")).values_list(
        "packet", "assignment__target__code", "assignment__district_id", "assignment__agency__code"
    )
    return {f"{packet}/{target}/{district or agency}": packet for packet, target, district, agency in found}


def _told(packets: Sequence[str], lines: dict[str, str], known_at: datetime) -> dict[str, list[_Told]]:
    """What happened to each packet by the moment, oldest first."""
    events = AuditEvent.objects.filter(
        subject__in=[*packets, *lines], action__in=(*MOVES, EXTENDED, REOPENED), at__lte=known_at
    )
    found: dict[str, list[_Told]] = defaultdict(list)
    rows = events.order_by("at", "pk").annotate(state=F("after__state"), until=F("after__until"))
    for subject, *row in rows.values_list("subject", "action", "at", "state", "until"):
        found[lines.get(subject, subject)].append(_Told(*row))
    return found


def _packet_then(row: tuple, told: Sequence[_Told], known_at: datetime) -> Packet:
    """A packet from what had been told of it. Nothing yet: a draft that nobody has handed in."""
    _, agency, period, submitted_at = row
    extended = [one.until for one in told if one.action == EXTENDED]
    moves = [one for one in told if one.action != EXTENDED]
    last = moves[-1] if moves else None
    return Packet(
        agency,
        period,
        State.DRAFT.value if last is None or last.action == REOPENED else last.state,
        _handed_in(moves, submitted_at, known_at),
        parse_datetime(extended[-1]) if extended else None,
    )


def _handed_in(moves: Sequence[_Told], submitted_at: datetime | None, known_at: datetime) -> datetime | None:
    """The first hand-in that counted then: one that was withdrawn before any decision never did."""
    if submitted_at is not None and submitted_at <= known_at:
        return submitted_at
    first = None
    for move in moves:
        if move.action == WITHDRAWN:
            first = None
        elif move.action == SUBMITTED:
            first = first or move.at
    return first
