"""Every reading page, its charts and its files, of plans that have nothing yet or hardly anything."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Agency, District
from agencies.roles import Role
from reports.models import Acceptance
from reports.services import rollup
from reports.services.drawing import DRAWINGS
from reports.services.periods import create_periods
from reports.views.ledger import READING_PAGES
from targets.models import ActionLine, Assignment, Commitment, Plan, Target, WorkingGroup
from tests.factories import LineFactory, PlanFactory, TaskFactory, at, person, small_plan, working_group
from tests.history import accepted

from .conftest import text_of

EARLIER = "2020-06-30"  # before any goal of the small plan was decided
LED_TO = re.compile(r'data-chart="([^"]*)"')


def nothing_accepted() -> None:
    working_group(small_plan(), Agency.objects.get(code="bureau"), of_line=True)


def no_target() -> None:
    TaskFactory()
    create_periods(PlanFactory())


def line_without_targets() -> None:
    world = some_accepted()
    line = LineFactory(code="bare", position=2)
    TaskFactory(line=line, number=2)
    working_group(world, world.bureau, of_line=False, code="lineless").lines.add(line)


def line_without_tasks() -> None:
    small_plan()
    LineFactory(code="bare", position=2)


def no_district() -> None:
    world = some_accepted()
    Assignment.objects.filter(target=world.posts).delete()
    Agency.objects.filter(district__isnull=False).delete()
    District.objects.all().delete()


def group_of_nobody() -> None:
    working_group(small_plan(), Agency.objects.get(code="partner"), of_line=False)


def one_quarter() -> None:
    PlanFactory(ends_on=date(2021, 3, 31), last_period="2021Q1")
    some_accepted()


def no_assignment() -> None:
    world = small_plan()
    Assignment.objects.filter(target=world.share).delete()
    accepted_only(world)
    rollup.roll_up()


def no_goal() -> None:
    Commitment.objects.filter(target__in=Target.objects.filter(plan=some_accepted().plan)).delete()


def not_rolled_up() -> None:
    accepted_only(small_plan())


def some_accepted():
    world = small_plan()
    accepted_only(world)
    rollup.roll_up()
    return world


def accepted_only(world) -> None:
    accepted(world, world.stations, "40", now=at("2021-04-10"))


SCENES = (
    nothing_accepted, no_target, line_without_targets, line_without_tasks, no_district, group_of_nobody, one_quarter,
    no_assignment, no_goal, not_rolled_up,
)  # fmt: skip
OF_A_PLAN = ("overview", "agencies", "districts", "quarter", "ledger", "explore")
FILES = ("explore_csv", "explore_xlsx", "ledger_export")
OF_AN_OBJECT = {
    "line": ActionLine, "group": WorkingGroup, "target": Target, "agency": Agency, "district": District,
}  # fmt: skip
WHOLE_CHARTS = [kind for kind, drawing in DRAWINGS.items() if not drawing.has_code and kind != "compare"]


class Answer(NamedTuple):
    """What an address was answered with; `charts` are those that the page shows."""

    status: int
    charts: list[str]


@pytest.fixture
def get(client: Client, db) -> Callable[[str], Answer]:
    """Opens an address as the supervisor, who sees everything; files are read to their end."""
    client.force_login(person(Role.SUPERVISOR))
    client.cookies["django_language"] = "en"

    def get(address: str) -> Answer:
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        is_page = response["Content-Type"].startswith("text/html")
        return Answer(response.status_code, LED_TO.findall(html.unescape(body.decode())) if is_page else [])

    return get


def pages(query: str) -> Iterator[str]:
    """Every page, and every object's; blocks where something was accepted by the moment."""
    yield from (reverse(name) + query for name in OF_A_PLAN)
    for name, model in OF_AN_OBJECT.items():
        yield from (reverse(name, args=[code]) + query for code in model.objects.values_list("code", flat=True))
    if EARLIER not in query:
        yield from (reverse("block", args=[one]) + query for one in Acceptance.objects.values_list("number", flat=True))


def others(query: str) -> Iterator[str]:
    """The same pages otherwise asked, and what can be asked for without a page that leads there."""
    yield from (reverse(name) + query for name in FILES)
    yield from (reverse("chart_csv", args=[name]) + query for name in WHOLE_CHARTS)
    yield reverse("quarter") + query + "&with=2021Q2&with_known_at=2021-05-01&all=1"
    yield reverse("explore") + query + "&sort=-since&since=2021Q1"


@pytest.mark.parametrize(("scene", "known_at"), [*((scene, "") for scene in SCENES), (one_quarter, EARLIER)])
def test_every_page_chart_and_file_answers(
    scene: Callable[[], None], known_at: str, get: Callable[[str], Answer]
) -> None:
    scene()
    query = f"?period={Plan.objects.get().last_period}" + (f"&known_at={known_at}" if known_at else "")
    shown = {address: get(address) for address in [*pages(query), *others(query)]}
    charts = {chart for answer in shown.values() for chart in answer.charts}
    shown |= {address: get(address) for address in sorted(charts)}
    assert {address: answer.status for address, answer in shown.items() if answer.status != 200} == {}


def test_all_kinds_of_pages_are_asked_for() -> None:
    assert {*OF_A_PLAN, *OF_AN_OBJECT, "block"} == READING_PAGES


@pytest.mark.parametrize(
    "scene, address, words",
    [
        (nothing_accepted, "/", "No figure has been accepted up to Q1 2021"),
        (nothing_accepted, "/ledger/", "Nothing has been accepted yet. The first accepted packet makes block #1."),
        (no_target, "/", "The plan has no targets yet."),
        (no_target, "/explore/", "The plan has no target yet."),
        (no_target, "/agencies/", "No agency answers for a target of this plan yet."),
        (no_target, "/districts/", "No district answers for a target of this plan."),
        (no_target, "/quarter/", "No agency reports in this plan yet."),
        (no_district, "/districts/", "No district answers for a target of this plan."),
        (line_without_targets, "/lines/bare/", "This task has no target of its own."),
        (line_without_tasks, "/lines/bare/", "No task of the plan stands here."),
        (group_of_nobody, "/groups/networks/", "No task of the plan stands here."),
        (one_quarter, "/quarter/", "This is the plan's first quarter."),
        (no_assignment, "/targets/share/", "No figure that makes the number has been accepted"),
    ],
)
def test_what_is_empty_says_so(
    scene: Callable[[], None], address: str, words: str, client: Client, get: Callable[[str], Answer]
) -> None:
    scene()
    assert words in html.unescape(text_of(client.get(address + "?period=2021Q1")))
