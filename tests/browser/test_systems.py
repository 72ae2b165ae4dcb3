"""The pages of connected systems as a person uses them: connect, see the key once, rotate, revoke, disconnect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import ApiKey, System
from agencies.roles import Scope
from agencies.services import systems
from agencies.services.audit import Door
from tests.browser.windows import Window
from tests.factories import World, small_plan

pytestmark = pytest.mark.browser

PAGE = "/members/bureau/systems/"
COPIED = "name => document.querySelector(`[data-copy=${name}]`).textContent === 'Copied'"
SIZES = [pytest.param((1440, "zh-hans"), id="desktop"), pytest.param((390, "en"), id="phone")]


@pytest.fixture
def world(served: None) -> World:
    return small_plan()


@pytest.fixture(params=SIZES)
def window(request: pytest.FixtureRequest, open_window, world: World) -> Window:
    """The approver's window of one of the sizes."""
    width, language = request.param
    return open_window(world.approver, width=width, language=language)


def connected(world: World, name: str = "浦东数据平台", ago: int = 0, **how) -> System:
    facts = {"scopes": [Scope.READ], "by": world.approver, "at": timezone.now() - timedelta(days=ago), "door": Door.WEB}
    return systems.connect(world.bureau, name=name, **facts | how)[0]


def step(window: Window, selector: str) -> None:
    """Does something that leads to another page."""
    with window.page.expect_navigation():
        window.page.click(selector)


def shown_key(window: Window) -> str:
    window.page.wait_for_selector("#new-key")
    return window.page.inner_text("#new-key")


def test_a_system_is_connected_and_its_key_is_shown_once(window: Window, world: World) -> None:
    page = window.page
    window.open(PAGE)
    window.assert_good()
    step(window, ".nothing-connected a.primary")
    window.assert_good()
    page.fill("#id_name", "浦东数据平台")
    page.check("#id_scopes_0")
    page.check("#id_scopes_2")
    page.fill("#id_networks", "10.20.0.0/16\n10.1.1.1")
    page.fill("#id_days", "30")
    step(window, "button.primary")
    key = shown_key(window)
    window.assert_good()
    system = System.objects.get()
    assert (system.scopes, system.networks) == ([Scope.READ, Scope.SUBMIT], ["10.20.0.0/16", "10.1.1.1"])
    assert systems.of_key(key).system == system
    step(window, "a.primary")
    assert page.url.endswith(PAGE) and system.name in page.inner_text("main")
    assert key.split("_")[2] not in page.content()
    window.assert_good()
    assert window.complaints == []


def test_what_was_typed_stays_when_it_will_not_do(window: Window, world: World) -> None:
    page = window.page
    window.open(f"{PAGE}new/")
    page.fill("#id_name", "浦东数据平台")
    page.fill("#id_networks", "10.20.0.0/160")
    step(window, "button.primary")
    assert page.input_value("#id_name") == "浦东数据平台" and page.input_value("#id_networks") == "10.20.0.0/160"
    assert page.locator(".field-error").count() == 2, "no scope, no network"
    window.assert_good()
    page.check("#id_scopes_1")
    page.fill("#id_networks", "")
    step(window, "button.primary")
    assert shown_key(window)


def test_a_key_is_copied_with_the_clipboard_and_without(open_window: Callable, world: World) -> None:
    window = open_window(world.approver, permissions=["clipboard-read", "clipboard-write"])
    page = window.page
    window.open(f"{PAGE}new/")
    page.fill("#id_name", "x")
    page.check("#id_scopes_0")
    step(window, "button.primary")
    key = shown_key(window)
    page.click("[data-copy=new-key]")
    page.wait_for_function(COPIED, arg="new-key")
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.click("[data-copy=try-it]")
    page.wait_for_function(COPIED, arg="try-it")
    line = page.evaluate("navigator.clipboard.readText()")
    assert line.startswith(f"curl -H 'Authorization: Bearer {key}' 'http") and line.endswith("/api/v1/system'")
    page.evaluate("navigator.clipboard.writeText('')")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as over plain http
    page.click("[data-copy=new-key]")
    page.wait_for_function("() => getSelection().toString().startsWith('nib_')")
    assert page.evaluate("getSelection().toString()") == key
    assert window.complaints == []


def test_a_second_click_makes_no_second_key(open_window: Callable, world: World) -> None:
    system = connected(world)
    window = open_window(world.approver)
    window.open(PAGE)
    window.page.click(".system-acts summary >> nth=0")
    with window.page.expect_navigation():
        window.page.dblclick(".system-acts button.primary")
    assert shown_key(window)
    assert system.keys.count() == 2


def test_rotate_revoke_and_disconnect_each_behind_a_second_step(window: Window, world: World) -> None:
    page, system = window.page, connected(world)
    old = system.keys.get()
    window.open(PAGE)
    assert not page.is_visible("button.danger"), "nothing ends at the first click"
    page.click(".system-acts summary >> nth=0")
    page.fill("input[name$=days]", "9")
    step(window, ".system-acts button.primary")
    key = shown_key(window)
    page.go_back()
    page.wait_for_selector(".system")
    window.open(PAGE)
    assert key not in page.content()
    rows = page.locator(".system tbody tr")
    assert rows.count() == 2
    assert "9" in rows.nth(0).inner_text() and "7" in rows.nth(1).inner_text()
    window.assert_good()
    page.click(".system tbody tr:nth-child(2) summary")
    step(window, ".system tbody tr:nth-child(2) button.danger")
    old.refresh_from_db()
    assert old.revoked_at and rows.count() == 1
    assert ApiKey.objects.get(revoked_at=None).prefix in page.inner_text(".system tbody")
    page.click(".system-acts summary.is-danger")
    window.assert_good()
    step(window, ".system-acts button.danger")
    system.refresh_from_db()
    assert system.ended_at and page.locator(".system").count() == 0
    assert "浦东数据平台" in page.text_content(".ended")
    assert window.complaints == []


def test_the_page_in_every_state(window: Window, world: World) -> None:
    now = timezone.now()
    connected(world, "快到期", ago=356)
    connected(world, "没有密钥", ago=300, days=100)
    rotated = connected(
        world, "n" * 100, ago=3, networks=["2001:db8:1234:5678::/64"] + [f"10.{n}.0.0/16" for n in range(19)]
    )
    systems.rotate(rotated.pk, by=world.approver, at=now, door=Door.WEB)
    gone = connected(world, "旧报送程序", ago=9)
    systems.disconnect(gone.pk, by=world.approver, at=now, door=Door.WEB)
    window.open(PAGE)
    window.page.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
    window.assert_good()
    window.open(f"{PAGE}{rotated.pk}/")
    window.assert_good()
    window.open("/members/bureau/")
    window.assert_good()
    window.sign_in(world.operator)
    window.open("/systems/")
    window.assert_good()
    assert window.complaints == []


def test_everything_can_be_done_without_a_script(open_window: Callable, world: World) -> None:
    window = open_window(world.approver, java_script_enabled=False)
    page = window.page
    window.open(f"{PAGE}new/")
    page.fill("#id_name", "x")
    page.check("#id_scopes_0")
    step(window, "button.primary")
    assert shown_key(window).startswith("nib_") and not page.is_visible("[data-copy]"), "no button that does nothing"
    step(window, "a.primary")
    page.click(".acts summary")
    step(window, ".acts button.danger")
    assert ApiKey.objects.get().revoked_at
