"""`/agencies/` and `/agencies/<code>/`."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.roles import Role
from reports.services import rollup
from tests.factories import AgencyFactory, AssignmentFactory, TargetFactory, World, person

from .conftest import QUARTER, text_of

STATEMENTS, LIST_STATEMENTS = 15, 8


def test_the_list_has_every_agency_that_answers_for_something(reported: World, english: Client) -> None:
    AgencyFactory(code="idle")
    page = text_of(english.get("/agencies/" + QUARTER))
    assert "bureau municipal bureau 3 0 0 1" in page, "leads three, one of them lags"
    assert "partner municipal bureau 0 0 1 0" in page and "idle" not in page


def test_an_agency_has_its_targets_by_role_and_its_packets(reported: World, english: Client) -> None:
    page = text_of(english.get("/agencies/bureau/" + QUARTER))
    assert "Q1 2021: reports for 3 targets, 1 of them behind." in page
    assert "Target stations Networks Far behind 35 stations 100 stations 35 stations Far behind Q1 2021" in page
    assert "Quarter State Submitted Q1 2021 accepted 2021-04-10 12:00" in page


def test_a_district_has_its_own_figure_beside_the_citys(reported: World, english: Client) -> None:
    page = text_of(english.get("/agencies/east/" + QUARTER))
    assert "Target posts Networks On track 20 stations 40 stations 12 stations Ahead" in page


def test_packets_of_others_are_not_shown(reported: World, client: Client) -> None:
    client.cookies["django_language"] = "en"
    client.force_login(person(Role.REPORTER, reported.east))
    assert "No packet that you may see." in text_of(client.get("/agencies/bureau/" + QUARTER))
    assert "accepted" in text_of(client.get("/agencies/east/" + QUARTER))


def test_an_unknown_agency_is_not_found_in_words(world: World, english: Client) -> None:
    response = english.get("/agencies/moon/")
    assert response.status_code == 404 and "There is no agency “moon”." in response.content.decode()


@pytest.mark.parametrize("more", [0, 2])
@pytest.mark.parametrize(
    ("address", "statements"), [("/agencies/", LIST_STATEMENTS), ("/agencies/bureau/", STATEMENTS)]
)
def test_statements_do_not_grow_with_targets(
    reported: World, reader: Client, django_assert_num_queries, address: str, statements: int, more: int
) -> None:
    for number in range(more):
        target = TargetFactory(code=f"more-{number}", task=reported.stations.task, plan=reported.plan)
        AssignmentFactory(target=target, agency=reported.bureau)
    rollup.roll_up()
    with django_assert_num_queries(statements):
        reader.get(address + QUARTER)
