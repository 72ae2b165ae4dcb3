"""What holds for every list and resource that is read: scopes, parameters, pages, fields, CSV, statements, ETags."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.roles import Scope
from reports.models import Entry
from reports.services import rollup
from tests.api.conftest import ROOT, Caller, connected
from tests.api.reading.conftest import DETAILS, LISTS, limited, pages, problem, results, second_plan
from tests.factories import (
    AssignmentFactory,
    CheckpointFactory,
    ClauseFactory,
    LineFactory,
    TargetFactory,
    TaskFactory,
    World,
    at,
)
from tests.history import accepted


def key(row: dict) -> str:
    """What tells a row apart from every other one of its list."""
    names = (
        "plan",
        "line",
        "task",
        "code",
        "number",
        "block",
        "position",
        "target",
        "period",
        "scope",
        "agency",
        "state",
    )
    return json.dumps({name: row[name] for name in names if name in row})


@pytest.mark.parametrize("path", [*LISTS, *DETAILS])
def test_only_a_system_that_may_read_reads(told: World, path: str) -> None:
    writer = connected(told.bureau, [Scope.WRITE_ENTRIES, Scope.SUBMIT, Scope.WEBHOOKS], name="只写")
    status, code, _, _ = problem(writer, path)
    assert (status, code) == (403, "scope_missing")
    assert connected(told.bureau, [Scope.READ], name="只读").get(path).status_code == 200
    assert problem(Caller(None, "nib_x_y"), path)[:2] == (401, "key_unknown")


@pytest.mark.parametrize("path", LISTS)
def test_every_list_has_something_to_show(told: World, bureau: Caller, path: str) -> None:
    assert results(bureau, path)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("asked", "blamed"),
    [("colour=red", "?colour"), ("limit=0", "?limit"), ("limit=1001", "?limit"), ("fields=no", "?fields"),
     ("cursor=x", "?cursor"), ("limit=1&limit=2", "?limit")],
)  # fmt: skip
def test_what_cannot_be_used_of_an_address_is_named(told: World, bureau: Caller, path: str, asked: str, blamed: str):
    code = "bad_cursor" if blamed == "?cursor" else "bad_parameter"
    assert problem(bureau, f"{path}{'&' if '?' in path else '?'}{asked}")[:3] == (400, code, [blamed])


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/action-lines", ["plan"]),
        ("/tasks", ["plan", "line"]),
        ("/targets", ["plan", "line", "task", "agency"]),
        ("/periods", ["plan"]),
        ("/assignments", ["plan", "target", "agency", "district", "scope"]),
        ("/figures", ["plan", "period", "target", "agency", "scope", "district"]),
        ("/acceptances", ["plan", "period", "target", "agency", "accepted_by"]),
        ("/ledger", ["plan", "period", "target", "agency", "accepted_by"]),
        ("/progress", ["plan", "period", "since", "target", "line", "agency", "scope"]),
        ("/doubts", ["plan", "period", "agency", "target"]),
    ],
)
def test_a_key_that_names_nothing_is_refused_by_name(told: World, bureau: Caller, path: str, names: list[str]) -> None:
    for name in names:
        status, code, blamed, words = problem(bureau, f"{path}?{name}=nowhere")
        assert (status, code, blamed) == (400, "bad_parameter", [f"?{name}"])
        assert words == f"{name}: there is no “nowhere”."


@pytest.mark.parametrize("path", ["/tasks?line=network", "/targets?task=network-1", "/assignments?target=posts"])
def test_codes_are_those_of_the_named_plan(told: World, bureau: Caller, path: str) -> None:
    second_plan()
    name = path.partition("?")[2].partition("=")[0]
    assert results(bureau, f"{path}&plan=small")
    if name == "target":
        assert problem(bureau, f"{path}&plan=later")[:3] == (400, "bad_parameter", ["?target"])
    else:
        assert {row["plan"] for row in results(bureau, path)} == {"small", "later"}
        assert {row["plan"] for row in results(bureau, f"{path}&plan=later")} == {"later"}


@pytest.mark.parametrize("path", LISTS)
def test_pages_give_every_row_once(told: World, bureau: Caller, path: str) -> None:
    second_plan()
    whole = [key(row) for row in results(bureau, path)]
    assert len(set(whole)) == len(whole) > 1 or path == "/doubts"
    for limit in (1, 2, 3):
        assert [key(row) for page in pages(bureau, limited(path, limit)) for row in page] == whole


def more(world: World) -> None:
    """Rows before and behind those that are there, in every list."""
    second_plan("a-plan")
    second_plan("z-plan")
    for code in ("a", "z"):
        line = LineFactory(code=f"{code}-line", position=9)
        task = TaskFactory(line=line, code=f"{code}-task", number=1)
        target = TargetFactory(code=f"{code}-target", task=task, position=1)
        AssignmentFactory(target=target, agency=world.bureau)
    accepted(world, world.posts, "9", world.west, now=at("2021-08-01"))
    rollup.roll_up()


@pytest.mark.parametrize("path", LISTS)
def test_rows_that_come_while_pages_are_read_shift_none(told: World, bureau: Caller, path: str) -> None:
    before = [key(row) for row in results(bureau, path)]
    found: list[str] = []
    for place, page in enumerate(pages(bureau, limited(path, 1))):
        found += [key(row) for row in page]
        if place == 0:
            more(told)
    assert len(set(found)) == len(found), "no row twice"
    assert [row for row in found if row in before] == before, "and each that was there, in the same order"


@pytest.mark.parametrize("path", LISTS)
def test_fields_leaves_the_others_out(told: World, bureau: Caller, path: str) -> None:
    whole = results(bureau, path)
    names = list(whole[0])
    asked = ",".join([names[2], names[0]])
    some = results(bureau, f"{path}{'&' if '?' in path else '?'}fields={asked}")
    assert some == [{name: row[name] for name in (names[0], names[2])} for row in whole]


@pytest.mark.parametrize("path", LISTS)
def test_csv_has_the_same_rows(told: World, bureau: Caller, path: str) -> None:
    whole = results(bureau, path)
    got = bureau.get(path, accept="text/csv")
    assert got["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(got.content.decode(), newline="")))
    assert [list(row) for row in rows] == [list(row) for row in whole]
    for sent, row in zip(rows, whole, strict=True):
        assert {name: text.removeprefix("'") for name, text in sent.items()} == {
            name: written(value) for name, value in row.items()
        }


def written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, list) else str(value)


def test_csv_says_where_the_next_page_is(told: World, bureau: Caller) -> None:
    got = bureau.get("/figures?limit=2", accept="text/csv")
    following = got["Link"].partition(">")[0].partition(ROOT)[2]
    assert bureau.get(following, accept="text/csv").content.decode().splitlines()[1].startswith("3,1,small,")


@pytest.mark.parametrize("path", [*LISTS, *DETAILS])
def test_what_has_not_changed_is_not_sent_again(told: World, bureau: Caller, path: str) -> None:
    first = bureau.get(path)
    again = bureau.get(path, if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert bureau.get(path, if_none_match=first["ETag"], accept_language="zh").status_code == 200


@pytest.mark.parametrize("path", [*LISTS, "/ledger"])
def test_nor_is_it_as_csv(told: World, bureau: Caller, path: str) -> None:
    first = bureau.get(path, accept="text/csv")
    assert first["ETag"] != bureau.get(path)["ETag"], "another form is another text"
    again = bureau.get(path, accept="text/csv", if_none_match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", [*LISTS, *DETAILS])
def test_head_tells_the_etag_alone(told: World, bureau: Caller, path: str) -> None:
    got = bureau("HEAD", path)
    body = b"".join(got.streaming_content) if got.streaming else got.content
    assert (got.status_code, body, got["ETag"]) == (200, b"", bureau.get(path)["ETag"])


@pytest.mark.parametrize("path", ["/figures", "/acceptances", "/progress?period=2021Q1", "/ledger"])
def test_etags_change_when_the_ledger_does_and_not_before(told: World, bureau: Caller, path: str) -> None:
    tag = bureau.get(path)["ETag"]
    packet = told.packet(told.west, now=at("2021-08-01"))
    Entry.objects.filter(submission=packet).update(words="还在填", version=2)
    assert bureau.get(path, if_none_match=tag).status_code == 304, "what is being entered is not in the ledger"
    accepted(told, told.posts, "9", told.west, now=at("2021-08-01"))
    rollup.roll_up()
    changed = bureau.get(path, if_none_match=tag)
    assert (changed.status_code, changed["ETag"] != tag) == (200, True)


# as many statements as it takes to find the caller and its rights, which is the same for every call
CALLER = 2
STATEMENTS = {
    "/plans": 1,
    "/plans/small": 1,
    "/action-lines": 1,
    "/action-lines?plan=small": 2,
    "/tasks": 3,
    "/tasks?plan=small&line=network": 5,
    "/targets": 3,
    "/targets?plan=small&line=network&task=network-1&agency=bureau&role=lead&current=true": 7,
    "/targets/small/stations": 5,
    "/periods": 1,
    "/assignments": 1,
    "/assignments?plan=small&target=posts&district=310101&scope=310101&role=district": 5,
    "/figures": 3,
    "/figures?plan=small&period=2021Q1&target=stations&agency=bureau&scope=bureau&since=2021-01-01": 7,
    "/acceptances": 3,
    "/acceptances?plan=small&period=2021Q1&target=stations&agency=bureau&accepted_by=supervisor": 8,
    "/acceptances/1": 3,
    "/progress?plan=small&period=2021Q1": 3,
    "/progress?plan=small&period=2021Q2&since=2021Q1&target=stations&agency=bureau&status=behind": 5,
    "/progress?plan=small&period=2021Q1&as_known_at=1": 11,
    "/progress?plan=small&period=2021Q1&scope=bureau": 12,
    "/doubts": 3,
}


def statements(caller: Caller, path: str) -> int:
    assert caller.get(path).status_code == 200  # notes the last use of the key, once a minute
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert caller.get(path).status_code == 200
    return len(counted) - CALLER


def test_statements_do_not_depend_on_the_number_of_rows(told: World, bureau: Caller) -> None:
    assert {path: statements(bureau, path) for path in STATEMENTS} == STATEMENTS
    _grow(told)
    assert {path: statements(bureau, path) for path in STATEMENTS} == STATEMENTS


def _grow(world: World) -> None:
    """Many more rows of every kind."""
    second_plan("a-plan")
    for number in range(30):
        line = LineFactory(code=f"line-{number}", position=number + 5)
        task = TaskFactory(line=line, code=f"line-{number}-1", number=1)
        ClauseFactory(task=task, number=2)
        target = TargetFactory(code=f"more-{number}", task=task, position=1)
        CheckpointFactory(target=target, on=date(2021, 2, 28), value=1)
        AssignmentFactory(target=target, agency=world.bureau)
    for value in ("31", "32", "33"):
        accepted(world, world.stations, value, now=at("2021-08-01"))
    accepted(world, world.posts, "9", world.west, now=at("2021-08-01"))
    rollup.roll_up()


@pytest.mark.parametrize("path", ["/figures", "/acceptances", "/progress?period=2021Q1", "/doubts"])
def test_an_unchanged_list_costs_two_statements(told: World, bureau: Caller, path: str) -> None:
    tag = bureau.get(path)["ETag"]
    with CaptureQueriesContext(connection) as counted:
        assert bureau.get(path, if_none_match=tag).status_code == 304
    assert len(counted) == CALLER + 2
