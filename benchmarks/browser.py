"""What a reader's browser gets and waits for: bytes of a first and of a repeated visit, a readable page, a chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from agencies.models import Membership
from agencies.roles import Role

from .measure import line, title
from .serving import server

PAGES = {"overview": "/", "target": "/targets/5g-base-stations/", "explore": "/explore/", "quarter": "/quarter/"}
EMPTY = "/benchmark/empty/"
CHROMIUM = "/usr/bin/chromium"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
TIMES = 7
READABLE = {"Document", "Stylesheet"}  # what a page needs before somebody can read it
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


class Visit(NamedTuple):
    """One page load: bytes over the wire by kind of resource, milliseconds to its first words and first chart."""

    wire: Counter[str]
    readable: float
    chart: float


def run(scale: float) -> None:
    title("In the browser (the Shanghai plan with its sample history, headless Chromium, same machine)")
    session = sample_reader()
    times = max(round(TIMES * scale), 2)
    with server() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        address = f"http://localhost:{port}"
        floor = median(visit.readable for visit in _visits(browser, address, session, EMPTY, times)[1:])
        line("the empty view, to its first words", f"F {floor:.0f} ms")
        for name, path in PAGES.items():
            _report(name, _visits(browser, address, session, path, times), floor)


def sample_reader() -> dict[str, str]:
    """Loads the plan with its sample history; the session cookie of its supervisor."""
    call_command("load_plan", "fixtures/shanghai_2020_2022.yaml", verbosity=0)
    call_command("load_published", "fixtures/published_figures.csv", verbosity=0)
    call_command("seed_sample", seed=1, verbosity=0)
    client = Client(HTTP_HOST="localhost")
    client.force_login(Membership.objects.filter(role=Role.SUPERVISOR).first().user)
    name = settings.SESSION_COOKIE_NAME
    return {name: client.cookies[name].value}


def _report(name: str, visits: list[Visit], floor: float) -> None:
    first, *again = visits
    for words, one, aim in (("first visit", first, 60), ("repeated visit", again[0], 30)):
        bare = sum(one.wire[kind] for kind in READABLE) / 1000
        line(f"{name}, {words}: HTML + CSS (aim: at most {aim} kB)", f"{bare:.1f} kB", f"all {_all(one):.0f} kB")
    readable, chart = (median(getattr(one, what) for one in again) for what in ("readable", "chart"))
    line(f"{name}, to its first words", f"F {floor:.0f} ms", f"{readable:.0f} ms", f"{readable / floor:.1f} x F")
    if chart:
        line(f"{name}, to its first chart", f"F {floor:.0f} ms", f"{chart:.0f} ms", f"{chart / floor:.1f} x F")


def _all(one: Visit) -> float:
    return sum(one.wire.values()) / 1000


def _visits(browser: Browser, address: str, session: dict[str, str], path: str, times: int) -> list[Visit]:
    """The first one with an empty cache, the others with what it left."""
    with _window(browser, address, session) as window:
        return [_visit(window, address + path) for _ in range(times + 1)]


@contextmanager
def _window(browser: Browser, address: str, session: dict[str, str]) -> Iterator[BrowserContext]:
    window = browser.new_context(viewport={"width": 1440, "height": 900})
    window.add_cookies([{"name": name, "value": value, "url": address} for name, value in session.items()])
    yield window
    window.close()


def _visit(window: BrowserContext, address: str) -> Visit:
    page = window.new_page()
    wire = _counted(page)
    page.goto(address, wait_until="load")
    drawn = 0.0
    if page.query_selector("[data-chart]"):
        page.wait_for_selector("[data-drawn=yes]", timeout=60_000)
        drawn = page.evaluate("performance.now()")
    page.wait_for_timeout(200)  # the last answers' bytes are told a moment later
    readable = page.evaluate(PAINTED)
    page.close()
    return Visit(wire, readable, drawn)


def _counted(page: Page) -> Counter[str]:
    """Bytes as they cross the wire, headers included; what the browser's own cache answers costs none."""
    wire: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: wire.update({kinds.get(event["requestId"], "Other"): round(event["encodedDataLength"])}),
    )
    return wire
