"""How values develop from quarter to quarter. Pure; every draw comes from the generator that is passed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise
from random import Random

ZERO = Decimal(0)
# Where a target that no story tells of ends, as a share of its goal: from far short to well beyond.
ENDS = ("0.62", "0.78", "0.88", "0.97", "1", "1", "1.04", "1.12", "1.3")


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def s_curve(chance: Random, quarters: Sequence[int], start: Decimal, end: Decimal) -> dict[int, Decimal]:
    """Slow at first, fast in the middle, slow at the end; sooner or later by chance."""
    bend = chance.uniform(0.75, 1.3)
    values = {}
    for index, quarter in enumerate(quarters, start=1):
        elapsed = (index / len(quarters)) ** bend
        done = Decimal(str(round(elapsed * elapsed * (3 - 2 * elapsed), 6)))
        values[quarter] = start + (end - start) * done
    return values


def city_path(
    chance: Random,
    quarters: Sequence[int],
    told: Mapping[int, Decimal],
    start: Decimal,
    goal: Decimal,
    *,
    places: int,
    steps: bool,
) -> list[Decimal]:
    """The city's value at the end of each quarter: as told, or where nothing is told an S-curve from the start."""
    anchors = told or s_curve(chance, quarters, start, start + drawn_goal(chance, goal - start))
    return through(chance, quarters, anchors, places, steps=steps)


def drawn_goal(chance: Random, goal: Decimal) -> Decimal:
    """Where a target that no story tells of ends."""
    return goal * Decimal(chance.choice(ENDS))


def through(
    chance: Random, quarters: Sequence[int], anchors: Mapping[int, Decimal], places: int, *, steps: bool = False
) -> list[Decimal]:
    """One value for each quarter: the anchors exactly, between them uneven but never backwards."""
    known = sorted((quarter, value) for quarter, value in anchors.items() if quarters[0] <= quarter <= quarters[-1])
    values = dict(known)
    for (first, low), (last, high) in pairwise(known):
        values |= _between(chance, first, low, last, high, steps=steps)
    path, current = [], known[0][1]
    for quarter in quarters:
        current = values.get(quarter, current)
        path.append(rounded(current, places))
    return path


def _between(chance: Random, first: int, low: Decimal, last: int, high: Decimal, *, steps: bool) -> dict[int, Decimal]:
    if steps:
        return dict.fromkeys(range(first + 1, last), low)
    weights = [Decimal(str(round(chance.uniform(0.8, 1.2), 6))) for _ in range(first, last)]
    values, done = {}, ZERO
    for quarter, weight in zip(range(first + 1, last), weights, strict=False):
        done += weight
        values[quarter] = low + (high - low) * done / sum(weights)
    return values


def shared_out(path: Sequence[Decimal], weights: Sequence[Decimal], places: int) -> list[list[Decimal]]:
    """The parts of each weight; in each quarter they add up to the path exactly, and no part goes backwards.

    What a quarter adds is shared out by weight; what does not divide goes to those furthest below their share.
    """
    unit = Decimal(1).scaleb(-places)
    parts = [[ZERO for _ in path] for _ in weights]
    before = ZERO
    for index, whole in enumerate(path):
        now = [rows[index - 1] if index else ZERO for rows in parts]
        added = whole - before
        now = [have + (added * weight // unit) * unit for have, weight in zip(now, weights, strict=True)]
        for _ in range(int((whole - sum(now, ZERO)) / unit)):
            short = max(range(len(now)), key=lambda part: (weights[part] * whole - now[part], -part))
            now[short] += unit
        for rows, have in zip(parts, now, strict=True):
            rows[index] = have
        before = whole
    return parts


def drawn_weights(chance: Random, number: int) -> list[Decimal]:
    """Parts of one whole, the largest about four times the smallest."""
    drawn = [Decimal(str(round(chance.uniform(0.5, 2), 6))) for _ in range(number)]
    return [one / sum(drawn) for one in drawn]


def delayed(path: Sequence[Decimal], quarters: int) -> list[Decimal]:
    """The same path some quarters later."""
    return [path[max(0, index - quarters)] for index in range(len(path))]
