"""Which lines a person had a hand in: nobody accepts those."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Q

from agencies.models import AuditEvent, User

from ..models import Entry, Submission

ENTERED = ("entry.saved", "evidence.added", "evidence.removed")


class Own(NamedTuple):
    """Natural keys of the lines that one person ever entered (a figure or its evidence), and that the person ever
    submitted.
    """

    entered: frozenset[str]
    submitted: frozenset[str]


def packet_key(submission: Submission) -> str:
    """Natural key of a packet: plan/quarter/agency."""
    return f"{submission.period.plan.code}/{submission.period.code}/{submission.agency.code}"


def line_key(entry: Entry) -> str:
    """Natural key of a line: plan/quarter/agency/target/scope."""
    return line_of(packet_key(entry.submission), entry)


def line_of(packet: str, entry: Entry) -> str:
    """The natural key of a line, for who has that of its packet."""
    return f"{packet}/{entry.assignment.target.code}/{entry.assignment.scope}"


def own_of(user: User, entries: Collection[Entry]) -> Own:
    """Of lines of one packet, likewise."""
    return own_lines(user, {packet_key(entry.submission) for entry in entries}, [line_key(entry) for entry in entries])


def own_lines(user: User, packets: Collection[str], lines: Collection[str]) -> Own:
    """Of the named lines of the named packets (natural keys), those that the person ever entered or submitted.

    One statement on the audit rows, which nobody can change: that somebody else saved or submitted a line later
    makes it nobody else's number.
    """
    events = AuditEvent.objects.filter(actor=user).filter(
        Q(action__in=ENTERED, subject__in=lines) | Q(action="submission.submitted", subject__in=packets)
    )
    entered, submitted = set(), set()
    for action, subject, named in events.values_list("action", "subject", "after__lines"):
        if action in ENTERED:
            entered.add(subject)
        else:
            submitted.update(named or ())
    return Own(frozenset(entered & set(lines)), frozenset(submitted & set(lines)))
