"""The outbox: what happens is written down for the webhooks that asked for it, in the transaction in which it happens.

One statement however many events there are and whoever is told; where nobody asked, it writes nothing. From then on
`services/delivering.py` goes by the rows: a message that is lost loses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from targets.models import AdjustmentQuestion, Plan, Target

from ..models import Acceptance, Entry, OutboxEvent, ReportingPeriod, Submission
from ..rules.numbers import plain_or_none
from ..selectors.four_eyes import packet_key
from .queueing import nudge

Kind = OutboxEvent.Kind
TASK = "reports.tasks.webhooks"

# Endpoints are locked against being removed until the event is committed: nothing that an agency does with its
# webhooks may make an acceptance fail. A window that opens is written down for nobody, too: once, for good.
EMIT = """
WITH sent AS (
    SELECT place, (one->>'key')::uuid AS key, one->>'kind' AS kind, (one->>'agency')::bigint AS agency_id,
           one->>'subject' AS subject, one->'data' AS data
    FROM jsonb_array_elements(%(events)s::jsonb) WITH ORDINALITY AS given(one, place)
), listening AS (
    SELECT endpoint.id AS endpoint_id, sent.key FROM sent
    JOIN reports_webhookendpoint endpoint
      ON endpoint.disabled_at IS NULL AND endpoint.events @> to_jsonb(sent.kind)
     AND (sent.agency_id IS NULL OR endpoint.agency_id = sent.agency_id)
    FOR KEY SHARE OF endpoint
), event AS (
    INSERT INTO reports_outboxevent (key, kind, agency_id, subject, data, at)
    SELECT key, kind, agency_id, subject, data, %(at)s FROM sent
    WHERE kind = 'window.opened' OR key IN (SELECT key FROM listening)
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING id, key
)
INSERT INTO reports_delivery (endpoint_id, event_id, state, attempts, next_at, last_fault)
SELECT listening.endpoint_id, event.id, 'waiting', 0, %(at)s, '' FROM event JOIN listening USING (key)
"""


class Event(NamedTuple):
    """Something to tell. `agency` (id): only its own endpoints are told; null: everybody's."""

    kind: Kind
    agency: int | None
    subject: str
    data: Mapping[str, Any]


class StatusChange(NamedTuple):
    """The class of a target in one quarter before and after a roll-up, and the numbers that it rests on."""

    target: int
    period: int
    was: str
    status: str
    value: Decimal | None
    completion: Decimal | None
    pace: Decimal | None


def emit(events: Sequence[Event], *, at: datetime) -> int:
    """Writes events down in the order given; returns how many deliveries wait for it. Asks the worker after commit."""
    if not events:
        return 0
    sent = [{"key": str(uuid4()), **event._asdict()} for event in events]
    with connection.cursor() as cursor:
        cursor.execute(EMIT, {"events": json.dumps(sent, ensure_ascii=False), "at": at})
        waiting = cursor.rowcount
    if waiting:
        nudge(TASK)
    return waiting


def window_opened(period: ReportingPeriod, *, at: datetime) -> None:
    """Told once for each quarter, however often and by however many runs this is called."""
    plan = period.plan.code
    subject = f"{plan}/{period.code}"
    if OutboxEvent.objects.filter(kind=Kind.WINDOW_OPENED, subject=subject).exists():
        return
    data = {
        "plan": plan,
        "period": period.code,
        "opens_at": _moment(period.opens_at, period.plan),
        "due_at": _moment(period.due_at, period.plan),
        "closes_at": _moment(period.closes_at, period.plan),
        "url": _address("periods", plan=plan),
    }
    emit([Event(Kind.WINDOW_OPENED, None, subject, data)], at=at)


def packet_accepted(submission: Submission, lines: Sequence[Entry], block: Acceptance) -> None:
    data = {
        **_packet(submission),
        "state": str(submission.state),
        "block": block.number,
        "lines": [_line(line) for line in lines],
        "url": _address(f"acceptances/{block.number}"),
    }
    at, subject = block.accepted_at, packet_key(submission)
    emit([Event(Kind.PACKET_ACCEPTED, submission.agency_id, subject, data)], at=at)


def lines_returned(submission: Submission, reasons: Mapping[Entry, str], *, until: datetime, at: datetime) -> None:
    data = {
        **_packet(submission),
        "until": _moment(until, submission.period.plan),
        "lines": [{**_line(line), "reason": reason} for line, reason in reasons.items()],
        "url": _address(f"submissions/{submission.agency.code}/{submission.period.code}", plan=_plan_of(submission)),
    }
    emit([Event(Kind.LINE_RETURNED, submission.agency_id, packet_key(submission), data)], at=at)


def statuses_changed(plan: Plan, changes: Sequence[StatusChange], *, at: datetime) -> None:
    if not changes:
        return
    codes = dict(Target.objects.filter(pk__in=[one.target for one in changes]).values_list("pk", "code"))
    quarters = dict(ReportingPeriod.objects.filter(plan=plan).values_list("pk", "code"))
    emit([_status_changed(plan.code, codes[one.target], quarters[one.period], one) for one in changes], at=at)


def _status_changed(plan: str, target: str, period: str, change: StatusChange) -> Event:
    data = {
        "plan": plan,
        "target": target,
        "period": period,
        "was": change.was,
        "status": change.status,
        "value": plain_or_none(change.value),
        "completion": plain_or_none(change.completion),
        "pace": plain_or_none(change.pace),
        "url": _address("progress", plan=plan, period=period, target=target),
    }
    return Event(Kind.STATUS_CHANGED, None, f"{plan}/{target}", data)


def adjustment_decided(question: AdjustmentQuestion) -> None:
    plan, target = question.target.plan.code, question.target.code
    commitment = question.commitment
    data = {
        "plan": plan,
        "target": target,
        "answer": str(question.answer),
        "asked": question.asked,
        "in_force": question.in_force,
        "in_force_from": commitment.in_force_from.isoformat() if commitment else None,
        "decision": question.reason,
        "url": _address(f"targets/{plan}/{target}"),
    }
    emit([Event(Kind.ADJUSTMENT_DECIDED, None, f"{plan}/{target}", data)], at=question.answered_at)


def _plan_of(submission: Submission) -> str:
    return submission.period.plan.code


def _packet(submission: Submission) -> dict[str, Any]:
    return {"plan": _plan_of(submission), "period": submission.period.code, "agency": submission.agency.code}


def _line(line: Entry) -> dict[str, Any]:
    return {"target": line.assignment.target.code, "district": line.assignment.district_id}


def _moment(at: datetime, plan: Plan) -> str:
    return at.astimezone(ZoneInfo(plan.time_zone)).isoformat()


def _address(path: str, **query: str) -> str:
    """Of what the event is about, in the API. That it leads somewhere is tested: no acceptance may fail by it."""
    return f"{settings.SITE_URL}/api/v1/{path}" + (f"?{urlencode(query)}" if query else "")
