"""People in front of a server that may die: what they sent, and what was confirmed to them."""

from __future__ import annotations

import threading
from random import Random
from urllib.parse import urlencode

from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from agencies.models import User
from reports.models import Entry, Submission
from tests.faults.servers import Web, wait_for
from tests.reports.uploads import PDF, upload

TOKEN = "t" * 32  # the cookie and the header of a form agree
PLAN = "?plan=small"


class Person:
    """Somebody who does one thing after the other; `sent` and `confirmed` are numbers of things."""

    def __init__(self, server: Web, user: User) -> None:
        self.server = server
        client = Client()
        client.force_login(user)
        self.cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={TOKEN}"
        self.sent: list[int] = []
        self.confirmed: list[int] = []

    def act(self, number: int) -> int:
        """Does one thing; returns the status. OSError when the server dies meanwhile."""
        raise NotImplementedError

    def post(self, path: str, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> int:
        headers = {"Cookie": self.cookies, "X-CSRFToken": TOKEN, "Content-Type": content_type}
        return self.server.request("POST", path + PLAN, body, **headers)[0]

    def try_once(self, number: int) -> bool:
        """Whether the server said that the thing is done; False when it died meanwhile."""
        self.sent.append(number)
        try:
            status = self.act(number)
        except OSError:
            return False
        assert status in (200, 302), f"{number} was answered with {status}"
        self.confirmed.append(number)
        return True

    def go_on_until_the_server_is_killed(self, chance: Random) -> None:
        """At least one more thing is confirmed before the kill, which comes at a moment that nobody chose."""
        before = len(self.confirmed)

        def kill() -> None:
            wait_for(lambda: len(self.confirmed) > before, "something to be confirmed")
            threading.Event().wait(chance.uniform(0.02, 0.5))
            self.server.kill()

        death = threading.Thread(target=kill)
        death.start()
        while self.try_once(len(self.sent) + 1):
            pass
        death.join()


class Typist(Person):
    """Types one number after the other into a line: the odd ones save themselves, the even ones by the form."""

    def __init__(self, server: Web, user: User, line: Entry) -> None:
        super().__init__(server, user)
        self.line = line

    def act(self, number: int) -> int:
        version = Entry.objects.values_list("version", flat=True).get(pk=self.line.pk)
        prefix = f"line-{self.line.pk}-"
        typed = {f"{prefix}version": version, f"{prefix}shown": "{}", f"{prefix}value": number}
        saves_itself = number % 2
        path = f"/packets/bureau/2021Q1/{self.line.pk}/save/" if saves_itself else "/packets/bureau/2021Q1/"
        return self.post(path, urlencode(typed).encode())


class Collector(Person):
    """Attaches one file after the other, to one line after the other."""

    SIZE = 3 * 2**20

    def __init__(self, server: Web, user: User, lines: list[Entry]) -> None:
        super().__init__(server, user)
        self.lines = lines

    def act(self, number: int) -> int:
        line = self.lines[number % len(self.lines)]
        file = upload(f"{number}.pdf", PDF + str(number).encode().ljust(self.SIZE, b"\n"))
        body = encode_multipart(BOUNDARY, {"file": file})
        return self.post(f"/packets/bureau/2021Q1/{line.pk}/evidence/", body, MULTIPART_CONTENT)


class Reviewer(Person):
    """Accepts one packet after the other, as often as it takes."""

    def __init__(self, server: Web, user: User, packets: list[Submission]) -> None:
        super().__init__(server, user)
        self.packets = [packet.pk for packet in packets]

    def act(self, number: int) -> int:
        waiting = Submission.objects.filter(pk__in=self.packets, state="submitted").order_by("pk")
        packet = waiting.select_related("agency", "period").first()
        decided = {"action": "rest", "version": packet.version}
        return self.post(f"/packets/{packet.agency.code}/{packet.period.code}/review/", urlencode(decided).encode())
