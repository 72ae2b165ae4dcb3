"""What the reading endpoints have in common: their lists, and short ways through pages of rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from reports.services import rollup
from reports.services.entries import Input
from reports.services.periods import create_periods
from targets.models import Citation
from tests.api.conftest import ROOT, Caller, connected
from tests.factories import (
    AssignmentFactory,
    ClauseFactory,
    LineFactory,
    PlanFactory,
    TargetFactory,
    TaskFactory,
    World,
    at,
    small_plan,
)
from tests.history import accepted

LISTS = (
    "/plans", "/action-lines", "/tasks", "/targets", "/periods", "/assignments", "/figures", "/acceptances",
    "/progress?period=2021Q2&since=2021Q1", "/doubts",
)  # fmt: skip
DETAILS = ("/plans/small", "/targets/small/stations", "/acceptances/1", "/ledger")


def results(caller: Caller, path: str, **headers: str) -> list[dict[str, Any]]:
    """The rows of the first page."""
    got = caller.get(path, **headers)
    assert got.status_code == 200, got.content.decode()
    return got.json()["results"]


def pages(caller: Caller, path: str) -> Iterator[list[dict[str, Any]]]:
    """The rows of every page, each read when it is asked for."""
    while path:
        got = caller.get(path)
        assert got.status_code == 200, got.content.decode()
        told = got.json()
        yield told["results"]
        path = (told["next"] or "").partition(ROOT)[2]


def limited(path: str, limit: int) -> str:
    return f"{path}{'&' if '?' in path else '?'}limit={limit}"


def problem(caller: Caller, path: str, **headers: str) -> tuple[int, str, list[str], str]:
    """Status, code, what is to blame, and the sentence of a refusal."""
    got = caller.get(path, **headers)
    told = got.json()
    return got.status_code, told["code"], [error["pointer"] for error in told["errors"]], told["detail"]


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, Caller]]:
    """Made once for all tests of a module; what a test changes is taken back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = _told()
        yield world, connected(world.bureau)
        transaction.set_rollback(True)


@pytest.fixture
def told(shared: tuple[World, Caller], db: None) -> World:
    """Figures of every kind, a correction, a line that falls, and a second line: several rows in every list."""
    return shared[0]


@pytest.fixture
def bureau(shared: tuple[World, Caller], db: None) -> Caller:
    """A system of the bureau that may do everything."""
    return shared[1]


def _told() -> World:
    world = small_plan()
    line = LineFactory(code="platform", name_en="Platform action", short_zh="新平台", short_en="Platforms", position=2)
    task = TaskFactory(line=line, code="platform-1", name_zh="建设展厅", name_en="Open halls", position=1)
    halls = TargetFactory(code="halls", task=task, position=1, name_zh="展厅", name_en="Exhibition halls")
    AssignmentFactory(target=halls, agency=world.partner, position=1)
    accepted(world, world.stations, "40", now=at("2021-04-10"))
    accepted(world, world.share, Input(numerator="1", denominator="4", words="=1+1"), now=at("2021-04-11"))
    accepted(world, world.posts, "12.5", world.east, now=at("2021-04-12"))
    accepted(world, world.centre, Input(stage="under_way"), now=at("2021-04-13"))
    accepted(world, world.stations, "35", now=at("2021-05-20"))  # corrects the first block
    accepted(world, world.stations, "30", period=1, now=at("2021-07-10"))  # falls, and was explained
    rollup.roll_up()
    return world


def second_plan(code: str = "later") -> None:
    """Another plan with quarters, a line, a task and a target of codes that the small plan has too."""
    plan = PlanFactory(code=code, name_zh="另一方案", name_en="Another plan")
    create_periods(plan)
    line = LineFactory(plan=plan)
    task = TaskFactory(line=line)
    target = TargetFactory(plan=plan, task=task, code="stations")
    Citation.objects.filter(target=target).update(clause=ClauseFactory(task=task))
