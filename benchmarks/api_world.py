"""One agency with 10 000 lines in its open quarter, and its system's key."""

from __future__ import annotations

import json
from datetime import datetime
from http.client import HTTPConnection
from time import perf_counter
from typing import NamedTuple

from django.test import Client
from django.utils import timezone

from agencies.models import Agency, AuditEvent, Membership, User
from agencies.roles import Role, Scope
from agencies.services import systems
from reports.models import Submission
from reports.services import packets
from reports.services.periods import extend
from targets.models import Assignment, Target

from . import world

PER_TARGET = world.DISTRICTS
ENDS = datetime(2100, 1, 1, tzinfo=world.ACCEPTED.tzinfo)


class Caller(NamedTuple):
    """A connected system and its open packet. `keys` are (target, district) of its lines."""

    key: str
    packet: Submission
    keys: list[tuple[str, str]]

    @property
    def address(self) -> str:
        return f"/api/v1/submissions/{self.packet.agency.code}/{self.packet.period.code}/entries"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Host": "localhost"}

    def body(self, rows: int, first: int) -> bytes:
        """So many rows with numbers that no earlier body had."""
        sent = [
            {"target": target, "district": district, "value": str(first + place)}
            for place, (target, district) in enumerate(self.keys[:rows])
        ]
        return json.dumps({"rows": sent}).encode()

    def put(self, body: bytes) -> dict[str, int]:
        """Sends it within this process; returns how many rows came to what."""
        found = Client().put(self.address, body, "application/json", headers=self.headers)
        assert found.status_code == 200, found.content[:500]
        return found.json()["counts"]

    def send(self, server: HTTPConnection, body: bytes) -> float:
        """Seconds from the first byte sent to the last one read, of rows that are all saved."""
        started = perf_counter()
        server.request("PUT", self.address, body, self.headers | {"Content-Type": "application/json"})
        response = server.getresponse()
        answer = response.read()
        taken = perf_counter() - started
        assert response.status == 200, answer[:500]
        assert not json.loads(answer)["counts"]["rejected"], answer[:500]
        return taken


def make(rows: int) -> Caller:
    """The plan, the agency, its packet and its key."""
    made = world.make("api", max(rows // PER_TARGET, 1))
    agency = Agency.objects.create(code="api-one", name_zh="一", short_name_zh="一", kind="bureau", two_people=False)
    districts = [one.district for one in made.agencies if one.district_id]
    Assignment.objects.bulk_create(
        Assignment(target=target, agency=agency, district=district, role="district", position=100 + place, reports=True)
        for target in Target.objects.filter(plan=made.plan)
        for place, district in enumerate(districts)
    )
    return Caller(_key(agency), _packet(made, agency), _keys(made))


def _keys(made: world.World) -> list[tuple[str, str]]:
    districts = [one.district_id for one in made.agencies if one.district_id]
    codes = Target.objects.filter(plan=made.plan).order_by("position").values_list("code", flat=True)
    return [(code, district) for code in codes for district in districts]


def _packet(made: world.World, agency: Agency) -> Submission:
    quarter = made.quarters[0]
    packets.open_packets(quarter, at=world.ACCEPTED, agencies=[agency])
    made.supervisor.__dict__.pop("roles", None)
    door = AuditEvent.Door.COMMAND
    extend(quarter, agency, until=ENDS, reason="-", by=made.supervisor, at=timezone.now(), door=door)
    return Submission.objects.select_related("agency", "period").get(agency=agency, period=quarter)


def _key(agency: Agency) -> str:
    by = User.objects.create(username="api-keeper")
    Membership.objects.create(user=by, role=Role.APPROVER, agency=agency)
    now = timezone.now()
    _system, key = systems.connect(
        agency, name="bench", scopes=list(Scope), by=by, at=now, door=AuditEvent.Door.COMMAND
    )
    return key
