"""Packets that systems write to, and short ways of writing to them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from agencies.models import Agency
from agencies.roles import Scope
from reports.models import Entry, Submission
from reports.rules.numbers import plain_or_none
from reports.services.periods import extend
from targets.models import Target
from targets.rules import AssignmentRole
from tests.api.conftest import Caller, connected
from tests.factories import AssignmentFactory, DistrictFactory, TargetFactory, World, at
from tests.reports.conftest import WEB

PACKET = "/submissions/bureau/2021Q1"
ENTRIES = f"{PACKET}/entries"
CONTENT = ("value", "numerator", "denominator", "stage", "actual_on", "words", "nothing_because", "explanation")


def opened(world: World, agency: Agency | None = None, period: int = 0) -> Submission:
    """The packet of an agency (the bureau) for a quarter, which can be entered today by an extension."""
    found = world.packet(agency, period)
    extend(
        found.period, found.agency, until=at("2100-01-01 00:00"), reason="测试", by=world.supervisor,
        at=at("2021-05-02"), door=WEB,
    )  # fmt: skip
    return found


def put(caller: Caller, *rows: Any, query: str = "", **headers: str) -> HttpResponse:
    """Sends rows to the bureau's first packet."""
    return caller("PUT", f"{ENTRIES}{query}", {"rows": list(rows)}, **headers)


FILLED = (
    {"target": "stations", "value": "40"},
    {"target": "share", "numerator": "3", "denominator": "10"},
    {"target": "centre", "stage": "under_way"},
)


def submitting(world: World, agency: Agency | None = None) -> Caller:
    """A second system of an agency (the bureau), which hands in what the first one entered."""
    return connected(agency or world.bureau, [Scope.READ, Scope.SUBMIT], name="报送平台")


def answered(response: HttpResponse) -> list[dict[str, Any]]:
    """What became of each row."""
    assert response.status_code == 200, response.content.decode()
    return response.json()["rows"]


def outcomes(response: HttpResponse) -> list[str]:
    """What became of each row: its outcome, or the code for which it was rejected."""
    return [row["code"] or row["outcome"] for row in answered(response)]


def contents(packet: Submission) -> dict[str, dict[str, Any]]:
    """What every line of a packet says, by target and scope; the newest line of each."""
    lines = packet.entries.select_related("assignment__target", "assignment__agency").order_by("pk")
    return {str(line): content(line) for line in lines}


def content(line: Entry) -> dict[str, Any]:
    """What a line says: numbers as plain digits, nothing as null."""
    told = {name: getattr(line, name) for name in CONTENT}
    numbers = {name: plain_or_none(told[name]) for name in ("value", "numerator", "denominator")}
    return {name: value or None for name, value in (told | numbers).items()}


def says(target: Target, world: World, **expected: Any) -> None:
    """The bureau's line of a target says this and nothing else."""
    assert content(world.line(target)) == dict.fromkeys(CONTENT) | expected


def with_districts(world: World, *, city: bool) -> Target:
    """A target for which the bureau reports two districts, and the city where asked."""
    target = TargetFactory(code="cameras", position=5)
    for position, code in enumerate(("310101", "310104"), start=2):
        AssignmentFactory(
            target=target, agency=world.bureau, district=DistrictFactory(code=code), role=AssignmentRole.DISTRICT,
            position=position, counts=False,
        )  # fmt: skip
    if city:
        AssignmentFactory(target=target, agency=world.bureau, position=1)
    return target
