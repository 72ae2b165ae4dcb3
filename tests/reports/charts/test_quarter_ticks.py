"""Quarters below an axis."""

from __future__ import annotations

from reports.charts.theme import quarter_ticks


def test_the_year_stands_once_below_its_first_quarter() -> None:
    ticks = quarter_ticks(["2020Q2", "2020Q4", "2021Q1"], range(3))
    assert ticks["ticktext"] == ["Q2<br>2020", "Q4", "Q1<br>2021"] and ticks["tickvals"] == [0, 1, 2]


def test_of_many_quarters_only_the_years_are_named() -> None:
    codes = [f"{year}Q{quarter}" for year in range(2020, 2025) for quarter in (1, 2, 3, 4)][1:]
    ticks = quarter_ticks(codes, codes)
    assert ticks["ticktext"] == ["2020", "2021", "2022", "2023", "2024"]
    assert ticks["tickvals"][:2] == ["2020Q2", "2021Q1"]
