"""Delivering what waits in the outbox: to each endpoint the oldest first, at least once, to several endpoints at once.

Who delivers to an endpoint holds its lock of the session: nobody else does meanwhile, and where the worker is killed
the lock ends with it, the row still waits, and the next run sends it again with the same `webhook-id`. No transaction
is open and no row is locked while a receiver is waited for, so that nobody waits for it who changes or removes a
webhook. All of the database is used by the one thread; the others do nothing but send.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from agencies.services import audit

from ..models import Delivery, OutboxEvent, WebhookEndpoint
from ..rules.webhooks import DEAD_KEPT, KEPT, next_attempt
from . import locks
from .outbox import TASK
from .posting import Answer, Message, post
from .queueing import nudge
from .webhooks import facts, secrets_of

logger = logging.getLogger(__name__)

LOCK = 0x6E69_6206
AT_ONCE = 8  # endpoints that are sent to at the same time
MOST = 32  # endpoints of one run
LASTS = timedelta(seconds=20)  # a run, so that other jobs get their turn; then it asks for the next one
Clock = Callable[[], datetime]
State, Fault = Delivery.State, Delivery.Fault


class Attempt(NamedTuple):
    """One delivery that is being tried: what is sent, to which address, and how often it was tried before."""

    delivery: int
    endpoint: int
    attempts: int
    url: str
    message: Message


def deliver(*, clock: Clock = timezone.now) -> int:
    """Sends what is due; returns how many attempts were made. What is not done when its time is over, is asked for."""
    began, made = clock(), 0
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as senders, _locks() as ours:
        under_way: dict[Future[Answer], Attempt] = {}
        due = _due(began)

        def go_on(endpoint: int) -> None:
            attempt = _next(endpoint, clock()) if clock() - began < LASTS else None
            if attempt is None:
                ours.free(endpoint)
            else:
                under_way[senders.submit(post, attempt.url, attempt.message, at=clock())] = attempt

        for endpoint in due:
            if ours.take(endpoint):
                go_on(endpoint)
        while under_way:
            for sent in wait(under_way, return_when=FIRST_COMPLETED).done:
                attempt = under_way.pop(sent)
                _record(attempt, _answer(sent), clock())
                made += 1
                go_on(attempt.endpoint)
    if made and _due(clock()):
        nudge(TASK)
    return made


def _answer(sent: Future[Answer]) -> Answer:
    """What came back. What we did not foresee counts as a failed attempt: it keeps no other event from going out."""
    try:
        return sent.result()
    except Exception:
        logger.exception("a webhook could not be sent")
        return Answer(None, Fault.BROKEN_ANSWER)


class _Locks:
    """The endpoints that this session delivers to."""

    def __init__(self) -> None:
        self.held: set[int] = set()

    def take(self, endpoint: int) -> bool:
        """False where another session delivers to it."""
        mine = locks.take(LOCK, endpoint)
        if mine:
            self.held.add(endpoint)
        return mine

    def free(self, endpoint: int) -> None:
        self.held.discard(endpoint)
        locks.free(LOCK, endpoint)


@contextmanager
def _locks() -> Iterator[_Locks]:
    mine = _Locks()
    try:
        yield mine
    finally:
        for endpoint in list(mine.held):
            mine.free(endpoint)


def _due(at: datetime) -> list[int]:
    """Endpoints whose oldest waiting event may be tried, who has waited longest first. One statement."""
    oldest = Delivery.objects.filter(endpoint=OuterRef("pk"), state=State.WAITING).order_by("event_id")
    open_ones = WebhookEndpoint.objects.filter(verified_at__isnull=False, disabled_at=None)
    found = open_ones.annotate(since=Subquery(oldest.values("next_at")[:1])).filter(since__lte=at)
    return list(found.order_by("since", "pk").values_list("pk", flat=True)[:MOST])


def _next(endpoint: int, at: datetime) -> Attempt | None:
    """The oldest waiting event of an endpoint, if its time has come. Later ones wait for it."""
    waiting = Delivery.objects.filter(endpoint=endpoint, state=State.WAITING).select_related("event", "endpoint")
    found = waiting.order_by("event_id").first()
    if found is None or found.next_at > at or found.endpoint.state != "active":
        return None
    message = Message(found.event.message_id, body_of(found.event), secrets_of(found.endpoint, at))
    return Attempt(found.pk, endpoint, found.attempts, found.endpoint.url, message)


def body_of(event: OutboxEvent) -> str:
    """What is sent of an event: the same text at every attempt."""
    content = {"type": event.kind, "timestamp": timezone.localtime(event.at).isoformat(), "data": event.data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


@transaction.atomic
def _record(attempt: Attempt, answer: Answer, at: datetime) -> None:
    """Writes what an attempt came to. Nothing where the webhook was removed meanwhile, or sent to anew by somebody."""
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=attempt.endpoint).first()
    waiting = Delivery.objects.select_for_update().filter(pk=attempt.delivery, state=State.WAITING)
    found = waiting.filter(attempts=attempt.attempts).first()
    if endpoint is None or found is None:
        return
    found.attempts += 1
    found.last_at, found.last_status, found.last_fault = at, answer.status, answer.fault
    if not answer.fault:
        found.state, found.delivered_at = State.DELIVERED, at
    elif answer.fault == Fault.GONE and endpoint.url == attempt.url:
        found.state = State.DEAD
        _gone(endpoint, at)
    elif later := next_attempt(found.attempts, at):
        found.next_at = later
    else:
        found.state = State.DEAD
    found.save()


def _gone(endpoint: WebhookEndpoint, at: datetime) -> None:
    """A receiver that says so wants nothing more; who enables it again has it verified."""
    before = facts(endpoint)
    endpoint.disabled_at, endpoint.disabled_because = at, WebhookEndpoint.Why.GONE
    endpoint.verified_at = None
    endpoint.save()
    subject = f"{endpoint.agency.code}/{endpoint.key}"
    audit.record(
        "webhook.disabled", subject, actor=None, at=at, door=audit.Door.JOB, agency=endpoint.agency,
        before=before, after=facts(endpoint),
    )  # fmt: skip


def forget(*, at: datetime) -> int:
    """Gives up what has waited too long, and removes what was delivered or given up long ago; returns how many."""
    old = at - KEPT
    waiting = Delivery.objects.filter(state=State.WAITING, event__at__lt=old)
    waiting.update(state=State.DEAD, last_fault=Fault.TOO_OLD)
    delivered, _counts = Delivery.objects.filter(state=State.DELIVERED, delivered_at__lt=old).delete()
    dead, _counts = Delivery.objects.filter(state=State.DEAD, event__at__lt=at - DEAD_KEPT).delete()
    told = Delivery.objects.filter(event=OuterRef("pk"))
    # that a window's opening was told is remembered for good
    events = OutboxEvent.objects.filter(~Exists(told), at__lt=old).exclude(kind=OutboxEvent.Kind.WINDOW_OPENED)
    events.delete()
    return delivered + dead
