"""`/api/v1/webhooks`: kept by a system of the agency, and told of in the document as they are."""

from __future__ import annotations

import re
from datetime import date

import jsonschema
import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from agencies.models import AuditEvent
from agencies.roles import Role, Scope
from reports.api.webhook_events import EVENTS
from reports.models import Delivery, OutboxEvent, WebhookEndpoint
from reports.services import adjustments, delivering, outbox, packets, rollup
from reports.services.outbox import Event
from targets.models import AdjustmentQuestion
from tests.api.conftest import Caller, connected
from tests.factories import at, person
from tests.history import accepted
from tests.reports.conftest import OPEN, WEB, Acting
from tests.reports.receiving import ALL, receiving, say

Kind = OutboxEvent.Kind
BODY = {"url": "http://127.0.0.1:8080/hook", "events": ["packet.accepted"]}


@pytest.fixture(autouse=True)
def private(settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = True


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


def added(caller: Caller, url: str = BODY["url"], events: list[str] = ALL) -> dict:
    answer = caller("POST", "/webhooks", {"url": url, "events": events})
    assert answer.status_code == 201, answer.content
    return answer.json()


def problem(answer) -> dict:
    assert answer["Content-Type"] == "application/problem+json", answer.content
    return answer.json()


def test_from_adding_one_to_the_first_event(bureau, world, receiver):
    made = added(bureau, receiver.url)
    path = f"/webhooks/{made['id']}"
    assert made["secret"].startswith("whsec_") and made["state"] == "unverified"
    assert bureau("POST", f"{path}/verify").json()["state"] == "active"
    acting = Acting(world)
    acting.accept(acting.submitted())
    delivering.deliver()
    (call,) = receiver.calls
    content = Webhook(made["secret"]).verify(call.body, call.headers)
    assert (content["type"], content["data"]["block"]) == ("packet.accepted", 1)
    (row,) = bureau.get(f"{path}/deliveries").json()["results"]
    assert (row["id"], row["state"], row["attempts"], row["last_status"]) == (call.id, "delivered", 1, 200)
    told = bureau.get(path).json()
    assert (told["waiting"], told["dead"]) == (0, 0) and told["last_delivered_at"] == row["delivered_at"]
    assert "secret" not in told, "it is told once"


def test_what_was_done_stands_in_the_log_under_the_systems_name(bureau, receiver):
    path = f"/webhooks/{added(bureau, receiver.url)['id']}"
    bureau("PATCH", path, {"events": ["line.returned"]})
    bureau("POST", f"{path}/verify")
    bureau("POST", f"{path}/secret")
    bureau("DELETE", path)
    events = AuditEvent.objects.filter(action__startswith="webhook.").order_by("pk")
    assert [event.action for event in events] == [
        f"webhook.{word}" for word in ("added", "changed", "verified", "secret_made", "removed")
    ]
    assert {(event.actor, event.door, event.agency) for event in events} == {
        (bureau.system.user, "api", bureau.system.agency)
    }


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ([], None, "bad_body"),
        ({}, "/url", "bad_body"),
        ({"url": "https://a.example/"}, "/events", "bad_body"),
        (BODY | {"secret": "whsec_x"}, "/secret", "bad_body"),
        (BODY | {"a/b~c": 1}, "/a~1b~0c", "bad_body"),
        (BODY | {"url": None}, "/url", "bad_body"),
        (BODY | {"url": 7}, "/url", "bad_body"),
        (BODY | {"url": ["http://127.0.0.1:8080/"]}, "/url", "bad_body"),
        (BODY | {"events": "packet.accepted"}, "/events", "bad_body"),
        (BODY | {"events": [1]}, "/events", "bad_body"),
        (BODY | {"events": [["packet.accepted"]]}, "/events", "bad_body"),
        (BODY | {"events": []}, "/events", "no_event"),
        (BODY | {"events": ["nonsense"]}, "/events", "no_event"),
        (BODY | {"url": ""}, "/url", "url_malformed"),
        (BODY | {"url": "http://127.0.0.1\x00/"}, "/url", "url_malformed"),
        (BODY | {"url": "http://\ud800/"}, "/url", "url_malformed"),
        (BODY | {"url": "http://user:pw@127.0.0.1/"}, "/url", "url_with_credentials"),
        (BODY | {"url": "http://127.0.0.1:6379/"}, "/url", "url_port_refused"),
        (BODY | {"url": "http://169.254.169.254/"}, "/url", "url_not_public"),
        (BODY | {"url": "http://nothing.invalid/"}, "/url", "url_name_unknown"),
    ],
)
def test_bodies_that_cannot_be_used(bureau, body, pointer, code):
    answer = bureau("POST", "/webhooks", body)
    told = problem(answer)
    assert (answer.status_code, told["code"]) == (422, "bad_body")
    assert [(fault["pointer"], fault["code"]) for fault in told["errors"]][:1] == ([(pointer, code)] if pointer else [])
    assert not WebhookEndpoint.objects.exists()


def test_private_addresses_unless_the_operator_allows_them(bureau, settings):
    settings.WEBHOOKS_ALLOW_PRIVATE = False
    for url, code in (("http://127.0.0.1/", "url_not_https"), ("https://127.0.0.1/", "url_not_public")):
        assert problem(bureau("POST", "/webhooks", BODY | {"url": url}))["errors"][0]["code"] == code


def test_an_address_twice_and_too_many(bureau, monkeypatch):
    from reports.services import webhooks

    added(bureau)
    assert problem(bureau("POST", "/webhooks", BODY))["errors"][0]["code"] == "webhook_twice"
    monkeypatch.setattr(webhooks, "MOST", 1)
    answer = bureau("POST", "/webhooks", BODY | {"url": "http://127.0.0.1:8081/"})
    assert (answer.status_code, problem(answer)["code"]) == (422, "too_many_webhooks")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"events": ["packet.accepted", "window.opened"]}, {"events": ["window.opened", "packet.accepted"]}),
        ({"enabled": False}, {"state": "disabled", "disabled_because": "by_hand"}),
        ({"enabled": True}, {}),
        ({"url": "http://127.0.0.1:8090"}, {"url": "http://127.0.0.1:8090/", "state": "unverified"}),
    ],
)
def test_a_change(bureau, receiver, change, expected):
    path = f"/webhooks/{added(bureau, receiver.url)['id']}"
    before = bureau("POST", f"{path}/verify").json()
    answer = bureau("PATCH", path, change)
    assert answer.status_code == 200, answer.content
    after = answer.json()
    after.pop("disabled_at"), before.pop("disabled_at")
    if "url" in change:
        assert after.pop("verified_at") is None and before.pop("verified_at")
    assert after == before | expected


@pytest.mark.parametrize(
    "change", [{"enabled": "no"}, {"enabled": None}, {"enabled": 0}, {"state": "active"}, {"url": None}, 7]
)
def test_changes_that_cannot_be(bureau, change):
    path = f"/webhooks/{added(bureau)['id']}"
    assert bureau("PATCH", path, change).status_code == 422


def test_one_that_does_not_answer_its_challenge(bureau, receiver):
    receiver.repeats = False
    path = f"/webhooks/{added(bureau, receiver.url)['id']}"
    answer = bureau("POST", f"{path}/verify")
    assert (answer.status_code, problem(answer)["code"]) == (422, "webhook_not_verified")
    assert "without the challenge" in answer.json()["detail"]


@pytest.mark.django_db(transaction=True)
def test_while_one_is_verified_another_waits(receiver):
    from django.db import connection

    from tests.factories import small_plan

    world = small_plan()
    bureau, second = connected(world.bureau), connected(world.bureau, name="b")
    path = f"/webhooks/{added(bureau, receiver.url)['id']}/verify"
    answers = []

    def meanwhile(handler, call) -> None:
        answers.append(second("POST", path))
        connection.close()
        say(handler, 200, call.content["data"]["challenge"])

    receiver.take = meanwhile
    assert bureau("POST", path).status_code == 200
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(409, "webhook_busy")]


def test_a_new_secret(bureau, receiver):
    made = added(bureau, receiver.url)
    answer = bureau("POST", f"/webhooks/{made['id']}/secret").json()
    assert answer["secret"] != made["secret"] and set(answer) == {"secret", "previous_until"}


def happened(*numbers: int) -> None:
    outbox.emit([Event(Kind.STATUS_CHANGED, None, f"small/{n}", {"n": n}) for n in numbers], at=timezone.now())


def test_dead_letters_are_listed_and_sent_again(bureau, receiver):
    path = f"/webhooks/{added(bureau, receiver.url)['id']}"
    bureau("POST", f"{path}/verify")
    happened(1, 2)
    receiver.answers[:] = [410]
    delivering.deliver()
    told = bureau.get(path).json()
    assert (told["state"], told["disabled_because"], told["dead"], told["waiting"]) == ("disabled", "gone", 1, 1)
    (dead,) = bureau.get(f"{path}/deliveries?state=dead").json()["results"]
    assert (dead["subject"], dead["last_fault"], dead["next_at"]) == ("small/1", "gone", None)
    assert "410" in dead["last_words"]
    again = bureau("POST", f"{path}/deliveries/{dead['id']}/resend")
    assert (again.status_code, again.json()["state"]) == (200, "waiting")
    receiver.answers[:] = [200]
    bureau("POST", f"{path}/verify")
    delivering.deliver()
    assert [call.content["data"]["n"] for call in receiver.calls] == [1, 1, 2]


def test_a_system_of_another_agency_knows_of_nothing(world, bureau, receiver):
    path = f"/webhooks/{added(bureau, receiver.url)['id']}"
    bureau("POST", f"{path}/verify")
    happened(1)
    delivery = Delivery.objects.get().event.message_id
    east = connected(world.east)
    assert east.get("/webhooks").json()["results"] == []
    for method, end in (
        ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/verify"), ("POST", "/secret"), ("GET", "/deliveries"),
        ("POST", f"/deliveries/{delivery}/resend"),
    ):  # fmt: skip
        answer = east(method, path + end, {} if method == "PATCH" else None)
        assert (answer.status_code, problem(answer)["code"]) == (404, "not_found"), (method, end)
    mine = f"/webhooks/{added(east)['id']}"
    assert east("POST", f"{mine}/deliveries/{delivery}/resend").status_code == 404, "of another's webhook"


@pytest.mark.parametrize("scopes", [(Scope.READ,), (Scope.WRITE_ENTRIES, Scope.SUBMIT)])
def test_it_needs_the_scope(world, bureau, scopes):
    path = f"/webhooks/{added(bureau)['id']}"
    other = connected(world.bureau, scopes, name="b")
    for method, end in (("GET", "/webhooks"), ("POST", "/webhooks"), ("GET", path), ("POST", f"{path}/verify")):
        answer = other(method, end, BODY if end == "/webhooks" and method == "POST" else None)
        assert (answer.status_code, problem(answer)["code"]) == (403, "scope_missing")
    assert connected(world.bureau, (Scope.WEBHOOKS,), name="c").get(path).status_code == 200


NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("end", ["not-a-uuid", NOBODY, f"{NOBODY}/deliveries", f"{NOBODY}/deliveries/msg_x/resend"])
def test_addresses_that_name_nothing(bureau, end):
    answer = bureau("POST" if end.endswith("resend") else "GET", f"/webhooks/{end}")
    assert (answer.status_code, problem(answer)["code"]) == (404, "not_found")


@pytest.mark.parametrize("message", ["msg_x", "x", "msg_" + "0" * 32, "MSG_" + "0" * 32])
def test_events_that_there_are_not(bureau, message):
    made = added(bureau)
    assert bureau("POST", f"/webhooks/{made['id']}/deliveries/{message}/resend").status_code == 404


def test_the_same_key_adds_one(bureau):
    key = {"idempotency_key": "k1"}
    first, second = bureau("POST", "/webhooks", BODY, **key), bureau("POST", "/webhooks", BODY, **key)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json() and second["Idempotency-Replayed"] == "true"
    assert WebhookEndpoint.objects.count() == 1
    assert first["Location"].endswith(f"/api/v1/webhooks/{first.json()['id']}")


@pytest.mark.parametrize("rows", [1, 3, 10])
def test_the_list_costs_the_same_with_few_and_many(bureau, django_assert_num_queries, rows):
    for number in range(rows):
        added(bureau, f"http://127.0.0.1:8080/{number}")
    happened(*range(rows))
    bureau.get("/webhooks")
    with django_assert_num_queries(3):  # key with system and account, its roles, webhooks
        answer = bureau.get("/webhooks")
    assert [row["waiting"] for row in answer.json()["results"]] == [rows] * rows


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_deliveries_cost_the_same_with_few_and_many(bureau, django_assert_num_queries, rows):
    path = f"/webhooks/{added(bureau)['id']}/deliveries"
    happened(*range(rows))
    with django_assert_num_queries(4):  # key with system and account, its roles, the webhook, deliveries
        answer = bureau.get(f"{path}?limit=200")
    assert len(answer.json()["results"]) == min(rows, 200)
    assert answer.json()["results"][0]["subject"] == f"small/{rows - 1}", "the newest first"
    rest = answer.json()["next"]
    if rest:
        answer = bureau.client.get(rest, headers={"authorization": f"Bearer {bureau.key}"})
        assert len(answer.json()["results"]) == rows - 200


def test_every_event_is_in_the_document_with_an_example_that_is_true_to_it(bureau):
    document = bureau.get("/schema").json()
    assert set(document["webhooks"]) == {*Kind.values, "endpoint.verify"}
    for kind, told in document["webhooks"].items():
        content = told["post"]["requestBody"]["content"]["application/json"]
        jsonschema.Draft202012Validator.check_schema(content["schema"])
        jsonschema.validate(content["example"], content["schema"])
        assert content["example"]["type"] == kind
        members = content["schema"]["properties"]["data"]["properties"]
        assert set(content["example"]["data"]) == set(members), "every member is shown, and no other"


def test_what_is_sent_is_what_the_document_says(world, bureau, receiver):
    """Each event as it really goes out, member by member."""
    path = f"/webhooks/{added(bureau, receiver.url)['id']}"
    bureau("POST", f"{path}/verify")
    acting = Acting(world)
    packets.open_due_packets(at("2021-04-01 00:00"))
    packet = acting.submitted()
    acting.give_back(packet, entries=[world.line(world.share).pk])
    acting.accept(packet)
    rollup.roll_up()
    accepted(world, world.posts, "5", world.east, period=1)
    rollup.roll_up()
    question = AdjustmentQuestion.objects.create(
        target=world.stations, asked_at=OPEN, asked={"goal": "120"}, in_force={"goal": "100"}
    )
    adjustments.answer(
        question.pk, adopt=True, decision="会议纪要", in_force_from=date(2021, 4, 10),
        by=person(Role.PLAN_MANAGER), at=OPEN, door=WEB,
    )  # fmt: skip
    delivering.deliver()
    said = {event.name: event.decorator["post"] for event in EVENTS}
    assert set(receiver.types) == set(Kind.values)
    for call in receiver.calls:
        schema = said[call.content["type"]]["requestBody"]["content"]["application/json"]["schema"]
        strict = schema | {"additionalProperties": False}
        data = schema["properties"]["data"] | {"additionalProperties": False}
        jsonschema.validate(call.content, strict | {"properties": schema["properties"] | {"data": data}})
        _site, _root, address = call.content["data"]["url"].partition("/api/v1")
        assert bureau.get(address).status_code == 200, f"{address} says more"


def test_the_receiver_of_the_guide_takes_what_is_sent(world, bureau, settings):
    """The Python of docs/webhooks.md, as it stands there."""
    guide = (settings.BASE_DIR / "docs" / "webhooks.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    learnt: dict = {}
    exec(code, learnt)
    with receiving() as receiver:
        receiver.take = lambda handler, call: say(handler, *learnt["receive"](call.body, call.headers))
        made = added(bureau, receiver.url)
        assert bureau("POST", f"/webhooks/{made['id']}/verify").status_code == 422, "its secret is another one"
        learnt["SECRET"] = made["secret"]
        assert bureau("POST", f"/webhooks/{made['id']}/verify").status_code == 200
        happened(1)
        delivering.deliver()
    assert Delivery.objects.get().state == "delivered"
    assert learnt["seen"] == {Delivery.objects.get().event.message_id}
    assert all(f"| `{kind}` |" in guide for kind in Kind.values), "every event stands in its table"
