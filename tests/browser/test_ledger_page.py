"""The ledger in a real browser; what stands on paper, and the way back from it."""

from __future__ import annotations

import re

import pytest

from reports.services import rollup
from tests.browser.axe import serious
from tests.factories import World, at
from tests.history import accepted

pytestmark = pytest.mark.browser

QUARTER = "?plan=small&period=2021Q1"
LEDGER = ["/ledger/", "/ledger/4/"]


def on_paper(visitor, path: str) -> None:
    """The page as it is when it is printed."""
    visitor.open(path)
    visitor.charts_drawn()
    visitor.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    visitor.page.emulate_media(media="print")


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("path", LEDGER)
def test_the_body_never_scrolls_sideways_and_nothing_is_complained_of(visit, path: str, width: int) -> None:
    visitor = visit(width)
    visitor.open(path + QUARTER)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", LEDGER)
def test_axe_finds_nothing_serious(visit, path: str, theme: str) -> None:
    visitor = visit(theme=theme)
    visitor.open(path + QUARTER)
    assert serious(visitor.page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/targets/stations/", "/ledger/"])
def test_paper_carries_reference_and_hash_and_no_navigation(visit, shown: World, path: str, theme: str) -> None:
    head = accepted(shown, shown.posts, "9", shown.west, now=at("2021-05-21"))
    rollup.roll_up()
    visitor = visit(theme=theme)
    page = visitor.page
    visitor.open(path + QUARTER)
    assert not page.is_visible(".printed"), "on the screen the footer says it"
    on_paper(visitor, path + QUARTER)
    said = page.inner_text(".printed")
    assert f"#5-{head.hash[:12]}" in said and head.hash in said and path + QUARTER in said
    assert re.search(r"20\d\d-\d\d-\d\d \d\d:\d\d", page.inner_text("[data-printed]")), "when it was printed"
    assert page.is_visible("footer.basis")
    for hidden in ("nav.sections", ".reader", "form.state", ".chart-tools", "main form", ".live"):
        assert not any(element.is_visible() for element in page.query_selector_all(hidden)), hidden
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_page_fits_on_paper(visit) -> None:
    visitor = visit()
    on_paper(visitor, "/" + QUARTER)
    visitor.page.set_viewport_size({"width": 703, "height": 1000})  # A4 between its margins, at 96 dots an inch
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 703
    assert len(visitor.page.pdf(prefer_css_page_size=True)) > 10_000


def test_typing_the_printed_reference_brings_the_same_numbers_back(visit, shown: World) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/targets/stations/" + QUARTER)
    before = page.inner_text(".standing")
    reference = page.text_content(".printed .reference")
    address = page.text_content(".printed .address")
    accepted(shown, shown.stations, "80", now=at("2021-06-01"))
    rollup.roll_up()
    visitor.open(address)
    assert page.inner_text(".standing") != before
    page.fill("input[name=known_at]", reference)
    page.click("form.state button[type=submit]")
    page.wait_for_selector(".notice-past")
    assert page.inner_text(".standing") == before
    assert page.input_value("input[name=known_at]") == reference.removeprefix("#")
    visitor.open("/ledger/")
    page.fill("input[name=reference]", reference)
    page.fill("input[name=printed]", address)
    page.click("form.bring-back button")
    page.wait_for_selector(".notice-past")
    assert page.inner_text(".standing") == before and "/targets/stations/" in page.url


def test_a_reference_of_another_ledger_is_told(visit, shown: World) -> None:
    visitor = visit(script=False)
    visitor.open("/" + QUARTER)
    visitor.page.fill("input[name=known_at]", "#4-000000000000")
    visitor.page.click("form.state button[type=submit]")
    assert visitor.page.is_visible(".notice-fault") and not visitor.page.is_visible(".notice-past")


def test_the_day_can_be_picked_and_becomes_the_text(visit) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/" + QUARTER)
    assert page.is_visible("[data-picker] button")
    page.fill("[data-picker] input", "2021-05-01", force=True)
    assert page.input_value("input[name=known_at]") == "2021-05-01"
    assert not visit(script=False).page.is_visible("[data-picker]")


def test_a_filter_is_shared_by_its_address(visit) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/ledger/" + QUARTER)
    page.select_option("select[name=agency]", "east")
    page.click("form.filters button")
    page.wait_for_url("**agency=east**")
    assert page.locator("table.blocks tbody tr").count() == 1
    with page.expect_download() as taken:
        page.click("a.export")
    assert taken.value.suggested_filename == "ledger-small-4.csv"
