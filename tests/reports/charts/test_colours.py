"""The colours of the statuses, as eyes with and without a colour deficiency see them."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from django.conf import settings

from targets.rules import Status

TOKENS = (settings.BASE_DIR / "templates" / "static" / "css" / "tokens.css").read_text()
PRINT = (settings.BASE_DIR / "templates" / "static" / "css" / "print.css").read_text()
THEMES = {
    "light": TOKENS[: TOKENS.index("@media")],
    "dark by the system": TOKENS[TOKENS.index("@media") : TOKENS.index(':root[data-theme="dark"]')],
    "dark by the switch": TOKENS[TOKENS.index(':root[data-theme="dark"]') :],
    "paper": PRINT,
}
# Machado, Oliveira, Fernandes 2009, severity 1: linear RGB as each kind of eye has it
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
WHITE = ((0.4124, 0.3576, 0.1805, 0.95047), (0.2126, 0.7152, 0.0722, 1.0), (0.0193, 0.1192, 0.9505, 1.08883))
TOLD_APART = 12  # CIELAB distance; 2.3 is just noticeable for patches side by side


def linear(colour: str) -> list[float]:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    held = [min(max(part, 0.0), 1.0) for part in rgb]
    x, y, z = (sum(a * b for a, b in zip(row, held, strict=False)) / row[3] for row in WHITE)
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    own = linear(colour)
    return lab([sum(a * b for a, b in zip(row, own, strict=True)) for row in EYES[eye]])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("theme", THEMES)
def test_no_two_statuses_look_alike(theme: str, eye: str) -> None:
    colours = dict(re.findall(r"--fill-(\w+): (#[0-9a-f]{6});", THEMES[theme]))
    assert set(colours) == {status.value for status in Status}
    looks = {status: seen(colour, eye) for status, colour in colours.items()}
    alike = {
        (one, other): round(sum((a - b) ** 2 for a, b in zip(looks[one], looks[other], strict=True)) ** 0.5, 1)
        for one, other in combinations(looks, 2)
    }
    assert {pair: distance for pair, distance in alike.items() if distance < TOLD_APART} == {}
