"""The course of a target in small: points of two lines as SVG writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from .rollup import ProgressRow

WIDTH, HEIGHT = 96, 22  # of a spark line, in its own units


@dataclass(frozen=True)
class Spark:
    """Points of two small lines, as SVG writes them: what was reached, and what was expected."""

    reached: str
    expected: str


def spark(path: Sequence[ProgressRow], baseline: Decimal | None) -> Spark | None:
    """A path in small, both lines on one scale that begins at the baseline (or 0); null without two figures."""
    values = [row.value for row in path]
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    expected = [row.expected for row in path]
    base = min([baseline or Decimal(0), *known])
    top = max([*known, *(value for value in expected if value is not None)])
    return Spark(_points(values, base, top), _points(expected, base, top))


def _points(values: Sequence[Decimal | None], base: Decimal, top: Decimal) -> str:
    step = Decimal(WIDTH - 4) / max(len(values) - 1, 1)
    scale = Decimal(HEIGHT - 4) / ((top - base) or 1)
    return " ".join(
        f"{2 + place * step:.1f},{HEIGHT - 2 - (value - base) * scale:.1f}"
        for place, value in enumerate(values)
        if value is not None
    )
