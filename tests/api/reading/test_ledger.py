"""`/ledger`: the whole ledger as one stream, which never stands in memory."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from itertools import groupby

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.exports import ledger as export
from reports.models import Acceptance
from reports.rules.canonical import GENESIS
from reports.services.entries import Input
from tests.api.conftest import Caller
from tests.api.reading.conftest import second_plan
from tests.factories import World, at
from tests.history import accepted

CSV, LINES = "text/csv", "application/x-ndjson"


def text(caller: Caller, path: str = "/ledger", kind: str = LINES) -> str:
    got = caller.get(path, accept=kind)
    assert (got.status_code, got["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    assert got.streaming, "it is sent as it is read"
    return b"".join(got.streaming_content).decode()


def objects(caller: Caller, path: str = "/ledger") -> list[dict]:
    return [json.loads(line) for line in text(caller, path).splitlines()]


def test_the_chain_is_verified_from_the_stream_alone(told: World, bureau: Caller) -> None:
    accepted(told, told.centre, Input(nothing_because="本季度无新增"), period=1, now=at("2021-08-01"))
    for rows in (objects(bureau), list(csv.DictReader(io.StringIO(text(bureau, kind=CSV), newline="")))):
        previous = GENESIS
        for number, group in groupby(rows, key=lambda row: int(row["block"])):
            own = list(group)
            content = [own[0]["block_content"], *(row["figure_content"] for row in own if row["figure_content"])]
            assert own[0]["previous_hash"] == previous
            previous = hashlib.sha256((previous + "".join(f"{line}\n" for line in content)).encode()).hexdigest()
            assert own[0]["hash"] == previous, number
        assert number == Acceptance.objects.count() == 7


def test_both_forms_say_the_same(told: World, bureau: Caller) -> None:
    rows = list(csv.DictReader(io.StringIO(text(bureau, kind=CSV), newline="")))
    assert [list(row) for row in objects(bureau)] == [list(row) for row in rows] == [list(export.COLUMNS)] * 6
    for sent, row in zip(rows, objects(bureau), strict=True):
        assert sent | {"words": sent["words"].removeprefix("'")} == {
            name: "" if value is None else str(value) for name, value in row.items()
        }


def test_it_is_the_file_of_the_ledgers_page(told: World, bureau: Caller) -> None:
    assert "".join(export.ledger_lines(Acceptance.objects.all())).removeprefix("\ufeff") == text(bureau, kind=CSV)


def test_lines_of_json_keep_texts_and_digits(told: World, bureau: Caller) -> None:
    share = objects(bureau)[1]
    assert (share["words"], share["value"], share["numerator"]) == ("=1+1", "25", "1")
    assert (share["actual_on"], share["block"], share["position"]) == (None, 2, 1)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("plan=small", [1, 2, 3, 4, 5, 6]),
        ("period=2021Q2", [6]),
        ("agency=east", [3]),
        ("target=stations&until=2021-05-20", [1, 5]),
        ("from_block=5&accepted_by=supervisor", [5, 6]),
        ("since=2021-08-01", []),
    ],
)
def test_it_takes_the_filter_of_acceptances(told: World, bureau: Caller, asked: str, expected: list[int]) -> None:
    second_plan("newer")
    assert [row["block"] for row in objects(bureau, f"/ledger?{asked}")] == expected


def test_what_is_asked_for_without_a_form_is_json_lines(told: World, bureau: Caller) -> None:
    assert bureau.get("/ledger", accept="*/*")["Content-Type"] == f"{LINES}; charset=utf-8"
    assert bureau.get("/ledger", accept="application/json").status_code == 406


@pytest.mark.parametrize("kind", [CSV, LINES])
def test_a_batch_at_a_time_is_read_and_no_more_than_is_taken(
    told: World, bureau: Caller, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(export, "BATCH", 2)  # blocks; the ledger has 6
    bureau.get("/ledger")
    with CaptureQueriesContext(connection) as asked:
        got = bureau.get("/ledger", accept=kind)
    assert len(asked) == 4, "who calls, what it may, the quarters with the head, the mark: and nothing of the ledger"
    lines = iter(got.streaming_content)
    if kind == CSV:
        next(lines)  # the headings
    for place in range(6):
        with CaptureQueriesContext(connection) as read:
            next(lines)
        assert len(read) == (0 if place % 2 else 3), "numbers, blocks and figures, once for two blocks"


def test_a_block_that_comes_while_it_is_read_is_left_to_the_next_time(told: World, bureau: Caller) -> None:
    got = bureau.get("/ledger")
    accepted(told, told.posts, "9", told.west, now=at("2021-08-01"))
    sent = b"".join(got.streaming_content).decode().splitlines()
    assert [json.loads(line)["block"] for line in sent] == [1, 2, 3, 4, 5, 6], "as its ETag says"
    assert bureau.get("/ledger", if_none_match=got["ETag"]).status_code == 200
