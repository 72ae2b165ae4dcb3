"""Numbers as people type and read them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rules.numbers import NotANumber, grouped, parse_number, plain_or_none, storable, trim

STORABLE = st.decimals(min_value=0, max_value=10**18 - 1, places=6, allow_nan=False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", None),
        ("  ", None),
        ("0", "0"),
        ("-0", "0"),
        ("34000", "34000"),
        ("3.4万", "34000"),
        ("3.4 万", "34000"),
        ("３．４万", "34000"),
        ("1.2亿", "120000000"),
        ("5百万", "5000000"),
        ("2万亿", "2000000000000"),
        ("12k", "12000"),
        ("1M", "1000000"),
        ("1,200", "1200"),
        ("１，２００", "1200"),
        ("1,234,567.5", "1234567.5"),
        (".5", "0.5"),
        ("71.5%", "71.5"),
        ("+7", "7"),
        ("-7", "-7"),
        ("−7", "-7"),
        ("0.000001", "0.000001"),
        ("999999999999999999", "999999999999999999"),
    ],
)
def test_what_is_typed_is_what_is_meant(typed, meant):
    assert parse_number(typed) == (None if meant is None else Decimal(meant))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("abc", "not_a_number"),
        ("1,20", "not_a_number"),
        ("1 200", "not_a_number"),
        ("3.4.5", "not_a_number"),
        ("万", "not_a_number"),
        ("1e5", "not_a_number"),
        ("NaN", "not_a_number"),
        ("约100", "not_a_number"),
        ("1000000000000000000", "too_long"),
        ("100000亿亿", "not_a_number"),
        ("1" * 50, "too_long"),
        ("0.0000001", "too_precise"),
        ("12345678901234567.0000000000000001", "too_precise"),
    ],
)
def test_what_cannot_be_stored_says_why(typed, code):
    with pytest.raises(NotANumber) as caught:
        parse_number(typed)
    assert caught.value.code == code


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_only_finite_numbers_are_stored(number):
    with pytest.raises(NotANumber):
        storable(Decimal(number))


@given(STORABLE)
def test_every_stored_number_can_be_shown_and_typed_again(number):
    for shown in (trim(number), trim(number, separator=","), grouped(number, "zh-hans"), grouped(number, "en")):
        assert parse_number(shown) == number, shown


@given(st.text())
def test_no_text_breaks_the_parser(text):
    try:
        number = parse_number(text)
    except NotANumber:
        return
    assert number is None or storable(number) == number


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        ("34000", "3.4万", "34,000"),
        ("12345", "12,345", "12,345"),
        ("120000000", "1.2亿", "120,000,000"),
        ("99.500000", "99.5", "99.5"),
        ("0", "0", "0"),
    ],
)
def test_numbers_for_reading_are_never_rounded(number, zh, en):
    assert (grouped(Decimal(number), "zh-hans"), grouped(Decimal(number), "en")) == (zh, en)


def test_nothing_is_not_zero():
    assert plain_or_none(None) is None
    assert plain_or_none(Decimal("0.000000")) == "0"
