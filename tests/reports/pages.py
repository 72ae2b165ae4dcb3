"""Reads the packet pages as a browser without scripts shows and sends them."""

from __future__ import annotations

import re
from html import unescape

PAGE = "/packets/bureau/2021Q1/"  # of the small plan


def text(response) -> str:
    """What a reader sees."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def fields(response) -> dict[str, str]:
    """Every field of the entry form with the value that it shows."""
    html, found = response.content.decode(), {}
    for tag in re.findall(r"<input[^>]*form=\"entry-form\"[^>]*>", html):
        value = re.search(r'value="([^"]*)"', tag)
        found[re.search(r'name="([^"]+)"', tag)[1]] = unescape(value[1]) if value else ""
    for name, value in re.findall(r'<textarea name="(line-[^"]+)"[^>]*>\n?([^<]*)</textarea>', html):
        found[name] = unescape(value)
    for name, options in re.findall(r'<select name="(line-[^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found
