"""Whether a quarter can be entered: both sides of every boundary."""

from datetime import timedelta

import pytest

from reports.rules.windows import RefusalCode, window_refusal
from tests.factories import at

OPENS, CLOSES, TICK = at("2021-04-01 00:00"), at("2021-05-01 00:00"), timedelta(microseconds=1)
EXTENDED = at("2021-06-01 00:00")


@pytest.mark.parametrize(
    ("now", "extended_until", "code"),
    [
        (OPENS - TICK, None, RefusalCode.NOT_OPENED),
        (OPENS, None, None),
        (CLOSES - TICK, None, None),
        (CLOSES, None, RefusalCode.CLOSED),
        (OPENS - TICK, EXTENDED, RefusalCode.NOT_OPENED),
        (CLOSES, EXTENDED, None),
        (EXTENDED - TICK, EXTENDED, None),
        (EXTENDED, EXTENDED, RefusalCode.CLOSED),
        (CLOSES - TICK, OPENS + TICK, None),
    ],
)
def test_a_window_is_open_from_its_first_moment_to_before_its_last(now, extended_until, code):
    refusal = window_refusal(now, OPENS, CLOSES, extended_until=extended_until)
    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("now", "extended_until", "params"),
    [
        (OPENS - TICK, None, {"opens_at": OPENS.isoformat()}),
        (CLOSES, None, {"closed_at": CLOSES.isoformat()}),
        (EXTENDED, EXTENDED, {"closed_at": EXTENDED.isoformat()}),
    ],
)
def test_a_refusal_names_its_moment(now, extended_until, params):
    assert window_refusal(now, OPENS, CLOSES, extended_until=extended_until).params == params
