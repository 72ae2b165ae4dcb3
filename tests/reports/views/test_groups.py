"""`/groups/<code>/`, and the charts of lines and groups."""

from __future__ import annotations

import csv
import json

import pytest
from django.test import Client

from reports.services import rollup
from tests.factories import AssignmentFactory, TargetFactory, World, working_group

from .conftest import QUARTER, text_of

ADDRESS = "/groups/networks/" + QUARTER
STATEMENTS = 15


@pytest.fixture
def group(reported: World) -> World:
    working_group(reported, reported.bureau, of_line=True)
    return reported


def test_a_group_says_its_duty_its_leads_and_how_its_targets_stand(group: World, english: Client) -> None:
    page = text_of(english.get(ADDRESS))
    assert "Network group Q1 2021: 1 of 4 targets lags. 1 of them since this quarter." in page
    assert "What it is there for Leads Lead agencies bureau" in page
    assert "Target stations Far behind 35 stations" in page


def test_a_group_without_a_line_says_where_its_targets_come_from(reported: World, english: Client) -> None:
    working_group(reported, reported.east, of_line=False)
    page = text_of(english.get(ADDRESS))
    assert "The plan gives this group no line of its own" in page
    assert "Target posts" in page and "Target stations" not in page


def test_as_known_at_an_earlier_moment(group: World, english: Client) -> None:
    assert "Behind 40 stations" in text_of(english.get(ADDRESS + "&known_at=2021-05-01"))


def test_an_unknown_group_is_not_found_in_words(world: World, english: Client) -> None:
    response = english.get("/groups/space/")
    assert response.status_code == 404 and "no working group “space”" in response.content.decode()


@pytest.mark.parametrize("more", [0, 2])
def test_its_statements_do_not_grow_with_targets(
    group: World, reader: Client, django_assert_num_queries, more: int
) -> None:
    for number in range(more):
        target = TargetFactory(code=f"more-{number}", task=group.stations.task, plan=group.plan)
        AssignmentFactory(target=target, agency=group.bureau)
    rollup.roll_up()
    with django_assert_num_queries(STATEMENTS):
        reader.get(ADDRESS)


@pytest.mark.parametrize("name", ["line-network", "group-networks"])
def test_classes_quarter_by_quarter_as_figure_and_file(group: World, english: Client, name: str) -> None:
    figure = json.loads(english.get(f"/charts/{name}.json{QUARTER}").content)
    heads, row = csv.reader(english.get(f"/charts/{name}.csv{QUARTER}").content.decode("utf-8-sig").splitlines())
    assert {trace["name"]: trace["y"][0] for trace in figure["data"]} == dict(
        zip(heads[1:], map(int, row[1:]), strict=True)
    )
    assert sum(map(int, row[1:])) == 4, "every target stands in one class"


@pytest.mark.parametrize("name", ["milestones-network", "groupmilestones-networks"])
def test_milestones_as_figure_and_file(group: World, english: Client, name: str) -> None:
    figure = json.loads(english.get(f"/charts/{name}.json{QUARTER}").content)
    assert figure["layout"]["yaxis"]["ticktext"] == ["Target centre"]
    _, row = csv.reader(english.get(f"/charts/{name}.csv{QUARTER}").content.decode("utf-8-sig").splitlines())
    assert row[:5] == ["centre", "Target centre", "2021-06-30", "", ""], "planned, and not yet reached"


@pytest.mark.parametrize("name", ["milestones-nothing", "groupmilestones-nothing", "group-nothing", "line-nothing"])
def test_a_chart_of_what_is_not_there_is_not_found(group: World, reader: Client, name: str) -> None:
    assert reader.get(f"/charts/{name}.json{QUARTER}").status_code == 404
    assert reader.get(f"/charts/{name}.csv{QUARTER}").status_code == 404


def test_a_line_without_targets_draws_an_empty_figure(group: World, reader: Client) -> None:
    group.plan.lines.create(code="quiet", kind="action", name_zh="静", short_zh="静", position=9)
    for name in ("line-quiet", "milestones-quiet"):
        assert reader.get(f"/charts/{name}.json{QUARTER}").status_code == 200
    assert "方案" in text_of(reader.get("/lines/quiet/" + QUARTER))
