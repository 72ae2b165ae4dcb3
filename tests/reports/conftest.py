"""The small plan and the short ways through its quarter."""

from __future__ import annotations

from datetime import date

import pytest

from agencies.models import AuditEvent
from reports.models import Acceptance, Entry, Submission
from reports.services import corrections, entries, review
from reports.services.periods import extend
from tests.factories import PlanFactory, World, at, small_plan
from tests.reports.pages import PAGE

WEB = AuditEvent.Door.WEB
OPEN = at("2021-04-10")  # inside the window of 2021Q1


class Acting:
    """What people do in the small plan, with the usual person, moment and door unless a test says otherwise."""

    def __init__(self, world: World) -> None:
        self.world = world

    def save(self, entry: Entry, by=None, now=OPEN, version=None, **typed: str) -> Entry:
        return entries.save_entry(
            entry.pk,
            entries.Input.of(typed),
            version=entry.version if version is None else version,
            by=by or self.world.reporter,
            at=now,
            door=WEB,
        )

    def fill(self, packet: Submission, by=None, now=OPEN) -> None:
        """Gives every open line of a packet something plausible."""
        for entry in packet.entries.exclude(state="accepted").select_related("assignment__target"):
            target = entry.assignment.target
            typed = {"stage": "under_way"} if target.is_milestone else {"value": "10"}
            if target.combine == "weighted":
                typed = {"numerator": "3", "denominator": "10"}
            self.save(entry, by=by, now=now, **typed, explanation="情况属实")

    def submit(self, packet: Submission, by=None, now=OPEN) -> Submission:
        return review.submit(packet.pk, by=by or self.world.approver, at=now, door=WEB)

    def accept(self, packet: Submission, by=None, now=OPEN, **kwargs) -> Acceptance:
        return review.accept(packet.pk, by=by or self.world.supervisor, at=now, door=WEB, **kwargs)

    def give_back(self, packet: Submission, by=None, now=OPEN, reason="请核实", until=None, **kwargs) -> Submission:
        return review.return_lines(
            packet.pk,
            reason=reason,
            until=until or at("2021-05-20"),
            by=by or self.world.supervisor,
            at=now,
            door=WEB,
            **kwargs,
        )

    def correct(self, entry: Entry, by=None, now=OPEN, reason="漏报一处") -> Entry:
        return corrections.open_correction(entry.pk, reason=reason, by=by or self.world.reporter, at=now, door=WEB)

    def submitted(self) -> Submission:
        """The bureau's first packet, filled by its reporter and submitted by its approver."""
        packet = self.world.packet()
        self.fill(packet)
        return self.submit(packet)


@pytest.fixture
def world(db) -> World:
    return small_plan()


@pytest.fixture
def long_world(db) -> World:
    """The small plan, but from 2021Q1 to 2022Q4 and due on its last day."""
    PlanFactory(ends_on=date(2022, 12, 31), last_period="2022Q4")
    return small_plan()


@pytest.fixture
def acting(world: World) -> Acting:
    return Acting(world)


@pytest.fixture
def packet(world) -> Submission:
    """The bureau's packet of a quarter that can be entered today."""
    found = world.packet()
    extend(
        found.period, world.bureau, until=at("2100-01-01 00:00"), reason="测试", by=world.supervisor,
        at=at("2021-05-02"), door=WEB,
    )  # fmt: skip
    return found


@pytest.fixture
def files(settings, tmp_path):
    """An empty folder of stored files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def browse(client):
    """Opens or posts a page as somebody, in English."""
    client.cookies["django_language"] = "en"

    def browse(user, address=PAGE, data=None):
        client.force_login(user)
        return client.get(address) if data is None else client.post(address, data)

    return browse
