"""`/quarter/`."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client

from reports.services import rollup
from targets.rules import AssignmentRole
from tests.factories import AgencyFactory, AssignmentFactory, CommitmentFactory, TargetFactory, World, at, person
from tests.history import accepted

from .conftest import QUARTER, text_of

SECOND = "/quarter/?plan=small&period=2021Q2"
FIRST = "/quarter/" + QUARTER
STATEMENTS = 13
KEPT = 2  # the reader, and the state that the page is kept by
STATEMENTS_OF_A_PAST_MOMENT = 20
STATEMENTS_WITH_A_COMPARISON = 14


@pytest.fixture
def moved(reported: World) -> World:
    """In the second quarter stations are done (of 35 in the first), the districts still lag."""
    accepted(reported, reported.stations, "100", period=1, now=at("2021-07-10"))
    rollup.roll_up()
    return reported


def test_it_says_what_changed_with_the_way_from_one_status_to_the_other(moved: World, english: Client) -> None:
    page = text_of(english.get(SECOND))
    assert "What happened in Q2 2021" in page
    assert "1 newly done" in page and "1 recovered" in page
    assert "Target stations Networks bureau Far behind → then Done 35 stations → 100 stations" in page


def test_the_first_quarter_has_nothing_before_it(reported: World, english: Client) -> None:
    page = text_of(english.get(FIRST))
    assert "there is none before it to compare with" in page and "newly behind" not in page


def test_a_plan_without_figures_or_packets_says_so(world: World, english: Client) -> None:
    page = text_of(english.get("/quarter/?plan=small&period=2021Q1"))
    assert "No accepted figure of this quarter was replaced" in page and "No goal or due date was changed" in page


def test_a_correction_says_what_it_was_and_why(reported: World, english: Client) -> None:
    page = text_of(english.get(FIRST))
    assert "was 40 stations (known 2021-04-10 12:00, #1), now 35 stations (2021-05-20 12:00, #5)" in page
    assert "because: 数据核实后更正" in page
    assert "No accepted figure" in text_of(english.get(FIRST + "&known_at=2021-05-01")), "not known yet"
    assert "No accepted figure" in text_of(english.get(SECOND)), "of the quarter before"


def test_a_goal_decided_in_the_quarter_stands_with_its_decision(reported: World, english: Client) -> None:
    CommitmentFactory(
        target=reported.stations, goal=80, due_on=date(2021, 6, 30), in_force_from=date(2021, 5, 1),
        decided_at=at("2021-05-02"), decision="会议纪要〔2021〕3号",
    )  # fmt: skip
    rollup.roll_up()
    page = text_of(english.get(SECOND))
    assert "100 stations, due 2021-06-30 → 80 stations, due 2021-06-30" in page
    assert "decided 2021-05-02, in force from 2021-05-01: 会议纪要〔2021〕3号" in page
    assert "会议纪要" not in text_of(english.get(FIRST)), "the quarter before"
    assert "会议纪要" not in text_of(english.get(SECOND + "&known_at=2021-05-01")), "the day before it was decided"


def test_the_matrix_leads_to_packets(reported: World, english: Client) -> None:
    response = english.get(FIRST)
    html = response.content.decode()
    assert 'href="/packets/bureau/2021Q1/?plan=small"' in html
    assert "bureau, Q1 2021: Accepted; handed in 2021-04-10 12:00" in html
    assert "Q1 2021: 3 of 3 accepted" in text_of(response)


def test_agency_staff_see_their_own_row_and_are_told_so(reported: World, client: Client) -> None:
    client.force_login(person("reporter", reported.east))
    client.cookies["django_language"] = "en"
    response = client.get(FIRST)
    html = response.content.decode()
    assert "/packets/east/2021Q1/" in html and "/packets/bureau/2021Q1/" not in html
    assert "2 other agencies report too; their packets are not shown to you" in text_of(response)


def test_who_reads_no_packets_is_told_why_there_are_none(reported: World, client: Client) -> None:
    client.force_login(reported.plan_manager)
    client.cookies["django_language"] = "en"
    response = client.get(FIRST)
    assert "/packets/bureau/" not in response.content.decode()
    assert "3 agencies report in this plan. Their packets are not shown to you" in text_of(response)


def test_two_quarters_side_by_side(moved: World, english: Client) -> None:
    page = text_of(english.get(SECOND + "&with=2021Q1"))
    assert "Left Q1 2021 As known at now" in page and "Right Q2 2021 As known at now" in page
    assert "Target stations recovered newly done" in page.replace("newly done recovered", "recovered newly done")
    assert "35 stations 100 stations +65 stations 35.0% 100.0% +65.0" in page


def test_the_earlier_quarter_stands_left_whichever_is_shown(moved: World, english: Client) -> None:
    assert "Left Q1 2021" in text_of(english.get(FIRST + "&with=2021Q2"))


def test_one_quarter_as_known_at_two_moments(reported: World, english: Client) -> None:
    page = text_of(english.get(FIRST + "&with_known_at=2021-05-01"))
    assert "1 of 4 targets differ" in page and "40 stations 35 stations -5 stations" in page
    assert f"#5 {reported.stations.figures.order_by('-pk')[0].acceptance.hash[:8]}" in page
    assert page.count("#4") >= 1, "the ledger number of the left side"
    same = text_of(english.get(FIRST + "&with_known_at=4"))
    assert "40 stations 35 stations -5 stations" in same, "a ledger number names the same state"


def test_what_does_not_differ_is_left_out_until_it_is_asked_for(reported: World, english: Client) -> None:
    address = FIRST + "&with_known_at=2021-05-01"
    side = text_of(english.get(address)).partition("Two states side by side")[2]
    assert "Target posts" not in side and "Target posts" in text_of(english.get(address + "&all=1"))


def test_nothing_differs_in_words(reported: World, english: Client) -> None:
    page = text_of(english.get(FIRST + "&known_at=2021-05-25&with_known_at=now"))
    assert "Nothing differs." in page


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("&with=2031Q1", "This plan has no such quarter to compare with"),
        ("&with='--", "This plan has no such quarter to compare with"),
        ("&with_known_at=yesterday", "“yesterday” is neither a date nor a ledger number that there is"),
        ("&with_known_at=999999999999999999999", "is neither a date nor a ledger number that there is"),
        ("&with_known_at=2021-02-31", "is neither a date nor a ledger number that there is"),
        ("&with=2021Q1", "Both sides would be the state that this page shows"),
        ("&page=-1", "names a page that is no number"),
        ("&back=x", "names a page that is no number"),
        ("&agencies=9999999999", "names a page that is no number"),
        ("&page=99&back=99&agencies=99&with_known_at=2021-05-01", "1 of 4 targets differ"),
    ],
)
def test_nonsense_in_the_address_is_answered_with_a_sentence(
    reported: World, english: Client, asked: str, sentence: str
) -> None:
    response = english.get(FIRST + asked)
    assert response.status_code == 200 and sentence in text_of(response)


def test_what_was_asked_stays_when_another_quarter_is_chosen(reported: World, english: Client) -> None:
    html = english.get(FIRST + "&with_known_at=2021-05-01").content.decode()
    assert '<input type="hidden" name="with_known_at" value="2021-05-01">' in html


def test_the_comparison_comes_as_csv_with_all_digits(moved: World, english: Client) -> None:
    response = english.get("/charts/compare.csv?plan=small&period=2021Q2&with=2021Q1&lang=en")
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    codes = [row["Code of the target"] for row in rows]
    assert codes == ["stations", "posts", "share", "centre"], "also what does not differ"
    stations = rows[0]
    assert (stations["Value (Q1 2021)"], stations["Value (Q2 2021)"]) == ("35.000000", "100.000000")
    assert stations["Status (Q2 2021)"] == "Done" and rows[3]["Stage (Q1 2021)"] == "Under way"


@pytest.mark.parametrize(
    "asked", ["", "&with=2031Q1", "&with_known_at=x", "&with=2021Q1", "&known_at=3&with_known_at=now"]
)
def test_there_is_no_chart_of_nothing(reported: World, english: Client, asked: str) -> None:
    assert english.get("/charts/compare.json" + QUARTER + asked).status_code == 404


def test_the_chart_draws_what_differs(moved: World, english: Client) -> None:
    figure = english.get("/charts/compare.json?plan=small&period=2021Q2&with=2021Q1&lang=en").json()
    left, right = figure["data"][1:]
    assert (left["name"], left["x"], right["name"], right["x"]) == ("Q1 2021", [35.0], "Q2 2021", [100.0])


@pytest.mark.parametrize("more", [0, 6])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", STATEMENTS),
        ("&known_at=2021-07-11", STATEMENTS_OF_A_PAST_MOMENT),
        ("&with=2021Q1", STATEMENTS_WITH_A_COMPARISON),
    ],
)
def test_its_statements_do_not_grow_with_agencies_and_targets(
    moved: World, reader: Client, django_assert_num_queries, more: int, asked: str, expected: int
) -> None:
    for number in range(more):
        target = TargetFactory(code=f"more-{number}", task=moved.stations.task, plan=moved.plan)
        agency = AgencyFactory()
        AssignmentFactory(target=target, agency=agency, role=AssignmentRole.LEAD)
        accepted(moved, target, "10", agency, now=at("2021-07-10"))
        accepted(moved, target, "90", agency, period=1, now=at("2021-07-10"))
    rollup.roll_up()
    with django_assert_num_queries(expected):
        reader.get(SECOND + asked)


def test_a_kept_page_needs_two_statements(moved: World, reader: Client, django_assert_num_queries) -> None:
    reader.get(SECOND)
    with django_assert_num_queries(KEPT):
        reader.get(SECOND)
