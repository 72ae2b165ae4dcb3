"""The districts as a grid of tiles: real links, in the plan's places or one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agencies.models import District

from .overview import Count


class Tile(NamedTuple):
    """One district in a grid, as texts. `value` stands large, `note` small below it, `title` says all of it in words.

    `status` colours the tile and gives it its icon; `counts` draw a small bar instead, where a tile sums up several.
    `is_apart`: nothing in it can be compared with the others.
    """

    district: District
    value: str
    note: str
    title: str
    status: str = ""
    counts: tuple[Count, ...] = ()
    is_apart: bool = False


class Grid(NamedTuple):
    """Tiles in the districts' order. `is_placed`: each has a place of its own; otherwise they follow each other."""

    tiles: tuple[Tile, ...]
    is_placed: bool


def grid(tiles: Sequence[Tile]) -> Grid:
    """Tiles at their places, where each has one and no two the same: districts of two plans may overlap."""
    places = {(tile.district.tile_column, tile.district.tile_row) for tile in tiles}
    is_placed = len(places) == len(tiles) and all(tile.district.tile_column for tile in tiles)
    ordered = sorted(tiles, key=lambda tile: (tile.district.position, tile.district.code))
    return Grid(tuple(ordered), is_placed)
