"""What was corrected, and how it reads."""

from __future__ import annotations

import pytest
from django.utils import translation

from agencies.models import District
from reports.selectors.corrections import corrections
from reports.services.entries import Input
from tests.factories import AssignmentFactory, TargetFactory, UserFactory, World, at
from tests.history import accepted
from tests.reports.quarters import shown_at


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def corrected(world: World) -> World:
    """Stations of the first quarter 40, then 35, then 36; of the second 60; posts of east 12, then 11.5."""
    accepted(world, world.stations, "40", now=at("2021-04-10"))  # 1
    accepted(world, world.posts, "12", world.east, now=at("2021-04-11"))  # 2
    accepted(world, world.stations, "35", now=at("2021-05-20"))  # 3
    accepted(world, world.posts, "11.5", world.east, now=at("2021-05-21"))  # 4
    accepted(world, world.stations, "36", now=at("2021-06-01"))  # 5
    accepted(world, world.stations, "60", period=1, now=at("2021-07-10"))  # 6
    return world


def found(world: World, known_at: str = "", period: str = "2021Q2", limit: int = 9, user=None, **among):
    return corrections(shown_at(world, period, known_at), user or world.supervisor, limit=limit, **among)


def test_each_says_what_was_known_from_when_and_what_is_now(corrected: World) -> None:
    one = found(corrected, targets=[corrected.posts.pk]).rows[0]
    assert (one.target_code, one.agency_code, one.quarter) == ("posts", "east", 2021 * 4)
    assert (one.was, one.was_number, one.was_at) == ("12 stations", 2, at("2021-04-11"))
    assert (one.now, one.now_number, one.now_at) == ("11.5 stations", 4, at("2021-05-21"))
    assert (one.reason, one.by, one.stands) == ("数据核实后更正", "Reporter-East", True)


def test_a_figure_corrected_twice_makes_two_newest_first_and_the_last_stands(corrected: World) -> None:
    rows = found(corrected, targets=[corrected.stations.pk]).rows
    assert [(one.was, one.now, one.stands) for one in rows] == [
        ("35 stations", "36 stations", True),
        ("40 stations", "35 stations", False),
    ]


def test_only_the_newest_are_listed_and_all_are_counted(corrected: World) -> None:
    listed = found(corrected, limit=1)
    assert [one.now_number for one in listed.rows] == [5] and listed.total == 3


def test_what_was_not_known_yet_was_no_correction_then(corrected: World) -> None:
    assert found(corrected, known_at="2").total == 0
    before_the_last = found(corrected, known_at="4", targets=[corrected.stations.pk]).rows
    assert [(one.now, one.stands) for one in before_the_last] == [("35 stations", True)]


def test_by_agency_by_district_and_of_one_quarter_alone(corrected: World) -> None:
    east = District.objects.get(code="310101")
    accepted(corrected, corrected.stations, "61", period=1, now=at("2021-08-10"))
    assert {one.target_code for one in found(corrected, agency="bureau").rows} == {"stations"}
    assert {one.target_code for one in found(corrected, district=east.code).rows} == {"posts"}
    assert [one.now for one in found(corrected, only_quarter=True).rows] == ["61 stations"]
    assert found(corrected, period="2021Q1").total == 3, "a later quarter's is not of this one's page"


def test_a_district_has_those_of_its_agencies_that_are_for_no_district_in_particular(corrected: World) -> None:
    target = TargetFactory(code="halls", task=corrected.stations.task)
    AssignmentFactory(target=target, agency=corrected.east, position=1)
    for number, value in enumerate(("3", "2"), start=1):
        accepted(corrected, target, value, corrected.east, now=at(f"2021-06-0{number}"))
    assert [one.now for one in found(corrected, district="310101").rows] == ["2 stations", "11.5 stations"]


def test_a_ratio_says_what_it_was_made_of_and_a_stage_its_word(world: World) -> None:
    for numerator in ("30", "31"):
        accepted(world, world.share, Input(numerator=numerator, denominator="50"))
    for stage in ("under_way", "not_started"):
        accepted(world, world.centre, Input(stage=stage))
    centre, share = found(world).rows
    assert (share.was, share.now) == ("60% (30 / 50)", "62% (31 / 50)")
    assert (centre.was, centre.now) == ("Under way", "Not started")


def test_who_may_not_read_progress_sees_none(corrected: World) -> None:
    assert found(corrected, user=UserFactory()).total == 0


def test_one_statement_however_many(corrected: World, django_assert_num_queries) -> None:
    shown = shown_at(corrected, "2021Q2")
    with django_assert_num_queries(1):
        corrections(shown, corrected.supervisor, limit=9)
