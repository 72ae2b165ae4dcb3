"""`/targets/<code>/`."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils.html import escape

from agencies.models import Agency
from reports.models import RollupState
from reports.services import rollup
from targets.models import PublishedFigure
from tests.factories import AgencyFactory, AssignmentFactory, CommitmentFactory, DistrictFactory, World, at
from tests.history import accepted

from .conftest import QUARTER, text_of

ADDRESS = "/targets/stations/" + QUARTER
STATEMENTS = 25


def test_the_sentence_of_the_plan_is_shown_with_the_cited_words_marked(reported: World, reader: Client) -> None:
    html = reader.get(ADDRESS).content.decode()
    assert '<blockquote class="quote" lang="zh-Hans"><p>三年内<mark>新建100个基站</mark>。</p>' in html


def test_the_clause_is_named_as_people_name_it(reported: World, reader: Client) -> None:
    assert "测〔2021〕1号 新网络 第1项 第1款" in text_of(reader.get(ADDRESS))
    reader.cookies["django_language"] = "en"
    assert "测〔2021〕1号, Networks, task 1, clause 1" in text_of(reader.get(ADDRESS))


def test_where_it_stands_is_explained(reported: World, english: Client) -> None:
    page = text_of(english.get(ADDRESS))
    assert "Only 35 stations against 49.44 stations expected by" in page, "the reason in words"
    assert "Completion 35.0% Pace 70.7%" in page
    assert "Newly built since the plan began." in page and "running total since the plan began" in page


def test_the_number_is_led_back_to_its_figures(reported: World, english: Client) -> None:
    page = text_of(english.get(ADDRESS))
    assert "The newest accepted figure of bureau, for Q1 2021 35 stations" in page, "the formula"
    assert "bureau Q1 2021 35 stations Reporter-Bureau Supervisor 2021-05-20 12:00 #5 — counts 数据核实后更正" in page
    assert "bureau Q1 2021 40 stations Reporter-Bureau Supervisor 2021-04-10 12:00 #1 — replaced" in page


def test_every_number_is_a_door(reported: World, english: Client) -> None:
    html = english.get(ADDRESS).content.decode()
    for address in (f"/ledger/5/{QUARTER}", f"/agencies/bureau/{QUARTER}", "#computation", "#commitments"):
        assert f'href="{escape(address)}"' in html, address
    assert f'href="{escape("/ledger/" + QUARTER + "&target=stations")}"' in html


def test_a_correction_says_what_was_known_and_leads_to_the_page_as_it_was(reported: World, english: Client) -> None:
    response = english.get(ADDRESS)
    assert (
        "bureau Q1 2021 was 40 stations , known from 2021-04-10 12:00 · the page as known at #1 "
        "now 35 stations , since 2021-05-20 12:00 · #5 数据核实后更正 · Reporter-Bureau" in text_of(response)
    )
    assert f'href="{escape("?plan=small&period=2021Q1&known_at=1")}"' in response.content.decode()
    assert "Corrections" not in text_of(english.get(ADDRESS + "&known_at=1")), "nothing was corrected then"


def test_why_there_is_no_forecast_is_said(reported: World, english: Client) -> None:
    page = text_of(english.get(ADDRESS))
    assert "No forecast. A forecast needs figures of at least 4 quarters; there is 1." in page


def test_an_adjusted_goal_stands_beside_the_one_before(reported: World, english: Client) -> None:
    CommitmentFactory(
        target=reported.stations, goal=120, due_on=date(2021, 12, 31), in_force_from=date(2021, 3, 1),
        decided_at=at("2021-06-15"), decided_by=reported.plan_manager, decision="会议纪要3号",
    )  # fmt: skip
    rollup.roll_up()
    page = text_of(english.get(ADDRESS))
    assert (
        "120 stations · due 2021-12-31 in force in force from 2021-03-01, 会议纪要3号 "
        "decided 2021-06-15 12:00 · Plan_Manager 100 stations · due 2021-06-30 replaced" in page
    )
    assert "120 stations" not in text_of(english.get(ADDRESS + "&known_at=2021-06-14")), "not decided then"


def test_before_the_correction_the_first_figure_counts(reported: World, english: Client) -> None:
    page = text_of(english.get(ADDRESS + "&known_at=2021-05-01"))
    assert "#1 — counts" in page and "#5" not in page


def test_districts_stand_with_their_own_figures(reported: World, english: Client) -> None:
    page = text_of(english.get("/targets/posts/" + QUARTER))
    assert "east district 50.0% 12 stations 9.89 stations 121.3% Ahead" in page
    assert "west district 50.0% 8 stations 9.89 stations 80.8% Behind" in page


def test_a_milestone_has_a_stage_and_no_percentage(reported: World, english: Client) -> None:
    page = text_of(english.get("/targets/centre/" + QUARTER))
    assert "Stage Under way Planned date 2021-06-30 Actual date —" in page
    assert "%" not in page, "a target without a number never gets a percentage"
    assert "How the stage was made" in page
    for absent in ("forecast", "Quarter by quarter", "Pace", "Share", "Corrections"):
        assert absent not in page, "no section, and no column, that has nothing to say of a milestone"


def test_published_figures_stand_apart(reported: World, english: Client) -> None:
    PublishedFigure.objects.create(
        target=reported.stations, measured_zh="在用总数", measured_en="in operation", wording="more_than", value=680,
        unit_zh="个", as_of=date(2021, 3, 31), precision="month", match="different", source="https://example.org/a",
        source_kind="press", reliability="B",
    )  # fmt: skip
    page = text_of(english.get(ADDRESS))
    assert "over 680 stations in operation a different definition" in page
    assert "680.0%" not in page, "never divided by the goal"
    assert "in operation" not in text_of(english.get(ADDRESS + "&known_at=2021-03-01")), "not known then"


def test_a_failed_roll_up_is_shown_and_its_inside_to_the_office_alone(reported: World, english: Client) -> None:
    RollupState.objects.filter(target=reported.stations).update(failed_at=at("2021-06-01"), error="ValueError: boom")
    said = "The roll-up of this target failed at 2021-06-01 12:00"
    page = text_of(english.get(ADDRESS))
    assert said in page and "ValueError: boom" in page
    english.force_login(reported.reporter)
    english.cookies["django_language"] = "en"
    page = text_of(english.get(ADDRESS))
    assert said in page and "boom" not in page


def test_an_unknown_target_is_not_found_in_words(world: World, english: Client) -> None:
    response = english.get("/targets/moon/")
    assert response.status_code == 404 and "The plan has no target “moon”." in response.content.decode()


@pytest.mark.parametrize("corrections", [1, 3])
def test_its_statements_do_not_grow_with_figures(
    reported: World, reader: Client, django_assert_num_queries, corrections: int
) -> None:
    for number in range(corrections):
        accepted(reported, reported.stations, str(50 + number), now=at(f"2021-06-0{number + 1}"))
    rollup.roll_up()
    with django_assert_num_queries(STATEMENTS):
        reader.get(ADDRESS)


@pytest.mark.parametrize("reporters", [2, 16])
def test_its_statements_do_not_grow_with_reporters(
    reported: World, reader: Client, django_assert_num_queries, reporters: int
) -> None:
    for place in range(3, reporters + 1):
        agency = AgencyFactory(
            code=f"d{place}", kind=Agency.Kind.DISTRICT_GOVERNMENT, district=DistrictFactory(code=f"3102{place:02d}")
        )
        AssignmentFactory(target=reported.posts, agency=agency, district=agency.district, role="district")
        accepted(reported, reported.posts, "1", agency, now=at("2021-06-01"))
    accepted(reported, reported.posts, "13", reported.east, now=at("2021-06-02"))
    rollup.roll_up()
    with django_assert_num_queries(STATEMENTS):
        reader.get("/targets/posts/" + QUARTER)
