"""The table of progress: every filter against a plain one, one table for every moment, orders, pages."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from reports.models import Progress
from reports.selectors.explore import all_explored, counted, explored, select, tallies
from reports.selectors.explore_filter import SORTS, ExploreFilter
from reports.selectors.moment import Moment, moment
from reports.selectors.plans import readable_plans
from reports.selectors.progress import reporter_progress
from reports.selectors.standings import Standing, standings
from reports.services import rollup
from reports.services.entries import Input
from targets.models import Assignment, Target
from targets.rules import AssignmentRole
from tests.factories import AssignmentFactory, LineFactory, TargetFactory, TaskFactory, World, at
from tests.history import accepted

CODES = ["stations", "posts", "share", "centre", "halls"]


@pytest.fixture
def told(world: World) -> World:
    """Two quarters of figures, a second line with one target of which nothing is known, and a correction in May."""
    line = LineFactory(code="platform", name_en="Platform action", short_zh="新平台", short_en="Platforms", position=2)
    task = TaskFactory(line=line, code="platform-1", name_zh="建设展厅", name_en="Open halls", position=1)
    halls = TargetFactory(code="halls", task=task, position=1, name_zh="ＶＲ展厅", name_en="Exhibition halls")
    AssignmentFactory(target=halls, agency=world.partner, position=1)
    accepted(world, world.stations, "40", now=at("2021-04-10"))
    accepted(world, world.posts, "12", world.east, now=at("2021-04-11"))
    accepted(world, world.posts, "8", world.west, now=at("2021-04-12"))
    accepted(world, world.centre, Input(stage="under_way"), now=at("2021-04-13"))
    accepted(world, world.stations, "35", now=at("2021-05-20"))
    accepted(world, world.stations, "101", period=1, now=at("2021-07-10"))
    rollup.roll_up()
    return world


def shown(world: World, period: str = "2021Q2", known_at: str = "") -> Moment:
    params = {"period": period, "known_at": known_at}
    return moment(params, readable_plans(world.supervisor), now=at("2021-08-01"))


def selected(world: World, wanted: ExploreFilter | None = None, sort: str = "", **state: str):
    """The moment, and what the filter leaves at it."""
    at_moment = shown(world, **state)
    return at_moment, select(at_moment, world.supervisor, wanted or ExploreFilter(), sort)


def rows(
    world: World, wanted: ExploreFilter | None = None, sort: str = "", page: int = 1, size: int = 100, **state: str
):
    at_moment, selection = selected(world, wanted, sort, **state)
    return explored(at_moment, selection, page=page, size=size)


def keys(found) -> list[tuple[str, str]]:
    return [(one.standing.code, one.period.code) for one in found]


class Plain:
    """The same filter in plain words, over what the other pages read."""

    def __init__(self, world: World, known_at: str) -> None:
        at_moment = shown(world, known_at=known_at)
        self.standings = {
            period.code: standings(at_moment.at(period), world.supervisor) for period in at_moment.periods
        }
        self.answering = set(Assignment.objects.values_list("target__code", "agency__code", "role"))
        self.texts = {
            target.code: f"{target.code} {target.name_zh} {target.name_en} {target.task.name_zh} {target.task.name_en}"
            for target in Target.objects.select_related("task")
        }

    def keys(self, wanted: ExploreFilter) -> list[tuple[str, str]]:
        found = [
            (one.code, quarter)
            for quarter, held in self.standings.items()
            for one in held
            if quarter >= (wanted.since or "2021Q2") and self._keeps(one, wanted)
        ]
        return sorted(found, key=lambda key: (CODES.index(key[0]), key[1]))

    def _keeps(self, one: Standing, wanted: ExploreFilter) -> bool:
        roles = {role for code, agency, role in self.answering if (code, agency) == (one.code, wanted.agency)}
        return (
            (not wanted.lines or one.line_code in wanted.lines)
            and (not wanted.statuses or one.status in wanted.statuses)
            and (not wanted.agency or (wanted.role in roles if wanted.role else bool(roles)))
            and all(word.lower() in self.texts[one.code].lower() for word in wanted.text.split())
        )


LINES = [(), ("platform", "network"), ("network",)]
WHO = [("", ""), ("partner", ""), ("partner", "lead"), ("east", "district")]
STATUSES = [(), ("done",), ("no_data", "critical", "missed")]
TEXTS = ["", "broadband sta"]
SINCE = ["", "2021Q1"]


@pytest.mark.parametrize("known_at", ["", "2021-05-01"], ids=["now", "earlier"])
def test_every_filter_alone_and_combined_is_the_plain_one(told: World, known_at: str) -> None:
    differing, plain = [], Plain(told, known_at)
    at_moment = shown(told, known_at=known_at)
    for lines, (agency, role), statuses, text, since in product(LINES, WHO, STATUSES, TEXTS, SINCE):
        wanted = ExploreFilter(lines, agency, role, "", statuses, text, since)
        selection = select(at_moment, told.supervisor, wanted)
        found, expected = keys(explored(at_moment, selection, size=100)), plain.keys(wanted)
        if found != expected or counted(selection) != (len(expected), len({code for code, _ in expected})):
            differing.append((wanted, found, expected))
    assert not differing


def test_without_a_filter_it_is_the_plan_in_its_order_and_of_how_many(told: World) -> None:
    at_moment, selection = selected(told)
    assert [one.standing.code for one in explored(at_moment, selection, size=100)] == CODES
    _, narrowed = selected(told, ExploreFilter(text="halls"))
    assert (selection.total, narrowed.total, counted(narrowed)) == (5, 5, (1, 1))


@pytest.mark.parametrize("written", ["ＶＲ", "ｖｒ", "ｈａｌｌｓ", "Halls OPEN", "halls"])
def test_text_is_found_in_any_width_case_language_and_order(told: World, written: str) -> None:
    assert keys(rows(told, ExploreFilter(text=written))) == [("halls", "2021Q2")]


def test_what_means_something_to_the_database_means_nothing_here(told: World) -> None:
    for text in ("%", "_", "\\", "'", "%(targets)s", "100%"):
        assert rows(told, ExploreFilter(text=text)) == [], text


@pytest.mark.parametrize("known_at", ["", "2021-07-20"], ids=["now", "computed"])
def test_stored_and_computed_rows_are_the_same(told: World, known_at: str) -> None:
    found = rows(told, ExploreFilter(since="2021Q1"), known_at=known_at)
    said = [
        (one.standing.code, one.period.code, one.standing.value_text, one.standing.status, one.standing.goal_text,
         one.standing.completion, one.standing.since, one.standing.now.rests_on, one.standing.now.stale)
        for one in found
    ]  # fmt: skip
    with_paths = {
        (one.code, period.code): one
        for period in shown(told).periods
        for one in standings(shown(told).at(period), told.supervisor)
    }
    assert said == [
        (*key, one.value_text, one.status, one.goal_text, one.completion, one.since, one.now.rests_on, one.now.stale)
        for key, one in sorted(with_paths.items(), key=lambda item: (CODES.index(item[0][0]), item[0][1]))
    ]


def test_earlier_it_shows_what_was_known_then(told: World) -> None:
    (now,) = rows(told, ExploreFilter(text="stations"), period="2021Q1")
    (then,) = rows(told, ExploreFilter(text="stations"), period="2021Q1", known_at="2021-05-01")
    assert (now.standing.now.value, then.standing.now.value) == (Decimal(35), Decimal(40))
    assert (now.standing.now.rests_on, then.standing.now.rests_on) == (5, 1)


def test_a_target_without_a_roll_up_stands_without_data(told: World) -> None:
    Progress.objects.filter(target__code="stations").delete()
    (found,) = rows(told, ExploreFilter(statuses=("no_data",), text="stations"))
    assert (found.standing.value_text, found.standing.now.reporters, found.standing.now.rests_on) == ("—", 0, None)


def test_a_retired_target_stays_in_the_quarters_in_which_it_was_kept(told: World) -> None:
    Target.objects.filter(code="halls").update(retired_on=date(2021, 6, 30))
    assert keys(rows(told, ExploreFilter(text="halls", since="2021Q1"))) == [("halls", "2021Q1")]
    assert rows(told, ExploreFilter(text="halls")) == []


def test_a_district_has_its_own_figures_against_its_share(told: World) -> None:
    (east,) = rows(told, ExploreFilter(district="310101"), period="2021Q1")
    assert east.standing.code == "posts"
    assert (east.standing.now.value, east.standing.pledge.goal) == (Decimal(12), Decimal(20))
    (row,) = reporter_progress(shown(told, "2021Q1"), targets=[told.posts.pk], district="310101")
    assert (east.standing.status, east.standing.completion) == (row.status, row.completion)
    assert rows(told, ExploreFilter(district="310101", statuses=("no_data",)), period="2021Q1") == []


def test_a_district_without_a_share_is_not_graded_and_has_no_goal(told: World) -> None:
    Assignment.objects.filter(agency=told.east).update(share=None)
    (east,) = rows(told, ExploreFilter(district="310101"), period="2021Q1")
    assert (east.standing.status, east.standing.pledge.goal, east.standing.now.value) == ("", None, Decimal(12))


def test_an_agencys_own_figure_stands_beside_the_citys(told: World) -> None:
    (posts,) = rows(told, ExploreFilter(agency="east"), period="2021Q1")
    assert (posts.standing.now.value, posts.own.now.value) == (Decimal(20), Decimal(12))
    stations, _ = rows(told, ExploreFilter(agency="partner"), period="2021Q1")
    assert stations.own is None, "it takes part without reporting"
    assert {one.own for one in rows(told)} == {None}, "nobody asked"


def test_an_agency_whose_duty_has_ended_is_not_among_those_that_answer(told: World) -> None:
    Assignment.objects.filter(agency=told.partner, role=AssignmentRole.PARTNER).update(ended_on=date(2021, 5, 1))
    assert keys(rows(told, ExploreFilter(agency="partner"))) == [("halls", "2021Q2")]


VALUES = {
    "quarter": lambda one: one.period.ordinal,
    "completion": lambda one: one.standing.completion,
    "pace": lambda one: one.standing.pace,
    "since": lambda one: one.standing.since,
    "reported": lambda one: Decimal(one.standing.now.reported) / one.standing.now.reporters,
    "ledger": lambda one: one.standing.now.rests_on,
}


@pytest.mark.parametrize("known_at", ["", "2021-07-20"], ids=["now", "computed"])
@pytest.mark.parametrize("sort", [way + name for name in VALUES for way in ("", "-")])
def test_it_is_sorted_with_what_is_unknown_last(told: World, sort: str, known_at: str) -> None:
    found = [
        VALUES[sort.lstrip("-")](one) for one in rows(told, ExploreFilter(since="2021Q1"), sort, known_at=known_at)
    ]
    known = [value for value in found if value is not None]
    assert found == sorted(known, reverse=sort.startswith("-")) + [None] * (len(found) - len(known))
    assert len(found) == 10 and len(set(known)) > 1


def test_it_is_sorted_by_status_worst_first_and_by_name(told: World) -> None:
    statuses = [one.standing.status for one in rows(told, ExploreFilter(since="2021Q1"), "status")]
    order = ("missed", "critical", "behind", "no_data", "on_track", "ahead", "done", "not_due")
    assert statuses == sorted(statuses, key=order.index) and len(set(statuses)) > 2
    with translation.override("en"):
        names = [one.standing.name for one in rows(told, sort="target")]
        assert names == sorted(names, key=str.lower)
        assert [one.standing.name for one in rows(told, sort="-target")] == names[::-1]


@pytest.mark.parametrize("sort", ["", *SORTS])
def test_pages_have_every_row_once_in_the_order_of_the_whole(told: World, sort: str) -> None:
    wanted = ExploreFilter(since="2021Q1")
    whole = keys(rows(told, wanted, sort))
    assert [key for page in range(1, 6) for key in keys(rows(told, wanted, sort, page=page, size=3))] == whole
    assert len(whole) == 10


def test_a_file_has_the_rows_of_all_pages(told: World) -> None:
    for wanted in (ExploreFilter(since="2021Q1"), ExploreFilter(agency="east"), ExploreFilter(district="310101")):
        at_moment, selection = selected(told, wanted, "-pace")
        assert list(all_explored(at_moment, selection, 100)) == explored(at_moment, selection, size=100)


def test_tallies_count_what_the_table_lists(told: World) -> None:
    _, selection = selected(told, ExploreFilter(since="2021Q1", lines=("network",)))
    found = tallies(selection)
    assert sum(one.number for one in found) == counted(selection).rows == 8
    assert sum(one.quantified for one in found) == 6, "the centre is a milestone"
    assert {(one.line, one.ordinal, one.status): one.number for one in found}[("network", 8085, "done")] == 1


@pytest.mark.parametrize(("known_at", "number"), [("", 11), ("2021-07-20", 17)], ids=["now", "computed"])
@pytest.mark.parametrize("more", [0, 6])
def test_statements_do_not_grow_with_targets(told: World, more: int, known_at: str, number: int) -> None:
    for place in range(more):
        target = TargetFactory(code=f"more-{place}", task=told.stations.task, plan=told.plan)
        AssignmentFactory(target=target, agency=told.bureau)
    rollup.roll_up()
    at_moment = shown(told, known_at=known_at)
    with CaptureQueriesContext(connection) as statements:
        selection = select(at_moment, told.supervisor, ExploreFilter(agency="bureau", since="2021Q1"))
        counted(selection)
        assert len(explored(at_moment, selection, size=100)) == 6 + 2 * more
    assert len(statements) == number


def test_many_rows_cost_the_database_one_look_at_the_shown_quarter(told: World) -> None:
    at_moment, selection = selected(told, sort="pace")
    with CaptureQueriesContext(connection) as statements:
        explored(at_moment, selection, size=100)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN (FORMAT JSON, ANALYZE) " + statements[0]["sql"])
        plan = json.dumps(cursor.fetchone()[0])
    assert "progress_period" in plan or "progress_unique" in plan, "an index leads to the rows of the quarter"
