"""`/districts/` and `/districts/<code>/`."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from agencies.models import Agency
from agencies.roles import Role
from reports.models import Entry
from reports.selectors import district_page
from reports.services import rollup
from targets.models import Assignment
from targets.rules import AssignmentRole
from tests.factories import (
    AgencyFactory,
    AssignmentFactory,
    DistrictFactory,
    PlanFactory,
    TargetFactory,
    World,
    at,
    person,
)
from tests.history import accepted

from .conftest import QUARTER, text_of

LIST, CHOSEN, PAGE = 15, 19, 19  # statements


def order(response) -> list[str]:
    """The districts of the comparison, as they stand."""
    table = response.content.decode().partition("Districts compared")[2]
    return re.findall(r'<th scope="row"><a href="/districts/(\d+)/', table)


# --- all of them ------------------------------------------------------------------------------------------------------


def test_the_list_has_every_number_with_its_base(reported: World, english: Client) -> None:
    page = text_of(english.get("/districts/" + QUARTER))
    assert "Q1 2021: 2 districts answer for targets of this plan; they report 1 of them." in page
    assert "District 310101 1 1 / 1 0 / 1 0 / 1" in page, "ahead: not behind, not done"
    assert "District 310104 1 1 / 1 1 / 1 0 / 1" in page, "far behind"
    assert "1 / 1 0 / 1 0 / 1" in page, "handed in on time, none late, none missing"


def test_a_tile_says_how_many_of_how_many_are_behind(reported: World, english: Client) -> None:
    html = english.get("/districts/" + QUARTER).content.decode()
    assert 'title="District 310104 · 1 of 1 target behind"' in html and ">1/1<" in html
    assert 'title="District 310101 · 0 of 1 target behind"' in html
    assert "tiles-placed" not in html, "the small plan has no tiles: they follow each other"


@pytest.mark.parametrize(
    ("sort", "first"), [("", "310101"), ("lagging", "310104"), ("done", "310101"), ("reported", "310101")]
)
def test_the_order_is_the_plans_until_another_is_asked_for(
    reported: World, english: Client, sort: str, first: str
) -> None:
    assert order(english.get(f"/districts/{QUARTER}&sort={sort}"))[0] == first


def test_who_has_no_base_stands_last_in_any_order(reported: World, english: Client) -> None:
    north = AgencyFactory(code="north", kind=Agency.Kind.DISTRICT_GOVERNMENT, district=DistrictFactory(code="310199"))
    AssignmentFactory(target=reported.stations, agency=north, role=AssignmentRole.PARTNER, reports=False, counts=False)
    assert order(english.get(f"/districts/{QUARTER}&sort=lagging"))[-1] == "310199"
    assert "District 310199 1 0 / 0 — —" in text_of(english.get("/districts/" + QUARTER)), "a part without reporting"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("target=moon", "No district reports a target “moon” of this plan; all targets together are shown."),
        ("target=stations", "No district reports a target “stations” of this plan"),
        ("sort=beauty", "The list cannot be sorted by “beauty”; the districts stand in the plan's order."),
    ],
)
def test_nonsense_in_the_address_is_told_on_the_page(reported: World, english: Client, asked: str, words: str) -> None:
    response = english.get(f"/districts/{QUARTER}&{asked}")
    assert response.status_code == 200
    assert words in text_of(response).replace("&#x27;", "'")


def test_markup_in_the_address_stays_text(reported: World, english: Client) -> None:
    html = english.get(f"/districts/{QUARTER}&target=<script>x</script>").content.decode()
    assert "<script>x" not in html and "&lt;script&gt;x" in html


def test_one_target_can_be_chosen_and_stays_chosen_in_another_quarter(reported: World, english: Client) -> None:
    response = english.get(f"/districts/{QUARTER}&target=posts")
    html = response.content.decode()
    assert '<option value="posts" selected>' in html
    assert '<input type="hidden" name="target" value="posts">' in html, "in the form of quarter and moment"
    assert "/charts/districts-posts.json" in html
    page = text_of(response)
    assert "District 310104 8 stations" in page and "50.0% 20 stations" in page
    assert page.index("District 310104 8 stations") < page.index("District 310101 12 stations"), "lowest pace first"


def test_an_empty_plan_says_what_is_missing(reader: Client, world: World) -> None:
    reader.cookies["django_language"] = "en"
    Assignment.objects.filter(district__isnull=False).delete()
    Agency.objects.filter(district__isnull=False).update(kind="bureau", district=None)
    assert "No district answers for a target of this plan." in text_of(reader.get("/districts/" + QUARTER))


def test_a_plan_in_which_nothing_was_reported_shows_its_districts(world: World, english: Client) -> None:
    rollup.roll_up()
    assert "District 310101 1 0 / 1 0 / 1 0 / 1" in text_of(english.get("/districts/" + QUARTER))
    assert english.get(f"/districts/{QUARTER}&target=posts").status_code == 200
    assert english.get("/districts/310101/" + QUARTER).status_code == 200


# --- one of them ------------------------------------------------------------------------------------------------------


def test_a_district_has_its_own_figures_beside_the_citys(reported: World, english: Client) -> None:
    page = text_of(english.get("/districts/310104/" + QUARTER))
    assert (
        "Q1 2021: reports 1 target, 1 with a figure; 1 can be held against a goal of its own. 1 of 1 is behind." in page
    )
    row = r"Target posts Networks [A-Z].+? 8 stations 9\.\d+ stations 20 stations 50\.0% 80\.\d% — Q1 2021 On track 40"
    assert re.search(row, page), page


def test_its_own_course_decides_since_when_it_lags(reported: World, english: Client) -> None:
    accepted(reported, reported.posts, "30", reported.west, 1, now=at("2021-07-10"))
    rollup.roll_up()
    page = text_of(english.get("/districts/310104/?plan=small&period=2021Q2"))
    assert "None of these is behind." in page and "Done 30 stations" in page, "30 of its 20"
    east = text_of(english.get("/districts/310101/?plan=small&period=2021Q2"))
    assert "Missed 12 stations carried" in east and "Q2 2021" in east


def test_a_bureau_that_belongs_to_a_district_answers_on_its_page(reported: World, english: Client) -> None:
    park = AgencyFactory(code="park", kind=Agency.Kind.AREA_COMMITTEE, district=reported.east.district)
    AssignmentFactory(target=reported.centre, agency=park, counts=False)
    page = text_of(english.get("/districts/310101/" + QUARTER))
    assert "reports 2 targets, 1 with a figure" in page and "Target centre" in page and "park" in page


def test_what_a_district_only_takes_part_in_is_named_apart(reported: World, english: Client) -> None:
    AssignmentFactory(
        target=reported.stations, agency=reported.east, role=AssignmentRole.PARTNER, reports=False, counts=False
    )
    page = text_of(english.get("/districts/310101/" + QUARTER))
    assert "Takes part, without reporting, in: Target stations" in page and "reports 1 target," in page


def test_timeliness_and_corrections_stand_on_the_page(reported: World, english: Client) -> None:
    accepted(reported, reported.posts, "13", reported.east, now=at("2021-06-01"))
    page = text_of(english.get("/districts/310101/" + QUARTER))
    assert "On time 1 Late 0 Not handed in 0 Sent back at least once 0" in page
    assert "was 12 stations" in page and "now 13 stations" in page


def test_doubts_are_shown_with_what_was_said_to_them(reported: World, english: Client) -> None:
    line = Entry.objects.get(submission__agency=reported.west, assignment__target=reported.posts)
    Entry.objects.filter(pk=line.pk).exclude(state="accepted").update(doubts=[])
    accepted(reported, reported.posts, "700", reported.west, 1, now=at("2021-07-10"))
    page = text_of(english.get("/districts/310104/?plan=small&period=2021Q2"))
    assert "700 stations" in page and "已核实" in page


def test_packets_of_others_are_not_told(reported: World, client: Client) -> None:
    client.cookies["django_language"] = "en"
    accepted(reported, reported.posts, "700", reported.west, 1, now=at("2021-07-10"))
    rollup.roll_up()
    quarter = "?plan=small&period=2021Q2"
    client.force_login(person(Role.REPORTER, reported.east))
    own, other = (text_of(client.get(f"/districts/{code}/{quarter}")) for code in ("310101", "310104"))
    assert "On time 1 Late 0" in own
    assert "On time" not in other and "已核实" not in other and "No packet that you may see." in other
    table = text_of(client.get("/districts/" + QUARTER)).partition("Districts compared")[2]
    assert "District 310101 1 1 / 1 0 / 1 0 / 1 Ahead 1 1 / 1 0 / 1 0 / 1" in table
    assert "District 310104 1 1 / 1 1 / 1 0 / 1 Behind 1 — — —" in table, "its own packets only"
    client.force_login(reported.supervisor)
    assert "已核实" in text_of(client.get("/districts/310104/" + quarter))


def test_an_earlier_moment_knows_no_later_figure(reported: World, english: Client) -> None:
    accepted(reported, reported.posts, "2", reported.east, now=at("2021-06-01"))
    rollup.roll_up()
    now = text_of(english.get("/districts/310101/" + QUARTER))
    then = text_of(english.get(f"/districts/310101/{QUARTER}&known_at=2021-05-01"))
    assert "2 stations" in now and "12 stations" in then and " 2 stations" not in then
    assert "was 12 stations" not in then


@pytest.mark.parametrize("address", ["/districts/999999/", "/districts/moon/"])
def test_an_unknown_district_is_not_found_in_words(world: World, english: Client, address: str) -> None:
    response = english.get(address)
    assert response.status_code == 404 and "There is no district" in response.content.decode()


def test_many_targets_are_shown_page_by_page(reported: World, english: Client, monkeypatch) -> None:
    monkeypatch.setattr(district_page, "ROWS", 2)
    for number in range(3):
        _of_east(reported, f"more-{number}")
    first = text_of(english.get("/districts/310101/" + QUARTER))
    assert "reports 4 targets" in first and "Page 1 of 2 Next page" in first and "Target more-2" not in first
    second = text_of(english.get(f"/districts/310101/{QUARTER}&page=2"))
    assert "Target more-2" in second and "Previous page Page 2 of 2" in second and "reports 4 targets" in second
    for nonsense in ("99", "0", "-1", "x", "٣", "9" * 30):
        assert english.get(f"/districts/310101/{QUARTER}&page={nonsense}").status_code == 200


# --- cost, and the chart ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 3])
@pytest.mark.parametrize(
    ("address", "statements"),
    [
        (f"/districts/{QUARTER}", LIST),
        (f"/districts/{QUARTER}&target=posts", CHOSEN),
        (f"/districts/310101/{QUARTER}", PAGE),
    ],
)
def test_statements_do_not_grow_with_districts_or_targets(
    reported: World, reader: Client, django_assert_num_queries, address: str, statements: int, more: int
) -> None:
    for number in range(more):
        district = DistrictFactory(code=f"31018{number}")
        agency = AgencyFactory(code=f"gov-{number}", kind=Agency.Kind.DISTRICT_GOVERNMENT, district=district)
        AssignmentFactory(
            target=reported.posts, agency=agency, district=district, role=AssignmentRole.DISTRICT, position=20 + number
        )
        park = AgencyFactory(code=f"park-{number}", district=reported.east.district)
        AssignmentFactory(target=reported.centre, agency=park, counts=False)
        _of_east(reported, f"more-{number}")
    rollup.roll_up()
    with django_assert_num_queries(statements):
        reader.get(address)


def test_the_chart_has_the_same_numbers_as_its_table(reported: World, english: Client) -> None:
    figure = english.get(f"/charts/districts-posts.json{QUARTER}&lang=en").json()
    traces = [trace for trace in figure["data"] if trace["type"] == "bar"]
    bars = {name: value for one in traces for name, value in zip(one["y"], one["x"], strict=True)}
    assert bars == {"District 310104": 8.0, "District 310101": 12.0}
    assert figure["layout"]["yaxis"]["categoryarray"] == ["District 310104", "District 310101"]
    csv_text = english.get(f"/charts/districts-posts.csv{QUARTER}&lang=en").content.decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(csv_text))
    assert (first["District code"], first["Value"], first["Share of the goal"]) == ("310104", "8.000000", "0.50000000")
    assert (second["Value"], second["Status"]) == ("12.000000", "Ahead")


@pytest.mark.parametrize("code", ["stations", "centre", "moon"])
def test_there_is_no_such_chart_of_what_no_district_reports(reported: World, english: Client, code: str) -> None:
    assert english.get(f"/charts/districts-{code}.json{QUARTER}").status_code == 404


def test_the_target_page_has_its_districts_where_they_report(reported: World, english: Client) -> None:
    posts = english.get("/targets/posts/" + QUARTER)
    assert "/charts/districts-posts.json" in posts.content.decode() and "2 of 2 districts have a figure." in text_of(
        posts
    )
    assert "By district" not in text_of(english.get("/targets/stations/" + QUARTER))


def test_another_plan_has_its_own_districts(reported: World, english: Client) -> None:
    PlanFactory(code="other", starts_on=reported.plan.starts_on)
    assert order(english.get("/districts/" + QUARTER)) == ["310101", "310104"]


def _of_east(world: World, code: str) -> None:
    target = TargetFactory(code=code, task=world.posts.task, plan=world.plan, position=50)
    AssignmentFactory(
        target=target, agency=world.east, district=world.east.district, role=AssignmentRole.DISTRICT, share=1
    )
