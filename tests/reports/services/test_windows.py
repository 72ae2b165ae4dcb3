"""Whether an agency may enter a quarter now: asked through the services, both sides of every boundary, in Shanghai.

The window of 2021Q4 lies in the next year: 1 to 30 January 2022.
"""

from datetime import date, timedelta

import pytest
from django.db import transaction

from reports.models import Entry
from reports.services.corrections import open_correction
from reports.services.packets import open_packets
from reports.services.periods import create_periods, extend, follow_settings
from reports.services.refused import Refused
from tests.factories import World, at, small_plan
from tests.reports.conftest import WEB, Acting

TICK = timedelta(microseconds=1)
OPENS, CLOSES = at("2022-01-01 00:00"), at("2022-01-31 00:00")
EXTENDED, RETURNED_UNTIL = at("2022-02-10 00:00"), at("2022-02-15 18:00")


@pytest.fixture
def world(db) -> World:
    world = small_plan()
    world.plan.ends_on, world.plan.last_period = date(2021, 12, 31), "2021Q4"
    world.plan.save()
    world.periods = create_periods(world.plan)[3:]
    return world


def refusal(function, *args, **kwargs) -> str | None:
    """The code with which an act would be refused; it is taken back either way."""
    try:
        with transaction.atomic():
            function(*args, **kwargs)
            transaction.set_rollback(True)
    except Refused as refused:
        return refused.refusal.code
    return None


def answers(acting: Acting, entry: Entry, now) -> set[str | None]:
    """What saving and, with all lines filled, submitting are answered with: they must never differ."""
    entry = Entry.objects.get(pk=entry.pk)
    value = {"value": "11", "explanation": "已核实"}
    return {
        refusal(acting.save, entry, now=now, **value),
        refusal(acting.submit, entry.submission, now=now),
    }


def filled(world: World, acting: Acting) -> Entry:
    packet = world.packet()
    acting.fill(packet, now=OPENS)
    return world.line(world.stations)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (at("2021-12-31 00:00"), "not_opened"),
        (OPENS - TICK, "not_opened"),
        (OPENS, None),
        (at("2022-01-16 00:00"), None),
        (at("2022-01-21 00:00"), None),
        (CLOSES - TICK, None),
        (CLOSES, "closed"),
    ],
)
def test_the_window_over_the_turn_of_the_year(world, acting, now, code):
    assert answers(acting, filled(world, acting), now) == {code}


@pytest.mark.parametrize(("now", "late"), [(at("2022-01-16 00:00"), False), (at("2022-01-16 00:00") + TICK, True)])
def test_late_begins_after_the_due_day(world, acting, now, late):
    entry = filled(world, acting)
    assert acting.submit(entry.submission, now=now).is_late is late


@pytest.mark.parametrize(
    ("now", "code"),
    [(OPENS - TICK, "not_opened"), (CLOSES, None), (EXTENDED - TICK, None), (EXTENDED, "closed")],
)
def test_an_extension_moves_the_end_for_its_agency_alone(world, acting, now, code):
    entry = filled(world, acting)
    extend(
        world.periods[0],
        world.bureau,
        until=EXTENDED,
        reason="系统迁移",
        by=world.supervisor,
        at=CLOSES - TICK,
        door=WEB,
    )
    assert answers(acting, entry, now) == {code}
    extension = world.periods[0].extensions.get()
    extension.agency = world.east
    extension.save()
    assert answers(acting, entry, now) == {code or "closed"}


@pytest.mark.parametrize(("now", "code"), [(CLOSES, None), (RETURNED_UNTIL - TICK, None), (RETURNED_UNTIL, "closed")])
def test_a_returned_line_has_the_deadline_it_was_returned_with(world, acting, now, code):
    entry = filled(world, acting)
    acting.submit(entry.submission, now=OPENS)
    acting.give_back(entry.submission, now=OPENS, until=RETURNED_UNTIL)
    assert answers(acting, entry, now) == {code}


def test_a_deadline_before_the_window_closes_takes_nothing_away(world, acting):
    entry = filled(world, acting)
    acting.submit(entry.submission, now=OPENS)
    acting.give_back(entry.submission, now=OPENS, until=at("2022-01-10"))
    assert answers(acting, entry, CLOSES - TICK) == {None}
    assert answers(acting, entry, CLOSES) == {"closed"}


def test_a_correction_is_bound_to_no_window(world, acting):
    entry = filled(world, acting)
    acting.submit(entry.submission, now=OPENS)
    acting.accept(entry.submission, now=OPENS)
    line = open_correction(entry.pk, reason="漏报", by=world.reporter, at=at("2022-08-01"), door=WEB)
    saved = acting.save(line, value="12", explanation="已核实", now=at("2022-08-01"))
    assert saved.value == 12


@pytest.mark.parametrize(("days", "code"), [(30, "closed"), (31, None)])
def test_settings_of_the_plan_make_the_window(world, acting, days, code):
    """On 31 January: closed after 30 days, open with one day more."""
    world.plan.closes_after_days = days
    assert [one.code for one in follow_settings(world.plan, at=OPENS - TICK)] == (["2021Q4"] if days == 31 else [])
    world.periods[0].refresh_from_db()
    assert answers(acting, filled(world, acting), CLOSES) == {code}


def test_another_agency_s_people_are_refused_whatever_the_window(world, acting):
    open_packets(world.periods[0], at=OPENS)
    entry = world.line(world.posts, world.east)
    for now in (OPENS - TICK, OPENS, CLOSES):
        assert refusal(acting.save, entry, now=now, value="1") == "not_your_agency"
