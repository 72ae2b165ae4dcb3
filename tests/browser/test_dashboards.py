"""The reading pages in a real browser."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.axe import serious

pytestmark = pytest.mark.browser

QUARTER = "?plan=small&period=2021Q1"
PAGES = ["/", "/lines/network/", "/groups/networks/", "/targets/stations/", "/targets/posts/", "/targets/centre/",
         "/agencies/", "/agencies/bureau/", "/districts/", "/districts/310101/", "/quarter/", "/ledger/", "/ledger/1/",
         "/explore/"]  # fmt: skip
CHARTS = {"/": 1, "/lines/network/": 2, "/groups/networks/": 2, "/targets/stations/": 2, "/targets/posts/": 3,
          "/targets/centre/": 1, "/agencies/": 1, "/explore/": 1}  # fmt: skip

CONTRAST = """() => {
  const curve = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const channel = (value) => curve(value / 255);
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = new Set();
  for (const element of document.querySelectorAll("body *:not(svg):not(svg *)")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.matches(".visually-hidden")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.add(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return [...poor];
}"""


# what sticks out to the right of the window without an ancestor that scrolls or cuts it
STICKING_OUT = """() => {
  const cut = (element) => {
    for (let at = element.parentElement; at && at !== document.body; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== "visible") return true;
    return false;
  };
  const width = document.documentElement.clientWidth;
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > width + 1 && !cut(element))
    .map((element) => `${element.tagName}.${element.getAttribute("class")}`).slice(0, 8);
}"""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_draws_its_charts_without_a_complaint_from_the_browser_or_from_axe(visit, path: str) -> None:
    visitor = visit()
    visitor.open(path + QUARTER)
    assert visitor.charts_drawn() >= CHARTS.get(path, 0)
    assert visitor.complaints == [], "nothing on the console: no violation of the content security policy, no error"
    assert serious(visitor.page) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_body_never_scrolls_sideways(visit, path: str) -> None:
    visitor = visit(1440)
    visitor.open(path + QUARTER)
    for width in (1440, 1024, 390):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        visitor.charts_drawn()
        with suppress(PlaywrightTimeout):  # charts follow the window a moment later
            fits = "width => document.documentElement.scrollWidth <= width"
            visitor.page.wait_for_function(fits, arg=width, timeout=5_000)
        beyond = visitor.page.evaluate("document.documentElement.scrollWidth") - width
        assert beyond <= 0, f"{beyond} pixels beyond {width}: {visitor.page.evaluate(STICKING_OUT)}"


@pytest.mark.parametrize("path", PAGES)
def test_words_stand_out_from_what_is_behind_them(visit, path: str) -> None:
    visitor = visit()
    visitor.open(path + QUARTER)
    for theme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=theme)
        assert visitor.page.evaluate(CONTRAST) == [], f"WCAG AA: 4.5 to 1, {theme}"


def test_without_scripts_the_pages_can_be_read_and_the_quarter_chosen(visit) -> None:
    visitor = visit(script=False)
    visitor.open("/" + QUARTER)
    assert not visitor.page.is_visible(".chart"), "no empty frame where a chart would be"
    visitor.page.select_option("select[name=period]", "2021Q2")
    visitor.page.fill("input[name=known_at]", "2021-05-01")
    visitor.page.click("form.state button[type=submit]")
    assert "period=2021Q2" in visitor.page.url and "known_at=2021-05-01" in visitor.page.url
    assert visitor.page.is_visible(".notice-past")


def test_the_quarter_is_shown_as_soon_as_it_is_chosen(visit) -> None:
    visitor = visit()
    visitor.open("/targets/stations/" + QUARTER)
    with visitor.page.expect_navigation():
        visitor.page.select_option("select[name=period]", "2021Q2")
    assert "/targets/stations/" in visitor.page.url and "period=2021Q2" in visitor.page.url


def test_the_theme_is_remembered_and_charts_follow_it(visit) -> None:
    visitor = visit()
    visitor.open("/" + QUARTER)
    visitor.charts_drawn()
    paper = "document.querySelector('.main-svg').style.background"
    light = visitor.page.evaluate(paper)
    visitor.page.click("[data-theme-toggle]")
    visitor.page.wait_for_function(f"{paper} !== '{light}'")
    visitor.open("/agencies/" + QUARTER)
    assert visitor.page.get_attribute("html", "data-theme") == "dark"


def test_a_chart_that_cannot_be_had_opens_the_table_instead(visit) -> None:
    visitor = visit()
    visitor.page.route("**/charts/**", lambda route: route.abort())
    visitor.open("/" + QUARTER)
    assert visitor.charts_drawn() == 0
    assert visitor.page.is_visible("details.data table"), "the same numbers as a table"


def test_everything_is_reached_by_keyboard_and_shows_where_it_is(visit) -> None:
    visitor = visit()
    visitor.open("/" + QUARTER)
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("document.activeElement.className") == "skip"
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "main"
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_language_is_switched_and_the_state_is_kept(visit) -> None:
    visitor = visit()
    visitor.open("/targets/stations/" + QUARTER)
    visitor.page.click("button[name=language]")
    visitor.page.wait_for_selector("html[lang=en]")
    assert visitor.page.url.endswith("/targets/stations/" + QUARTER)


def test_signing_in_and_out(visit) -> None:
    visitor = visit()
    page = visitor.page
    page.context.clear_cookies()
    visitor.open("/agencies/")
    page.fill("#id_login", "supervisor")
    page.fill("#id_password", "wrong")
    page.click("button.primary")
    assert page.is_visible("[role=alert]")
    page.fill("#id_password", "correct horse battery staple")
    page.click("button.primary")
    page.wait_for_url("**/agencies/")
    page.click("details.menu summary")
    page.click("details.menu button")
    page.wait_for_url("**/accounts/login/")


def test_a_chart_is_taken_away_as_picture_and_as_numbers(visit, tmp_path) -> None:
    visitor = visit(theme="dark")
    visitor.open("/targets/stations/" + QUARTER)
    visitor.charts_drawn()
    starts = {"PNG": b"\x89PNG", "SVG": b"<svg", "CSV": "\ufeff".encode()}
    for name, begins in starts.items():
        with visitor.page.expect_download() as download:
            visitor.page.locator(".chart-tools").first.get_by_text(name).click()
        file = tmp_path / name
        download.value.save_as(file)
        assert file.read_bytes().startswith(begins), f"{download.value.suggested_filename} is a {name} file"
        assert download.value.suggested_filename.startswith("target-stations_2021Q1")
    picture = (tmp_path / "SVG").read_text()
    assert "rgb(255, 255, 255)" in picture, "on white, for a document, whatever the page's theme"
    assert visitor.complaints == []


def test_a_page_that_is_printed_has_all_its_charts_at_the_width_of_the_paper(visit) -> None:
    visitor = visit(theme="dark")
    visitor.open("/targets/stations/" + QUARTER)
    visitor.charts_drawn()
    visitor.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    width = "[...document.querySelectorAll('.main-svg')].map(one => one.getBoundingClientRect().width)"
    assert set(visitor.page.evaluate(width)) == {690}
    paper = "document.querySelector('.main-svg').style.background"
    assert visitor.page.evaluate(paper) == "rgb(255, 255, 255)"
    visitor.page.evaluate("dispatchEvent(new Event('afterprint'))")
    visitor.page.wait_for_function(f"{paper} !== 'rgb(255, 255, 255)'")
