"""Quarters as numbers, and the moments of their windows."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rules.periods import quarter_days, quarter_name, quarter_ordinal, window_moments
from tests.factories import at

ORDINALS = st.integers(min_value=1900 * 4, max_value=2200 * 4)


def test_a_quarter_is_a_number():
    assert quarter_ordinal("2021Q3") == 8086
    assert quarter_name(8086) == "2021Q3"


@pytest.mark.parametrize("text", ["2021Q0", "2021Q5", "2021q1", "21Q1", "2021-Q1", "2021Q1 ", ""])
def test_what_is_not_a_quarter_says_how_to_write_one(text):
    with pytest.raises(ValueError, match="2021Q3"):
        quarter_ordinal(text)


@given(ORDINALS)
def test_quarters_follow_each_other_without_gap(ordinal):
    assert quarter_ordinal(quarter_name(ordinal)) == ordinal
    (first, last), (following, _) = quarter_days(ordinal), quarter_days(ordinal + 1)
    assert (following - last).days == 1
    assert 90 <= (last - first).days + 1 <= 92


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("2020Q1", date(2020, 1, 1), date(2020, 3, 31)), ("2022Q4", date(2022, 10, 1), date(2022, 12, 31))],
)
def test_days_of_a_quarter(code, first, last):
    assert quarter_days(quarter_ordinal(code)) == (first, last)


def test_each_day_of_a_window_counts_until_its_midnight():
    moments = window_moments(
        date(2021, 9, 30), ZoneInfo("Asia/Shanghai"), opens_after=1, due_after=15, grace=5, closes_after=30
    )
    assert moments.opens_at == at("2021-10-01 00:00"), "the day after the quarter's last day"
    assert moments.due_at == at("2021-10-16 00:00"), "the 15th still counts"
    assert moments.grace_until == at("2021-10-21 00:00")
    assert moments.closes_at == at("2021-10-31 00:00")
