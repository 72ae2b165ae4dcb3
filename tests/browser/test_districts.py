"""The pages of districts in a real browser: tiles, bars, and the comparison."""

from __future__ import annotations

import pytest

from agencies.models import District
from tests.browser.axe import serious

pytestmark = pytest.mark.browser

QUARTER = "?plan=small&period=2021Q1"
LIST, CHOSEN, ONE, TARGET = (
    f"/districts/{QUARTER}",
    f"/districts/{QUARTER}&target=posts",
    f"/districts/310101/{QUARTER}",
    f"/targets/posts/{QUARTER}",
)
PAGES = [LIST, CHOSEN, ONE, TARGET]


@pytest.fixture(autouse=True)
def placed(shown) -> None:
    """The two districts side by side in the first row, as a plan may place them."""
    District.objects.filter(code="310101").update(tile_column=2, tile_row=1)
    District.objects.filter(code="310104").update(tile_column=1, tile_row=1)


@pytest.mark.parametrize(("path", "charts"), [(LIST, 0), (CHOSEN, 1), (ONE, 0)])
def test_a_page_draws_its_charts_without_a_complaint(visit, path: str, charts: int) -> None:
    visitor = visit()
    visitor.open(path)
    assert visitor.charts_drawn() >= charts
    assert visitor.complaints == []


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("path", PAGES)
def test_the_body_never_scrolls_sideways_and_the_tiles_fit(visit, path: str, width: int) -> None:
    visitor = visit(width)
    visitor.open(path)
    visitor.charts_drawn()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    sides = (
        "[...document.querySelectorAll('.tile')].map(one => one.getBoundingClientRect()).map(at => [at.left, at.right])"
    )
    for left, right in visitor.page.evaluate(sides):
        assert left >= 0 and right <= width


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [LIST, CHOSEN, ONE])
def test_nothing_serious_stands_in_anybodys_way(visit, path: str, theme: str) -> None:
    visitor = visit(theme=theme)
    visitor.open(path)
    visitor.charts_drawn()
    assert serious(visitor.page) == []


def test_tiles_stand_where_the_plan_places_them_and_lead_to_their_district(visit) -> None:
    visitor = visit()
    visitor.open(LIST)
    east, west = visitor.page.query_selector_all(".tile")
    assert west.bounding_box()["x"] < east.bounding_box()["x"], "column 1 is left of column 2"
    assert west.bounding_box()["y"] == east.bounding_box()["y"]
    east.focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/districts/310101/**")
    assert "period=2021Q1" in visitor.page.url, "the quarter stays"


def test_without_scripts_a_target_is_chosen_and_the_table_is_there(visit) -> None:
    visitor = visit(script=False)
    visitor.open(LIST)
    visitor.page.select_option("select[name=target]", "posts")
    visitor.page.click("form.choose button")
    assert "target=posts" in visitor.page.url and "period=2021Q1" in visitor.page.url
    visitor.page.click("details.data > summary")
    assert visitor.page.is_visible("details.data table")
    assert len(visitor.page.query_selector_all(".tile")) == 2 and not visitor.page.is_visible(".chart .main-svg")
    visitor.page.select_option("select[name=period]", "2021Q2")
    visitor.page.click("form.state button[type=submit]")
    assert "target=posts" in visitor.page.url and "period=2021Q2" in visitor.page.url, "the target stays"
