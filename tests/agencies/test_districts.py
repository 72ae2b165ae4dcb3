"""A district's place in the tile grid."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.factories import DistrictFactory


@pytest.mark.django_db
@pytest.mark.parametrize(("column", "row"), [(1, None), (None, 1), (0, 1), (1, 0), (13, 1), (1, 13)])
def test_half_a_tile_or_one_off_the_grid_is_refused_by_the_database(column: int | None, row: int | None) -> None:
    with pytest.raises(IntegrityError, match="district_tile_whole"), transaction.atomic():
        DistrictFactory(code="310199", tile_column=column, tile_row=row)


@pytest.mark.django_db
@pytest.mark.parametrize("tile", [(None, None), (1, 1), (12, 12)])
def test_a_whole_tile_or_none_is_kept(tile: tuple[int | None, int | None]) -> None:
    district = DistrictFactory(code="310199", tile_column=tile[0], tile_row=tile[1])
    district.refresh_from_db()
    assert (district.tile_column, district.tile_row) == tile
