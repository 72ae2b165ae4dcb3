"""The quarter's page in a real browser: the two time controls, two states side by side, paper, a narrow screen."""

from __future__ import annotations

import pytest

from tests.browser.axe import serious

pytestmark = pytest.mark.browser

FIRST = "/quarter/?plan=small&period=2021Q1"
COMPARED = FIRST + "&with_known_at=2021-05-01"


def section(visitor, heading: str) -> str:
    """The text of the panel that is named so."""
    return visitor.page.inner_text(f"section[aria-labelledby={heading}]")


def test_a_quarter_is_chosen_in_the_list(visit) -> None:
    visitor = visit()
    visitor.open(FIRST)
    with visitor.page.expect_navigation():
        visitor.page.select_option("form.state select[name=period]", "2021Q2")
    assert "2021年二季度" in visitor.page.inner_text("h1")
    assert visitor.page.locator(".matrix thead th").count() == 4, "agency, two quarters, on time"


@pytest.mark.parametrize("script", [True, False])
def test_a_date_or_a_ledger_number_says_as_known_at(visit, script: bool) -> None:
    visitor = visit(script=script)
    visitor.open(FIRST)
    assert "35" in section(visitor, "corrected")
    visitor.page.fill("form.state input[name=known_at]", "2021-05-01")
    visitor.page.click("form.state button[type=submit]")
    assert "known_at=2021-05-01" in visitor.page.url
    assert "35" not in section(visitor, "corrected"), "not corrected yet"
    visitor.open(FIRST + "&known_at=1")
    assert visitor.page.input_value("form.state input[name=known_at]") == "1"
    assert "#1" in visitor.page.inner_text(".basis")
    assert visitor.page.locator(".cell-accepted").count() == 2, "the bureau's packet, and the same in the legend"


def test_two_moments_are_compared_by_date_and_by_ledger_number(visit) -> None:
    visitor = visit()
    visitor.open(FIRST)
    form = "form.comparing "
    for typed in ("2021-05-01", "3"):
        visitor.page.fill(form + "input[name=with_known_at]", typed)
        visitor.page.click(form + "button")
        assert visitor.page.input_value(form + "input[name=with_known_at]") == typed
        assert visitor.page.locator(".compared-states tbody tr:not(.group)").count() == 1
        assert "#3" in visitor.page.inner_text(".sides")
    assert visitor.charts_drawn() >= 1
    visitor.page.check(form + "input[name=all]")
    visitor.page.click(form + "button")
    assert visitor.page.locator(".compared-states tbody tr:not(.group)").count() == 4
    assert visitor.complaints == []


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_it_never_scrolls_sideways_and_the_agency_stays(visit, width: int) -> None:
    visitor = visit(width)
    visitor.open(COMPARED)
    visitor.charts_drawn()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    place = (
        "[...document.querySelectorAll('.matrix tbody th')].map((cell) => Math.round(cell.getBoundingClientRect().x))"
    )
    before = visitor.page.evaluate(place)
    visitor.page.evaluate("document.querySelector('.matrix-scroll').scrollTo(9999, 0)")
    assert visitor.page.evaluate(place) == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_from_reading_it(visit, theme: str) -> None:
    visitor = visit(theme=theme)
    visitor.open(COMPARED)
    visitor.charts_drawn()
    assert serious(visitor.page) == []


def test_on_paper_stand_the_numbers_and_not_the_forms(visit) -> None:
    visitor = visit()
    visitor.open(FIRST)
    visitor.page.emulate_media(media="print")
    assert visitor.page.is_visible(".matrix") and visitor.page.is_visible(".counts")
    assert not visitor.page.is_visible("form.comparing")
    assert not visitor.page.is_visible("section[aria-labelledby=side-by-side]"), "nothing is compared"
