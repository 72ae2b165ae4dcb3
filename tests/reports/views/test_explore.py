"""`/explore/`, its files and its chart."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from django.test import Client
from openpyxl import load_workbook

from reports.models import Acceptance
from reports.services import rollup
from targets.models import Target
from tests.factories import AssignmentFactory, TargetFactory, World, at
from tests.history import accepted

from .conftest import QUARTER, text_of

ADDRESS = f"/explore/{QUARTER}"
STATEMENTS = 11


def table_of(response) -> list[list[str]]:
    """Rows of a CSV file, the headings first."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def records(response) -> list[dict[str, str]]:
    headings, *rows = table_of(response)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def sheets_of(response):
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def test_it_lists_the_quarters_targets_with_their_numbers(reported: World, english: Client) -> None:
    said = text_of(english.get(ADDRESS))
    assert "4 of 4 targets" in said and "1–4 of 4" in said
    assert "Target stations Networks bureau Far behind 35 stations" in said and "1/1 #5" in said
    assert "2/2 #3" in said, "the districts' sum rests on two figures"


def test_filters_are_chips_that_can_be_taken_back(reported: World, english: Client) -> None:
    response = english.get(ADDRESS + "&status=critical&status=missed&agency=bureau&sort=-pace")
    said, html = text_of(response), response.content.decode()
    assert "1 of 4 targets" in said and "Target posts" not in said
    for rest in ("&status=missed&status=critical&sort=-pace", "&agency=bureau&status=missed&sort=-pace"):
        assert f'href="{ADDRESS}{rest}"'.replace("&", "&amp;") in html
    assert "Remove the filter Agency: bureau" in html and "Remove all filters" in said


def test_nothing_found_says_what_to_do(reported: World, english: Client) -> None:
    response = english.get(ADDRESS + "&text=moon")
    assert "No target matches all of these filters." in text_of(response)
    assert b"data-chart" not in response.content and b"export.csv" not in response.content


def test_a_plan_without_targets_says_who_loads_them(world: World, english: Client) -> None:
    Target.objects.update(retired_on=date(2020, 1, 1))
    assert "The plan has no target yet." in text_of(english.get(ADDRESS))


def test_nonsense_is_told_beside_the_field_and_left_out(reported: World, english: Client) -> None:
    response = english.get(
        ADDRESS
        + "&line=<b>&agency=x%00&role=lead&district=1&status=great&text="
        + "a" * 200
        + "&since=1&sort=0&page=-3"
    )
    said = text_of(response)
    assert response.status_code == 200 and "4 of 4 targets" in said
    for words in (
        "no line “&lt;b&gt;”",
        "no status “great”",
        "cannot be searched for",
        "cannot be sorted",
        "no page “-3”",
    ):
        assert words in said
    assert b"<b>&" not in response.content


def test_a_page_behind_the_last_is_the_last(reported: World, english: Client, monkeypatch) -> None:
    monkeypatch.setattr("reports.views.explore.PER_PAGE", 3)
    response = english.get(ADDRESS + "&page=9")
    assert "4–4 of 4" in text_of(response) and "Page 2 of 2" in text_of(response)
    first = english.get(ADDRESS).content.decode()
    assert "&amp;page=2" in first and 'rel="next"' in first and 'rel="prev"' not in first


def test_headings_sort_and_say_how(reported: World, english: Client) -> None:
    html = english.get(ADDRESS + "&sort=pace").content.decode()
    assert 'aria-sort="ascending"><a href="' + ADDRESS.replace("&", "&amp;") + '&amp;sort=-pace">Pace' in html
    html = english.get(ADDRESS + "&sort=-pace").content.decode()
    assert 'aria-sort="descending"><a href="' + ADDRESS.replace("&", "&amp;") + '&amp;sort=pace">Pace' in html


def test_a_district_and_an_agency_show_their_own(reported: World, english: Client) -> None:
    said = text_of(english.get(ADDRESS + "&district=310101"))
    assert "1 of 4 targets" in said and "12 stations" in said and "20 stations" in said
    assert "Own figure" in text_of(english.get(ADDRESS + "&agency=east"))


def test_who_reports_for_one_agency_sees_the_same(reported: World, client: Client) -> None:
    client.force_login(reported.reporter)
    assert client.get(ADDRESS + "&agency=east").status_code == 200
    assert len(records(client.get(f"/explore/export.csv{QUARTER}"))) == 4


@pytest.mark.parametrize("more", [0, 5])
def test_its_statements_do_not_grow(reported: World, reader: Client, django_assert_num_queries, more: int) -> None:
    for number in range(more):
        target = TargetFactory(code=f"more-{number}", task=reported.stations.task, plan=reported.plan)
        AssignmentFactory(target=target, agency=reported.bureau)
    rollup.roll_up()
    with django_assert_num_queries(STATEMENTS):
        reader.get(ADDRESS + "&since=2021Q1&status=critical&status=no_data")


def test_the_csv_file_has_every_digit_and_its_source(reported: World, english: Client) -> None:
    response = english.get(f"/explore/export.csv{QUARTER}&sort=-completion")
    assert response["Content-Disposition"] == 'attachment; filename="explore_small_2021Q1_ledger-5.csv"'
    rows = {row["Target code"]: row for row in records(response)}
    stations, head = rows["stations"], Acceptance.objects.get(number=5)
    expected = {
        "Plan": "small", "Quarter": "2021Q1", "Quarter ends on": "2021-03-31", "Line code": "network",
        "Line": "Networks", "Target": "Target stations", "Agency codes": "bureau", "Status code": "critical",
        "Status": "Far behind", "Value": "35", "Unit": "stations", "Goal": "100", "Completion": "0.35",
        "Reporters with a figure": "1", "Reporters": "1", "Rests on ledger number": "5", "Ledger number": "5",
        "Ledger hash": head.hash, "Due": "2021-06-30", "Lags since": "2021Q1",
    }  # fmt: skip
    assert {name: stations[name] for name in expected} == expected
    assert stations["Expected"] == "49.444444", "all six places"
    assert (rows["centre"]["Stage code"], rows["centre"]["Stage"], rows["centre"]["Value"]) == (
        "under_way", "Under way", "",
    )  # fmt: skip
    assert rows["posts"]["Agency codes"] == "east, west"


def test_the_csv_file_says_when_it_was_known(reported: World, english: Client) -> None:
    (row,) = records(english.get(f"/explore/export.csv{QUARTER}&known_at=2021-05-01&text=stations"))
    assert (row["Value"], row["Ledger number"]) == ("40", "4")
    assert row["As known at"] == "2021-05-01T23:59:59+08:00"


def test_a_files_rows_are_those_of_the_page(reported: World, english: Client) -> None:
    query = "?plan=small&period=2021Q2&since=2021Q1&agency=bureau&status=critical&status=missed&sort=pace"
    rows = records(english.get(f"/explore/export.csv{query}"))
    said = text_of(english.get(f"/explore/{query}"))
    places = [said.index(row["Target"], said.index("Rests on")) for row in rows]
    assert rows and f"{len(rows)} row" in said and places == sorted(places)
    assert rows[0]["Own figure"] == rows[0]["Value"]


def test_the_workbook_has_the_same_and_says_what_it_is(reported: World, english: Client) -> None:
    query = f"{QUARTER}&status=critical&status=not_due"
    book = sheets_of(english.get(f"/explore/export.xlsx{query}"))
    headings, *rows = ([cell.value for cell in row] for row in book["Progress"].iter_rows())
    lines = table_of(english.get(f"/explore/export.csv{query}"))
    assert headings == lines[0]
    assert [row[headings.index("Target code")] for row in rows] == [
        row[headings.index("Target code")] for row in lines[1:]
    ]
    (stations,) = (row for row in rows if "stations" in row)
    assert stations[headings.index("Value")] == 35 and stations[headings.index("Completion")] == 0.35
    about = dict(row for row in book["About"].iter_rows(values_only=True))
    assert about["Ledger"].startswith("#5 ") and about["Plan"] == "Small plan (测〔2021〕1号)"
    assert about["Filter"] == "Status: Far behind; Status: Not due yet" and about["Rows"] == "2 / 2"
    assert about["Address of the page"].endswith("/explore/export.xlsx" + query)


def test_names_that_look_like_formulas_stay_texts(reported: World, english: Client) -> None:
    Target.objects.filter(code="stations").update(name_en='=HYPERLINK("http://x","y")')
    (row,) = records(english.get(f"/explore/export.csv{QUARTER}&text=stations"))
    assert row["Target"] == '\'=HYPERLINK("http://x","y")'
    page = sheets_of(english.get(f"/explore/export.xlsx{QUARTER}&text=stations"))["Progress"]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_a_file_of_more_rows_than_it_may_hold_says_so(reported: World, english: Client, monkeypatch) -> None:
    monkeypatch.setattr("reports.exports.workbooks.MOST_ROWS", 2)
    book = sheets_of(english.get(f"/explore/export.xlsx{QUARTER}"))
    assert book["Progress"].max_row == 3
    about = dict(row for row in book["About"].iter_rows(values_only=True))
    assert about["Rows"] == "2 / 4" and "first rows only" in about["Left out"]
    assert "The Excel file holds the first 2 rows" in text_of(english.get(ADDRESS))
    assert len(records(english.get(f"/explore/export.csv{QUARTER}"))) == 4


@pytest.mark.parametrize("path", ["", "export.csv", "export.xlsx"])
def test_before_there_is_a_plan_the_page_says_so(db, client: Client, path: str) -> None:
    from tests.factories import person

    client.force_login(person("supervisor"))
    response = client.get(f"/explore/{path}")
    assert response.status_code == 200 and "text/html" in response["Content-Type"]


def figure(client: Client, query: str = "") -> dict:
    return json.loads(client.get(f"/charts/explore.json{QUARTER}{query}&lang=en").content)


def test_the_chart_of_few_targets_shows_each(reported: World, reader: Client) -> None:
    body = json.dumps(figure(reader))
    assert "Target stations" in body and "Target posts" in body
    assert "Target posts" not in json.dumps(figure(reader, "&status=critical&line=network"))


def test_the_chart_of_many_counts_them_by_line(reported: World, reader: Client, monkeypatch) -> None:
    monkeypatch.setattr("reports.services.drawings.explore.MOST_BULLETS", 2)
    found = figure(reader)
    assert {trace["name"]: list(trace["x"]) for trace in found["data"]} == {
        "Far behind": [1], "On track": [2], "Not due yet": [1],
    }  # fmt: skip
    assert found["data"][0]["y"] == ["Networks"]


def test_the_chart_of_several_quarters_counts_over_time(reported: World, reader: Client) -> None:
    accepted(reported, reported.stations, "101", period=1, now=at("2021-07-10"))
    rollup.roll_up()
    found = json.loads(
        reader.get("/charts/explore.json?plan=small&period=2021Q2&since=2021Q1&text=stations&lang=en").content
    )
    assert {trace["name"]: list(trace["y"]) for trace in found["data"]} == {"Far behind": [1, 0], "Done": [0, 1]}
    assert found["data"][0]["x"] == ["2021Q1", "2021Q2"]


def test_the_charts_data_is_the_selections(reported: World, reader: Client) -> None:
    text = reader.get(f"/charts/explore.csv{QUARTER}&agency=east&lang=en").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["Code of the target"] for row in rows] == ["posts"]


def test_a_chart_of_nothing_is_an_empty_one(reported: World, reader: Client) -> None:
    assert figure(reader, "&text=moon")["data"] == []


def test_other_values_of_one_parameter_are_another_chart(reported: World, reader: Client) -> None:
    one = reader.get(f"/charts/explore.json{QUARTER}&status=critical")
    both = reader.get(f"/charts/explore.json{QUARTER}&status=critical&status=on_track&status=done&status=ahead")
    assert one.headers["ETag"] != both.headers["ETag"]
    again = reader.get(f"/charts/explore.json{QUARTER}&status=critical", headers={"if-none-match": one.headers["ETag"]})
    assert again.status_code == 304
