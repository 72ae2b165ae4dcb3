"""`/charts/<name>.json`: content, language, what is stored, and 304."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from agencies.models import Agency
from reports.models import StoredChart
from reports.services import rollup
from reports.services.charts import build_first_charts
from tests.factories import World, at
from tests.history import accepted

from .conftest import QUARTER

NAMES = ["overview", "line-network", "target-stations", "target-centre", "increments-stations"]


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_says_unit_quarter_moment_and_source(reported: World, reader: Client, name: str) -> None:
    figure = json.loads(reader.get(f"/charts/{name}.json{QUARTER}&lang=zh-hans").content)
    assert figure["data"] and "2021年一季度，截至：当前（台账第5号）" in figure["layout"]["title"]["subtitle"]["text"]
    assert "测〔2021〕1号" in figure["layout"]["title"]["subtitle"]["text"]


@pytest.mark.parametrize("name", NAMES)
def test_no_figure_carries_markup_that_the_policy_forbids(reported: World, reader: Client, name: str) -> None:
    body = reader.get(f"/charts/{name}.json{QUARTER}").content.decode()
    assert not re.search(r"<(?!br>|extra>|/extra>)[a-z]", body), "only <br> and <extra> become no style attribute"


def test_who_has_it_already_is_told_so(reported: World, reader: Client) -> None:
    first = reader.get("/charts/overview.json")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = reader.get("/charts/overview.json", headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])


def test_an_agencys_new_name_makes_a_new_figure(reported: World, reader: Client) -> None:
    first = reader.get(f"/charts/overview.json{QUARTER}")
    Agency.objects.filter(code="bureau").update(short_name_zh="市道路局")
    second = reader.get(f"/charts/overview.json{QUARTER}", headers={"if-none-match": first.headers["ETag"]})
    assert second.status_code == 200 and "市道路局" in second.content.decode()


def test_a_new_acceptance_makes_a_new_figure(reported: World, reader: Client) -> None:
    first = reader.get(f"/charts/target-stations.json{QUARTER}")
    accepted(reported, reported.stations, "45", now=at("2021-05-21"))
    rollup.roll_up()
    second = reader.get(f"/charts/target-stations.json{QUARTER}", headers={"if-none-match": first.headers["ETag"]})
    assert second.status_code == 200 and b"45.0" in second.content
    assert StoredChart.objects.get(key="small/2021Q1/zh-hans/target-stations").ledger_number == 6


def test_what_was_known_earlier_is_drawn_and_not_stored(reported: World, reader: Client) -> None:
    figure = reader.get(f"/charts/target-stations.json{QUARTER}&known_at=2021-05-01").content
    assert b"40.0" in figure and b"35.0" not in figure
    assert not StoredChart.objects.exists()


def test_the_language_is_the_addresss(reported: World, reader: Client) -> None:
    assert "Targets by status" in reader.get(f"/charts/line-network.json{QUARTER}&lang=en").content.decode()
    assert "各状态指标数" in reader.get(f"/charts/line-network.json{QUARTER}&lang=zh-hans").content.decode()


@pytest.mark.parametrize("name", ["moon", "line-moon", "target-moon", "overview-1", "line"])
def test_an_unknown_chart_is_not_found(reported: World, reader: Client, name: str) -> None:
    assert reader.get(f"/charts/{name}.json").status_code == 404


def test_a_chart_needs_signing_in_and_the_right_to_read(reported: World, client: Client) -> None:
    assert client.get("/charts/overview.json").status_code == 302
    client.force_login(reported.operator)
    assert client.get("/charts/overview.json").status_code == 404, "the operator sees no plan"


def test_the_job_builds_what_the_first_pages_need(reported: World, reader: Client, django_assert_num_queries) -> None:
    build_first_charts([reported.stations.pk])
    names = {key.split("/", 2)[2] for key in StoredChart.objects.values_list("key", flat=True)}
    assert names == {f"{language}/{name}" for language in ("zh-hans", "en") for name in NAMES[:3]}
    with django_assert_num_queries(5):  # person, roles, plans, roll-up state, the stored figure
        reader.get("/charts/overview.json")
