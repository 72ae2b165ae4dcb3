"""Webhooks as people and systems keep them: added, verified, changed, rotated, removed, each with an audit row."""

from __future__ import annotations

import base64
import socket
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from agencies.models import AuditEvent
from reports.models import Delivery, OutboxEvent, WebhookEndpoint
from reports.services import delivering, outbox, webhooks
from reports.services.outbox import Event
from tests.factories import at, person, small_plan
from tests.reports.conftest import WEB
from tests.reports.receiving import ALL, listening, receiving, say

Kind = OutboxEvent.Kind
NOW = at("2021-04-10")


@pytest.fixture(autouse=True)
def private(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True


@pytest.fixture
def act(world):
    return {"by": world.approver, "at": NOW, "door": WEB}


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def refused(code: str, function, *args, **kwargs) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        function(*args, **kwargs)
    error = caught.value
    codes = [one.code for found in error.error_dict.values() for one in found] if hasattr(error, "error_dict") else []
    assert (codes or [error.code]) == [code]
    return error


def trail() -> list[tuple]:
    events = AuditEvent.objects.filter(action__startswith="webhook.").order_by("pk")
    return list(events.values_list("action", "actor__username", "agency__code"))


def test_one_is_added_unverified_with_a_secret_of_its_own(world, act):
    made = webhooks.add(world.bureau, url=" HTTP://127.0.0.1:8080 ", events=["packet.accepted", "line.returned"], **act)
    assert (made.url, made.state, made.verified_at) == ("http://127.0.0.1:8080/", "unverified", None)
    assert made.events == ["line.returned", "packet.accepted"], "in the order of the kinds"
    other = webhooks.add(world.bureau, url="http://127.0.0.1:8081/", events=ALL, **act)
    secrets = [one.secret.removeprefix("whsec_") for one in (made, other)]
    assert len(set(secrets)) == 2 and all(len(base64.b64decode(one, validate=True)) == 32 for one in secrets)
    assert trail() == [("webhook.added", world.approver.username, "bureau")] * 2


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("nonsense", "url_malformed"),
        ("http://user:secret@127.0.0.1:8080/", "url_with_credentials"),
        ("http://127.0.0.1:5432/", "url_port_refused"),
        ("http://169.254.169.254/latest/meta-data/", "url_not_public"),
        ("http://nothing.invalid/", "url_name_unknown"),
    ],
)
def test_addresses_that_are_refused(world, act, url, code):
    assert "url" in refused(code, webhooks.add, world.bureau, url=url, events=ALL, **act).error_dict
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    ("url", "code"), [("http://127.0.0.1/", "url_not_https"), ("https://127.0.0.1/", "url_not_public")]
)
def test_private_addresses_are_refused_unless_the_operator_allows_them(world, act, settings, url, code):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    refused(code, webhooks.add, world.bureau, url=url, events=ALL, **act)


@pytest.mark.parametrize("events", [[], ["nonsense"], ["packet.accepted", "endpoint.verify"]])
def test_events_that_there_are_not(world, act, events):
    refused("no_event", webhooks.add, world.bureau, url="http://127.0.0.1:8080/", events=events, **act)


def test_an_address_is_taken_once_by_each_agency(world, act):
    first = webhooks.add(world.bureau, url="http://127.0.0.1:8080/", events=ALL, **act)
    refused("webhook_twice", webhooks.add, world.bureau, url="http://127.0.0.1:8080", events=ALL, **act)
    other = webhooks.add(world.bureau, url="http://127.0.0.1:8081/", events=ALL, **act)
    refused("webhook_twice", webhooks.change, other.pk, url=first.url, **act)
    east = act | {"by": person("approver", world.east)}
    assert webhooks.add(world.east, url=first.url, events=ALL, **east).pk


def test_an_agency_has_so_many_and_no_more(world, act, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST", 2)
    for port in (8080, 8081):
        webhooks.add(world.bureau, url=f"http://127.0.0.1:{port}/", events=ALL, **act)
    refused("too_many_webhooks", webhooks.add, world.bureau, url="http://127.0.0.1:8082/", events=ALL, **act)


@pytest.mark.parametrize("who", ["reporter", "supervisor", "auditor", "plan_manager"])
def test_who_does_not_keep_them(world, act, who):
    made = webhooks.add(world.bureau, url="http://127.0.0.1:8080/", events=ALL, **act)
    act["by"] = getattr(world, who)
    with pytest.raises(PermissionDenied):
        webhooks.add(world.bureau, url="http://127.0.0.1:8081/", events=ALL, **act)
    for function in (webhooks.change, webhooks.verify, webhooks.rotate, webhooks.remove):
        with pytest.raises(WebhookEndpoint.DoesNotExist):
            function(made.pk, **act)


def test_an_approver_of_another_agency_does_not_keep_them_and_the_operator_does(world, act):
    made = webhooks.add(world.bureau, url="http://127.0.0.1:8080/", events=ALL, **act)
    with pytest.raises(WebhookEndpoint.DoesNotExist):
        webhooks.rotate(made.pk, **act | {"by": person("approver", world.east)})
    assert webhooks.rotate(made.pk, **act | {"by": world.operator}).secret != made.secret


def answering(words):
    """A receiver that answers its challenge with what `words` makes of it."""

    def answer(handler, call) -> None:
        say(handler, *words(call.content["data"]["challenge"]))

    return answer


@pytest.mark.parametrize(
    ("words", "is_verified"),
    [
        (lambda challenge: (200, challenge), True),
        (lambda challenge: (202, f" {challenge}\n"), True),
        (lambda challenge: (200, f'{{"challenge": "{challenge}"}}'), True),
        (lambda challenge: (200, f'"{challenge}"'), True),
        (lambda challenge: (200, challenge[:-1]), False),
        (lambda challenge: (200, f"{challenge} {challenge}"), False),
        (lambda challenge: (200, f'{{"answer": "{challenge}"}}'), False),
        (lambda challenge: (200, f'{{"challenge": ["{challenge}"]}}'), False),
        (lambda _challenge: (200, "ok"), False),
        (lambda _challenge: (200, ""), False),
        (lambda _challenge: (200, "[" * 4000), False),
        (lambda _challenge: (200, '{"challenge": "\\ud800"}'), False),
        (lambda challenge: (500, challenge), False),
        (lambda challenge: (410, challenge), False),
    ],
)
def test_a_webhook_repeats_its_challenge(world, act, receiver, words, is_verified):
    receiver.take = answering(words)
    made = webhooks.add(world.bureau, url=receiver.url, events=ALL, **act)
    if is_verified:
        assert webhooks.verify(made.pk, **act).state == "active"
    else:
        refused("webhook_not_verified", webhooks.verify, made.pk, **act)
        made.refresh_from_db()
        assert made.state == "unverified"
    assert [action for action, *_ in trail()] == ["webhook.added", *["webhook.verified"] * is_verified]


def test_the_challenge_is_signed_and_another_one_each_time(world, act, receiver):
    taken = []

    def take(handler, call) -> None:
        taken.append(call)
        say(handler, 200, "no")

    receiver.take = take
    made = webhooks.add(world.bureau, url=receiver.url, events=ALL, **act)
    for _time in range(2):
        refused("webhook_not_verified", webhooks.verify, made.pk, **act | {"at": timezone.now()})
    contents = [call.verified(made.secret) for call in taken]
    assert {content["type"] for content in contents} == {"endpoint.verify"}
    assert len({content["data"]["challenge"] for content in contents}) == len({call.id for call in taken}) == 2


def test_a_webhook_that_nobody_answers_for_says_why_without_what_it_answered(world, act, receiver):
    receiver.take = lambda handler, _call: say(handler, 403, "root:x:0:0 secret inside")
    made = webhooks.add(world.bureau, url=receiver.url, events=ALL, **act)
    words = " ".join(refused("webhook_not_verified", webhooks.verify, made.pk, **act).messages)
    assert "403" in words and "secret" not in words


def test_one_of_an_agency_is_verified_at_a_time(world, act, receiver):
    first = webhooks.add(world.bureau, url=receiver.url, events=ALL, **act)
    second = webhooks.add(world.bureau, url=f"{receiver.url}2", events=ALL, **act)
    tried = []

    def meanwhile(handler, call) -> None:
        tried.append(_verified_elsewhere(second, act))
        say(handler, 200, call.content["data"]["challenge"])

    receiver.take = meanwhile
    webhooks.verify(first.pk, **act)
    assert tried == [False], "another session could not take the lock"
    assert _verified_elsewhere(second, act), "and it is free afterwards"


def _verified_elsewhere(endpoint, act) -> bool:
    """Whether a session of another process could begin to verify: it holds the same lock."""
    import psycopg2

    from tests.faults.servers import environment

    with psycopg2.connect(environment()["DATABASE_URL"]) as link, link.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [webhooks.LOCK, endpoint.agency_id])
        return cursor.fetchone()[0]


def test_another_address_is_verified_anew_and_other_events_are_not(world, act, receiver):
    made = listening(world.bureau, receiver, NOW)
    assert webhooks.change(made.pk, events=["window.opened"], **act).state == "active"
    assert webhooks.change(made.pk, url=receiver.url, **act).state == "active", "the same address"
    changed = webhooks.change(made.pk, url=f"{receiver.url}?token=hidden", **act)
    assert changed.state == "unverified"
    event = AuditEvent.objects.filter(action="webhook.changed").order_by("pk").last()
    assert event.after["url"] == f"{receiver.url}?…" and "hidden" not in str([event.before, event.after])
    assert AuditEvent.objects.filter(action="webhook.changed").count() == 2, "what changes nothing leaves no trace"


@pytest.mark.django_db(transaction=True)
def test_a_webhook_whose_address_changes_while_it_is_verified_is_not(receiver):
    world = small_plan()
    act = {"by": world.approver, "at": NOW, "door": WEB}
    made = webhooks.add(world.bureau, url=receiver.url, events=ALL, **act)

    def meanwhile(handler, call) -> None:
        webhooks.change(made.pk, url=f"{receiver.url}/elsewhere", **act)
        connection.close()  # of this thread
        say(handler, 200, call.content["data"]["challenge"])

    receiver.take = meanwhile
    refused("webhook_not_verified", webhooks.verify, made.pk, **act)
    made.refresh_from_db()
    assert (made.state, made.url) == ("unverified", f"{receiver.url}/elsewhere")


def test_off_and_on_again(world, act, receiver):
    made = listening(world.bureau, receiver, NOW)
    off = webhooks.change(made.pk, enabled=False, **act)
    assert (off.state, off.disabled_at, off.disabled_because) == ("disabled", NOW, "by_hand")
    webhooks.change(made.pk, enabled=False, **act)
    assert webhooks.change(made.pk, enabled=True, **act).state == "active"
    assert [action for action, *_ in trail()] == ["webhook.added", "webhook.verified", *["webhook.changed"] * 2]


def test_who_is_verified_is_enabled(world, act, receiver):
    made = listening(world.bureau, receiver, NOW)
    webhooks.change(made.pk, enabled=False, **act)
    assert webhooks.verify(made.pk, **act).state == "active"


def waiting(endpoint, kind=Kind.STATUS_CHANGED, moment=NOW) -> Delivery:
    outbox.emit([Event(kind, None, "small/x", {"n": 1})], at=moment)
    return endpoint.deliveries.order_by("event_id").last()


def test_for_a_day_after_a_rotation_both_secrets_sign(world, act, receiver):
    now = timezone.now()
    made = listening(world.bureau, receiver, now)
    old = made.secret
    new = webhooks.rotate(made.pk, **act | {"at": now - timedelta(hours=23)}).secret
    assert new != old
    waiting(made, moment=now)
    delivering.deliver(clock=lambda: now)
    (call,) = receiver.calls
    assert call.verified(old) == call.verified(new)
    assert trail()[-1][0] == "webhook.secret_made"
    rotated = AuditEvent.objects.get(action="webhook.secret_made")
    assert new not in str(rotated.after) and old not in str(rotated.after)
    made.refresh_from_db()
    assert webhooks.secrets_of(made, now + timedelta(hours=2)) == (new,)


def test_a_removed_one_goes_with_everything_that_waits_for_it(world, act, receiver):
    made = listening(world.bureau, receiver, NOW)
    other = webhooks.add(world.bureau, url=f"{receiver.url}2", events=ALL, **act)
    waiting(made)
    webhooks.remove(made.pk, **act)
    assert list(WebhookEndpoint.objects.all()) == [other]
    assert Delivery.objects.count() == 1, "the other's stays"
    assert trail()[-1][0] == "webhook.removed"


def test_a_dead_letter_is_sent_again_with_the_same_id(world, act, receiver):
    made = listening(world.bureau, receiver, NOW)
    letter = waiting(made)
    Delivery.objects.filter(pk=letter.pk).update(state="dead", attempts=8, last_fault="status", last_status=500)
    again = webhooks.resend(letter.pk, **act | {"at": NOW + timedelta(days=2)})
    assert (again.state, again.attempts, again.next_at) == ("waiting", 0, NOW + timedelta(days=2))
    delivering.deliver(clock=lambda: NOW + timedelta(days=2))
    assert [call.id for call in receiver.calls] == [letter.event.message_id]
    letter.refresh_from_db()
    assert (letter.state, letter.last_fault) == ("delivered", "")
    assert AuditEvent.objects.get(action="webhook.resent").after == {"event": letter.event.message_id}


def test_what_was_delivered_can_be_sent_again_and_what_waits_is_tried_now(world, act, receiver):
    made = listening(world.bureau, receiver, NOW)
    letter = waiting(made)
    delivering.deliver(clock=lambda: NOW)
    assert webhooks.resend(letter.pk, **act).delivered_at is None
    delivering.deliver(clock=lambda: NOW)
    assert len(receiver.calls) == 2 and len({call.id for call in receiver.calls}) == 1
    later = waiting(made)
    Delivery.objects.filter(pk=later.pk).update(attempts=5, next_at=NOW + timedelta(hours=1), last_fault="status")
    assert (webhooks.resend(later.pk, **act).attempts, later.endpoint) == (5, made)
    delivering.deliver(clock=lambda: NOW)
    assert len(receiver.calls) == 3


def test_what_waits_goes_out_at_once_when_a_webhook_is_verified(world, act, receiver):
    made = webhooks.add(world.bureau, url=receiver.url, events=ALL, **act)
    letter = waiting(made)
    assert delivering.deliver(clock=lambda: NOW) == 0, "nothing before it is verified"
    Delivery.objects.filter(pk=letter.pk).update(next_at=NOW + timedelta(hours=6))
    webhooks.verify(made.pk, **act)
    assert delivering.deliver(clock=lambda: NOW) == 1


def test_names_are_asked_before_anything_is_locked(world, act, monkeypatch, django_assert_num_queries):
    """A slow name server holds up nobody."""
    made = webhooks.add(world.bureau, url="http://127.0.0.1:8080/", events=ALL, **act)

    def slow(*_args, **_kwargs):
        with django_assert_num_queries(0):
            raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    refused("url_name_unknown", webhooks.change, made.pk, url="http://elsewhere.example/", **act)
