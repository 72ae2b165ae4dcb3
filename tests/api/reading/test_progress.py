"""`/progress`: the numbers that the pages show, now and at an earlier moment, for the city and for each reporter."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone, translation

from agencies.models import User
from reports.models import Submission
from reports.rules.numbers import trim
from reports.selectors.explore import explored, select
from reports.selectors.explore_filter import ExploreFilter
from reports.selectors.moment import Moment, moment
from reports.selectors.plans import readable_plans
from reports.selectors.progress import reporter_progress
from reports.selectors.rollup import ProgressRow
from reports.selectors.standings import standings
from reports.services import rollup
from targets.models import Target
from targets.reasons import words
from tests.api.conftest import Caller
from tests.api.reading.conftest import pages, problem, results, second_plan
from tests.factories import AgencyFactory, AssignmentFactory, CommitmentFactory, World, at
from tests.history import accepted

NUMBERS = ("value", "numerator", "denominator", "expected", "completion", "pace", "elapsed")
COUNTS = ("reported", "reporters", "stale", "rests_on")


def state(user: User, period: str, known_at: str = "") -> Moment:
    return moment({"plan": "small", "period": period, "known_at": known_at}, readable_plans(user), now=timezone.now())


def told_of(rows: Iterable[ProgressRow], shown: Moment) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Rows as the pages compute them, by target, quarter and scope, in the members of the API."""
    codes = dict(Target.objects.values_list("pk", "code"))
    units = dict(Target.objects.values_list("code", "unit_en"))
    periods = {period.pk: period.code for period in shown.periods}
    found = {}
    for row in rows:
        code = codes[row.target]
        one = {name: None if getattr(row, name) is None else trim(getattr(row, name)) for name in NUMBERS}
        one |= {name: getattr(row, name) for name in COUNTS}
        with translation.override("en"):
            why = words(row.reason_code, row.reason_params, units[code]) if row.reason_code else None
        one |= {"status": row.status or None, "stage": row.stage or None, "reason_code": row.reason_code or None}
        found[code, periods[row.period], row.scope] = one | {"reason": why}
    return found


def answered(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    members = (*NUMBERS, *COUNTS, "status", "stage", "reason_code", "reason")
    return {(row["target"], row["period"], row["scope"]): {name: row[name] for name in members} for row in rows}


@pytest.mark.parametrize("known_at", ["", "5", "4", "2021-04-30", "2021-05-20T13:00:00+08:00"])
@pytest.mark.parametrize("period", ["2021Q1", "2021Q2"])
def test_the_city_stands_where_the_pages_say(told: World, bureau: Caller, period: str, known_at: str) -> None:
    shown = state(told.supervisor, period, known_at)
    pages_say = told_of((standing.now for standing in standings(shown, told.supervisor) if standing.now), shown)
    asked = f"&as_known_at={quote(known_at)}" if known_at else ""
    assert answered(results(bureau, f"/progress?period={period}{asked}")) == pages_say
    assert {key[0] for key in pages_say} == {"stations", "posts", "share", "centre", "halls"}


def test_before_the_plan_was_decided_nothing_is_known(told: World, bureau: Caller) -> None:
    rows = results(bureau, "/progress?period=2021Q1&as_known_at=0")
    assert len(rows) == 5
    assert {(row["status"], row["value"], row["reason"], row["reporters"]) for row in rows} == {
        ("no_data", None, None, 0)
    }


def test_a_correction_is_seen_from_its_block_on(told: World, bureau: Caller) -> None:
    path = "/progress?period=2021Q1&target=stations"
    (before,), (after,) = results(bureau, f"{path}&as_known_at=4"), results(bureau, f"{path}&as_known_at=5")
    assert (before["value"], before["rests_on"]) == ("40", 1)
    assert (after["value"], after["rests_on"]) == ("35", 5)
    assert results(bureau, path) == [after], "which is what is known now"


def test_one_row_with_all_its_members(told: World, bureau: Caller) -> None:
    (row,) = results(bureau, "/progress?plan=small&period=2021Q1&target=share")
    assert row == {
        "plan": "small", "target": "share", "period": "2021Q1", "scope": "city", "unit": "%", "accumulation": "level",
        "value": "25", "numerator": "1", "denominator": "4", "stage": None, "actual_on": None,
        "expected": "29.666667", "completion": "0.416667", "pace": "0.842697", "elapsed": "0.494444",
        "status": "behind", "reason_code": "pace_behind",
        "reason": "Only 25% against 29.67% expected by March 31, 2021: pace 84.2%, at or above 80% and below 95%. "
        "The baseline is unknown and counts as 0.",
        "reported": 1, "reporters": 1, "stale": 0, "rests_on": 2, "is_sample": False,
    }  # fmt: skip
    assert results(bureau, "/progress?period=2021Q1&target=share", accept_language="zh-CN,zh;q=0.9")[0]["reason"] == (
        "截至2021年3月31日应达到29.67%，当前值仅25%，序时完成率84.2%，不低于80%但低于95%。基数未知，按0计算。"
    )


def test_zero_is_a_number_and_nothing_is_null(told: World, bureau: Caller) -> None:
    accepted(told, told.posts, "0", told.west, now=at("2021-08-01"))
    rollup.roll_up()
    (west,) = results(bureau, "/progress?period=2021Q1&scope=310104")
    assert (west["value"], west["completion"], west["reported"]) == ("0", "0", 1)
    (halls,) = results(bureau, "/progress?period=2021Q1&target=halls")
    assert (halls["value"], halls["completion"], halls["reported"]) == (None, None, 0)


@pytest.mark.parametrize("known_at", ["", "3"])
@pytest.mark.parametrize("scope", ["bureau", "310101", "310104", "partner"])
def test_a_reporter_stands_where_the_pages_say(told: World, bureau: Caller, scope: str, known_at: str) -> None:
    shown = state(told.supervisor, "2021Q2", known_at)
    rows = reporter_progress(shown, whole_path=True)
    pages_say = told_of((row for row in rows if row.scope == scope), shown)
    asked = f"&as_known_at={known_at}" if known_at else ""
    found = results(bureau, f"/progress?period=2021Q2&since=2021Q1&scope={scope}{asked}")
    assert answered(found) == pages_say != {}


def test_two_agencies_that_report_for_one_district_are_two_rows(told: World, bureau: Caller) -> None:
    AssignmentFactory(target=told.posts, agency=told.partner, district=told.east.district, role="district")
    whole = results(bureau, "/progress?period=2021Q2&since=2021Q1&scope=310101")
    assert [row["period"] for row in whole] == ["2021Q1", "2021Q1", "2021Q2", "2021Q2"]
    one_by_one = pages(bureau, "/progress?period=2021Q2&since=2021Q1&scope=310101&limit=1")
    assert [row for page in one_by_one for row in page] == whole
    assert {row["value"] for row in whole} == {"12.5", None}


def test_a_reporter_without_a_goal_of_its_own_is_not_graded(told: World, bureau: Caller) -> None:
    told.posts.assignments.filter(agency=told.east).update(share=None)
    (row,) = results(bureau, "/progress?period=2021Q1&scope=310101")
    assert (row["value"], row["status"], row["reason_code"], row["expected"]) == ("12.5", None, None, None)


FILTERS: list[tuple[str, ExploreFilter]] = [
    ("line=network", ExploreFilter(lines=("network",))),
    ("line=platform&line=network", ExploreFilter(lines=("network", "platform"))),
    ("agency=partner", ExploreFilter(agency="partner")),
    ("agency=bureau&role=lead", ExploreFilter(agency="bureau", role="lead")),
    ("agency=partner&role=lead", ExploreFilter(agency="partner", role="lead")),
    ("status=critical", ExploreFilter(statuses=("critical",))),
    ("status=no_data&status=missed", ExploreFilter(statuses=("missed", "no_data"))),
    ("since=2021Q1", ExploreFilter(since="2021Q1")),
    ("since=2021Q1&status=critical&line=network", ExploreFilter(("network",), statuses=("critical",), since="2021Q1")),
]


@pytest.mark.parametrize("known_at", ["", "4"])
@pytest.mark.parametrize(("asked", "wanted"), FILTERS)
def test_filters_leave_the_rows_that_explore_leaves(
    told: World, bureau: Caller, asked: str, wanted: ExploreFilter, known_at: str
) -> None:
    shown = state(told.supervisor, "2021Q2", known_at)
    found = explored(shown, select(shown, told.supervisor, wanted), size=100)
    pages_say = {(one.standing.code, one.period.code, one.standing.now.status, one.standing.now.value) for one in found}
    path = f"/progress?period=2021Q2&{asked}" + (f"&as_known_at={known_at}" if known_at else "")
    rows = results(bureau, path)
    assert {
        (row["target"], row["period"], row["status"], None if row["value"] is None else Decimal(row["value"]))
        for row in rows
    } == pages_say
    assert [row for page in pages(bureau, f"{path}&limit=2") for row in page] == rows, "also page by page"


def test_rows_stand_by_target_and_quarter(told: World, bureau: Caller) -> None:
    rows = results(bureau, "/progress?period=2021Q2&since=2021Q1")
    places = [(row["target"], row["period"]) for row in rows]
    assert places == sorted(places)
    assert len(places) == 10
    wanted = results(bureau, "/progress?period=2021Q1&target=share&target=posts")
    assert [row["target"] for row in wanted] == ["posts", "share"]


def test_a_retired_target_is_there_as_long_as_it_was_kept(told: World, bureau: Caller) -> None:
    Target.objects.filter(code="share").update(retired_on=date(2021, 6, 1))
    for known_at in ("", "&as_known_at=4", "&scope=bureau"):
        rows = results(bureau, f"/progress?period=2021Q2&since=2021Q1&target=share{known_at}")
        assert [row["period"] for row in rows] == ["2021Q1"], known_at or "now"
    assert results(bureau, "/progress?period=2021Q2&target=share") == []


def test_what_was_decided_later_is_not_known_before(told: World, bureau: Caller) -> None:
    CommitmentFactory(
        target=told.stations, goal=50, in_force_from=date(2021, 2, 1), decided_at=at("2021-06-01"), decision="调整"
    )
    Target.objects.filter(pk=told.stations.pk).update(revision=2)
    tag = bureau.get("/progress?period=2021Q1")["ETag"]
    rollup.roll_up()
    assert bureau.get("/progress?period=2021Q1", if_none_match=tag).status_code == 200, "a goal has changed"
    path = "/progress?period=2021Q1&target=stations"
    (now,), (before,) = results(bureau, path), results(bureau, f"{path}&as_known_at=2021-05-31")
    assert (now["completion"], before["completion"]) == ("0.7", "0.35")
    (counted,) = results(bureau, f"{path}&as_known_at={quote('5+1')}")
    assert counted == now, "block 5 and the one decision after it"


def test_left_out_the_quarter_is_the_newest_settled_one(told: World, bureau: Caller) -> None:
    shown = moment({}, readable_plans(told.supervisor), now=timezone.now())
    assert {row["period"] for row in results(bureau, "/progress")} == {shown.period.code}


def test_left_out_the_plan_is_the_newest_one_and_pages_stay_in_it(told: World, bureau: Caller) -> None:
    first = bureau.get("/progress?limit=2&period=2021Q1").json()
    second_plan("a-newer")
    following = first["next"].partition("/api/v1")[2]
    assert {row["plan"] for row in results(bureau, following)} == {"small"}
    assert {row["plan"] for row in results(bureau, "/progress?period=2021Q1")} == {"a-newer"}
    assert {row["plan"] for row in results(bureau, "/progress?plan=small&period=2021Q1")} == {"small"}


def test_sample_data_is_marked(told: World, bureau: Caller) -> None:
    tag = bureau.get("/progress?period=2021Q1")["ETag"]
    Submission.objects.filter(agency=told.east).update(is_sample=True)
    assert bureau.get("/progress?period=2021Q1", if_none_match=tag).status_code == 200
    assert {row["is_sample"] for row in results(bureau, "/progress?period=2021Q1")} == {True}


@pytest.mark.parametrize(
    ("asked", "blamed", "says"),
    [
        ("as_known_at=yesterday", "as_known_at", "Write a day such as 2021-09-30, a moment, or a ledger number"),
        ("as_known_at=99", "as_known_at", "The ledger has no block 99."),
        ("as_known_at=1-ffffffffffff", "as_known_at", "Block 1 has another hash."),
        ("as_known_at=1%2B7", "as_known_at", "fewer than 7 decisions"),
        ("as_known_at=%00", "as_known_at", "Send a text of 1 to 100 characters."),
        (f"as_known_at={'9' * 101}", "as_known_at", "Send a text of 1 to 100 characters."),
        ("period=2021Q1&since=2021Q2", "since", "2021Q2 comes after 2021Q1, the shown quarter."),
        ("role=lead", "role", "A role asks for an agency that holds it."),
        ("status=fine", "status", "Choose one of: missed, critical, behind"),
        ("target=posts&target=no", "target", "there is no “no”"),
    ],
)
def test_what_cannot_be_used_is_refused(told: World, bureau: Caller, asked: str, blamed: str, says: str) -> None:
    status, code, where, sentence = problem(bureau, f"/progress?{asked}")
    assert (status, code, where) == (400, "bad_parameter", [f"?{blamed}"])
    assert says in sentence


@pytest.mark.parametrize(
    "known_at", ["0001-01-01", "9999-12-31", "2021-09-30T12:00:00", "999999999999999999", "#5", "+", "2021-13-01"]
)
def test_moments_at_the_edge_of_the_calendar_do_no_harm(told: World, bureau: Caller, known_at: str) -> None:
    assert bureau.get(f"/progress?period=2021Q1&as_known_at={quote(known_at)}").status_code in (200, 400)


def test_the_etag_follows_the_roll_up_too(told: World, bureau: Caller) -> None:
    path = "/progress?period=2021Q1&target=posts"
    accepted(told, told.posts, "9", told.west, now=at("2021-08-01"))
    waiting = bureau.get(path)
    assert waiting.json()["results"][0]["value"] == "12.5", "not rolled up yet, as on the pages"
    rollup.roll_up()
    (row,) = results(bureau, path, if_none_match=waiting["ETag"])
    assert (row["value"], row["rests_on"]) == ("21.5", 7)


def test_an_earlier_moment_keeps_its_etag_when_the_ledger_grows(told: World, bureau: Caller) -> None:
    tag = bureau.get("/progress?period=2021Q1&as_known_at=4")["ETag"]
    accepted(told, told.posts, "9", told.west, now=at("2021-08-01"))
    rollup.roll_up()
    assert bureau.get("/progress?period=2021Q1&as_known_at=4", if_none_match=tag).status_code == 304


def test_a_page_of_an_earlier_moment_computes_no_more_than_it_shows(told: World, bureau: Caller) -> None:
    AgencyFactory(code="nobody")
    whole = results(bureau, "/progress?period=2021Q2&since=2021Q1&as_known_at=4")
    for limit in (1, 2, 3, 7):
        path = f"/progress?period=2021Q2&since=2021Q1&as_known_at=4&limit={limit}"
        assert [row for page in pages(bureau, path) for row in page] == whole
    assert results(bureau, "/progress?agency=nobody") == [], "an agency that answers for nothing has no rows"
