"""Browsers by the names that people know them by."""

from __future__ import annotations

import re

from django import template

register = template.Library()

# the first that fits: later ones claim to be earlier ones, too
BROWSERS = [
    ("WeCom", r"wxwork/(\d+)"),
    ("WeChat", r"MicroMessenger/(\d+)"),
    ("Edge", r"Edg\w*/(\d+)"),
    ("Firefox", r"Firefox/(\d+)"),
    ("Chrome", r"(?:Headless)?Chrome/(\d+)"),
    ("Safari", r"Version/(\d+).*Safari"),
]
SYSTEMS = [
    ("Android", r"Android"),
    ("iOS", r"iPhone|iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux"),
]


@register.filter
def browser(user_agent: str) -> str:
    """Name, version and system; what nobody knows is shown as it came."""
    name = next((f"{name} {found[1]}" for name, pattern in BROWSERS if (found := re.search(pattern, user_agent))), "")
    system = next((name for name, pattern in SYSTEMS if re.search(pattern, user_agent)), "")
    return " · ".join(filter(None, [name, system])) or user_agent[:60] or "—"
