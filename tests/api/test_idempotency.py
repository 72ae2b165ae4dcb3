"""`Idempotency-Key`: the same call sent twice is done once and answered twice, whatever happened in between."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from agencies.models import AuditEvent, IdempotentCall
from agencies.roles import Scope
from agencies.services import calls, systems
from reports.models import Entry, Evidence, Push
from tests.api.conftest import Caller, connected
from tests.api.sending import ENTRIES, FILLED, PACKET, contents, opened, outcomes, says
from tests.concurrency import at_once
from tests.factories import World, small_plan
from tests.faults.servers import is_idle, is_waited_for, nobody_writes, wait_for, web
from tests.reports.conftest import WEB

BODY = {"rows": [{"target": "stations", "value": "40"}, {"target": "nothing"}]}
LINE = f"{ENTRIES}/stations/bureau"
SAME = ("Content-Type", "Content-Language", "ETag", "Location", "Link", "Retry-After")


@pytest.fixture
def packet(world: World):
    """The bureau's first packet, which can be entered today."""
    return opened(world)


def put(caller: Caller, key: str, body: Any = BODY, query: str = "", **headers: str) -> HttpResponse:
    return caller("PUT", f"{ENTRIES}{query}", body, idempotency_key=key, **headers)


def same(first: HttpResponse, second: HttpResponse) -> bool:
    """Whether the second is the first answer once more, and says so."""
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    headers = [{name: answer.get(name) for name in SAME} for answer in (first, second)]
    return (first.status_code, first.content, headers[0]) == (second.status_code, second.content, headers[1])


@pytest.mark.django_db
def test_the_same_call_is_done_once_and_answered_twice(bureau: Caller, world: World, packet) -> None:
    first = put(bureau, "night-1")
    assert outcomes(first) == ["created", "line_unknown"]
    written = AuditEvent.objects.count()
    Entry.objects.filter(assignment__target=world.stations).update(value=77)
    assert same(first, put(bureau, "night-1"))
    assert AuditEvent.objects.count() == written
    says(world.stations, world, value="77")


@pytest.mark.django_db
def test_headers_are_given_again(bureau: Caller, world: World, packet) -> None:
    patch = {"body": {"value": "40"}, "idempotency_key": "a"}
    assert same(bureau("PATCH", LINE, **patch), bureau("PATCH", LINE, **patch, accept_language="zh"))
    first, second = (put(bureau, "b", query="?job=true") for _ in range(2))
    assert first.status_code == 202
    assert "Location" in first
    assert same(first, second)
    assert Push.objects.count() == 1
    link = {"body": {"url": "https://example.org/a", "title": "公示"}, "idempotency_key": "c"}
    first, second = (bureau("POST", f"{LINE}/evidence", **link) for _ in range(2))
    assert first.status_code == 201
    assert same(first, second)
    path = f"{LINE}/evidence/{first.json()['id']}"
    first, second = (bureau("DELETE", path, idempotency_key="d") for _ in range(2))
    assert (first.status_code, first.content) == (204, b"")
    assert same(first, second), "without a key it would be 404 by now"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PATCH", LINE, {"value": "-1"}, 422),
        ("PUT", f"{ENTRIES}?atomic=true", BODY, 422),
        ("PUT", "/submissions/east/2021Q1/entries", BODY, 404),
        ("POST", f"{PACKET}/submit", None, 409),
        ("PUT", ENTRIES, {"rows": [{}] * 10_001}, 413),
    ],
)
def test_refusals_are_kept(bureau: Caller, world: World, packet, method, path, body, status) -> None:
    before = contents(packet)
    first = bureau(method, path, body, idempotency_key="refused")
    assert first.status_code == status
    Entry.objects.filter(assignment__target=world.stations).update(words="anders")
    second = bureau(method, path, body, idempotency_key="refused")
    assert same(first, second), "its instance too"
    before["stations bureau"]["words"] = "anders"
    assert contents(packet) == before


@pytest.mark.django_db
def test_what_may_be_otherwise_next_time_is_not_kept(world: World, packet, settings) -> None:
    caller = connected(world.bureau, [Scope.READ])
    assert put(caller, "k").json()["code"] == "scope_missing"
    _may(caller, world, [Scope.READ, Scope.WRITE_ENTRIES])
    systems.revoke(caller.system.keys.get().pk, by=world.approver, at=timezone.now(), door=WEB)
    assert put(caller, "k").status_code == 401
    now = {"by": world.approver, "at": timezone.now(), "door": WEB}
    caller.key = systems.rotate(caller.system.pk, **now)
    settings.API_CALLS_A_MINUTE = 0
    assert put(caller, "k").status_code == 429
    settings.API_CALLS_A_MINUTE = 600
    cache.clear()
    assert IdempotentCall.objects.count() == 0
    assert outcomes(put(caller, "k")) == ["created", "line_unknown"]
    assert put(caller, "k")["Idempotency-Replayed"] == "true", "a newer key of the same system is the same caller"


def _may(caller: Caller, world: World, scopes: list[Scope]) -> None:
    told = {"name": caller.system.name, "scopes": scopes, "networks": []}
    systems.change(caller.system.pk, **told, by=world.approver, at=timezone.now(), door=WEB)


OTHERS = [
    ("PUT", ENTRIES, BODY | {"rows": BODY["rows"][:1]}),
    ("PUT", ENTRIES, json.dumps(BODY) + " "),
    ("PUT", f"{ENTRIES}?dry_run=true", BODY),
    ("PUT", f"{ENTRIES}?plan=small", BODY),
    ("PUT", "/submissions/bureau/2021Q2/entries", BODY),
    ("PATCH", LINE, BODY),
    ("POST", f"{PACKET}/submit", BODY),
    ("POST", f"{PACKET}/submit", None),
    ("DELETE", f"{LINE}/correction", None),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "body"), OTHERS)
def test_another_call_with_the_key_is_refused(bureau: Caller, world: World, packet, method, path, body) -> None:
    first = put(bureau, "night-1")
    before, written = contents(packet), AuditEvent.objects.count()
    refused = bureau(method, path, body, idempotency_key="night-1")
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert (contents(packet), AuditEvent.objects.count()) == (before, written)
    assert same(first, put(bureau, "night-1")), "the first answer is still there"


@pytest.mark.django_db
def test_keys_of_different_systems_do_not_meet(bureau: Caller, world: World, packet) -> None:
    other, east = connected(world.bureau, name="另一平台"), connected(world.east)
    opened(world, world.east)
    assert outcomes(put(bureau, "night-1")) == ["created", "line_unknown"]
    assert outcomes(put(other, "night-1")) == ["unchanged", "line_unknown"]
    body = {"rows": [{"target": "posts", "value": "5"}]}
    path = "/submissions/east/2021Q1/entries"
    assert outcomes(east("PUT", path, body, idempotency_key="night-1")) == ["created"]


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", " ", '""', "x" * 256, "字", "a\tb", "a\x7fb", "é"])
def test_a_key_that_cannot_be_used(bureau: Caller, world: World, packet, key: str) -> None:
    refused = put(bureau, key)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_idempotency_key")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["Idempotency-Key"]
    says(world.stations, world)


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["x" * 253, "a b", "{8e03978e-40d5-43dd-bc93-6894a57f9324}", "%00", "'; --"])
def test_odd_keys_that_can_be_used(bureau: Caller, packet, key: str) -> None:
    assert same(put(bureau, key), put(bureau, f'"{key}"')), "quoted, as the draft standard has it, is the same key"


@pytest.mark.django_db
def test_a_dry_run_is_answered_twice_and_changes_nothing(bureau: Caller, world: World, packet) -> None:
    first = put(bureau, "dry", query="?dry_run=true")
    assert outcomes(first) == ["created", "line_unknown"]
    assert same(first, put(bureau, "dry", query="?dry_run=true"))
    says(world.stations, world)
    assert not AuditEvent.objects.filter(action="entry.saved").exists()


@pytest.mark.django_db
def test_reading_takes_no_key(bureau: Caller, packet) -> None:
    assert bureau.get(ENTRIES, idempotency_key="night-1").status_code == 200
    assert IdempotentCall.objects.count() == 0


@pytest.mark.django_db
def test_a_broken_body_leaves_the_key_free(bureau: Caller, packet) -> None:
    assert put(bureau, "k", "{").json()["code"] == "bad_json"
    assert outcomes(put(bureau, "k")) == ["created", "line_unknown"]


@pytest.mark.django_db
def test_a_form_counts_by_its_parts(bureau: Caller, world: World, packet, settings, tmp_path) -> None:
    """Its boundary is another one each time it is sent."""
    settings.MEDIA_ROOT = tmp_path
    path = f"/api/v1{LINE}/evidence"

    def send(boundary: str, name: str = "a.txt", content: bytes = "公示".encode()) -> HttpResponse:
        kind = "text/plain"
        part = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        body = f"{part}Content-Type: {kind}\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
        headers = {"authorization": f"Bearer {bureau.key}", "idempotency-key": "file-1"}
        return Client().post(path, body, content_type=f"multipart/form-data; boundary={boundary}", headers=headers)

    first = send("aaaa")
    assert first.status_code == 201, first.content.decode()
    assert same(first, send("bbbb"))
    assert Evidence.objects.count() == 1
    for other in (send("cccc", content="另一份".encode()), send("dddd", name="b.txt")):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.django_db
def test_answers_are_forgotten_after_seven_days(bureau: Caller, world: World, packet) -> None:
    first, now = put(bureau, "night-1"), timezone.now()
    assert calls.forget(at=now + timedelta(days=6, hours=23)) == 0
    assert same(first, put(bureau, "night-1"))
    assert calls.forget(at=now + timedelta(days=7, minutes=1)) == 1
    again = put(bureau, "night-1")
    assert "Idempotency-Replayed" not in again
    assert outcomes(again) == ["unchanged", "line_unknown"]


# two at once, and the first died half-way


@pytest.fixture
def open_world(transactional_db) -> World:
    """The small plan, committed, with the bureau's packet open today."""
    found = small_plan()
    opened(found)
    return found


@pytest.mark.parametrize("number", [2, 5])
def test_of_calls_that_arrive_at_once_one_is_done(open_world: World, number: int) -> None:
    caller, answers = connected(open_world.bureau), []

    def send(place: int) -> None:
        answers.append(put(caller, "night-1"))

    assert at_once(number, send) == []
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert Counter(answer.get("Idempotency-Replayed") for answer in answers) == {None: 1, "true": number - 1}
    assert outcomes(answers[0]) == ["created", "line_unknown"]
    saved = AuditEvent.objects.filter(action="entry.saved")
    assert (saved.count(), open_world.line(open_world.stations).version) == (1, 2)


def test_other_calls_with_one_key_at_once_are_refused(open_world: World) -> None:
    caller, answers = connected(open_world.bureau), []

    def send(place: int) -> None:
        answers.append(put(caller, "night-1", {"rows": [{"target": "stations", "value": str(place)}]}))

    assert at_once(3, send) == []
    assert Counter(answer.status_code for answer in answers) == {200: 1, 422: 2}
    assert AuditEvent.objects.filter(action="entry.saved").count() == 1


class Broken:
    """The table's rows cannot be written as long as this lasts; `at_commit`: they can, but not committed."""

    def __init__(self, table: str, *, at_commit: bool) -> None:
        self.table = table
        self.when = "DEFERRABLE INITIALLY DEFERRED" if at_commit else ""
        self.kind = "CONSTRAINT" if at_commit else ""

    def __enter__(self) -> None:
        self._run(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$; "
            f"CREATE {self.kind} TRIGGER broken AFTER INSERT ON {self.table} {self.when} "
            "FOR EACH ROW EXECUTE FUNCTION broken()"
        )

    def __exit__(self, *args: object) -> None:
        self._run(f"DROP TRIGGER broken ON {self.table}; DROP FUNCTION broken()")

    def _run(self, command: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(command)


@pytest.mark.parametrize(
    ("table", "at_commit"),
    [("agencies_auditevent", False), ("agencies_auditevent", True), ("agencies_idempotentcall", True)],
)
def test_a_call_that_failed_half_way_has_done_nothing_and_is_done_again(open_world, table, at_commit) -> None:
    caller = connected(open_world.bureau)
    caller.client.raise_request_exception = False
    with Broken(table, at_commit=at_commit):
        failed = put(caller, "night-1")
        assert failed.status_code == 500
    says(open_world.stations, open_world)
    assert IdempotentCall.objects.count() == 0
    again = put(caller, "night-1")
    assert outcomes(again) == ["created", "line_unknown"]
    assert same(again, put(caller, "night-1"))
    assert AuditEvent.objects.filter(action="entry.saved").count() == 1


def test_an_answer_that_could_not_be_kept_was_not_done(open_world: World) -> None:
    """What was done and what was answered stand or fall together."""
    caller = connected(open_world.bureau)
    with Broken("agencies_idempotentcall", at_commit=False):
        assert put(caller, "night-1").json()["code"] == "failed"
    says(open_world.stations, open_world)


def test_a_call_on_a_server_that_was_killed_is_done_exactly_once(open_world: World) -> None:
    caller, died = connected(open_world.bureau), []
    headers = {
        "Authorization": f"Bearer {caller.key}", "Content-Type": "application/json", "Idempotency-Key": "night-1",
        "Accept-Language": "en",
    }  # fmt: skip
    body = json.dumps({"rows": list(FILLED)}).encode()

    def send(server) -> tuple[int, str]:
        return server.request("PUT", f"/api/v1{ENTRIES}", body, **headers)

    def first(server) -> None:
        try:
            send(server)
        except OSError as error:
            died.append(error)

    with web() as server:
        with nobody_writes("agencies_auditevent"):
            calling = Thread(target=first, args=[server])
            calling.start()
            wait_for(lambda: is_waited_for("agencies_auditevent"), "the call to have written its lines")
            server.kill()
            calling.join()
        assert len(died) == 1, "the caller was told nothing"
        wait_for(is_idle, "the killed server's transaction to end")
        says(open_world.stations, open_world)
        assert IdempotentCall.objects.count() == 0
        server.start()
        status, told = send(server)
        assert (status, json.loads(told)["counts"]["created"]) == (200, 3)
        assert send(server) == (status, told), "and from then on it is answered"
    assert AuditEvent.objects.filter(action="entry.saved").count() == 3
    assert set(open_world.packet().entries.values_list("version", flat=True)) == {2}
