"""One person's browser window: signed in, of one width, in one language; it says what is wrong with a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.test import Client

from agencies.models import User
from tests.browser.axe import serious
from tests.browser.conftest import Visitor

THEMES = ("light", "dark")


class Window(Visitor):
    """Motion is off, so that nothing is looked at halfway through."""

    def __init__(self, context, address: str) -> None:
        super().__init__(context, address)
        self.context = context
        self.keys = self.page.keyboard

    def sign_in(self, user: User) -> None:
        """Without the page; tests of signing in use the page."""
        client = Client()
        client.force_login(user)
        self._cookie("sessionid", client.cookies["sessionid"].value)

    def speak(self, language: str) -> None:
        self._cookie("django_language", language)

    def _cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.address}])

    def assert_fits(self) -> None:
        """Nothing stands beside the screen."""
        wide, screen = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= screen, f"{self.page.url} is {wide} px wide on a screen of {screen} px"

    def assert_good(self) -> None:
        """It fits, and axe-core finds nothing serious in either theme."""
        self.assert_fits()
        for theme in THEMES:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found = serious(self.page, only_colours=theme != THEMES[0])
            assert not found, f"{self.page.url} in the {theme} theme: {found}"

    def press(self, *keys: str) -> None:
        for key in keys:
            self.keys.press(key)

    def tab_to(self, selector: str, most: int = 120) -> None:
        """Tabs until the focus is on what the selector means, as somebody without a mouse does."""
        for _ in range(most):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            self.keys.press("Tab")
        raise AssertionError(f"{selector} is not among the next {most} stops on {self.page.url}")

    def follow(self, *keys: str) -> None:
        """Presses keys that lead to another page, and waits for it."""
        with self.page.expect_navigation():
            self.press(*keys)


@contextmanager
def windows(chromium, address: str) -> Iterator[Callable[..., Window]]:
    """open_window(user, width=…, language=…), closed at the end. Without a user nobody is signed in.

    Further arguments are playwright's, for a new context.
    """
    contexts = []

    def open_window(user: User | None = None, *, width: int = 1440, language: str = "en", **how) -> Window:
        context = chromium.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **how)
        contexts.append(context)
        window = Window(context, address)
        window.speak(language)
        if user:
            window.sign_in(user)
        return window

    yield open_window
    for context in contexts:
        context.close()
