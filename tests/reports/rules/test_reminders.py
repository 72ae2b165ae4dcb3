"""Which reminder is due: both sides of every boundary. The quarter is 2021Q1 as the small plan has it."""

from datetime import timedelta

import pytest

from reports.models import Reminder
from reports.rules.reminders import RECENT, Kind, Schedule, Waiting, reminder_due
from reports.rules.windows import Moments
from tests.factories import at

TICK, DAY = timedelta(microseconds=1), timedelta(days=1)
OPENS, DUE, GRACE, CLOSES = (at(f"{day} 00:00") for day in ("2021-04-01", "2021-04-16", "2021-04-21", "2021-05-01"))
MOMENTS = Moments(OPENS, DUE, GRACE, CLOSES)
USUAL = Schedule(before_days=5, after_days=1)
DRAFT = Waiting(MOMENTS, OPENS, drafts=True)
NEVER = Schedule(0, 0)


def due(now, waiting=DRAFT, schedule=USUAL):
    found = reminder_due(now, waiting, schedule)
    return found and (found.kind.value, found.about)


@pytest.mark.parametrize(
    ("now", "reminder"),
    [
        (OPENS - TICK, None),
        (OPENS, ("opened", OPENS)),
        (OPENS + RECENT - TICK, ("opened", OPENS)),
        (OPENS + RECENT, None),
        (DUE - 5 * DAY - TICK, None),
        (DUE - 5 * DAY, ("due_soon", DUE)),
        (DUE + DAY - TICK, None),
        (DUE + DAY, ("overdue", DUE)),
        (GRACE - TICK, None),
        (GRACE, ("overdue", GRACE)),
        (CLOSES - DAY - TICK, None),
        (CLOSES - DAY, ("closing", CLOSES)),
        (CLOSES - TICK, ("closing", CLOSES)),
        (CLOSES, None),
        (CLOSES + 1000 * DAY, None),
    ],
)
def test_a_packet_that_was_not_handed_in(now, reminder):
    assert due(now) == reminder


@pytest.mark.parametrize("day", range(32))
def test_nothing_is_said_about_a_packet_that_waits_for_nobody(day):
    assert due(OPENS + day * DAY, DRAFT._replace(drafts=False)) is None


def test_the_plan_can_do_without_reminders_around_the_due_date():
    assert due(DUE - DAY, schedule=NEVER) is None
    assert due(DUE + DAY, schedule=NEVER) is None
    assert due(GRACE, schedule=NEVER) is None
    assert due(CLOSES - DAY, schedule=NEVER) == ("closing", CLOSES)


def test_a_reminder_before_the_window_opens_comes_as_it_opens():
    early = Schedule(before_days=40, after_days=1)
    assert due(OPENS - TICK, schedule=early) is None
    assert due(OPENS, schedule=early) == ("opened", OPENS), "one, not two at once"


def test_without_days_of_grace_it_is_overdue_once():
    strict = DRAFT._replace(moments=MOMENTS._replace(grace_until=DUE))
    assert {due(DUE + hours * timedelta(hours=1), strict) for hours in range(97)} == {("overdue", DUE), None}


def test_a_reminder_after_the_days_of_grace_comes_once_and_later():
    late = Schedule(before_days=5, after_days=8)
    assert due(GRACE, schedule=late) is None
    assert due(DUE + 8 * DAY, schedule=late) == ("overdue", DUE)


def test_a_packet_made_late_is_announced_when_it_is_made():
    late = DRAFT._replace(created_at=at("2021-04-08"))
    assert due(at("2021-04-08") - TICK, late) is None
    assert due(at("2021-04-08"), late) == ("opened", at("2021-04-08"))


def test_of_several_that_fell_due_while_nothing_ran_the_newest_is_sent():
    close = DRAFT._replace(moments=MOMENTS._replace(due_at=OPENS + DAY, grace_until=OPENS + 2 * DAY))
    assert due(OPENS + 2 * DAY, close, Schedule(1, 1)) == ("overdue", OPENS + DAY)


@pytest.mark.parametrize(
    ("now", "reminder"),
    [
        (DUE, None),
        (GRACE, None),
        (CLOSES, None),
        (at("2021-05-27 00:00") - TICK, None),
        (at("2021-05-27 00:00"), ("due_soon", at("2021-06-01 00:00"))),
        (at("2021-05-31 00:00") - TICK, None),
        (at("2021-05-31 00:00"), ("closing", at("2021-06-01 00:00"))),
        (at("2021-06-01 00:00"), None),
    ],
)
def test_an_extension_takes_the_place_of_the_due_date(now, reminder):
    extended = DRAFT._replace(moments=MOMENTS._replace(extended_until=at("2021-06-01 00:00")))
    assert due(now, extended, Schedule(5, 0)) == reminder
    if reminder is None or reminder[0] != "due_soon":
        assert due(now, extended) == reminder, "nobody is overdue while the extension runs"


RETURNED = Waiting(MOMENTS, OPENS, drafts=False, returned_at=at("2021-04-10"), returned_until=at("2021-05-20"))


@pytest.mark.parametrize(
    ("now", "reminder"),
    [
        (at("2021-04-10") - TICK, None),
        (at("2021-04-10"), ("returned", at("2021-04-10"))),
        (at("2021-04-10") + RECENT, None),
        (CLOSES - DAY, None),
        (at("2021-05-19") - TICK, None),
        (at("2021-05-19"), ("closing", at("2021-05-20"))),
        (at("2021-05-20"), None),
    ],
)
def test_returned_lines_have_a_deadline_of_their_own(now, reminder):
    assert due(now, RETURNED) == reminder


def test_returned_for_less_than_a_day_is_said_once():
    short = RETURNED._replace(returned_at=at("2021-05-19 18:00"))
    assert due(at("2021-05-19 18:00"), short) == ("returned", at("2021-05-19 18:00"))


def test_the_rule_and_the_table_know_the_same_kinds():
    assert {kind.value for kind in Kind} == set(Reminder.Kind.values)
