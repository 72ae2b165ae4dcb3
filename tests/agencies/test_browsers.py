"""Browsers by name."""

from __future__ import annotations

import pytest

from agencies.templatetags.browsers import browser

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/120.0.0.0 Safari/537.36", "Chrome 120 · Windows"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/120.0 Safari/537.36 Edg/121.0", "Edge 121 · Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14) AppleWebKit/605 Version/17.1 Safari/605", "Safari 17 · macOS"),
        (f"Mozilla/5.0 (Linux; Android 13) {WEBKIT} Chrome/107.0 Mobile MicroMessenger/8.0", "WeChat 8 · Android"),
        ("curl/8.0", "curl/8.0"),
        ("", "—"),
    ],
)
def test_it_is_named(user_agent: str, words: str) -> None:
    assert browser(user_agent) == words
