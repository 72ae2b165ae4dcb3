"""A worker that dies while a receiver thinks: another one sends the same event again, and nothing overtakes it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from celery import current_app
from django.utils import timezone

from reports.models import Delivery, OutboxEvent
from reports.services import outbox
from reports.services.outbox import TASK, Event
from tests.factories import small_plan
from tests.faults.servers import is_idle, wait_for, worker
from tests.reports.receiving import listening, receiving, say

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def private(settings, monkeypatch) -> Iterator[None]:
    """For this process and for the workers. No message is left over: what is sent is found in the database."""
    settings.WEBHOOKS_ALLOW_PRIVATE = True
    monkeypatch.setenv("WEBHOOKS_ALLOW_PRIVATE", "true")
    current_app.control.purge()
    yield
    current_app.control.purge()


def test_an_event_whose_worker_was_killed_is_sent_again_before_the_next() -> None:
    world, died = small_plan(), threading.Event()

    def thinks(handler) -> None:
        died.wait(60)
        say(handler, 200)

    with receiving(thinks, 200) as receiver:
        made = listening(world.bureau, receiver, timezone.now())
        current_app.control.purge()
        kind = OutboxEvent.Kind.STATUS_CHANGED
        outbox.emit([Event(kind, None, f"small/{n}", {"n": n}) for n in (1, 2)], at=timezone.now())
        assert current_app.control.purge() == 1, "one message asks for it; it is lost"
        with worker() as first:
            current_app.send_task(TASK)
            wait_for(lambda: len(receiver.calls) == 1, "the first event to be sent")
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
        wait_for(is_idle, "the killed worker's session to end")
        assert not Delivery.objects.exclude(state="waiting", attempts=0).exists()
        died.set()
        with worker():
            current_app.send_task(TASK)
            wait_for(lambda: not Delivery.objects.filter(state="waiting").exists(), "both to be delivered")
    assert [call.verified(made.secret)["data"]["n"] for call in receiver.calls] == [1, 1, 2]
    assert receiver.calls[0].id == receiver.calls[1].id != receiver.calls[2].id
