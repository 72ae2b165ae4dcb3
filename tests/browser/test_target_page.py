"""The page of one target in a real browser: charts, the tables behind them, narrow and on paper."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from reports.services import rollup
from tests.factories import PlanFactory, World, small_plan
from tests.reports.quarters import reported

pytestmark = pytest.mark.browser

ADDRESS = "/targets/stations/?plan=small&period=2022Q1"


@pytest.fixture
def shown(served: None) -> World:
    """The small plan over two years with five quarters of figures: enough for a forecast, not yet due."""
    PlanFactory(ends_on=date(2022, 12, 31), last_period="2022Q4")
    world = small_plan()
    reported(world, world.stations, ["10", "22", "30", "38", "50"])
    rollup.roll_up()
    return world


def test_its_charts_are_drawn_with_the_forecast(visit) -> None:
    visitor = visit()
    visitor.open(ADDRESS)
    visitor.charts_drawn()
    assert visitor.page.locator("[data-drawn=yes]").count() == 2
    fills = visitor.page.evaluate(
        "() => [...document.querySelectorAll('[data-chart]')].flatMap(one => one.figure.data.map(part => part.fill))"
    )
    assert fills.count("toself") == 1, "the band of the forecast"
    assert visitor.complaints == []


@pytest.mark.parametrize(("section", "chart"), [("course", "target-stations"), ("increments", "increments-stations")])
def test_the_table_has_the_rows_of_the_file(visit, section: str, chart: str) -> None:
    visitor = visit()
    visitor.open(ADDRESS)
    visitor.page.click(f"section[aria-labelledby={section}] details.data > summary")
    rows = visitor.page.locator(f"section[aria-labelledby={section}] details.data tbody tr")
    answer = visitor.page.request.get(f"{visitor.address}/charts/{chart}.csv{ADDRESS[ADDRESS.index('?') :]}")
    listed = list(csv.reader(io.StringIO(answer.text().lstrip("\ufeff"))))
    assert rows.count() == len(listed) - 1 == 5
    assert rows.first.is_visible()


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_nothing_scrolls_sideways(visit, width: int) -> None:
    visitor = visit(width)
    visitor.open(ADDRESS)
    visitor.charts_drawn()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_its_charts_are_within_the_page(visit) -> None:
    visitor = visit()
    visitor.open(ADDRESS)
    visitor.charts_drawn()
    visitor.page.emulate_media(media="print")
    visitor.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    widths = visitor.page.evaluate("() => [...document.querySelectorAll('.main-svg')].map(one => one.clientWidth)")
    assert widths and max(widths) <= 700, "an A4 page between its margins"


def test_a_number_leads_to_how_it_was_made(visit) -> None:
    visitor = visit()
    visitor.open(ADDRESS)
    visitor.page.click(".standing .figures a[href='#computation']")
    assert visitor.page.url.endswith("#computation")
    assert visitor.page.locator(".formula").is_visible()
