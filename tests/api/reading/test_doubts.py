"""`/doubts`: what the rules doubt in the packets that the caller may see."""

from __future__ import annotations

import pytest

from reports.models import Entry
from reports.models.submissions import State
from reports.selectors.doubtful import doubted_lines
from reports.services.entries import Input, save_entry
from tests.api.conftest import Caller, connected
from tests.api.reading.conftest import pages, results
from tests.api.reading.test_progress import state
from tests.factories import AssignmentFactory, TargetFactory, World, at, person
from tests.history import WEB


@pytest.fixture
def doubted(told: World) -> Entry:
    """The east's packet of the second quarter: a number that falls, not explained; the bureau's was explained."""
    told.packet(told.east, period=1, now=at("2021-07-10"))
    line = told.line(told.posts, told.east, period=1)
    by = person("reporter", told.east)
    return save_entry(line.pk, Input(value="3"), version=line.version, by=by, at=at("2021-07-11"), door=WEB)


def test_a_line_with_its_doubts_in_words(told: World, bureau: Caller, doubted: Entry) -> None:
    (row,) = results(connected(told.east), "/doubts")
    assert row == {
        "plan": "small", "agency": "east", "period": "2021Q2", "target": "posts", "district": "310101",
        "scope": "310101", "state": "draft", "unit": "stations", "value": "3", "numerator": None, "denominator": None,
        "stage": None,
        "doubts": [{"code": "falls", "words": "The running total falls: 3, after 12.5 in Q1 2021."}],
        "explanation": "",
    }  # fmt: skip
    chinese = results(connected(told.east, name="二"), "/doubts", accept_language="zh")[0]["doubts"][0]
    assert (chinese["code"], "12.5" in chinese["words"], "falls" in chinese["words"]) == ("falls", True, False)


def test_every_agency_sees_its_own(told: World, bureau: Caller, doubted: Entry) -> None:
    own = results(bureau, "/doubts")
    assert {row["agency"] for row in own} == {"bureau"}
    assert results(connected(told.west), "/doubts") == []
    assert results(bureau, "/doubts?agency=east") == [], "there is such an agency, and its lines are not for this one"


def test_they_are_those_of_the_pages(told: World, bureau: Caller, doubted: Entry) -> None:
    shown = state(told.supervisor, "2021Q2")
    found = doubted_lines(shown, told.reporter, [told.bureau.pk, told.east.pk], limit=100)
    rows = results(bureau, "/doubts")
    assert sorted((row["period"], row["target"], row["explanation"]) for row in rows) == sorted(
        (one.period, one.target_code, one.explanation) for one in found.rows
    )
    assert [[doubt["words"] for doubt in row["doubts"]] for row in rows] != [[]]


@pytest.mark.parametrize(
    ("asked", "number"),
    [("period=2021Q2", 1), ("period=2021Q1", 0), ("target=posts", 1), ("target=stations", 0), ("explained=false", 1),
     ("explained=true", 0), ("plan=small&agency=east&explained=false", 1)],
)  # fmt: skip
def test_filters(told: World, doubted: Entry, asked: str, number: int) -> None:
    assert len(results(connected(told.east), f"/doubts?{asked}")) == number


def test_the_etag_follows_the_lines(told: World, doubted: Entry) -> None:
    east = connected(told.east)
    tag = east.get("/doubts")["ETag"]
    assert east.get("/doubts", if_none_match=tag).status_code == 304
    Entry.objects.filter(pk=doubted.pk).update(explanation="拆除重建")
    changed = east.get("/doubts", if_none_match=tag)
    assert changed.json()["results"][0]["explanation"] == "拆除重建"
    Entry.objects.filter(pk=doubted.pk).update(doubts=[])  # evidence takes a doubt away and leaves the version
    gone = east.get("/doubts", if_none_match=changed["ETag"])
    assert (gone.status_code, gone.json()["results"]) == (200, [])


def test_retired_lines_are_left_out(told: World, doubted: Entry) -> None:
    Entry.objects.filter(pk=doubted.pk).update(state=State.RETIRED)
    assert results(connected(told.east), "/doubts") == []


def test_pages(told: World) -> None:
    for code in ("a", "b", "c", "d"):
        AssignmentFactory(target=TargetFactory(code=code, task=told.stations.task), agency=told.west)
    told.packet(told.west, now=at("2021-08-01"))
    Entry.objects.filter(submission__agency=told.west).update(doubts=[["evidence_missing", {}]])
    west = connected(told.west)
    whole = results(west, "/doubts")
    assert len(whole) == 5
    assert [row for page in pages(west, "/doubts?limit=2") for row in page] == whole
