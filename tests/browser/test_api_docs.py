"""`/api/v1/docs/`: the interactive document, from the site's own files and under its strict policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from agencies.roles import Scope
from tests.api.conftest import Caller, connected
from tests.browser.axe import serious
from tests.browser.windows import THEMES, Window
from tests.factories import World, small_plan

# colours of the whole document are looked at several times: half a minute, and more on a machine that is held up
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

DOCS = "/api/v1/docs/"
AGENCIES = "#operations-agencies-list_agencies"
IS_DARK = "document.documentElement.classList.contains('dark-mode')"


@pytest.fixture
def world(served: None) -> World:
    return small_plan()


@pytest.fixture
def caller(world: World) -> Caller:
    return connected(world.bureau, [Scope.READ])


def opened(window: Window) -> Window:
    """The document, with every address that it lists."""
    window.elsewhere = []
    here = urlsplit(window.address).netloc
    window.page.on(
        "request",
        lambda asked: urlsplit(asked.url).netloc not in ("", here) and window.elsewhere.append(asked.url),
    )
    window.open(DOCS)
    window.page.wait_for_selector(".opblock")
    return window


def put_in(window: Window, key: str) -> None:
    page = window.page
    page.click(".btn.authorize")
    page.fill(".auth-container input", key)
    page.click(".auth-btn-wrapper .authorize")
    page.click(".btn-done")


def tried_out(window: Window, operation: str, **typed: str) -> tuple[str, dict]:
    """Status and body of an operation that is tried out in the page."""
    page = window.page
    page.click(f"{operation} .opblock-summary-control")
    page.click(f"{operation} .try-out__btn")
    for name, value in typed.items():
        page.fill(f"{operation} [data-param-name='{name.replace('_', '-')}'] input", value)
    page.click(f"{operation} .execute")
    answer = f"{operation} .live-responses-table .response"
    page.wait_for_selector(f"{answer} pre.microlight")
    status = page.inner_text(f"{answer} .response-col_status").split()[0]
    return status, json.loads(page.inner_text(f"{answer} .highlight-code pre.microlight >> nth=0"))


def assert_fine(window: Window) -> None:
    """No message in the console, nothing from elsewhere, nothing beside the screen, readable in both themes."""
    assert window.complaints == [] and window.elsewhere == []
    window.assert_fits()
    for theme in THEMES:
        window.page.emulate_media(color_scheme=theme)
        window.page.wait_for_function(f"dark => {IS_DARK} === dark", arg=theme == "dark")
        assert serious(window.page, only_colours=True) == [], f"in the {theme} theme"


@pytest.mark.parametrize("width", [1440, 390])
def test_an_address_is_tried_out_with_a_key(open_window: Callable, caller: Caller, width: int) -> None:
    window = opened(open_window(width=width))
    assert_fine(window)
    put_in(window, caller.key)
    status, told = tried_out(window, AGENCIES, limit="1")
    assert (status, [row["code"] for row in told["results"]]) == ("200", ["bureau"])
    assert told["results"][0]["name"] == "Shanghai bureau Commission", "in the language of the page"
    assert_fine(window)


def test_a_refusal_is_shown_as_it_came_in_the_language_of_the_page(open_window: Callable, caller: Caller) -> None:
    window = opened(open_window(language="zh-hans"))
    put_in(window, "nib_0a1b2c3d_wrong")
    status, told = tried_out(window, AGENCIES)
    assert (status, told["code"]) == ("401", "key_unknown")
    assert told["detail"] == "密钥无效。"
    window.complaints = [one for one in window.complaints if "401" not in one]  # the browser notes the refusal
    assert_fine(window)


@pytest.mark.parametrize("method", ["get", "put", "post", "delete"])
def test_an_operation_of_each_method_fits_a_phone(open_window: Callable, world: World, method: str) -> None:
    """Its parameters, bodies and answers, each as an example and as a schema."""
    window = opened(open_window(world.approver, width=390))
    operation = window.page.locator(f".opblock-{method}").first
    operation.locator(".opblock-summary-control").click()
    operation.locator(".responses-table pre").first.wait_for()
    window.assert_fits()
    for tab in operation.locator(".tab button[data-name=model]").all():
        tab.click()
    window.assert_fits()
    assert window.complaints == [] and window.elsewhere == []


def test_the_theme_switch_of_the_site_is_the_documents_too(open_window: Callable, world: World) -> None:
    window = opened(open_window(color_scheme="light"))
    assert window.page.evaluate(IS_DARK) is False
    window.page.click("[data-theme-toggle]")
    assert window.page.evaluate(IS_DARK) is True
    assert serious(window.page, only_colours=True) == []
    window.open(DOCS)
    window.page.wait_for_selector(".opblock")
    assert window.page.evaluate(IS_DARK) is True, "remembered"


@pytest.mark.parametrize("who", [None, "approver", "operator", "reporter"])
def test_anybody_opens_it_within_the_site(open_window: Callable, world: World, who: str | None) -> None:
    user = getattr(world, who) if who else None
    window = opened(open_window(user))
    page = window.page
    assert (page.locator("nav.sections a").count() > 0) is (user is not None)
    assert page.locator("main a[href='/systems/']").count() == (1 if who in ("approver", "operator") else 0)
    assert page.get_attribute("main a[download]", "href") == "/api/v1/schema"
    assert window.complaints == []


def test_without_a_script_it_says_where_the_document_is(open_window: Callable, world: World) -> None:
    window = open_window(java_script_enabled=False)
    window.open(DOCS)
    assert "needs JavaScript" in window.page.inner_text("main")
    assert window.page.get_attribute("main a[download]", "href") == "/api/v1/schema"


def test_the_policy_is_the_sites_own(client, world: World) -> None:
    """Nothing is loosened for the document: the same header as on every other page."""
    docs, other = client.get(DOCS), client.get("/accounts/login/")

    def policy(answer) -> set[str]:
        return {part.strip() for part in answer["Content-Security-Policy"].split(";")}

    assert policy(docs) == policy(other)
    assert not any("unsafe" in part for part in policy(docs)) and "style-src 'self'" in policy(docs)
    page = docs.content.decode()
    assert "<style" not in page and "style=" not in page and "<script>" not in page
