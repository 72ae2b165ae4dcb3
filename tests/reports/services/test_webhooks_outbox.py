"""What is written down for webhooks, by what happens, and for whom; and that it stands or falls with what happened."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils import timezone

from agencies.models import User
from agencies.roles import Role
from reports.models import Delivery, OutboxEvent, WebhookEndpoint
from reports.services import adjustments, outbox, packets, rollup
from reports.services.outbox import Event
from targets.models import AdjustmentQuestion
from tests.concurrency import at_once
from tests.factories import at, person, small_plan
from tests.history import accepted
from tests.reports.conftest import OPEN, WEB
from tests.reports.receiving import ALL

Kind = OutboxEvent.Kind
BEGUN = at("2021-04-01 00:00")


def endpoint(agency, *, events=ALL, **more) -> WebhookEndpoint:
    """A verified one; nothing listens behind it."""
    number = WebhookEndpoint.objects.count()
    facts = {"url": f"https://hooks.example.org/{number}", "secret": "whsec_" + "b25l" * 8, "verified_at": BEGUN} | more
    by = person(Role.APPROVER, agency)
    return WebhookEndpoint.objects.create(agency=agency, events=events, created_by=by, created_at=BEGUN, **facts)


def told(kind: Kind) -> dict:
    """What the one event of a kind says; its address leads to something in the API."""
    event = OutboxEvent.objects.get(kind=kind)
    url = event.data["url"]
    assert url.startswith("http://nib.example/api/v1/")
    found = resolve(url.removeprefix("http://nib.example").partition("?")[0])
    assert found.url_name not in (None, "api_nowhere"), f"{url} leads nowhere"
    return {name: value for name, value in event.data.items() if name != "url"}


@pytest.fixture(autouse=True)
def address(settings):
    settings.SITE_URL = "http://nib.example"


def test_an_accepted_packet(world, acting):
    mine = endpoint(world.bureau)
    packet = acting.submitted()
    acting.accept(packet, entries=[world.line(world.stations).pk])
    assert told(Kind.PACKET_ACCEPTED) == {
        "plan": "small", "period": "2021Q1", "agency": "bureau", "state": "submitted", "block": 1,
        "lines": [{"target": "stations", "district": None}],
    }  # fmt: skip
    event = OutboxEvent.objects.get()
    assert (event.agency, event.subject, event.at) == (world.bureau, "small/2021Q1/bureau", OPEN)
    delivery = Delivery.objects.get()
    assert (delivery.endpoint, delivery.event, delivery.state, delivery.attempts) == (mine, event, "waiting", 0)
    assert delivery.next_at == OPEN, "at once"


def test_lines_of_a_district(world, acting):
    endpoint(world.east)
    packet = world.packet(world.east)
    acting.fill(packet, by=person("reporter", world.east))
    acting.submit(packet, by=person("approver", world.east))
    acting.accept(packet)
    assert told(Kind.PACKET_ACCEPTED)["lines"] == [{"target": "posts", "district": "310101"}]


def test_returned_lines(world, acting):
    endpoint(world.bureau)
    packet = acting.submitted()
    lines = [world.line(world.stations).pk, world.line(world.share).pk]
    acting.give_back(packet, entries=lines, reason="请核实", until=at("2021-05-20 00:00"))
    assert told(Kind.LINE_RETURNED) == {
        "plan": "small", "period": "2021Q1", "agency": "bureau", "until": "2021-05-20T00:00:00+08:00",
        "lines": [
            {"target": "stations", "district": None, "reason": "请核实"},
            {"target": "share", "district": None, "reason": "请核实"},
        ],
    }  # fmt: skip


def test_a_window_that_opened_is_told_once(world):
    endpoint(world.east)
    packets.open_due_packets(at("2021-03-31 23:59"))
    assert not OutboxEvent.objects.exists()
    for moment in ("2021-04-01 00:00", "2021-04-01 00:01", "2021-04-20"):
        packets.open_due_packets(at(moment))
    assert told(Kind.WINDOW_OPENED) == {
        "plan": "small", "period": "2021Q1", "opens_at": "2021-04-01T00:00:00+08:00",
        "due_at": "2021-04-16T00:00:00+08:00", "closes_at": "2021-05-01T00:00:00+08:00",
    }  # fmt: skip
    assert Delivery.objects.count() == 1
    packets.open_due_packets(at("2021-07-02"))
    assert list(OutboxEvent.objects.values_list("subject", flat=True)) == ["small/2021Q1", "small/2021Q2"]


def test_a_window_is_told_once_also_where_nobody_listened_at_first(world):
    packets.open_due_packets(at("2021-04-01 00:00"))
    endpoint(world.east)
    packets.open_due_packets(at("2021-04-01 00:01"))
    assert OutboxEvent.objects.count() == 1 and not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_window_is_told_once_by_runs_at_the_same_moment():
    world = small_plan()
    endpoint(world.east)
    assert at_once(4, lambda _place: packets.open_due_packets(at("2021-04-01 00:00"))) == []
    assert (OutboxEvent.objects.count(), Delivery.objects.count()) == (1, 1)


def test_a_changed_status(world):
    endpoint(world.west)
    rollup.roll_up()
    assert not OutboxEvent.objects.exists(), "a first roll-up changes nothing"
    accepted(world, world.stations, "50", period=1)
    rollup.roll_up()
    data = told(Kind.STATUS_CHANGED)
    assert data == {
        "plan": "small", "target": "stations", "period": "2021Q2", "was": "no_data", "status": "missed",
        "value": "50", "completion": "0.5", "pace": "0.5",
    }  # fmt: skip
    rollup.ask_for_rebuild()
    rollup.roll_up()
    assert OutboxEvent.objects.filter(kind=Kind.STATUS_CHANGED).count() == 1, "rolling up again changes nothing"
    accepted(world, world.stations, "60", period=1)
    rollup.roll_up()
    assert OutboxEvent.objects.filter(kind=Kind.STATUS_CHANGED).count() == 1, "the same class, another value"


def test_a_decided_adjustment(world):
    endpoint(world.bureau)
    question = AdjustmentQuestion.objects.create(
        target=world.stations, asked_at=OPEN, asked={"goal": "120"}, in_force={"goal": "100"}
    )
    decided = {"decision": "会议纪要", "in_force_from": OPEN.date(), "by": world.plan_manager, "at": OPEN, "door": WEB}
    adjustments.answer(question.pk, adopt=True, **decided)
    assert told(Kind.ADJUSTMENT_DECIDED) == {
        "plan": "small", "target": "stations", "answer": "adopted", "asked": {"goal": "120"},
        "in_force": {"goal": "100"}, "in_force_from": "2021-04-10", "decision": "会议纪要",
    }  # fmt: skip
    other = AdjustmentQuestion.objects.create(
        target=world.posts, asked_at=OPEN, asked={"goal": "50"}, in_force={"goal": "40"}
    )
    adjustments.answer(other.pk, adopt=False, **decided)
    data = OutboxEvent.objects.get(subject="small/posts").data
    assert (data["answer"], data["in_force_from"]) == ("declined", None)


def told_to(agency: int | None, kind: Kind = Kind.STATUS_CHANGED) -> set[int]:
    """Who is told of an event of an agency (id) or of everybody."""
    outbox.emit([Event(kind, agency, "x", {})], at=OPEN)
    newest = OutboxEvent.objects.order_by("-pk").first()
    return set(newest.deliveries.values_list("endpoint_id", flat=True)) if newest else set()


def test_who_is_told(world):
    bureau, east = endpoint(world.bureau).pk, endpoint(world.east).pk
    second = endpoint(world.bureau, events=[Kind.STATUS_CHANGED]).pk
    assert told_to(None) == {bureau, east, second}
    assert told_to(world.bureau.pk) == {bureau, second}
    assert told_to(world.bureau.pk, Kind.LINE_RETURNED) == {bureau}
    assert told_to(world.east.pk, Kind.LINE_RETURNED) == {east}


def test_a_disabled_one_gets_nothing_and_an_unverified_one_gets_it_later(world):
    endpoint(world.bureau, disabled_at=OPEN, disabled_because="by_hand")
    waits = endpoint(world.bureau, verified_at=None).pk
    assert told_to(None) == {waits}


def test_without_anybody_who_asked_nothing_is_written(world):
    endpoint(world.bureau, events=[Kind.WINDOW_OPENED])
    assert outbox.emit([Event(Kind.STATUS_CHANGED, None, "x", {})], at=OPEN) == 0
    assert not OutboxEvent.objects.exists()


def test_events_keep_their_order_and_texts_their_characters(world):
    endpoint(world.bureau)
    events = [
        Event(Kind.STATUS_CHANGED, None, f"{number}", {"words": f"“{number}”%s\\u0041\n"}) for number in range(30)
    ]
    assert outbox.emit(events, at=OPEN) == 30
    rows = OutboxEvent.objects.order_by("pk").values_list("subject", "data__words")
    assert list(rows) == [(event.subject, event.data["words"]) for event in events]


@pytest.mark.parametrize(("listeners", "events"), [(0, 1), (0, 50), (3, 1), (3, 50)])
def test_it_is_one_statement_however_many_events_and_listeners(world, django_assert_num_queries, listeners, events):
    for _number in range(listeners):
        endpoint(world.bureau)
    some = [Event(Kind.STATUS_CHANGED, None, f"{number}", {}) for number in range(events)]
    with django_assert_num_queries(1):
        assert outbox.emit(some, at=OPEN) == listeners * events


@pytest.mark.parametrize("listeners", [0, 2])
def test_accepting_and_returning_cost_one_statement_more(world, acting, listeners):
    for _number in range(listeners):
        endpoint(world.bureau)
    packet = acting.submitted()
    by = User.objects.get(pk=world.supervisor.pk)
    with CaptureQueriesContext(connection) as captured:
        acting.give_back(packet, by=by, entries=[world.line(world.share).pk])
        acting.accept(packet, by=by)
    mine = [query["sql"] for query in captured if "reports_webhookendpoint" in query["sql"]]
    assert len(mine) == 2, "one each"


def test_a_roll_up_that_changes_no_status_asks_nothing_about_webhooks(world):
    endpoint(world.bureau)
    accepted(world, world.stations, "50", period=1)
    rollup.roll_up()
    rollup.ask_for_rebuild()
    with CaptureQueriesContext(connection) as captured:
        rollup.roll_up()
    assert not [query["sql"] for query in captured if "webhook" in query["sql"] or "outbox" in query["sql"]]


def test_the_event_is_taken_back_with_what_happened(world, acting):
    endpoint(world.bureau)
    packet = acting.submitted()

    class Later(Exception):
        pass

    with pytest.raises(Later), transaction.atomic():
        acting.accept(packet)
        assert Delivery.objects.count() == 1
        raise Later
    assert not OutboxEvent.objects.exists() and not Delivery.objects.exists()


def test_the_worker_is_asked_after_the_commit_and_only_where_somebody_is_told(
    world, acting, django_capture_on_commit_callbacks
):
    def asked() -> int:
        with django_capture_on_commit_callbacks() as callbacks:
            outbox.emit([Event(Kind.STATUS_CHANGED, None, "x", {})], at=OPEN)
        return len(callbacks)

    assert asked() == 0
    endpoint(world.bureau)
    assert asked() == 1


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_is_removed_at_the_same_moment_never_stops_an_acceptance():
    """Whichever comes first: the deliveries of a removed webhook go with it, and the event is committed."""
    from reports.services import webhooks

    world = small_plan()
    for _turn in range(5):
        found = endpoint(world.bureau)
        by = found.created_by

        def work(place: int, found=found, by=by) -> None:
            if place == 0:
                webhooks.remove(found.pk, by=by, at=timezone.now(), door=WEB)
            else:
                with transaction.atomic():
                    outbox.emit([Event(Kind.STATUS_CHANGED, None, "x", {})], at=OPEN)

        assert at_once(4, work) == []
    assert not WebhookEndpoint.objects.exists() and not Delivery.objects.exists()


def test_what_happened_is_not_rewritten(world):
    endpoint(world.bureau)
    told_to(None)
    for change in ({"data": {"x": 1}}, {"kind": Kind.LINE_RETURNED}, {"subject": "y"}, {"at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OutboxEvent.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookEndpoint.objects.update(agency=world.east)


def test_states_that_cannot_be(world):
    found = endpoint(world.bureau)
    told_to(None)
    for change in ({"state": "delivered"}, {"state": "dead"}, {"delivered_at": OPEN}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.update(**change)
    for change in ({"disabled_at": OPEN}, {"disabled_because": "gone"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            WebhookEndpoint.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        endpoint(world.bureau, url=found.url)
