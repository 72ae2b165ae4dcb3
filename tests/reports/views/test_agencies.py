"""`/agencies/` and `/agencies/<code>/`."""

from __future__ import annotations

import csv
import json
import re
from datetime import date

import pytest
from django.test import Client

from agencies.models import Agency
from agencies.roles import Role
from reports.models import ReportingPeriod
from reports.services import rollup
from targets.rules import AssignmentRole
from tests.factories import AgencyFactory, AssignmentFactory, TargetFactory, World, at, person
from tests.reports.conftest import Acting

from .conftest import QUARTER, text_of

STATEMENTS, LIST_STATEMENTS = 18, 9


def names(page: str) -> list[str]:
    """Agencies of the list, in its order."""
    return re.findall(r'<th scope="row"><a href="/agencies/([\w-]+)/', page)


def test_the_list_has_every_agency_that_answers_for_something(reported: World, english: Client) -> None:
    AgencyFactory(code="idle")
    page = text_of(english.get("/agencies/" + QUARTER))
    assert re.search(r"bureau Municipal bureau 1 / 3 .* — — 1 / 1 0 partner", page), "leads three, one of them lags"
    assert "partner Municipal bureau — — — 1 — —" in page and "idle" not in page


def test_the_list_can_be_ordered_and_few_targets_come_last(reported: World, reader: Client) -> None:
    """One of one lags at the small one, one of three at the bureau: a share of so few does not lead the list."""
    small = AgencyFactory(code="small", position=0)
    AssignmentFactory(target=reported.stations, agency=small, role=AssignmentRole.LEAD, position=5)
    order = {sort: names(reader.get(f"/agencies/{QUARTER}&sort={sort}").content.decode()) for sort in ("", "lagging")}
    assert order[""][0] == "small", "the plan's own order"
    assert order["lagging"][:2] == ["bureau", "small"]


def test_an_unknown_order_is_the_plans(reported: World, reader: Client) -> None:
    known, unknown = (names(reader.get(f"/agencies/{QUARTER}&sort={sort}").content.decode()) for sort in ("", "moon"))
    assert known == unknown


def test_the_figure_of_lead_agencies_has_the_lists_numbers(reported: World, english: Client) -> None:
    figure = json.loads(english.get("/charts/agencies.json" + QUARTER).content)
    drawn = {trace["name"]: trace["x"] for trace in figure["data"]}
    assert all(trace["y"] == ["bureau"] for trace in figure["data"]), "only who leads something"
    assert sum(number for (number,) in drawn.values()) == 3 and drawn["Far behind"] == [1]
    heads, row = csv.reader(english.get("/charts/agencies.csv" + QUARTER).content.decode("utf-8-sig").splitlines())
    assert dict(zip(heads, row, strict=True)) | {"Leads": "3", "Lag": "1"} == dict(zip(heads, row, strict=True))


def test_an_agency_has_its_targets_by_role_and_its_packets(reported: World, english: Client) -> None:
    page = text_of(english.get("/agencies/bureau/" + QUARTER))
    assert "Q1 2021: answers for 3 targets; 1 lag." in page
    assert "Target stations Networks Far behind 35 stations 100 stations 35 stations Far behind" in page
    assert "Of 1 packet that was due: On time 1 Late 0 Not handed in 0" in page


def test_what_was_corrected_is_told(reported: World, english: Client) -> None:
    page = text_of(english.get("/agencies/bureau/" + QUARTER))
    assert "Corrections 1" in page and "was 40 stations" in page and "now 35 stations" in page
    earlier = text_of(english.get("/agencies/bureau/" + QUARTER + "&known_at=2021-05-01"))
    assert "now 35 stations" not in earlier and "40 stations" in earlier


def test_a_district_has_its_own_figure_and_its_part_of_the_citys(reported: World, english: Client) -> None:
    page = text_of(english.get("/agencies/east/" + QUARTER))
    assert "Target posts Networks On track 20 stations 40 stations 12 stations Ahead 60.0%" in page


def test_an_agency_that_only_takes_part_says_so(reported: World, english: Client) -> None:
    assert "Takes part in targets that others lead." in text_of(english.get("/agencies/partner/" + QUARTER))


def test_packets_of_others_are_not_shown(reported: World, client: Client) -> None:
    client.cookies["django_language"] = "en"
    client.force_login(person(Role.REPORTER, reported.east))
    page = text_of(client.get("/agencies/bureau/" + QUARTER))
    assert "No packet that you may see." in page and "Doubts" not in page
    assert "accepted" in text_of(client.get("/agencies/east/" + QUARTER))
    assert "1 / 3 " in text_of(client.get("/agencies/" + QUARTER)), "targets are for everybody, packets are not"


def test_a_kept_page_follows_what_is_said_to_a_doubt(reported: World, english: Client) -> None:
    ReportingPeriod.objects.filter(code="2021Q2").update(closes_at=at("2040-01-01"))
    address, acting = "/agencies/bureau/?plan=small&period=2021Q2", Acting(reported)
    for said in ("集中验收", "年底集中验收"):
        line = reported.line(reported.stations, period=1)
        acting.save(line, value="99999", explanation=said, now=at("2021-07-02"))
        assert f" {said} " in text_of(english.get(address))


def test_a_kept_page_follows_an_agencys_name(reported: World, english: Client) -> None:
    english.get("/agencies/" + QUARTER)
    Agency.objects.filter(code="bureau").update(short_name_en="Roads")
    assert " Roads " in text_of(english.get("/agencies/" + QUARTER))


def test_at_an_earlier_quarter_the_list_has_who_answered_then_as_their_page_does(
    reported: World, english: Client
) -> None:
    reported.stations.assignments.filter(agency=reported.bureau).update(ended_on=date(2021, 5, 1))
    first, second = (f"?plan=small&period={quarter}" for quarter in ("2021Q1", "2021Q2"))
    assert " 1 / 3 " in text_of(english.get("/agencies/" + first))
    assert "answers for 3 targets" in text_of(english.get("/agencies/bureau/" + first))
    assert " / 3 " not in text_of(english.get("/agencies/" + second))
    assert "answers for 2 targets" in text_of(english.get("/agencies/bureau/" + second))


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
