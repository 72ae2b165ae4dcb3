"""Rows of one target's districts as a data frame."""

from __future__ import annotations

from decimal import Decimal

from reports.frames.districts import district_frame
from reports.selectors.districts import DistrictRow
from tests.factories import DistrictFactory


def row(name: str, agency: str, share: str | None = None) -> DistrictRow:
    return DistrictRow(
        DistrictFactory.build(code="310199", name_zh=name), agency, agency, share and Decimal(share), True, None, None,
        None, "个", False,
    )  # fmt: skip


def test_what_is_unknown_is_null_and_not_zero() -> None:
    frame = district_frame([row("黄浦区", "huangpu")])
    assert frame[["value", "expected", "part", "pace"]].isna().all(axis=None)
    assert (frame.loc[0, "status"], frame.loc[0, "number"], bool(frame.loc[0, "is_stale"])) == ("", "—", False)


def test_two_agencies_of_one_district_make_two_bars() -> None:
    frame = district_frame([row("黄浦区", "a"), row("静安区", "b"), row("黄浦区", "c")])
    assert frame["name"].tolist() == ["黄浦 · a", "静安", "黄浦 · c"]


def test_no_district_is_an_empty_frame() -> None:
    assert district_frame([]).empty
