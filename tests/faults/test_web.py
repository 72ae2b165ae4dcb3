"""The web process is killed while people save: what was confirmed as saved is there."""

from __future__ import annotations

import random
import threading
from urllib.parse import urlencode

import pytest
from django.test import Client

from agencies.models import AuditEvent, User
from reports.models import Entry
from reports.services.periods import extend
from tests.factories import World, at, small_plan
from tests.faults.servers import Web, web

pytestmark = pytest.mark.django_db(transaction=True)
KILLS = 5
SEED = 20211


class Typist:
    """Somebody who types one number after the other into one line and notes the last that was confirmed."""

    def __init__(self, server: Web, user: User, line: Entry) -> None:
        self.server, self.line = server, line
        client = Client()
        client.force_login(user)
        self.session = client.cookies["sessionid"].value
        self.confirmed = self.typed = 0

    def type_until_the_server_dies(self) -> None:
        try:
            while True:
                self.typed += 1
                if self._save(self.typed):
                    self.confirmed = self.typed
        except OSError:
            return

    def _save(self, number: int) -> bool:
        """Whether the page said that the number is saved: it answers with a redirect once it is."""
        version = Entry.objects.values_list("version", flat=True).get(pk=self.line.pk)
        prefix = f"line-{self.line.pk}-"
        typed = {f"{prefix}version": version, f"{prefix}shown": "{}", f"{prefix}value": number}
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        status, text = self.server.request(
            "POST", PACKET, urlencode({"csrfmiddlewaretoken": TOKEN, **typed}), **headers
        )
        assert status == 302, f"saving {number} was answered with {status}: {text[:500]}"
        return True


TOKEN = "t" * 32  # the cookie and the field of a form agree
PACKET = "/packets/bureau/2021Q1/?plan=small"


def test_a_killed_web_server_loses_nothing_that_was_confirmed() -> None:
    world = small_plan()
    line = _open_line(world)
    chance = random.Random(SEED)
    with web() as server:
        typist = Typist(server, world.reporter, line)
        for _ in range(KILLS):
            before = typist.confirmed
            death = threading.Timer(chance.uniform(0.3, 1.2), server.kill)
            death.start()
            typist.type_until_the_server_dies()
            death.join()
            line.refresh_from_db()
            assert typist.confirmed > before, "something was saved before the kill"
            assert typist.confirmed <= line.value <= typist.typed, (
                f"{typist.confirmed} was confirmed and {typist.typed} under way; the line says {line.value}"
            )
            _assert_every_save_left_a_trace(line)
            server.start()


def _open_line(world: World) -> Entry:
    packet = world.packet()
    extend(
        packet.period, world.bureau, until=at("2100-01-01 00:00"), reason="测试", by=world.supervisor,
        at=at("2021-05-02"), door=AuditEvent.Door.WEB,
    )  # fmt: skip
    return world.line(world.stations)


def _assert_every_save_left_a_trace(line: Entry) -> None:
    """A line and its audit rows are written together or not at all."""
    saved = AuditEvent.objects.filter(action="entry.saved")
    assert saved.count() == line.version - 1, "one audit row for each version of the line"
    assert saved.first().after["value"] == str(int(line.value))
