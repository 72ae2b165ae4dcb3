"""Whether parts add up to the whole."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reports.rules.shares import share_difference


@pytest.mark.parametrize(
    ("lead", "parts", "total", "difference", "ratio", "reported"),
    [
        (30, [10, 20], 30, 0, 0, 2),
        (33, [10, 20], 30, 3, "0.1", 2),
        (27, [10, 20], 30, -3, "-0.1", 2),
        (33, [10, None], 10, 23, "2.3", 1),
        (None, [10, 20], 30, None, None, 2),
        (30, [None, None], None, None, None, 0),
        (30, [], None, None, None, 0),
        (3, [0, 0], 0, 3, None, 2),  # a true zero is a figure, and nothing is divided by it
        (0, [0], 0, 0, None, 1),
    ],
)
def test_the_lead_less_the_sum(lead, parts, total, difference, ratio, reported):
    def number(value):
        return None if value is None else Decimal(value)

    found = share_difference(number(lead), [number(part) for part in parts])
    assert (found.total, found.difference, found.ratio) == (number(total), number(difference), number(ratio))
    assert (found.reported, found.of) == (reported, len(parts))
    assert found.is_equal == (difference == 0)
    assert found.is_complete == (reported == len(parts))
