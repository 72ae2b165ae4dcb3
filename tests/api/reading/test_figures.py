"""`/figures`: the ledger figure by figure, in its order."""

from __future__ import annotations

import pytest

from reports.models import Figure, Submission
from reports.services.entries import Input
from tests.api.conftest import Caller
from tests.api.reading.conftest import results, second_plan
from tests.factories import World, at
from tests.history import accepted

CORRECTED = {
    "block": 5, "position": 1, "plan": "small", "target": "stations", "scope": "bureau", "agency": "bureau",
    "district": None, "period": "2021Q1", "unit": "stations", "accumulation": "running_total", "value": "35",
    "numerator": None, "denominator": None, "stage": None, "actual_on": None, "words": "", "reason": "数据核实后更正",
    "entered_by": "reporter-bureau", "accepted_at": "2021-05-20T12:00:00+08:00", "is_sample": False,
}  # fmt: skip


def blocks(rows: list[dict]) -> list[int]:
    return [row["block"] for row in rows]


def test_rows_are_the_ledger_in_its_order(told: World, bureau: Caller) -> None:
    rows = results(bureau, "/figures")
    stored = Figure.objects.order_by("acceptance_id", "position").values_list("acceptance_id", "position", "value")
    assert [(row["block"], row["position"], row["value"]) for row in rows] == [
        (block, position, None if value is None else f"{value.normalize():f}") for block, position, value in stored
    ]
    assert rows[4] == CORRECTED


def test_a_ratio_a_stage_and_a_district(told: World, bureau: Caller) -> None:
    share, posts, centre = results(bureau, "/figures?from_block=2&to_block=4")
    assert (share["value"], share["numerator"], share["denominator"], share["words"]) == ("25", "1", "4", "=1+1")
    assert (posts["scope"], posts["agency"], posts["district"], posts["value"]) == ("310101", "east", "310101", "12.5")
    assert (centre["stage"], centre["value"], centre["accumulation"], centre["unit"]) == ("under_way", None, None, "")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("period=2021Q2", [6]),
        ("target=stations", [1, 5, 6]),
        ("target=stations&period=2021Q1", [1, 5]),
        ("agency=east", [3]),
        ("scope=310101", [3]),
        ("scope=bureau", [1, 2, 4, 5, 6]),
        ("district=310101", [3]),
        ("district=310104", []),
        ("from_block=5", [5, 6]),
        ("to_block=2", [1, 2]),
        ("from_block=3&to_block=3", [3]),
        ("from_block=9", []),
        ("since=2021-05-20", [5, 6]),
        ("until=2021-04-11", [1, 2]),
        ("since=2021-04-12&until=2021-05-20", [3, 4, 5]),
        ("since=2021-08-01", []),
        ("until=2021-01-01", []),
        ("plan=small&target=share&agency=bureau", [2]),
    ],
)
def test_filters(told: World, bureau: Caller, asked: str, expected: list[int]) -> None:
    assert blocks(results(bureau, f"/figures?{asked}")) == expected


def test_days_are_those_of_the_plans_zone(told: World, bureau: Caller) -> None:
    accepted(told, told.posts, "1", told.west, now=at("2021-08-01 00:30"))  # 31 July in UTC
    assert blocks(results(bureau, "/figures?since=2021-08-01")) == [7]
    assert blocks(results(bureau, "/figures?since=2021-07-11&until=2021-07-31")) == []


def test_another_plan_has_figures_of_its_own(told: World, bureau: Caller) -> None:
    second_plan()
    assert blocks(results(bureau, "/figures?plan=later")) == []
    assert len(results(bureau, "/figures?plan=small")) == 6


def test_digits_stay_as_they_were_accepted(told: World, bureau: Caller) -> None:
    accepted(told, told.posts, Input(value="0.000001"), told.west, now=at("2021-08-01"))
    accepted(told, told.posts, Input(value="123456789012345678"), told.west, now=at("2021-08-02"))
    accepted(told, told.posts, Input(value="0"), told.west, now=at("2021-08-03"))
    rows = results(bureau, "/figures?from_block=7")
    assert [row["value"] for row in rows] == ["0.000001", "123456789012345678", "0"]


def test_sample_data_is_marked(told: World, bureau: Caller) -> None:
    tag = bureau.get("/figures")["ETag"]
    Submission.objects.filter(agency=told.east).update(is_sample=True)
    rows = results(bureau, "/figures", if_none_match=tag)
    assert [row["block"] for row in rows if row["is_sample"]] == [3]


@pytest.mark.parametrize("asked", ["from_block=0", "to_block=9223372036854775808", "since=2021-02-30", "until=x"])
def test_what_cannot_be_used_is_refused(told: World, bureau: Caller, asked: str) -> None:
    got = bureau.get(f"/figures?{asked}")
    assert (got.status_code, got.json()["code"]) == (400, "bad_parameter")


def test_the_largest_number_there_is_finds_nothing(told: World, bureau: Caller) -> None:
    assert results(bureau, f"/figures?from_block={2**63 - 1}") == []
