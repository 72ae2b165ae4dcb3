"""`make screenshots`: every reading page, with the sample history, into docs/screenshots/."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import django

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
PAGES = {
    "overview": "/",
    "line": "/lines/new-terminal/",
    "group": "/groups/wg-new-network/",
    "target": "/targets/5g-base-stations/",
    "target-by-district": "/targets/smart-lockers/",
    "agencies": "/agencies/",
    "agency": "/agencies/sh-econ-info/",
    "districts": "/districts/",
    "district": "/districts/310115/",
    "quarter": "/quarter/",
    "ledger": "/ledger/",
    "explore": "/explore/?status=behind&status=critical",
}


class Look(NamedTuple):
    """One way of looking at all pages."""

    name: str
    width: int
    height: int
    language: str
    theme: str
    whole: bool  # the whole page, or what is seen before anybody scrolls


LOOKS = (
    Look("zh-1440-light", 1440, 900, "zh-hans", "light", True),
    Look("en-1440-dark", 1440, 900, "en", "dark", False),
    Look("zh-390-light", 390, 844, "zh-hans", "light", False),
)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    from django.test.runner import DiscoverRunner

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        _take_all()
    finally:
        runner.teardown_databases(databases)


def _take_all() -> None:
    from playwright.sync_api import sync_playwright

    from .browser import CHROMIUM, QUIET, sample_reader
    from .serving import server

    session = sample_reader()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with server() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for look in LOOKS:
            with _window(browser, look, f"http://localhost:{port}", session) as take:
                for name, path in PAGES.items():
                    take(name, path)


@contextmanager
def _window(browser, look: Look, address: str, session: dict[str, str]) -> Iterator:
    window = browser.new_context(viewport={"width": look.width, "height": look.height}, color_scheme=look.theme)
    cookies = session | {"django_language": look.language}
    window.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    page = window.new_page()

    def take(name: str, path: str) -> None:
        page.goto(address + path, wait_until="load")
        for place in page.query_selector_all("[data-chart]"):
            place.scroll_into_view_if_needed()
            page.wait_for_function("place => place.dataset.drawn", arg=place, timeout=60_000)
        page.evaluate("scrollTo(0, 0)")
        file = FOLDER / f"{name}-{look.name}.png"
        page.screenshot(path=file, full_page=look.whole)
        print(file.relative_to(FOLDER.parents[1]), flush=True)

    yield take
    window.close()


if __name__ == "__main__":
    main()
