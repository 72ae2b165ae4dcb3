"""Explore in a real browser: filters, chips, the way back, files, narrow, without script."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.browser.axe import serious

pytestmark = pytest.mark.browser

QUARTER = "?plan=small&period=2021Q1"
ADDRESS = f"/explore/{QUARTER}"


@pytest.fixture
def at_explore(visit):
    visitor = visit()
    visitor.open(ADDRESS)
    return visitor


def names(page) -> list[str]:
    return page.locator("table.explore tbody th").all_inner_texts()


def test_a_filter_is_in_the_address_and_the_way_back_keeps_it(at_explore) -> None:
    page = at_explore.page
    everything = names(page)
    with page.expect_navigation():
        page.click(".explore-bar input[name=status][value=critical]")
    assert "status=critical" in page.url and "period=2021Q1" in page.url
    critical = names(page)
    assert len(critical) == 2 and page.is_checked(".explore-bar input[name=status][value=critical]")
    with page.expect_navigation():
        page.select_option("select[name=agency]", "bureau")
    assert len(names(page)) == 1 and page.locator(".chip").count() == 2
    page.go_back()
    assert names(page) == critical
    with page.expect_navigation():
        page.click(".chip")
    assert names(page) == everything and "status" not in page.url
    assert at_explore.complaints == []


def test_it_is_sorted_and_searched(at_explore) -> None:
    page = at_explore.page
    page.click("table.explore thead th:nth-child(8) a")
    assert "sort=" in page.url
    page.fill("input[name=text]", "posts")
    with page.expect_navigation():
        page.press("input[name=text]", "Enter")
    assert len(names(page)) == 1 and "text=posts" in page.url and "sort=" in page.url


def test_another_quarter_keeps_the_filter(at_explore) -> None:
    page = at_explore.page
    with page.expect_navigation():
        page.click(".explore-bar input[name=status][value=not_due]")
    with page.expect_navigation():
        page.select_option("form.state select[name=period]", "2021Q2")
    assert "status=not_due" in page.url and "period=2021Q2" in page.url


def test_the_files_are_what_is_filtered(at_explore, tmp_path: Path) -> None:
    page = at_explore.page
    at_explore.open(f"{ADDRESS}&status=critical")
    saved = {}
    for kind, words in (("csv", "CSV"), ("xlsx", "Excel")):
        with page.expect_download() as download:
            page.click(f".explore-tools a:has-text('{words}')")
        assert download.value.suggested_filename == f"explore_small_2021Q1_ledger-4.{kind}"
        saved[kind] = tmp_path / f"taken.{kind}"
        download.value.save_as(saved[kind])
    headings, *lines = csv.reader(saved["csv"].read_text("utf-8-sig").splitlines())
    assert len(lines) == 2 and "stations" in lines[0]
    book = load_workbook(saved["xlsx"])
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert list(rows[0]) == headings and len(rows) == 3 and len(book.worksheets) == 2


def test_the_chart_is_drawn_and_follows_the_filter(at_explore) -> None:
    assert at_explore.charts_drawn()
    at_explore.open(f"{ADDRESS}&since=2021Q1&district=310101")
    assert at_explore.charts_drawn()
    at_explore.open("/explore/?plan=small&period=2021Q2&since=2021Q1")
    assert at_explore.charts_drawn()
    assert at_explore.complaints == []


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_stands_beside_the_screen_and_axe_is_content(visit, width: int) -> None:
    visitor = visit(width)
    visitor.open(f"{ADDRESS}&since=2021Q1&agency=bureau&line=nothing&status=critical&status=no_data")
    visitor.charts_drawn()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(visitor.page) == []


def test_on_a_narrow_screen_rows_are_cards(visit) -> None:
    visitor = visit(390)
    visitor.open(ADDRESS)
    label = "getComputedStyle(document.querySelector('table.explore td'), '::before').content"
    assert visitor.page.evaluate(label) not in ("none", "normal")
    assert visitor.page.evaluate("document.querySelector('table.explore').getBoundingClientRect().top") < 900


def test_without_script_it_is_filtered_by_its_button(visit) -> None:
    visitor = visit(script=False)
    page = visitor.page
    visitor.open(ADDRESS)
    page.click(".explore-bar input[name=status][value=critical]")
    page.click(".explore-bar input[name=status][value=not_due]")
    page.select_option("select[name=agency]", "bureau")
    page.click(".explore-bar button")
    assert page.url.count("status=") == 2 and "agency=bureau" in page.url
    assert len(names(page)) == 2 and page.locator(".chip").count() == 3
