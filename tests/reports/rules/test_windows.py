"""Whether a quarter can be entered: both sides of every boundary."""

from datetime import UTC, timedelta

import pytest

from reports.rules.windows import Moments, RefusalCode, days_left, timeliness, window_refusal
from tests.factories import SHANGHAI, at

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


# --- how a packet stands -------------------------------------------------------------------------------------------

DUE, GRACE = at("2021-04-16 00:00"), at("2021-04-21 00:00")
MOMENTS = Moments(OPENS, DUE, GRACE, CLOSES)
UNDER_WAY, AFTERWARDS = (
    MOMENTS._replace(extended_until=at("2021-04-25 00:00")),
    MOMENTS._replace(extended_until=EXTENDED),
)
SHORT = MOMENTS._replace(extended_until=at("2021-04-18 00:00"))


@pytest.mark.parametrize(
    ("submitted_at", "stands"),
    [(OPENS, "on_time"), (DUE, "on_time"), (DUE + TICK, "late"), (GRACE + TICK, "late"), (CLOSES, "late")],
)
def test_what_was_handed_in_after_the_due_moment_is_late_for_ever(submitted_at, stands):
    for now in (submitted_at, CLOSES, EXTENDED):
        assert timeliness(now, submitted_at, MOMENTS) == stands
        assert timeliness(now, submitted_at, AFTERWARDS) == stands, "an extension is no other due date"


@pytest.mark.parametrize(
    ("moments", "now", "stands"),
    [
        (MOMENTS, OPENS - TICK, "pending"),
        (MOMENTS, DUE, "pending"),
        (MOMENTS, DUE + TICK, "late"),
        (MOMENTS, GRACE, "late"),
        (MOMENTS, GRACE + TICK, "overdue"),
        (MOMENTS, CLOSES - TICK, "overdue"),
        (MOMENTS, CLOSES, "missing"),
        (UNDER_WAY, GRACE + TICK, "late"),
        (UNDER_WAY, at("2021-04-25 00:00"), "late"),
        (UNDER_WAY, at("2021-04-25 00:00") + TICK, "overdue"),
        (UNDER_WAY, CLOSES, "missing"),
        (SHORT, GRACE, "late"),
        (SHORT, GRACE + TICK, "overdue"),
        (AFTERWARDS, CLOSES, "late"),
        (AFTERWARDS, EXTENDED - TICK, "late"),
        (AFTERWARDS, EXTENDED, "missing"),
    ],
)
def test_what_was_not_handed_in_is_late_overdue_and_missing_in_turn(moments, now, stands):
    assert timeliness(now, None, moments) == stands


@pytest.mark.parametrize(
    ("now", "days"),
    [
        ("2021-04-01 00:00", 14),
        ("2021-04-14 23:59", 1),
        ("2021-04-15 00:00", 0),
        ("2021-04-15 23:59", 0),
        ("2021-04-16 00:00", -1),
    ],
)
def test_days_are_counted_as_people_in_shanghai_count_them(now, days):
    """Due at the midnight that ends 15 April."""
    assert days_left(at(now).astimezone(UTC), DUE.astimezone(UTC), SHANGHAI) == days


def test_an_end_within_a_day_counts_that_day():
    assert days_left(at("2021-04-15 08:00"), at("2021-04-16 12:00"), SHANGHAI) == 1
    assert days_left(at("2021-04-16 08:00"), at("2021-04-16 12:00"), SHANGHAI) == 0
