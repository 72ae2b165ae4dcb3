"""A real Chromium in front of a real server with the small plan in it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reports.models import ReportingPeriod
from reports.services import rollup
from reports.services.entries import Input
from tests.factories import AssignmentFactory, TargetFactory, World, at, small_plan, working_group
from tests.history import accepted

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """The system's browser; a machine without one skips these tests and says why."""
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if reason := os.environ.get("NO_BROWSER") or ("" if found else "no Chromium on this machine"):
        pytest.skip(reason)
    sync_api = pytest.importorskip("playwright.sync_api")
    # playwright's loop runs in this thread; Django would take the tests' own queries for asynchronous ones
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def shown(transactional_db: None, settings) -> World:
    """The small plan with figures, rolled up. Static files come by their plain names from where they lie."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    world = small_plan()
    accepted(world, world.stations, "40", now=at("2021-04-10"))
    accepted(world, world.posts, "12", world.east, now=at("2021-04-11"))
    accepted(world, world.centre, Input(stage="under_way"), now=at("2021-04-13"))
    accepted(world, world.stations, "35", now=at("2021-05-20"))
    working_group(world, world.bureau, of_line=True)
    rollup.roll_up()
    return world


class Visitor:
    """One signed-in browser window; `complaints` collects console errors, policy violations and script errors."""

    def __init__(self, context, address: str) -> None:
        self.page = context.new_page()
        self.address = address
        self.complaints: list[str] = []
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, path: str) -> None:
        self.page.goto(self.address + path, wait_until="load")

    def charts_drawn(self) -> int:
        """Scrolls to every chart and waits until it is drawn or given up; returns how many were drawn."""
        for place in self.page.query_selector_all("[data-chart]"):
            place.scroll_into_view_if_needed()
            self.page.wait_for_function("place => place.dataset.drawn", arg=place, timeout=30_000)
        return len(self.page.query_selector_all("[data-drawn=yes] .main-svg"))


@pytest.fixture
def visit(chromium, shown: World, live_server, client: Client) -> Iterator:
    """visit(width, script=…, theme=…) opens a window for the supervisor."""
    client.force_login(shown.supervisor)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    contexts = []

    def open_window(width: int = 1440, *, script: bool = True, theme: str = "light") -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script, color_scheme=theme
        )
        context.add_cookies([session])
        contexts.append(context)
        return Visitor(context, live_server.url)

    yield open_window
    for context in contexts:
        context.close()
    _until_the_server_is_idle()


@pytest.fixture
def open_window(chromium, live_server) -> Iterator:
    """open_window(user, width=…, language=…): one person's window; see tests/browser/windows.py."""
    from tests.browser.windows import windows

    with windows(chromium, live_server.url) as found:
        yield found
    _until_the_server_is_idle()


@pytest.fixture
def served(transactional_db: None, settings, tmp_path) -> None:
    """An empty database and an empty folder of files; static files come by their plain names from where they lie."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def quarter(served: None) -> World:
    """The small plan with two more targets of the bureau; the first quarter's window is open today, no packet is."""
    world = small_plan()
    for place, code in enumerate(("masts", "cells"), start=5):
        AssignmentFactory(target=TargetFactory(code=code, position=place), agency=world.bureau, position=1)
    move_window(world, opened=timezone.now() - timedelta(days=2))
    return world


def move_window(world: World, *, opened: datetime) -> None:
    """The first quarter's window opens then, is due after 15 days and closes after 30."""
    moments = {"opens_at": 0, "due_at": 15, "grace_until": 18, "closes_at": 30}
    ReportingPeriod.objects.filter(pk=world.periods[0].pk).update(
        **{name: opened + timedelta(days=days) for name, days in moments.items()}
    )


def _until_the_server_is_idle() -> None:
    """A request that a closed window left behind must not read while the next test's tables are emptied."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=30)
