"""A whole quarter in a real browser: from the window's opening to a correction half a year later."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import AuditEvent, User
from reports.models import Acceptance, Entry, Figure
from reports.services import ledger, packets, rollup
from tests.browser.conftest import move_window
from tests.browser.desk import Desk
from tests.browser.packets import PacketPage
from tests.browser.windows import Window
from tests.factories import PASSWORD, World
from tests.reports.uploads import PDF

pytestmark = pytest.mark.browser

QUARTER = "?plan=small&period=2021Q1"
PACKET_LINK = "main a[href*='/packets/bureau/2021Q1/']"
SIZES = [pytest.param(1440, "en", id="desktop"), pytest.param(390, "zh-hans", id="phone")]


@dataclass
class Cast:
    """The people of the quarter, each in front of a window."""

    world: World
    reporter: PacketPage
    approver: PacketPage
    office: Desk
    leader: Window


@pytest.mark.parametrize(("width", "language"), SIZES)
def test_from_the_opening_of_the_window_to_a_correction_half_a_year_later(
    quarter: World, open_window, width: int, language: str
) -> None:
    def seated(user: User) -> Window:
        return open_window(user, width=width, language=language)

    cast = Cast(
        quarter,
        PacketPage(seated(quarter.reporter), quarter),
        PacketPage(seated(quarter.approver), quarter),
        Desk(seated(quarter.supervisor)),
        seated(quarter.auditor),
    )
    the_window_opens(cast)
    the_agency_types_pastes_and_explains(cast)
    the_agency_attaches_evidence(cast)
    the_agency_uploads_its_workbook(cast)
    the_approver_submits(cast)
    watch_the_overview(cast)
    the_office_returns_one_line_and_accepts_the_rest(cast)
    the_overview_follows(cast, "40")
    the_line_is_mended_and_accepted(cast)
    half_a_year_later_a_figure_is_corrected(cast)
    the_overview_follows(cast, "30")
    the_old_figure_stays_what_was_known_then(cast)
    nobody_complained(cast)


def the_window_opens(cast: Cast) -> None:
    window = cast.reporter.window
    window.open("/packets/")
    assert window.page.locator(PACKET_LINK).count() == 0
    packets.open_due_packets(timezone.now())
    window.open("/packets/")
    window.assert_good()
    window.page.locator(PACKET_LINK).first.click()
    cast.reporter.is_now("draft")
    assert Entry.objects.filter(submission__agency=cast.world.bureau).count() == 5


def the_agency_types_pastes_and_explains(cast: Cast) -> None:
    form = cast.reporter
    form.type("stations", "４0")
    assert form.saved("stations").value == 40
    form.paste("masts", "12\n5,000")
    assert [form.saved(code).value for code in ("masts", "cells")] == [12, 5000]
    form.field("centre", "stage").select_option("under_way")
    assert form.saved("centre").stage == "under_way"
    form.field("cells", "explanation").wait_for()  # 5000 of 100 asks for one
    form.window.assert_good()
    form.type("cells", "含应急站点", "explanation")
    assert form.saved("cells").explanation == "含应急站点"


def the_agency_attaches_evidence(cast: Cast) -> None:
    form = cast.reporter
    form.attach("stations", "验收报告.pdf", PDF)
    assert form.line("stations").evidence.get().title == "验收报告.pdf"
    form.window.assert_fits()


def the_agency_uploads_its_workbook(cast: Cast) -> None:
    form = cast.reporter
    book = form.download_workbook()
    assert book.cell("stations", "value").value == 40, "what was typed stands in it"
    form.upload_workbook(book.type("share", numerator=7, denominator=10).type("stations", words="含租用站点"))
    assert form.page.locator(".workbook-change").count() == 2
    assert form.line("share").value is None, "a preview changes nothing"
    form.window.assert_good()
    form.confirm_workbook()
    form.window.assert_good()
    assert (form.line("share").value, form.line("stations").words) == (70, "含租用站点")


def the_approver_submits(cast: Cast) -> None:
    form = cast.approver.open()
    form.window.assert_fits()
    form.submit()
    form.window.assert_good()
    cast.reporter.open().is_now("submitted")
    assert cast.reporter.page.locator("[data-field]").count() == 0, "nothing can be changed meanwhile"


def the_office_returns_one_line_and_accepts_the_rest(cast: Cast) -> None:
    desk = cast.office.open()
    desk.window.assert_good()
    desk.review("bureau")
    desk.window.assert_good()
    desk.give_back(cast.reporter.line("masts"), "请核实口径")
    desk.window.assert_fits()
    desk.accept_the_rest()
    desk.window.assert_fits()
    states = Entry.objects.filter(submission__agency=cast.world.bureau).values_list("state", flat=True)
    assert sorted(states) == ["accepted"] * 4 + ["returned"]


def watch_the_overview(cast: Cast) -> None:
    cast.leader.open("/" + QUARTER)
    cast.leader.page.evaluate("window.neverReloaded = true")


def the_overview_follows(cast: Cast, value: str) -> None:
    """The page that was opened before shows the value of the stations; it is not loaded again."""
    rollup.roll_up()  # what the worker does
    cast.leader.page.wait_for_function(
        "value => new RegExp(`(^|\\\\D)${value}\\\\s*(stations|个)`).test(document.querySelector('main').textContent)",
        arg=value,
    )
    assert cast.leader.page.evaluate("window.neverReloaded")
    cast.leader.assert_fits()


def the_line_is_mended_and_accepted(cast: Cast) -> None:
    form = cast.reporter.open()
    form.is_now("returned")
    assert "请核实口径" in form.row("masts").inner_text()
    form.window.assert_good()
    assert form.field("stations").count() == 0, "what was accepted is not entered again"
    form.type("masts", "11")
    assert form.saved("masts").value == 11
    hand_in_and_accept(cast)
    form.open().is_now("accepted")
    form.window.assert_good()


def hand_in_and_accept(cast: Cast) -> None:
    cast.approver.open().submit()
    cast.office.open().review("bureau")
    cast.office.window.assert_fits()
    cast.office.accept_the_rest()


def half_a_year_later_a_figure_is_corrected(cast: Cast) -> None:
    move_window(cast.world, opened=timezone.now() - timedelta(days=185))
    form = cast.reporter.open()
    form.ask_for_correction("stations", "拆除十个未扣减")
    form.window.assert_good()
    form.type("stations", "30")
    assert form.saved("stations").correction_reason == "拆除十个未扣减"
    assert Figure.objects.get(target=cast.world.stations).value == 40, "until it is accepted the old one holds"
    hand_in_and_accept(cast)
    form.open().is_now("accepted")


def the_old_figure_stays_what_was_known_then(cast: Cast) -> None:
    blocks = Acceptance.objects.order_by("number").values_list("number", "figure_count")
    assert list(blocks) == [(1, 4), (2, 1), (3, 1)]
    figures = Figure.objects.filter(target=cast.world.stations).order_by("acceptance_id")
    assert [figure.value for figure in figures] == [40, 30]
    assert ledger.verify() is None
    window = cast.leader
    shown = {"&known_at=2": "40", "": "30"}
    for known_at, value in shown.items():  # a ledger number, and now
        window.open(f"/targets/stations/{QUARTER}{known_at}")
        assert re.match(rf"{value}\b|{value}\D", window.page.inner_text(".standing dd >> nth=0"))
        assert window.page.input_value("input[name=known_at]") == known_at.removeprefix("&known_at=")
        window.assert_fits()
    window.page.click(".computation summary")
    assert "40" in window.page.inner_text("tr.replaced") and "30" in window.page.inner_text("tr.rests-on")


def nobody_complained(cast: Cast) -> None:
    windows = (cast.reporter.window, cast.approver.window, cast.office.window, cast.leader)
    assert [window.complaints for window in windows] == [[]] * 4


def test_by_keyboard_alone_from_signing_in_to_the_acceptance(quarter: World, open_window) -> None:
    packets.open_due_packets(timezone.now())
    form = PacketPage(open_window(), quarter)
    sign_in_by_keyboard(form.window, quarter.reporter)
    open_packet_by_keyboard(form)
    fill_in_by_keyboard(form)
    second = PacketPage(open_window(), quarter)
    sign_in_by_keyboard(second.window, quarter.approver)
    open_packet_by_keyboard(second)
    second.window.tab_to("[data-field=value]")
    second.window.press("Control+Enter", "Enter")
    second.is_now("submitted")
    office = open_window()
    sign_in_by_keyboard(office, quarter.supervisor)
    accept_by_keyboard(office)
    assert Acceptance.objects.get().figure_count == 5
    hands = AuditEvent.objects.filter(action="submission.submitted").values_list("actor__username", flat=True)
    assert list(hands) == [quarter.approver.username]


def sign_in_by_keyboard(window: Window, user: User) -> None:
    window.open("/accounts/login/")
    window.tab_to("#id_login")
    window.keys.type(user.username)
    window.press("Tab")
    window.keys.type(PASSWORD)
    window.follow("Enter")


def open_packet_by_keyboard(form: PacketPage) -> None:
    form.window.tab_to("nav.sections a[href='/packets/']")
    form.window.follow("Enter")
    form.window.tab_to(PACKET_LINK)
    form.window.follow("Enter")
    form.is_now("draft")


def fill_in_by_keyboard(form: PacketPage) -> None:
    """Stations, share, centre, masts and cells follow one another; Enter and arrows lead on."""
    window, keys = form.window, form.window.keys
    window.tab_to("[data-field=value]")
    keys.type("40")
    window.press("Enter")
    keys.type("7")
    window.press("Tab")
    keys.type("10")
    window.press("Enter")
    window.press("ArrowDown", "ArrowDown")  # the second stage
    window.press("Enter")
    keys.type("12")
    window.press("Enter")
    keys.type("5000")
    form.field("cells", "explanation").wait_for()
    window.tab_to(f"#{form.field('cells', 'explanation').get_attribute('id')}")
    keys.type("含应急站点")
    assert form.saved("cells").explanation == "含应急站点"
    said = [form.saved(code) for code in ("stations", "share", "centre", "masts", "cells")]
    assert [line.value or line.stage for line in said] == [40, 70, "under_way", 12, 5000]


def accept_by_keyboard(window: Window) -> None:
    window.tab_to("nav.sections a[href='/desk/']")
    window.follow("Enter")
    window.press("j")
    window.follow("Enter")
    window.tab_to("button[value=rest]")
    window.press("Enter")
    window.page.wait_for_selector(".message.success")
