"""`/acceptances`: the blocks, and whether a block holds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.db import connection

from agencies.models import User
from agencies.roles import Role
from reports.models import Acceptance, Submission
from reports.rules.canonical import GENESIS
from reports.selectors.ledger import ledger_page
from reports.selectors.ledger_filter import Asked, LedgerFilter
from tests.api.conftest import Caller
from tests.api.reading.conftest import problem, results, second_plan
from tests.api.reading.test_progress import state
from tests.factories import World, at, person
from tests.history import accepted


def numbers(rows: list[dict]) -> list[int]:
    return [row["number"] for row in rows]


def test_blocks_are_those_of_the_ledgers_page(told: World, bureau: Caller) -> None:
    rows = results(bureau, "/acceptances")
    page = ledger_page(state(told.supervisor, "2021Q2"), told.supervisor, Asked(LedgerFilter(), None, ()))
    same = ("number", "hash", "previous_hash", "reason", "accepted_by", "accepted_by_name", "submitted_by_name")
    assert [[row[name] for name in same] for row in rows] == [
        [getattr(one, name) for name in same] for one in reversed(page.rows)
    ]
    assert rows[0] == {
        "number": 1, "hash": page.rows[-1].hash, "previous_hash": GENESIS, "plan": "small", "agency": "bureau",
        "period": "2021Q1", "accepted_at": "2021-04-10T12:00:00+08:00", "accepted_by": "supervisor",
        "accepted_by_name": "Supervisor", "submitted_by": "approver-bureau", "submitted_by_name": "Approver-Bureau",
        "reason": "", "figure_count": 1, "is_sample": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("plan=small", [1, 2, 3, 4, 5, 6]),
        ("period=2021Q2", [6]),
        ("agency=east", [3]),
        ("target=stations", [1, 5, 6]),
        ("accepted_by=supervisor", [1, 2, 3, 4, 5, 6]),
        ("accepted_by=auditor", []),
        ("from_block=2&to_block=4", [2, 3, 4]),
        ("since=2021-04-12&until=2021-05-20", [3, 4, 5]),
        ("agency=bureau&target=share&period=2021Q1", [2]),
    ],
)
def test_filters(told: World, bureau: Caller, asked: str, expected: list[int]) -> None:
    assert numbers(results(bureau, f"/acceptances?{asked}")) == expected


def test_without_a_plan_the_whole_chain_is_given(told: World, bureau: Caller) -> None:
    second_plan("newer")
    assert numbers(results(bureau, "/acceptances")) == [1, 2, 3, 4, 5, 6]
    assert numbers(results(bureau, "/acceptances?plan=newer")) == []


def test_a_block_can_be_recomputed_from_what_is_told(told: World, bureau: Caller) -> None:
    previous = GENESIS
    for number in range(1, 7):
        block = bureau.get(f"/acceptances/{number}").json()
        assert block["previous_hash"] == previous
        previous = hashlib.sha256((previous + block["content"]).encode()).hexdigest()
        assert (block["hash"], block["recomputed_hash"], block["holds"]) == (previous, previous, True)


def test_a_block_that_was_altered_is_told(told: World, bureau: Caller) -> None:
    tag = bureau.get("/acceptances/3")["ETag"]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reports_figure DISABLE TRIGGER USER")
        cursor.execute("UPDATE reports_figure SET value = 13 WHERE acceptance_id = 3")
    block = bureau.get("/acceptances/3", if_none_match=tag).json()
    assert (block["holds"], block["recomputed_hash"] == block["hash"]) == (False, False)


def test_no_such_block(told: World, bureau: Caller) -> None:
    for number in ("7", "0", str(2**63), "9" * 5000, "-1", "x"):
        assert problem(bureau, f"/acceptances/{number}")[:2] == (404, "not_found"), number[:20]


def test_a_renamed_person_changes_the_list(told: World, bureau: Caller) -> None:
    tag = bureau.get("/acceptances")["ETag"]
    User.objects.filter(username="supervisor").update(display_name="王督查")
    rows = results(bureau, "/acceptances", if_none_match=tag)
    assert {(row["accepted_by"], row["accepted_by_name"]) for row in rows} == {("supervisor", "王督查")}


def test_people_are_named_as_they_call_themselves(told: World, bureau: Caller) -> None:
    another = person(Role.SUPERVISOR, username="wang.li@city")
    User.objects.filter(pk=another.pk).update(display_name="")
    accepted(replace(told, supervisor=another), told.posts, "9", told.west, now=at("2021-08-01"))
    (row,) = results(bureau, f"/acceptances?accepted_by={quote('wang.li@city')}")
    assert (row["number"], row["accepted_by_name"]) == (7, "wang.li@city")


def test_sample_data_is_marked(told: World, bureau: Caller) -> None:
    Submission.objects.filter(agency=told.east).update(is_sample=True)
    assert [row["number"] for row in results(bureau, "/acceptances") if row["is_sample"]] == [3]


def test_whoever_reads_on_gets_what_is_new(told: World, bureau: Caller) -> None:
    seen = numbers(results(bureau, "/acceptances"))[-1]
    accepted(told, told.posts, "9", told.west, now=at("2021-08-01"))
    assert numbers(results(bureau, f"/acceptances?from_block={seen + 1}")) == [7]
    assert Acceptance.objects.count() == 7
