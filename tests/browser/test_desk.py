"""The reviewer's desk in a real browser: by keyboard, line by line, and what other windows see of it."""

from __future__ import annotations

import pytest

from agencies.roles import Role
from reports.models import Acceptance, Entry, ReportingPeriod
from reports.services import review, rollup
from reports.services.entries import Input, save_entry
from tests.browser.axe import serious
from tests.factories import World, at, person
from tests.history import WEB

pytestmark = pytest.mark.browser

QUARTER = "?plan=small&period=2021Q2"
NOW = at("2021-07-05")
WIDTHS = (1440, 390)


@pytest.fixture
def waiting(shown: World) -> World:
    """Packets of the second quarter: two districts and the bureau have handed in, the bureau with a fall explained."""
    ReportingPeriod.objects.filter(pk=shown.periods[1].pk).update(closes_at=at("2090-01-01"))
    for agency in (shown.east, shown.west):
        _hand_in(shown, agency, {shown.posts: Input(value="14")})
    _hand_in(
        shown,
        shown.bureau,
        {
            shown.stations: Input(value="30", explanation="拆除重建"),
            shown.share: Input(numerator="7", denominator="10"),
            shown.centre: Input(stage="done", actual_on="2021-06-20"),
        },
    )
    return shown


def _hand_in(world: World, agency, typed) -> None:
    packet = world.packet(agency, 1, now=NOW)
    for target, said in typed.items():
        line = world.line(target, agency, 1)
        save_entry(line.pk, said, version=line.version, by=person(Role.REPORTER, agency), at=NOW, door=WEB)
    review.submit(packet.pk, by=person(Role.APPROVER, agency), at=NOW, door=WEB)


@pytest.fixture
def english(visit):
    """A window in English."""

    def open_window(width: int = 1440, **how):
        visitor = visit(width, **how)
        cookie = {"name": "django_language", "value": "en", "url": visitor.address}
        visitor.page.context.add_cookies([cookie])
        return visitor

    return open_window


def test_a_packet_is_found_chosen_and_accepted_by_keyboard(waiting: World, english) -> None:
    visitor = english()
    visitor.open("/desk/")
    page = visitor.page
    assert page.is_visible("[data-keys]"), "the keys are said where they work"
    assert page.is_disabled("[data-accepts]"), "nothing is chosen yet"
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "bureau", "the doubtful one comes first"
    page.keyboard.press("x")
    assert page.is_disabled("[data-accepts]"), "a packet with doubts has to be opened"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.text_content("[data-accepts]") == "Accept the chosen packets (2)"
    page.keyboard.press("k")
    page.keyboard.press("k")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/packets/bureau/2021Q2/review/" in page.url
    assert visitor.complaints == []


def test_many_are_accepted_and_told(waiting: World, english) -> None:
    visitor = english()
    visitor.open("/desk/")
    visitor.page.check("[data-choose-all]")
    visitor.page.click("[data-accepts]")
    visitor.page.wait_for_selector(".message.success")
    assert "2 packets accepted: #" in visitor.page.text_content(".messages")
    assert Acceptance.objects.filter(submission__period=waiting.periods[1]).count() == 2


def test_keys_are_letters_again_where_somebody_writes(waiting: World, english) -> None:
    visitor = english()
    visitor.open("/desk/")
    visitor.page.fill("[name=text]", "")
    visitor.page.focus("[name=text]")
    visitor.page.keyboard.type("jkx")
    assert visitor.page.input_value("[name=text]") == "jkx"


@pytest.mark.parametrize("script", [True, False])
def test_lines_are_decided_one_by_one(waiting: World, english, script: bool) -> None:
    visitor = english(script=script)
    visitor.open("/packets/bureau/2021Q2/review/")
    page, line = visitor.page, waiting.line(waiting.stations, period=1)
    reason = f"#reason-{line.pk}"
    assert not page.is_visible(reason), "a reason is asked for where the line goes back"
    page.check(f"[name=line-{line.pk}][value=return]")
    page.fill(reason, "请核实拆除数")
    page.click("button[value=rest]")
    page.wait_for_url("**/east/2021Q2/review/**")
    told = page.text_content(".messages")
    assert "Accepted: block" in told and "1 line returned." in told
    states = Entry.objects.filter(submission__agency=waiting.bureau, submission__period=waiting.periods[1])
    assert sorted(states.values_list("state", flat=True)) == ["accepted", "accepted", "returned"]
    assert visitor.complaints == []


def test_another_window_follows_without_a_reload(waiting: World, english) -> None:
    office, leader = english(), english()
    leader.page.set_viewport_size({"width": 1440, "height": 500})  # so that there is something to scroll
    leader.open("/" + QUARTER)
    leader.charts_drawn()
    leader.page.evaluate("window.neverReloaded = true")
    leader.page.click("details.data summary")
    leader.page.evaluate("scrollTo(0, 120)")
    office.open("/packets/bureau/2021Q2/review/")
    office.page.click("button[value=rest]")
    office.page.wait_for_selector(".message.success")
    rollup.roll_up()  # what the worker does
    leader.page.wait_for_function(
        "() => document.querySelector('main').textContent.includes('30 stations')", timeout=6_000
    )
    assert leader.page.evaluate("window.neverReloaded"), "only the content came anew"
    assert leader.page.evaluate("scrollY") == 120
    assert not leader.page.evaluate("document.querySelector('details.data').open"), "what was closed stays closed"
    assert "Updated" in leader.page.text_content(".live-said")
    assert leader.charts_drawn() and len(leader.page.query_selector_all("[data-drawn=yes]")) == 1, "one chart, drawn"
    assert leader.complaints == [] and office.complaints == []


def test_the_desk_follows_but_takes_nothing_away_from_who_is_choosing(waiting: World, english) -> None:
    choosing, looking = english(), english()
    for visitor in (choosing, looking):
        visitor.open("/desk/")
    choosing.page.check("[name=packet]:enabled")
    packet = waiting.packet(waiting.west, 1)
    review.accept(packet.pk, by=waiting.supervisor, at=NOW, door=WEB)
    looking.page.wait_for_function("() => document.querySelector('#done').textContent.includes('west')", timeout=6_000)
    choosing.page.wait_for_selector(".live button:visible", timeout=6_000)
    assert choosing.page.is_checked("[name=packet]:enabled")
    choosing.page.click(".live button")
    choosing.page.wait_for_function("() => document.querySelector('#done').textContent.includes('west')")
    assert not choosing.page.is_visible(".live button")


def test_a_page_of_an_earlier_moment_asks_for_nothing(shown: World, english) -> None:
    visitor = english()
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("/?plan=small&known_at=2021-05-01")
    visitor.page.wait_for_timeout(2_500)
    assert not [url for url in asked if url.endswith("/pulse")]
    visitor.open("/" + QUARTER)
    visitor.page.wait_for_timeout(2_500)
    assert [url for url in asked if url.endswith("/pulse")]


@pytest.mark.parametrize("path", ["/desk/", "/packets/bureau/2021Q2/review/"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_fit_and_axe_finds_nothing_serious(
    waiting: World, english, path: str, width: int, theme: str
) -> None:
    visitor = english(width, theme=theme)
    visitor.open(path)
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(visitor.page) == []
    assert visitor.complaints == []
