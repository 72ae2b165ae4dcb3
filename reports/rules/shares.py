"""Whether what the districts report adds up to what the lead reports. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple


class Difference(NamedTuple):
    """The lead's figure against the sum of the parts that are there. Null where one side has nothing.

    `difference` is lead less sum, `ratio` that difference as a fraction of the sum (null over zero). `reported` of
    `of` parts have a figure.
    """

    total: Decimal | None
    difference: Decimal | None
    ratio: Decimal | None
    reported: int
    of: int

    @property
    def is_equal(self) -> bool:
        """Whether both sides are there and say the same."""
        return self.difference == 0

    @property
    def is_complete(self) -> bool:
        """Whether every part has a figure: a difference before that says little."""
        return self.reported == self.of


def share_difference(lead: Decimal | None, parts: Sequence[Decimal | None]) -> Difference:
    """One item per district that reports a part, None for one without a figure. A true zero is a figure."""
    given = [part for part in parts if part is not None]
    total = sum(given, Decimal(0)) if given else None
    difference = None if lead is None or total is None else lead - total
    ratio = None if difference is None or not total else difference / abs(total)
    return Difference(total, difference, ratio, len(given), len(parts))
