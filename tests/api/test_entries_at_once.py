"""Systems and people who save at the same moment: nothing is lost, and nobody waits for ever."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from agencies.models import AuditEvent
from reports.models import Entry
from reports.services import entries
from reports.services.entries import Input, Line
from tests.api.conftest import connected
from tests.api.sending import ENTRIES, opened, outcomes
from tests.concurrency import at_once
from tests.factories import small_plan
from tests.reports.conftest import WEB

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def test_systems_that_push_in_opposite_orders_do_not_deadlock_or_lose() -> None:
    world = small_plan()
    packet = opened(world)
    callers = [connected(world.bureau, name=f"平台{number}") for number in range(3)]
    told: Counter[str] = Counter()

    def push(place: int) -> None:
        for number in range(ROUNDS):
            rows = [
                {"target": "stations", "value": str(10 * number + place)},
                {"target": "share", "numerator": str(number), "denominator": str(10 + place)},
                {"target": "centre", "stage": ["under_way", "done", "not_started"][(number + place) % 3]},
            ]
            rows = rows[::-1] if place % 2 else rows
            told.update(outcomes(callers[place]("PUT", ENTRIES, {"rows": rows})))

    assert at_once(3, push) == []
    assert sum(told.values()) == 3 * ROUNDS * 3
    assert set(told) <= {"created", "changed", "unchanged"}
    _is_whole(packet, told["created"] + told["changed"])


def test_a_person_and_a_system_on_the_same_lines() -> None:
    world = small_plan()
    packet, caller = opened(world), connected(world.bureau)
    lines = {one: world.line(one).pk for one in (world.stations, world.centre)}
    told: Counter[str] = Counter()

    def save(place: int) -> None:
        for number in range(ROUNDS):
            if place:
                rows = [{"target": "centre", "words": f"系统{number}"}, {"target": "stations", "value": str(number)}]
                told.update(outcomes(caller("PUT", ENTRIES, {"rows": rows})))
                continue
            typed = [Line(lines[world.stations], Input(value=str(100 + number)), None)]
            typed.append(Line(lines[world.centre], Input(words=f"人{number}"), None))
            act = {"by": world.reporter, "at": timezone.now(), "door": WEB}
            found = entries.save_lines(packet.pk, typed, **act)
            told.update("changed" for line in found if isinstance(line, Entry))

    assert at_once(2, save) == []
    assert AuditEvent.objects.filter(action="entry.saved", actor=world.reporter).count() == 2 * ROUNDS
    _is_whole(packet)


def _is_whole(packet, saved: int | None = None) -> None:
    """Every save made one version and one audit row, each beginning where the one before it ended."""
    events = AuditEvent.objects.filter(action="entry.saved").order_by("pk")
    versions = sum(packet.entries.values_list("version", flat=True)) - packet.entries.count()
    assert versions == events.count(), "one audit row for each version"
    assert saved in (None, versions), "what was answered is what happened"
    last: dict[str, dict] = {}
    for event in events:
        if event.subject in last:
            assert event.before == last[event.subject], "nobody's save was overwritten unseen"
        last[event.subject] = event.after


def test_of_two_that_saw_the_same_version_one_is_told() -> None:
    world = small_plan()
    packet = opened(world)
    callers = [connected(world.bureau, name=f"平台{number}") for number in range(4)]
    told: list[str] = []

    def push(place: int) -> None:
        row = {"target": "stations", "value": str(place + 1), "version": 1}
        told.extend(outcomes(callers[place]("PUT", ENTRIES, {"rows": [row]})))

    assert at_once(4, push) == []
    assert Counter(told) == {"created": 1, "version_conflict": 3}
    assert packet.entries.get(assignment__target=world.stations).version == 2
