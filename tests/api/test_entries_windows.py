"""When a line can be entered by the API: the same windows, extensions and deadlines as everywhere."""

from __future__ import annotations

import pytest

from reports.models import Entry, Extension
from tests.api.conftest import Caller
from tests.api.sending import FILLED, answered, opened, outcomes, put
from tests.factories import World, at
from tests.reports.conftest import Acting

pytestmark = pytest.mark.django_db
STATIONS, SHARE, CENTRE = FILLED


@pytest.fixture(autouse=True)
def packet(world: World):
    """The bureau's first packet, which can be entered today."""
    return opened(world)


def test_the_extension_and_its_end_decide(bureau: Caller, world: World, packet) -> None:
    Extension.objects.update(until=at("2021-06-01"))
    (row,) = answered(put(bureau, STATIONS))
    assert (row["code"], row["words"]) == (
        "closed", "This quarter can no longer be entered: its window closed on 2021-06-01 12:00.",
    )  # fmt: skip
    assert outcomes(put(bureau, {"target": "stations"})) == ["unchanged"]
    Extension.objects.update(until=at("2100-01-01"))
    assert outcomes(put(bureau, STATIONS)) == ["created"]


def test_a_window_that_has_not_opened(bureau: Caller, world: World, packet) -> None:
    Extension.objects.all().delete()
    packet.period.opens_at, packet.period.due_at = at("2099-01-01"), at("2099-01-02")
    packet.period.grace_until, packet.period.closes_at = at("2099-01-03"), at("2099-01-04")
    packet.period.save()
    (row,) = answered(put(bureau, STATIONS))
    assert (row["code"], row["words"]) == (
        "not_opened", "This quarter cannot be entered yet: its window opens on 2099-01-01 12:00.",
    )  # fmt: skip


def test_a_line_that_is_no_longer_asked_for(bureau: Caller, world: World) -> None:
    put(bureau, STATIONS)
    Entry.objects.filter(assignment__target=world.stations).update(state="retired")
    assert outcomes(put(bureau, {"target": "stations", "value": "41"})) == ["line_retired"]
    assert outcomes(put(bureau, STATIONS)) == ["unchanged"]


def test_what_was_returned_can_be_entered_until_its_own_deadline(bureau: Caller, world: World, packet) -> None:
    put(bureau, STATIONS, SHARE, CENTRE)
    acting = Acting(world)
    acting.submit(packet)
    Extension.objects.all().delete()
    acting.give_back(packet, until=at("2100-01-01"), entries=[world.line(world.stations).pk])
    response = put(bureau, {"target": "stations", "value": "41"}, SHARE | {"numerator": "4"})
    assert outcomes(response) == ["changed", "already_submitted"]
