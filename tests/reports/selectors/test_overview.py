"""Counts with their changes, lines, and the lists of the first page."""

from __future__ import annotations

import pytest

from reports.selectors.moment import moment
from reports.selectors.overview import NEWLY, Count, Overview, overview
from reports.selectors.plans import readable_plans
from reports.services import rollup
from targets.rules import LineKind
from tests.factories import AssignmentFactory, LineFactory, TargetFactory, TaskFactory, World, at
from tests.history import accepted


def read(world: World, period: str = "2021Q2", known_at: str = "") -> Overview:
    asked = {"period": period, "known_at": known_at}
    return overview(moment(asked, readable_plans(world.supervisor), now=at("2021-08-01")), world.supervisor)


@pytest.fixture
def history(world: World) -> World:
    """Stations fall behind in the second quarter; the districts are behind in both and miss their date."""
    accepted(world, world.stations, "60", now=at("2021-04-10"))
    accepted(world, world.posts, "2", world.east, now=at("2021-04-11"))
    accepted(world, world.stations, "61", period=1, now=at("2021-07-10"))
    rollup.roll_up()
    return world


def changes(found: Overview) -> dict[str, tuple[int, int | None, str]]:
    return {count.status: (count.number, count.change, count.turn) for count in found.counts}


def test_each_class_says_how_many_more_or_fewer_than_a_quarter_before(history: World) -> None:
    found = changes(read(history))
    assert found["missed"] == (2, 2, "worse")
    assert found["critical"] == (0, -1, "better")
    assert found["ahead"] == (0, -1, "worse"), "fewer that are ahead"
    assert sum(change for _, change, _ in found.values()) == 0, "the same targets a quarter earlier"


def test_the_first_quarter_has_nothing_to_compare_with(history: World) -> None:
    found = read(history, "2021Q1")
    assert found.before == "" and {count.change for count in found.counts} == {None}
    assert {line.change for line in found.lines} == {None}
    assert found.furthest.total == 1 and found.newly.total == 0


def test_lists_say_their_total_and_how_it_was_before(history: World) -> None:
    found = read(history)
    assert [one.standing.code for one in found.furthest.first] == ["posts", "stations"], "the lowest pace first"
    (new,) = found.newly.first
    assert (new.standing.code, str(new.before)) == ("stations", "超序时")
    assert found.newly.total == 1, "the districts were behind already"
    assert [one.standing.since for one in found.furthest.first] == [8084, 8085]


def test_a_list_is_cut_and_says_how_many_there_are(world: World) -> None:
    for number in range(NEWLY + 2):
        target = TargetFactory(code=f"more-{number}", task=world.stations.task, plan=world.plan)
        AssignmentFactory(target=target, agency=world.bureau)
        accepted(world, target, "60", now=at("2021-04-10"))
        accepted(world, target, "61", period=1, now=at("2021-07-10"))
    rollup.roll_up()
    found = read(world)
    assert (len(found.newly.first), found.newly.total) == (NEWLY, NEWLY + 2)


def test_each_line_is_counted_with_its_change(history: World) -> None:
    line = LineFactory(code="safeguard", kind=LineKind.SAFEGUARD, short_zh="保障", position=2, plan=history.plan)
    TargetFactory(code="fund", task=TaskFactory(line=line), plan=history.plan)
    rollup.roll_up()
    rows = {line.code: (line.targets, line.lagging, line.change, line.turn) for line in read(history).lines}
    assert rows == {"network": (4, 2, 1, "worse"), "safeguard": (1, 0, 0, "")}


def test_quantities_are_grouped_by_line_slowest_first(history: World) -> None:
    line = LineFactory(code="before", short_zh="先", position=0, plan=history.plan)
    fund = TargetFactory(code="fund", task=TaskFactory(line=line), plan=history.plan)
    AssignmentFactory(target=fund, agency=history.bureau)
    rollup.roll_up()
    found = read(history).slowest
    assert [(line.short, [one.code for one in line.targets]) for line in found] == [
        ("先", ["fund"]),
        ("新网络", ["posts", "stations", "share"]),
    ]
    assert read(history).quantified == 4


def test_an_earlier_moment_is_counted_as_it_was_known(history: World) -> None:
    assert read(history).furthest.total == 2
    then = read(history, known_at="2021-07-01")
    assert [one.standing.code for one in then.newly.first] == ["stations"], "60 of 100 carried past its date"
    assert read(history, "2021Q1", "2021-04-10 13:00").furthest.total == 0, "the districts' figure came a day later"


def test_a_plan_without_figures_is_empty(world: World) -> None:
    rollup.roll_up()
    assert read(world).is_empty
    accepted(world, world.stations, "60")
    rollup.roll_up()
    assert not read(world).is_empty


@pytest.mark.parametrize(
    ("status", "change", "turn"),
    [("behind", 2, "worse"), ("behind", -2, "better"), ("done", 1, "better"), ("done", -1, "worse"),
     ("no_data", 1, "worse"), ("on_track", 5, ""), ("not_due", -3, ""), ("done", 0, ""), ("done", None, "")],
)  # fmt: skip
def test_a_change_is_for_the_better_or_the_worse(status: str, change: int | None, turn: str) -> None:
    assert Count(status, "", 9, "0", "0", change).turn == turn
