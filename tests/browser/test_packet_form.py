"""The packet's page in a real browser: it saves by itself, loses nothing, and lets two people work in one packet."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import timezone

from reports.models import Entry, Submission
from reports.services import entries
from reports.services.entries import Input
from reports.services.periods import extend
from tests.browser.axe import serious
from tests.browser.packets import PacketPage
from tests.browser.windows import windows
from tests.factories import AssignmentFactory, TargetFactory, World, at, small_plan
from tests.reports.conftest import WEB

pytestmark = pytest.mark.browser


@pytest.fixture
def world(transactional_db: None, settings) -> World:
    """The small plan with two more stations' targets, the bureau's packet open today."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    world = small_plan()
    for place, code in enumerate(("masts", "cells"), start=5):
        AssignmentFactory(target=TargetFactory(code=code, position=place), agency=world.bureau, position=1)
    extend(
        world.periods[0], world.bureau, until=at("2100-01-01 00:00"), reason="测试", by=world.supervisor,
        at=at("2021-05-02"), door=WEB,
    )  # fmt: skip
    world.packet()
    return world


class Entering(PacketPage):
    """The packet's page in one person's window."""

    @property
    def complaints(self) -> list[str]:
        return self.window.complaints

    @property
    def context(self):
        return self.window.context

    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.id || document.activeElement.textContent")


@pytest.fixture
def window(chromium, world: World, live_server) -> Iterator:
    """window(user, width=…) opens the packet for somebody, in English."""
    with windows(chromium, live_server.url) as open_window:
        yield lambda user=None, **how: Entering(open_window(user or world.reporter, **how), world).open()


def test_what_is_typed_is_saved_by_itself_and_survives_a_reload(window):
    one = window()
    one.field("stations").press_sequentially("3.4万")
    one.field("stations", "words").fill("情况说明")
    assert one.saved("stations").value == 34000
    one.page.wait_for_function("() => document.querySelector('#packet-counts').textContent.includes('1 of 5')")
    assert "Stored: 34,000 stations" in one.row("stations").inner_text()
    assert re.search(r"Saved \d\d:\d\d by Reporter-Bureau", one.row("stations").inner_text())
    assert one.field("stations").input_value() == "3.4万", "what is typed is never touched"
    one.page.reload()
    assert one.field("stations").input_value() == "34000"
    assert one.field("stations", "words").input_value() == "情况说明"
    assert one.complaints == []


def test_the_focus_stays_where_it_is_while_a_line_saves(window):
    one = window()
    one.field("stations").press_sequentially("5")
    one.saved("stations")
    assert one.focused() == f"id_line-{one.line('stations').pk}-value"


def test_a_server_that_is_away_loses_nothing(window):
    one = window()
    one.page.route("**/save/**", lambda route: route.abort())
    one.field("stations").press_sequentially("5")
    one.state("stations", "unsaved")
    assert "Not saved – trying again" in one.row("stations").inner_text()
    assert "Not saved yet: 1" in one.page.locator("#packet-trouble").inner_text()
    assert one.line("stations").value is None
    asked = []
    one.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    one.page.close(run_before_unload=True)
    one.page.wait_for_timeout(500)
    assert asked == ["beforeunload"], "closing the tab asks first"
    one.page.unroute("**/save/**")
    assert one.saved("stations").value == 5, "it is tried again without a key"
    assert one.page.locator("#packet-trouble").is_hidden()


def test_an_answer_that_is_lost_on_its_way_is_no_conflict_with_oneself(window):
    one = window()
    lost = []

    def lose(route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    one.page.route("**/save/**", lose)
    one.field("stations").press_sequentially("5")
    one.state("stations", "unsaved")
    one.field("stations").press_sequentially("6")
    one.page.wait_for_function("() => packetLines.lines.every(line => line.isSafe)")
    assert lost == [200]
    assert (one.line("stations").value, one.row("stations").get_attribute("data-state")) == (56, "stored")


def test_who_was_signed_out_is_told_and_loses_nothing(window, world):
    one = window()
    one.page.wait_for_load_state("networkidle")
    kept = one.context.cookies()
    one.context.clear_cookies()
    one.field("stations").press_sequentially("5")
    one.state("stations", "signedout")
    assert "You were signed out" in one.page.locator("#packet-trouble").inner_text()
    assert one.field("stations").input_value() == "5"
    one.context.add_cookies(kept)
    assert one.saved("stations").value == 5


def test_two_windows_on_one_line_see_both_values_and_choose(window, world):
    one, two = window(), window(world.approver)
    two.field("stations").focus()
    one.field("stations").press_sequentially("5")
    one.saved("stations")
    two.field("stations").press_sequentially("6")
    two.state("stations", "conflict")
    shown = two.row("stations").inner_text()
    assert "Theirs (Reporter-Bureau)" in shown and "Nothing was overwritten" in shown
    assert two.line("stations").value == 5
    two.row("stations").locator("[data-keep=mine]").click()
    assert two.saved("stations").value == 6
    one.field("stations").fill("7")
    one.state("stations", "conflict")
    one.row("stations").locator("[data-keep=theirs]").click()
    one.state("stations", "stored")
    assert (one.field("stations").input_value(), one.line("stations").value) == ("6", 6)


def test_what_another_person_saves_appears_by_itself(window, world):
    one, two = window(), window(world.approver)
    one.field("stations").press_sequentially("5")
    one.saved("stations")
    two.page.evaluate("packetLines.poll()")
    two.page.wait_for_selector(f"#line-{two.line('stations').pk}.is-news")
    assert two.field("stations").input_value() == "5"
    assert "by Reporter-Bureau" in two.row("stations").inner_text()
    two.field("stations").fill("6")
    assert two.saved("stations").value == 6, "the version came with it: no conflict"


def test_a_packet_that_is_submitted_meanwhile_closes_its_fields(window, world):
    one = window()
    for line in Entry.objects.filter(submission__agency=world.bureau).select_related("assignment__target"):
        Entry.objects.filter(pk=line.pk).update(state="submitted", version=2, submitted_by=world.approver)
    Submission.objects.update(version=7, state="submitted", submitted_by=world.approver, submitted_at=timezone.now())
    one.page.evaluate("packetLines.poll()")
    one.state("stations", "closed")
    assert one.field("stations").is_disabled()
    assert "This packet has moved on" in one.page.locator("#packet-moved").inner_text()


def test_a_column_out_of_excel_fills_the_lines_below_and_can_be_undone(window):
    one = window()
    one.paste("stations", "1,200\n\n3.4万\n99\r\n")
    values = [one.saved(code).value for code in ("stations", "cells")]
    assert (values, one.line("masts").value) == ([1200, 34000], None), "an empty cell leaves its line alone"
    said = one.page.locator("#packet-pasted").inner_text()
    assert "Pasted into 2 lines." in said and "1 row did not fit." in said
    one.page.click("[data-undo]")
    one.page.wait_for_function("() => packetLines.lines.every(line => line.isSafe)")
    assert [one.line(code).value for code in ("stations", "cells")] == [None, None]


def test_two_columns_fill_numerator_and_denominator(window):
    one = window()
    one.paste("stations", "5\n3\t4\n7")
    assert one.saved("share").value == 75
    assert (one.saved("stations").value, one.saved("masts").value) == (5, 7)


def test_by_keyboard_alone(window, world):
    one = window(world.approver)
    keys = one.page.keyboard
    one.field("stations").focus()
    keys.type("5")
    keys.press("Enter")
    assert one.focused().endswith(f"{one.line('share').pk}-numerator")
    keys.type("3")
    keys.press("Tab")
    keys.type("4")
    keys.press("ArrowDown")
    assert one.focused().endswith(f"{one.line('centre').pk}-stage")
    keys.press("Enter")
    assert one.focused().endswith(f"{one.line('masts').pk}-value")
    keys.press("Shift+Enter")
    keys.press("Enter")
    keys.type("abc")
    one.state("masts", "refused")
    assert "not a number" in one.row("masts").inner_text()
    keys.press("Escape")
    assert one.field("masts").input_value() == ""
    keys.type("8")
    keys.press("Control+Enter")
    assert one.focused() == "Save and submit"
    assert [one.saved(code).value for code in ("stations", "share", "masts")] == [5, 75, 8]


def test_a_doubt_appears_while_typing_and_asks_for_an_explanation(window, world):
    one = window(world.approver)
    explanation = one.field("stations", "explanation")
    assert explanation.is_hidden()
    one.field("stations").press_sequentially("5000")
    explanation.wait_for(state="visible")
    assert "far above the goal" in one.row("stations").inner_text()
    assert "1 doubt to explain" in one.page.locator("#packet-counts").inner_text()
    for code, typed in (("share", {"numerator": "3", "denominator": "4"}), ("centre", {"stage": "under_way"})):
        save(one.line(code), world.reporter, **typed)
    for code in ("masts", "cells"):
        save(one.line(code), world.reporter, nothing_because="未安排")
    one.page.reload()
    one.page.click("button[value=submit]")
    one.page.wait_for_selector(".messages")
    assert "Lines that need an explanation: " in one.page.locator(".messages").inner_text()
    one.field("stations", "explanation").fill("含应急站点")
    one.page.click("button[value=submit]")
    one.page.wait_for_selector(".state-word.state-submitted")
    assert one.line("stations").explanation == "含应急站点", "what was typed last was saved before it was handed in"


def save(entry: Entry, by, **typed: str) -> None:
    entries.save_entry(entry.pk, Input.of(typed), version=entry.version, by=by, at=timezone.now(), door=WEB)


def test_half_a_ratio_waits_for_its_other_half(window):
    one = window()
    one.field("share", "numerator").press_sequentially("3")
    one.state("share", "half")
    one.field("share", "denominator").press_sequentially("4")
    assert one.saved("share").value == 75
    one.field("share", "denominator").fill("")
    one.field("stations").focus()
    one.state("share", "refused")
    assert "a ratio needs both" in one.row("share").inner_text()


def test_the_way_from_numerator_to_denominator_sends_nothing(window):
    one = window()
    sent = []
    one.page.on("request", lambda request: "/save/" in request.url and sent.append(request.url))
    one.field("share", "numerator").press_sequentially("3")
    one.page.keyboard.press("Tab")
    one.state("share", "half")
    assert sent == []
    one.page.keyboard.type("4")
    assert one.saved("share").value == 75


def test_what_was_mended_while_a_refusal_was_on_its_way_is_saved(window):
    one = window()
    held = []
    one.page.route("**/save/**", lambda route: route.continue_() if held else held.append(route))
    one.field("share", "numerator").press_sequentially("3")
    one.field("stations").focus()
    one.state("share", "saving")
    one.field("share", "denominator").press_sequentially("4")
    one.field("stations").focus()
    held[0].continue_()
    assert one.saved("share").value == 75


def test_the_next_empty_line_is_found(window):
    one = window()
    one.field("stations").fill("5")
    one.saved("stations")
    one.page.click("[data-next-empty]")
    assert one.focused().endswith(f"{one.line('share').pk}-numerator")


def test_without_scripts_the_form_saves(window):
    one = window(java_script_enabled=False)
    one.field("stations").fill("3.4万")
    one.page.click("button[value=save]")
    assert "1 line saved." in one.page.locator(".messages").inner_text()
    assert one.page.locator("[data-next-empty]").is_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_scrolls_sideways_and_axe_finds_nothing_serious(window, width, theme):
    one = window(width=width, color_scheme=theme)
    one.field("stations").press_sequentially("5000")
    one.saved("stations")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(one.page) == []
