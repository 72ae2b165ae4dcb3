"""Accepted figures for tests, through the services that people use."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from agencies.models import Agency, AuditEvent, User
from agencies.roles import Role
from reports.models import Acceptance, ReportingPeriod, Submission
from reports.models.submissions import State
from reports.services.corrections import open_correction
from reports.services.entries import Input, save_entry
from reports.services.review import accept, submit
from targets.models import Target
from targets.rules import Stage
from tests.factories import World, at, person

WEB = AuditEvent.Door.WEB
NOW = at("2021-04-10")


def accepted(
    world: World,
    target: Target,
    typed: Input | str,
    agency: Agency | None = None,
    period: int = 0,
    *,
    now: datetime = NOW,
) -> Acceptance:
    """One figure entered, submitted and accepted; a second one for the same quarter is a correction.

    The other lines of the packet say that there is nothing to report.
    """
    agency = agency or world.bureau
    reporter, approver = person(Role.REPORTER, agency), person(Role.APPROVER, agency)
    packet = world.packet(agency, period, now=now)
    # a window that is always open: these tests are about what was accepted, not about when it may be entered
    ReportingPeriod.objects.filter(pk=packet.period_id).update(opens_at=at("2020-01-01"), closes_at=at("2040-01-01"))
    line = world.line(target, agency, period)
    if line.state == State.ACCEPTED:
        line = open_correction(line.pk, reason="数据核实后更正", by=approver, at=now, door=WEB)
    _fill(packet, line.pk, typed if isinstance(typed, Input) else Input(value=typed), reporter, now)
    submit(packet.pk, by=approver, at=now, door=WEB)
    return accept(packet.pk, by=world.supervisor, at=now, door=WEB)


def _fill(packet: Submission, line: int, typed: Input, reporter: User, now: datetime) -> None:
    for entry in packet.entries.exclude(state=State.ACCEPTED):
        said = typed if entry.pk == line else Input(nothing_because="本季度无新增")
        saved = save_entry(entry.pk, said, version=entry.version, by=reporter, at=now, door=WEB)
        if saved.doubts:
            explained = Input.of({**said.__dict__, "explanation": "已核实"})
            save_entry(entry.pk, explained, version=saved.version, by=reporter, at=now, door=WEB)


def random_history(world: World, seed: int, steps: int) -> None:
    """Figures of every kind in random order: late quarters first, corrections, falls, several reporters."""
    chance = random.Random(seed)
    now = NOW
    for _ in range(steps):
        target, agency, typed = chance.choice(
            [
                (world.stations, world.bureau, Input(value=str(chance.randint(0, 150)))),
                (world.posts, world.east, Input(value=str(chance.randint(0, 30)))),
                (world.posts, world.west, Input(value=str(chance.randint(0, 30)))),
                (world.share, world.bureau, Input(numerator=str(chance.randint(0, 100)), denominator="100")),
                (world.centre, world.bureau, Input(stage=chance.choice(list(Stage)))),
            ]
        )
        now += timedelta(hours=chance.randint(0, 30))
        accepted(world, target, typed, agency, chance.randint(0, 1), now=now)
