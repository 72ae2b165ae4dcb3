"""The audit log about connected systems, and about what they did through the API."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from agencies.models import System
from agencies.roles import Scope
from agencies.services import audit, systems
from agencies.services.audit import Door
from tests.factories import World, person, small_plan

NAME = "浦东数据平台"


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


@pytest.fixture
def system(world: World) -> System:
    how = {"by": world.approver, "at": timezone.now(), "door": Door.WEB}
    return systems.connect(world.bureau, name=NAME, scopes=[Scope.WRITE_ENTRIES], networks=["10.1.1.1"], **how)[0]


def saved(world: World, system: System, door: Door = Door.API) -> None:
    """A row that the system's call left."""
    facts = {"actor": system.user, "at": timezone.now(), "door": door, "agency": world.bureau}
    audit.record("entry.saved", "small/2021Q1/bureau/stations", **facts, after={"value": "3"})


def rows(user, query: str = "", language: str = "en") -> list[str]:
    """What a reader sees of each row."""
    browser = Client()
    browser.cookies["django_language"] = language
    browser.force_login(user)
    answer = browser.get(f"/audit/{query}")
    assert answer.status_code == 200
    found = re.findall(r"<tr id=.*?</tr>", answer.content.decode(), re.DOTALL)
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", row))) for row in found]


def exported(user) -> list[dict[str, str]]:
    browser = Client()
    browser.force_login(user)
    lines = b"".join(browser.get("/audit/export.csv").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(lines)))


@pytest.mark.parametrize(
    ("who", "reads"), [("approver", True), ("auditor", True), ("reporter", False), ("supervisor", False)]
)
def test_rows_about_systems_are_read_by_who_keeps_them_and_by_auditors(
    world: World, system: System, who: str, reads: bool
) -> None:
    saved(world, system)
    found = rows(getattr(world, who))
    about = [row for row in found if "connected a system" in row or "made an API key" in row]
    assert len(about) == (2 if reads else 0)
    assert ("10.1.1.1" in "".join(found)) is reads
    assert any("saved a line" in row for row in found), "what the system entered concerns the packet's readers"
    assert ("system.connected" in {row["action"] for row in exported(getattr(world, who))}) is reads


def test_another_agencys_approver_reads_none_of_it(world: World, system: System) -> None:
    saved(world, system)
    assert rows(person("approver", world.east)) == []


def test_the_name_of_the_system_stands_beside_the_door(world: World, system: System) -> None:
    saved(world, system)
    audit.record("entry.saved", "x", actor=world.reporter, at=timezone.now(), door=Door.WEB, agency=world.bureau)
    by_person, by_system = rows(world.supervisor)
    assert f"API · {NAME}" in by_system and system.user.username in by_system
    assert "web page" in by_person and "·  web" not in by_person and NAME not in by_person
    assert f"接口 · {NAME}" in rows(world.supervisor, language="zh-hans")[1]


def test_a_job_that_a_system_asked_for_names_it_as_well(world: World, system: System) -> None:
    saved(world, system, Door.JOB)
    assert f"job · {NAME}" in rows(world.auditor)[0]


def test_the_subject_names_the_system_and_the_key(world: World, system: System) -> None:
    systems.disconnect(system.pk, by=world.approver, at=timezone.now(), door=Door.WEB)
    ended, made, connected = rows(world.approver)
    for row in (ended, made, connected):
        assert f"bureau · {NAME}" in row
    assert f"{NAME} · {system.keys.get()}" in made
    assert len(rows(world.approver, f"?subject=bureau/{system.user.username}")) == 3


def test_the_export_keeps_its_columns_and_adds_one(world: World, system: System) -> None:
    saved(world, system)
    found = {row["action"]: row for row in exported(world.auditor)}
    assert list(found["entry.saved"])[-2:] == ["reason", "system"]
    row = found["entry.saved"]
    assert (row["door"], row["username"], row["name"], row["system"]) == ("api", system.user.username, NAME, NAME)
    assert found["system.connected"]["system"] == "", "a person did that"


@pytest.mark.parametrize("number", [1, 30])
def test_the_page_costs_the_same_with_few_and_many(
    world: World, system: System, client: Client, django_assert_num_queries, number: int
) -> None:
    for _ in range(number):
        saved(world, system)
    client.force_login(world.auditor)
    client.get("/audit/")
    with django_assert_num_queries(9):
        client.get("/audit/")
