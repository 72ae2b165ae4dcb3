"""The hash of a block: any change of its content shows, and it can be recomputed from an export alone."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reports.rules.canonical import GENESIS, BlockFigure, BlockHeader, block_hash
from reports.rules.numbers import plain_or_none
from tests.factories import SHANGHAI

HEADER = BlockHeader(
    1, "small", "bureau", "2021Q1", "approver", "supervisor", datetime(2021, 4, 10, 4, 0, tzinfo=UTC), "", 1
)
FIGURE = BlockFigure("stations", "bureau", "2021Q1", Decimal("10.500000"), None, None, "", None, "备注", "", "reporter")


def test_a_hash_can_be_recomputed_by_hand():
    text = (
        f'{GENESIS}[1,"small","bureau","2021Q1","approver","supervisor","2021-04-10T04:00:00.000000+00:00","",1]\n'
        '["stations","bureau","2021Q1","10.5",null,null,"",null,"备注","","reporter"]\n'
    )
    assert block_hash(GENESIS, HEADER, [FIGURE]) == hashlib.sha256(text.encode()).hexdigest()


CHANGED_HEADERS = [
    {"number": 2},
    {"plan": "other"},
    {"agency": "east"},
    {"period": "2021Q2"},
    {"submitted_by": "x"},
    {"accepted_by": "x"},
    {"accepted_at": datetime(2021, 4, 10, 4, 0, 0, 1, tzinfo=UTC)},
    {"reason": "x"},
    {"figure_count": 2},
]
CHANGED_FIGURES = [
    {"target": "posts"},
    {"scope": "east"},
    {"period": "2021Q2"},
    {"value": Decimal("10.500001")},
    {"value": None},
    {"numerator": Decimal(1)},
    {"denominator": Decimal(1)},
    {"stage": "done"},
    {"actual_on": date(2021, 4, 1)},
    {"words": ""},
    {"reason": "x"},
    {"entered_by": "x"},
]


@pytest.mark.parametrize("change", CHANGED_HEADERS, ids=str)
def test_any_change_of_the_header_changes_the_hash(change):
    assert block_hash(GENESIS, HEADER._replace(**change), [FIGURE]) != block_hash(GENESIS, HEADER, [FIGURE])


@pytest.mark.parametrize("change", CHANGED_FIGURES, ids=str)
def test_any_change_of_a_figure_changes_the_hash(change):
    assert block_hash(GENESIS, HEADER, [FIGURE._replace(**change)]) != block_hash(GENESIS, HEADER, [FIGURE])


def test_order_count_and_the_block_before_are_part_of_the_hash():
    other = FIGURE._replace(target="posts")
    base = block_hash(GENESIS, HEADER, [FIGURE, other])
    assert base != block_hash(GENESIS, HEADER, [other, FIGURE])
    assert base != block_hash(GENESIS, HEADER, [FIGURE])
    assert base != block_hash("1" * 64, HEADER, [FIGURE, other])


def test_the_way_a_value_is_written_is_not_part_of_the_hash():
    base = block_hash(GENESIS, HEADER, [FIGURE])
    local = HEADER._replace(accepted_at=HEADER.accepted_at.astimezone(SHANGHAI))
    assert block_hash(GENESIS, local, [FIGURE._replace(value=Decimal("10.5"))]) == base


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, None),
        (Decimal("34000.500000"), "34000.5"),
        (Decimal("34000"), "34000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.000000"), "0"),
        (Decimal("-0.0"), "0"),
        (Decimal("100"), "100"),
    ],
)
def test_numbers_are_shortest_plain_decimals(number, text):
    assert plain_or_none(number) == text
