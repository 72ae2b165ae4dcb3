"""Delivering: in order, with growing pauses, at least once, and never held up by another endpoint."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import psycopg2
import pytest
from django.utils import timezone

from agencies.models import AuditEvent
from reports.models import Delivery, OutboxEvent, WebhookEndpoint
from reports.rules.webhooks import PAUSES, next_attempt
from reports.services import delivering, outbox, webhooks
from reports.services.delivering import deliver
from reports.services.outbox import Event
from tests.factories import at
from tests.faults.servers import environment
from tests.reports.conftest import WEB
from tests.reports.receiving import listening, receiving, say

Kind = OutboxEvent.Kind
NOW = at("2021-04-10")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def private(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True


def happen(*numbers: int, agency=None, moment: datetime = NOW) -> None:
    events = [Event(Kind.STATUS_CHANGED, agency, f"small/{number}", {"n": number}) for number in numbers]
    outbox.emit(events, at=moment)


def run(moment: datetime = NOW) -> int:
    return deliver(clock=lambda: moment)


def numbers(receiver) -> list[int]:
    return [call.content["data"]["n"] for call in receiver.calls]


def states(endpoint: WebhookEndpoint) -> list[str]:
    return list(endpoint.deliveries.order_by("event_id").values_list("state", flat=True))


def test_an_event_arrives_signed_with_its_kind_and_time(world):
    now = timezone.now()
    with receiving() as receiver:
        made = listening(world.bureau, receiver, now)
        happen(1, moment=now)
        assert run(now) == 1
    (call,) = receiver.calls
    assert call.verified(made.secret) == {
        "type": "status.changed", "timestamp": timezone.localtime(now).isoformat(), "data": {"n": 1},
    }  # fmt: skip
    delivery = Delivery.objects.select_related("event").get()
    assert call.id == delivery.event.message_id
    assert (delivery.state, delivery.attempts, delivery.last_status, delivery.last_fault, delivery.delivered_at) == (
        "delivered", 1, 200, "", now,
    )  # fmt: skip
    assert run(now + HOUR) == 0, "and not again"


def test_a_real_acceptance_is_told(world, acting):
    now = timezone.now()
    with receiving() as receiver:
        made = listening(world.bureau, receiver, now)
        acting.accept(acting.submitted())
        run(now)
    assert receiver.calls[0].verified(made.secret)["data"]["lines"][0] == {"target": "stations", "district": None}


def test_events_arrive_in_the_order_in_which_they_happened(world):
    with receiving() as receiver:
        listening(world.bureau, receiver, NOW)
        happen(*range(20))
        assert run() == 20
    assert numbers(receiver) == list(range(20))


def test_a_later_event_waits_for_an_earlier_one(world):
    with receiving(500, 500, 200) as receiver:
        made = listening(world.bureau, receiver, NOW)
        happen(1)
        happen(2, 3)
        assert run() == 1 and numbers(receiver) == [1]
        happen(4, moment=NOW + SECOND)
        assert run(NOW + 4 * SECOND) == 0, "not before the pause is over, and nothing else either"
        assert run(NOW + 5 * SECOND) == 1 and numbers(receiver) == [1, 1]
        assert run(NOW + 34 * SECOND) == 0
        assert run(NOW + 35 * SECOND) == 4
    assert numbers(receiver) == [1, 1, 1, 2, 3, 4]
    assert len({call.id for call in receiver.calls[:3]}) == 1, "the same id at every attempt"
    assert states(made) == ["delivered"] * 4


def test_the_pauses_grow_until_it_is_a_dead_letter_and_then_the_next_goes_on(world):
    with receiving(*[503] * 8, 200) as receiver:
        made = listening(world.bureau, receiver, NOW)
        happen(1, 2)
        moment, waits = NOW, []
        while states(made)[0] == "waiting":
            before = len(receiver.calls)
            run(moment)
            assert numbers(receiver)[before:][:1] == [1], "one attempt, of the first"
            found = made.deliveries.order_by("event_id").first()
            if found.state == "waiting":
                assert run(found.next_at - SECOND) == 0
                waits.append(found.next_at - moment)
                moment = found.next_at
    assert waits == list(PAUSES)
    assert [pause.total_seconds() for pause in waits] == [5, 30, 120, 600, 3600, 21600, 86400]
    first, second = made.deliveries.order_by("event_id")
    assert (first.state, first.attempts, first.last_status, first.last_fault) == ("dead", 8, 503, "status")
    assert second.state == "delivered", "let go on by the same run"


def test_after_the_last_attempt_there_is_none():
    assert next_attempt(7, NOW) == NOW + 24 * HOUR
    assert next_attempt(8, NOW) is None


def test_a_dead_letter_that_is_sent_again_goes_before_later_ones(world):
    with receiving(500) as receiver:
        made = listening(world.bureau, receiver, NOW)
        happen(1, 2)
        first = made.deliveries.order_by("event_id").first()
        Delivery.objects.filter(pk=first.pk).update(state="dead", last_fault="status")
        run()
        assert numbers(receiver) == [2]
        receiver.answers[:] = [200]
        webhooks.resend(first.pk, by=world.approver, at=NOW, door=WEB)
        run()
        assert numbers(receiver) == [2, 1]
        run(NOW + 5 * SECOND)
    assert numbers(receiver) == [2, 1, 2]


def test_410_disables_the_webhook_and_nothing_more_is_sent(world):
    with receiving(410) as receiver:
        made = listening(world.bureau, receiver, NOW)
        happen(1, 2)
        assert run() == 1
        made.refresh_from_db()
        assert (made.state, made.disabled_because, made.verified_at) == ("disabled", "gone", None)
        assert states(made) == ["dead", "waiting"]
        happen(3)
        assert len(states(made)) == 2, "nothing is put aside for it"
        assert run(NOW + HOUR) == 0
        event = AuditEvent.objects.get(action="webhook.disabled")
        assert (event.actor, event.door, event.agency) == (None, "job", world.bureau)
        receiver.answers[:] = [200]
        webhooks.verify(made.pk, by=world.approver, at=NOW, door=WEB)
        assert run(NOW + HOUR) == 1
    assert numbers(receiver) == [1, 2]


def test_a_receiver_that_does_not_answer_is_tried_again(world):
    with receiving() as receiver:
        made = listening(world.bureau, receiver, NOW)
    happen(1)
    run()
    delivery = made.deliveries.get()
    assert (delivery.state, delivery.last_status, delivery.last_fault) == ("waiting", None, "no_connection")
    assert delivery.next_at == NOW + 5 * SECOND


def test_an_address_that_is_no_longer_allowed_is_not_called(world, settings):
    with receiving() as receiver:
        made = listening(world.bureau, receiver, NOW)
        happen(1)
        settings.WEBHOOKS_ALLOW_PRIVATE = False
        run()
    assert not receiver.calls and made.deliveries.get().last_fault == "address_refused"


def test_one_that_fails_or_is_slow_holds_up_no_other(world):
    """The slow one answers only when the other has got everything."""
    others_done = threading.Event()

    def slow(handler) -> None:
        say(handler, 200 if others_done.wait(8) else 500)

    def quick(handler) -> None:
        say(handler, 200)
        if len(fast.calls) == 5:
            others_done.set()

    with receiving(slow) as late, receiving(quick) as fast, receiving(500) as broken:
        for receiver in (late, broken, fast):
            listening(world.bureau, receiver, NOW)
        happen(1, 2, 3, 4, 5)
        run()
    assert numbers(fast) == numbers(late) == [1, 2, 3, 4, 5] and numbers(broken) == [1]
    assert Delivery.objects.filter(last_fault="status").count() == 1, "the slow one was answered for in time"


def test_an_endpoint_that_another_session_delivers_to_is_left_alone(world):
    with receiving() as receiver:
        made = listening(world.bureau, receiver, NOW)
        happen(1)
        link = psycopg2.connect(environment()["DATABASE_URL"])
        link.cursor().execute("SELECT pg_advisory_lock(%s, %s)", [delivering.LOCK, made.pk])
        assert run() == 0 and not receiver.calls
        link.close()
        assert run() == 1
    with psycopg2.connect(environment()["DATABASE_URL"]) as link, link.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [delivering.LOCK, made.pk])
        assert cursor.fetchone() == (True,), "its own lock was given back"


def test_what_a_run_does_not_manage_in_its_time_is_left_to_the_next(world, django_capture_on_commit_callbacks):
    moments = iter([NOW, NOW, NOW, NOW, NOW, NOW, *[NOW + delivering.LASTS] * 9])
    with receiving() as receiver:
        listening(world.bureau, receiver, NOW)
        happen(*range(50))
        with django_capture_on_commit_callbacks() as callbacks:
            made = deliver(clock=lambda: next(moments))
    assert 0 < made < 50 and len(callbacks) == 1, "and the next run is asked for"


def test_what_somebody_did_meanwhile_counts(world):
    """A webhook that is removed or sent to again while its receiver thinks."""
    with receiving() as receiver:
        made = listening(world.bureau, receiver, NOW)
        happen(1)
        attempt = delivering._next(made.pk, NOW)
        Delivery.objects.filter(pk=attempt.delivery).update(attempts=3)
        delivering._record(attempt, delivering.Answer(500, "status"), NOW)
        assert Delivery.objects.get().attempts == 3, "another run has recorded since"
        attempt = delivering._next(made.pk, NOW)
        webhooks.change(made.pk, url=f"{receiver.url}/moved", by=world.approver, at=NOW, door=WEB)
        delivering._record(attempt, delivering.Answer(410, "gone"), NOW)
        made.refresh_from_db()
        assert made.disabled_at is None, "it was the address before that is gone"
        assert Delivery.objects.get().state == "waiting", "and the new one will be asked"
        webhooks.remove(made.pk, by=world.approver, at=NOW, door=WEB)
        delivering._record(attempt, delivering.Answer(200, ""), NOW)
    assert not Delivery.objects.exists()


def test_what_nobody_foresaw_is_a_failed_attempt(world):
    with receiving() as receiver:
        made = listening(world.bureau, receiver, NOW)
        WebhookEndpoint.objects.filter(pk=made.pk).update(secret="whsec_")
        happen(1)
        assert run() == 1
        assert made.deliveries.get().last_fault == "broken_answer"
        assert run() == 0


@pytest.mark.parametrize("waiting", [1, 30])
def test_looking_whether_anything_is_due_is_one_statement(world, django_assert_num_queries, waiting):
    with receiving() as receiver:
        listening(world.bureau, receiver, NOW)
        happen(*range(waiting))
        with django_assert_num_queries(1):
            assert deliver(clock=lambda: NOW - SECOND) == 0


def test_old_rows_are_removed_and_what_waits_too_long_is_given_up(world):
    later = NOW + timedelta(days=31)
    with receiving() as receiver:
        made = listening(world.bureau, receiver, NOW)
        happen(1)
        outbox.window_opened(world.periods[0], at=NOW)
        run()
        happen(2)
        happen(3, moment=later)
    assert delivering.forget(at=NOW + timedelta(days=29)) == 0
    assert delivering.forget(at=later) == 2
    old, new = made.deliveries.order_by("event_id")
    assert (old.state, old.last_fault, new.state) == ("dead", "too_old", "waiting")
    kept = list(OutboxEvent.objects.order_by("pk").values_list("subject", flat=True))
    assert kept == ["small/2021Q1", "small/2", "small/3"], "that the window's opening was told is remembered"
    assert delivering.forget(at=NOW + timedelta(days=91)) == 1
    assert states(made) == ["dead"], "the third has waited too long by now"
    outbox.window_opened(world.periods[0], at=later)
    assert OutboxEvent.objects.filter(kind=Kind.WINDOW_OPENED).count() == 1
