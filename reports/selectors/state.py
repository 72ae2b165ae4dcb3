"""The state of everything that pages show, as one short text: what was rendered for it holds until it changes."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.utils.crypto import salted_hmac

from agencies.models import User
from agencies.roles import Can, Role

from ..models.checks import SILENT_FOR

# Names that the operator may change: agencies and districts are few, so that their rows themselves count.
NAMES = """(SELECT sum(hashtext(agency::text)) FROM agencies_agency agency),
    (SELECT sum(hashtext(district::text)) FROM agencies_district district)"""
# Numbers that only grow stand for whole tables: blocks, revisions, versions. What a clock decides (which windows are
# open, what is overdue) is counted at the moment asked. The reader's roles come along, to spare every page a statement.
STATE = f"""
SELECT
    (SELECT json_agg(json_build_array(role, agency_id)) FROM agencies_membership WHERE user_id = %(user)s),
    (SELECT ROW(count(*), count(*) FILTER (WHERE explanation = ''), sum(id), sum(version), sum(length(doubts::text)))
     FROM reports_entry WHERE state IN ('draft', 'returned') AND NOT doubts = '[]')::text,
    (SELECT max(number) FROM reports_acceptance),
    (SELECT ROW(count(*), sum(revision)) FROM targets_plan)::text,
    (SELECT ROW(count(*), sum(revision)) FROM targets_target)::text,
    (SELECT ROW(count(*), count(ledger_number), sum(ledger_number), max(computed_at), count(failed_at), max(failed_at))
     FROM reports_rollupstate)::text,
    (SELECT ROW(count(*), sum(version)) FROM reports_submission)::text,
    {NAMES},
    (SELECT ROW(count(*), count(*) FILTER (WHERE opens_at <= %(now)s), count(*) FILTER (WHERE due_at < %(now)s),
                count(*) FILTER (WHERE grace_until < %(now)s),
                count(*) FILTER (WHERE closes_at <= %(now)s))
     FROM reports_reportingperiod)::text,
    (SELECT ROW(count(*), max(granted_at), count(*) FILTER (WHERE until <= %(now)s)) FROM reports_extension)::text,
    (SELECT ROW(count(*), max(decided_at)) FROM targets_commitment)::text,
    (SELECT ROW(count(*), count(answered_at), max(asked_at)) FROM targets_adjustmentquestion)::text,
    (SELECT ROW(count(*), max(id)) FROM targets_publishedfigure)::text,
    (SELECT ROW(count(*), count(started_at), count(finished_at), max(finished_at),
                count(*) FILTER (WHERE finished_at IS NULL AND seen_at < %(now)s - %(silent)s))
     FROM reports_ledgercheck)::text
"""  # noqa: S608 - of constants


class State(NamedTuple):
    """`mark`: the same text means that every page looks the same. `rights`: what decides what a reader may see.

    `drafts`: doubts in lines that are being entered, explained or not. A page that is made names them; no open page
    follows them, as they come and go with every key. Evidence takes a doubt away and leaves the line's version.
    """

    mark: str
    rights: str
    drafts: str


def state(user: User, now: datetime) -> State:
    """One statement; fills `user.roles` on the way."""
    with connection.cursor() as cursor:
        cursor.execute(STATE, {"user": user.pk, "now": now, "silent": SILENT_FOR})
        roles, drafts, *parts = cursor.fetchone()
    user.roles = [(Role(role), agency) for role, agency in roles or ()]
    return State(repr(parts), _rights(user), drafts)


def pulse_of(mark: str) -> str:
    """A short text that changes with the mark and tells nothing of it."""
    return salted_hmac("reports.pulse", mark).hexdigest()[:20]


def current_pulse(now: datetime) -> str:
    """The pulse of what every page would show now; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(STATE, {"user": None, "now": now, "silent": SILENT_FOR})
        _, _, *parts = cursor.fetchone()
    return pulse_of(repr(parts))


def _rights(user: User) -> str:
    """Readers who see the same packets and decide on the same questions see the same pages."""
    decides = "decides:" if user.can(Can.MANAGE_PLAN) else ""
    if user.can(Can.READ_ALL_PACKETS):
        return decides + "all"
    return decides + ",".join(map(str, sorted(user.agencies_where(Can.READ_OWN_PACKETS))))
