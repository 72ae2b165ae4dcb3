"""Pushes that run in the worker: nothing is done twice or left out, whoever dies in between."""

from __future__ import annotations

import csv
import io
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from agencies.models import AuditEvent
from agencies.roles import Scope
from agencies.services import systems
from reports.models import Push
from reports.services import pushes
from tests.api.conftest import Caller, connected
from tests.api.sending import FILLED, answered, contents, opened, put, says
from tests.factories import World, small_plan
from tests.faults.servers import is_idle, is_waited_for, nobody_writes, wait_for, worker
from tests.reports.conftest import WEB, Acting

MIXED = [*FILLED, {"target": "nothing"}, {"target": "stations", "district": "310101"}]
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def packet(world: World):
    """The bureau's first packet, which can be entered today."""
    return opened(world)


def ask(caller: Caller, *rows: Any, query: str = "", **headers: str) -> dict[str, Any]:
    """Asks for a job; returns it as it was told."""
    response = put(caller, *rows, query=f"?job=true{query}", **headers)
    assert response.status_code == 202, response.content.decode()
    return response.json()


def go_on() -> None:
    pushes.go_on_with_all(at=timezone.now())


def job(caller: Caller, told: dict[str, Any]) -> dict[str, Any]:
    return caller.get(f"/jobs/{told['id']}").json()


def rows(caller: Caller, told: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
    return caller.get(f"/jobs/{told['id']}/rows{query}").json()["results"]


@pytest.mark.django_db
def test_202_and_where_to_look(bureau: Caller, packet) -> None:
    before = contents(packet)
    response = put(bureau, *MIXED, query="?job=true")
    told = response.json()
    assert response["Location"] == f"http://testserver/api/v1/jobs/{told['id']}"
    assert told["rows"] == f"{response['Location']}/rows"
    named = ("plan", "agency", "period", "state", "rows_total", "rows_done", "atomic", "dry_run")
    assert [told[name] for name in named] == ["small", "bureau", "2021Q1", "waiting", 5, 0, False, False]
    assert told["created_at"].endswith("+08:00")
    assert contents(packet) == before
    assert job(bureau, told) == told
    event = AuditEvent.objects.get(action="push.received")
    assert (event.actor, event.door, event.after) == (bureau.system.user, "api", {"rows": 5})


@pytest.mark.django_db
def test_what_becomes_of_each_row_is_what_the_same_call_would_have_answered(bureau: Caller, world, packet) -> None:
    direct = answered(put(bureau, *MIXED, query="?dry_run=true"))
    told = ask(bureau, *MIXED)
    go_on()
    done = job(bureau, told)
    assert (done["state"], done["rows_done"]) == ("done", 5)
    assert done["counts"] == {"created": 3, "changed": 0, "unchanged": 0, "rejected": 2}
    assert rows(bureau, told) == direct
    says(world.stations, world, value="40")
    saved = AuditEvent.objects.filter(action="entry.saved")
    assert {(event.actor, event.door) for event in saved} == {(bureau.system.user, "api")}
    go_on()
    assert saved.count() == 3, "a job that is done is not done again"


@pytest.mark.django_db
def test_rows_page_by_page_in_both_languages_and_as_csv(bureau: Caller, packet) -> None:
    told = ask(bureau, *FILLED[1:], {"target": "stations", "value": "-3"}, *MIXED[3:])
    go_on()
    first = bureau.get(f"/jobs/{told['id']}/rows?limit=3").json()
    second = bureau.get(first["next"].partition("/api/v1")[2]).json()
    assert [row["index"] for row in first["results"] + second["results"]] == [0, 1, 2, 3, 4]
    assert second["next"] is None
    path = f"/jobs/{told['id']}/rows?fields=index,outcome,words"
    chinese = bureau.get(path, accept_language="zh").json()["results"]
    assert chinese[2] == {"index": 2, "outcome": "rejected", "words": "本期数值：“-3”无法保存（不得为负数）。"}
    table = list(csv.DictReader(io.StringIO(bureau.get(path, accept="text/csv").content.decode())))
    assert table[3] == {"index": "3", "outcome": "rejected", "words": "The packet has no such line (nothing)."}
    assert [row["outcome"] for row in table] == ["created"] * 2 + ["rejected"] * 3


@pytest.mark.django_db
def test_all_or_nothing_is_rejected_as_a_whole(bureau: Caller, packet) -> None:
    before = contents(packet)
    told = ask(bureau, *MIXED, query="&atomic=true")
    go_on()
    done = job(bureau, told)
    assert (done["state"], done["rows_done"], done["counts"]["rejected"]) == ("rejected", 5, 2)
    assert contents(packet) == before
    assert not AuditEvent.objects.filter(action="entry.saved").exists()
    told = ask(bureau, *FILLED, query="&atomic=true")
    go_on()
    assert job(bureau, told)["state"] == "done"


@pytest.mark.django_db
def test_a_dry_run_changes_nothing(bureau: Caller, packet, monkeypatch) -> None:
    monkeypatch.setattr(pushes, "BATCH", 2)
    before = contents(packet)
    told = ask(bureau, *MIXED, query="&dry_run=true")
    go_on()
    assert job(bureau, told)["counts"] == {"created": 3, "changed": 0, "unchanged": 0, "rejected": 2}
    assert contents(packet) == before
    assert rows(bureau, told) == answered(put(bureau, *MIXED))


@pytest.mark.django_db
def test_no_rows_at_all_are_done_at_once(bureau: Caller, packet) -> None:
    told = ask(bureau)
    go_on()
    assert (job(bureau, told)["state"], rows(bureau, told)) == ("done", [])


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 2, 3, 1000])
def test_rows_for_one_line_reject_each_other_across_batches(bureau, world, packet, monkeypatch, batch) -> None:
    monkeypatch.setattr(pushes, "BATCH", batch)
    told = ask(bureau, *FILLED, {"target": "stations", "value": "50"})
    go_on()
    found = rows(bureau, told)
    assert [row["code"] or row["outcome"] for row in found] == ["row_twice", "created", "created", "row_twice"]
    assert "(rows 0, 3)" in found[0]["words"]
    says(world.stations, world)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row",
    [
        {"target": "stations", "value": "4\x000"},
        {"target": "stations\x00", "value": "40"},
        {"target": "stations\ud800", "value": "40"},
        {"target": "stations", "value": "4\ud8000"},
        {"target": "stations", "a\x00": "40"},
        {"target": "stations", "district": "\udfff\x00"},
        {"target": "stations", "value": "40", "words": "\x00\ud800"},
        "\x00",
    ],
)
def test_no_text_is_one_that_cannot_be_kept(bureau: Caller, packet, row: Any) -> None:
    direct = answered(put(bureau, row, query="?dry_run=true"))
    told = ask(bureau, row)
    go_on()
    assert job(bureau, told)["state"] == "done"
    assert rows(bureau, told) == direct


# who may see it, and who may no longer


@pytest.mark.django_db
def test_jobs_of_others_are_not_there(bureau: Caller, world: World, packet) -> None:
    told = ask(bureau, *FILLED)
    for other in (connected(world.bureau, name="另一平台"), connected(world.east)):
        for path in (f"/jobs/{told['id']}", f"/jobs/{told['id']}/rows", f"/jobs/{NOBODY}", f"/jobs/{NOBODY}/rows"):
            assert other.get(path).status_code == 404
    assert bureau.get("/jobs/not-a-key").status_code == 404


@pytest.mark.django_db
def test_a_packet_of_others_takes_no_job(bureau: Caller, world: World) -> None:
    opened(world, world.east)
    body = {"rows": [{"target": "posts", "value": "5"}]}
    assert bureau("PUT", "/submissions/east/2021Q1/entries?job=true", body).status_code == 404
    assert Push.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("query", "state"), [("", "done"), ("&atomic=true", "rejected"), ("&dry_run=true", "done")])
@pytest.mark.parametrize("lost", ["scope", "system"])
def test_a_right_that_was_lost_meanwhile(bureau: Caller, world, packet, query: str, state: str, lost: str) -> None:
    told, act = ask(bureau, *FILLED, query=query), {"by": world.approver, "at": timezone.now(), "door": WEB}
    if lost == "system":
        systems.disconnect(bureau.system.pk, **act)
    else:
        systems.change(bureau.system.pk, name="数据平台", scopes=[Scope.READ], networks=[], **act)
    go_on()
    push = Push.objects.get()
    assert (push.state, push.rows_done) == (state, 3)
    assert {answer["refusal"][0] for answer in push.answers} == {"not_your_agency"}
    says(world.stations, world)
    if lost == "scope":
        assert job(bureau, told)["counts"]["rejected"] == 3
        assert rows(bureau, told)[0]["words"] == "You do not enter figures for this agency."


@pytest.mark.django_db
def test_what_closed_meanwhile_is_told_row_by_row(bureau: Caller, world: World, packet) -> None:
    put(bureau, *FILLED)
    told = ask(bureau, {"target": "stations", "value": "41"}, *FILLED[1:])
    Acting(world).submit(packet)
    go_on()
    assert [row["code"] or row["outcome"] for row in rows(bureau, told)] == [
        "already_submitted", "unchanged", "unchanged",
    ]  # fmt: skip


@pytest.mark.django_db
def test_jobs_are_forgotten_thirty_days_after_they_ended(bureau: Caller, packet) -> None:
    done, now = ask(bureau, *FILLED), timezone.now()
    go_on()
    waiting = ask(bureau, *FILLED)
    assert pushes.forget(at=now + timedelta(days=29)) == 0
    assert pushes.forget(at=now + timedelta(days=31)) == 1
    assert bureau.get(f"/jobs/{done['id']}").status_code == 404
    assert job(bureau, waiting)["state"] == "waiting", "what is still to do is kept"


# who dies in between


@contextmanager
def refused_by_the_disk(value: str) -> Iterator[None]:
    """No line can be written whose value is this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the disk is on fire'; END $$; "
            "CREATE TRIGGER broken BEFORE UPDATE ON reports_entry FOR EACH ROW "
            f"WHEN (NEW.value = {value}) EXECUTE FUNCTION broken()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER broken ON reports_entry; DROP FUNCTION broken()")


@pytest.mark.django_db(transaction=True)
def test_a_job_that_died_in_its_second_batch_goes_on_where_it_stood(monkeypatch) -> None:
    monkeypatch.setattr(pushes, "BATCH", 2)
    world = small_plan()
    packet, caller = opened(world), connected(world.bureau)
    # the ratio stands in the second batch; of the first one line is saved, the other row is unknown
    told = ask(caller, FILLED[2], {"target": "nothing"}, FILLED[1], FILLED[0])
    with refused_by_the_disk("30"):
        go_on()
        now = job(caller, told)
        assert (now["state"], now["rows_done"]) == ("running", 2)
        assert now["counts"] == {"created": 1, "changed": 0, "unchanged": 0, "rejected": 1}
        assert [row["index"] for row in rows(caller, told)] == [0, 1]
        assert contents(packet)["share bureau"]["value"] is None
        go_on()
        assert job(caller, told) == now, "it fails again, and keeps what it has"
    go_on()
    assert (job(caller, told)["state"], job(caller, told)["rows_done"]) == ("done", 4)
    assert [row["code"] or row["outcome"] for row in rows(caller, told)] == [
        "created", "line_unknown", "created", "created",
    ]  # fmt: skip
    assert AuditEvent.objects.filter(action="entry.saved").count() == 3
    assert set(packet.entries.values_list("version", flat=True)) == {2}


@pytest.mark.django_db(transaction=True)
def test_one_job_that_fails_does_not_keep_the_others(monkeypatch) -> None:
    world = small_plan()
    opened(world)
    caller = connected(world.bureau)
    first, second = ask(caller, FILLED[1]), ask(caller, FILLED[0])
    with refused_by_the_disk("30"):
        go_on()
    assert (job(caller, first)["state"], job(caller, second)["state"]) == ("waiting", "done")


@pytest.mark.django_db(transaction=True)
def test_a_job_that_somebody_else_works_on_is_left_to_them() -> None:
    world = small_plan()
    opened(world)
    caller = connected(world.bureau)
    told = ask(caller, *FILLED)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [pushes.LOCK, Push.objects.get().pk])
            go_on()
            assert job(caller, told)["state"] == "waiting"
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    go_on()
    assert job(caller, told)["state"] == "done"


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_killed_in_the_second_batch_is_followed_by_another() -> None:
    """The first batch is committed and has nothing to write; the second waits in the middle of its transaction."""
    current_app.control.purge()
    world = small_plan()
    packet, caller = opened(world), connected(world.bureau)
    with worker() as first, nobody_writes("agencies_auditevent"):
        push = _pushed(caller, [{"target": "nothing"}] * pushes.BATCH + list(FILLED), packet)
        current_app.send_task("reports.tasks.pushes")
        wait_for(lambda: is_waited_for("agencies_auditevent"), "the second batch to have written its lines")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    wait_for(is_idle, "the killed worker's session to end")
    push.refresh_from_db()
    assert (push.state, push.rows_done) == ("running", pushes.BATCH)
    assert set(packet.entries.values_list("version", flat=True)) == {1}
    with worker():
        current_app.send_task("reports.tasks.sweep")
        wait_for(lambda: Push.objects.filter(state="done").exists(), "the sweep to go on with the job")
    push.refresh_from_db()
    assert [answer["outcome"] for answer in push.answers] == ["rejected"] * pushes.BATCH + ["created"] * 3
    assert AuditEvent.objects.filter(action="entry.saved").count() == 3
    assert set(packet.entries.values_list("version", flat=True)) == {2}
    current_app.control.purge()


def _pushed(caller: Caller, sent: list[dict[str, str]], packet) -> Push:
    """A job that waits, without the audit row that asking for it would write."""
    now = timezone.now()
    kept = [[row["target"], "", {name: row[name] for name in row if name != "target"}, None, None] for row in sent]
    return Push.objects.create(
        submission=packet, by=caller.system.user, created_at=now, changed_at=now, rows=kept, rows_total=len(kept)
    )
