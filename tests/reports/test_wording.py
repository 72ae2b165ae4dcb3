"""How numbers are written for the reader."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from reports.wording import amount, exact_amount, goal_amount, percent, quarter_words


@pytest.mark.parametrize(
    ("value", "unit_zh", "unit_en", "chinese", "english"),
    [
        (None, "个", "stations", "—", "—"),
        ("0", "个", "stations", "0个", "0 stations"),
        ("34000", "个", "stations", "3.4万个", "34,000 stations"),
        ("31234", "个", "stations", "3.12万个", "31,234 stations"),
        ("9999.6", "个", "stations", "10,000个", "10,000 stations"),
        ("100000000000", "元", "yuan", "1,000亿元", "100,000,000,000 yuan"),
        ("85.3333", "%", "%", "85.3%", "85.3%"),
        ("18.55", "Gbps", "Gbps", "18.6 Gbps", "18.6 Gbps"),
        ("0.123", "个", "nodes", "0.12个", "0.12 nodes"),
        ("-31234", "个", "stations", "-3.12万个", "-31,234 stations"),
    ],
)
def test_amounts(value: str | None, unit_zh: str, unit_en: str, chinese: str, english: str) -> None:
    number = None if value is None else Decimal(value)
    with translation.override("zh-hans"):
        assert amount(number, unit_zh) == chinese
    with translation.override("en"):
        assert amount(number, unit_en) == english


def test_a_figure_of_the_ledger_keeps_every_digit() -> None:
    with translation.override("zh-hans"):
        assert exact_amount(Decimal("31234.500000"), "个") == "31,234.5个"


@pytest.mark.parametrize(("ratio", "text"), [(None, "—"), ("0.9499", "94.9%"), ("0.95", "95.0%"), ("12", "1,200.0%")])
def test_a_ratio_is_rounded_down_so_that_it_never_reads_as_a_threshold_it_missed(ratio: str | None, text: str) -> None:
    assert percent(None if ratio is None else Decimal(ratio)) == text


@pytest.mark.parametrize(
    ("bound", "upper", "chinese", "english"),
    [
        ("reach", None, "1.5万台", "15,000 units"),
        ("at_least", None, "不少于1.5万台", "at least 15,000 units"),
        ("about", None, "1.5万台左右", "about 15,000 units"),
        ("range", "20000", "1.5万至2万台", "15,000 to 20,000 units"),
    ],
)
def test_a_goal_is_bounded_as_the_plan_bounds_it(bound: str, upper: str | None, chinese: str, english: str) -> None:
    top = upper and Decimal(upper)
    with translation.override("zh-hans"):
        assert goal_amount(bound, Decimal(15000), top, "台") == chinese
    with translation.override("en"):
        assert goal_amount(bound, Decimal(15000), top, "units") == english


def test_quarters() -> None:
    with translation.override("zh-hans"):
        assert quarter_words(8086) == "2021年三季度"
    with translation.override("en"):
        assert quarter_words(8086) == "Q3 2021"
