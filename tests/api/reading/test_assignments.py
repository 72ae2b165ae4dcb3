"""`/assignments`: who answers for what."""

from __future__ import annotations

from datetime import date

import pytest

from targets.models import Assignment
from tests.api.conftest import Caller
from tests.api.reading.conftest import results
from tests.factories import AgencyFactory, AssignmentFactory, World

ALL = [
    ("centre", "bureau"), ("halls", "partner"), ("posts", "310101"), ("posts", "310104"), ("share", "bureau"),
    ("stations", "bureau"), ("stations", "partner"),
]  # fmt: skip


def named(rows: list[dict]) -> list[tuple[str, str]]:
    return [(row["target"], row["scope"]) for row in rows]


def test_a_row(told: World, bureau: Caller) -> None:
    Assignment.objects.filter(agency=told.east).update(trusted=True)
    rows = results(bureau, "/assignments?plan=small")
    assert named(rows) == ALL
    assert rows[2] == {
        "plan": "small", "target": "posts", "agency": "east", "district": "310101", "scope": "310101",
        "role": "district", "reports": True, "counts": True, "share": "0.5", "trusted": True, "ended_on": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("target=stations", ALL[5:]),
        ("agency=partner", [ALL[1], ALL[6]]),
        ("agency=partner&reports=true", [ALL[1]]),
        ("reports=false", [ALL[6]]),
        ("role=district", ALL[2:4]),
        ("scope=310104", [ALL[3]]),
        ("scope=bureau", [ALL[0], ALL[4], ALL[5]]),
        ("current=false", [ALL[0]]),
        ("current=true", ALL[1:]),
        ("district=310101", [ALL[2]]),
    ],
)
def test_filters(told: World, bureau: Caller, asked: str, expected: list[tuple[str, str]]) -> None:
    Assignment.objects.filter(target=told.centre).update(ended_on=date(2021, 5, 1))
    assert named(results(bureau, f"/assignments?{asked}")) == expected


def test_a_district_answers_also_through_its_agencies(told: World, bureau: Caller) -> None:
    area = AgencyFactory(code="area", district=told.east.district)
    AssignmentFactory(target=told.share, agency=area)
    AssignmentFactory(target=told.posts, agency=area, district=told.west.district, role="district")
    assert named(results(bureau, "/assignments?district=310101")) == [("posts", "310101"), ("share", "area")]
    assert named(results(bureau, "/assignments?scope=area")) == [("share", "area")]
