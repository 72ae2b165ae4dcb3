"""Parts of a plan: tasks with their targets, milestones by date, and who leads what lags."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Q

from reports.selectors import parts
from reports.selectors.groups import group_page
from reports.selectors.lines import line_page
from reports.selectors.moment import moment
from reports.selectors.plans import readable_plans
from reports.selectors.progress import class_counts
from reports.services import rollup
from reports.services.entries import Input
from targets.models import Assignment, Task
from targets.rules import AssignmentRole
from tests.factories import AssignmentFactory, TargetFactory, World, at, working_group
from tests.history import accepted

pytestmark = pytest.mark.django_db


def shown(world: World, period: str = "2021Q1"):
    return moment({"period": period}, readable_plans(world.supervisor), now=at("2021-08-01"))


def part_of(world: World, period: str = "2021Q1") -> parts.Part:
    found = line_page(shown(world, period), world.supervisor, "network")
    assert found is not None
    return found.part


def test_a_milestone_tells_how_many_days_it_came_early_or_late(world: World) -> None:
    late = TargetFactory(code="late", is_stage=True, task=world.centre.task, plan=world.plan)
    AssignmentFactory(target=late, agency=world.bureau, position=1)
    accepted(world, world.centre, Input(stage="done", actual_on="2021-06-20"), period=1, now=at("2021-07-10"))
    accepted(world, late, Input(stage="done", actual_on="2021-07-03"), period=1, now=at("2021-07-11"))
    rollup.roll_up()
    rows = {row.standing.code: row for row in part_of(world, "2021Q2").milestones}
    planned = rows["centre"].planned_on
    assert (rows["centre"].actual_on, rows["centre"].late) == (date(2021, 6, 20), (date(2021, 6, 20) - planned).days)
    assert rows["late"].late == rows["centre"].late + 13


def test_an_open_milestone_has_no_actual_date_and_stands_after_those_reached(world: World) -> None:
    reached = TargetFactory(code="reached", is_stage=True, task=world.centre.task, plan=world.plan, position=9)
    AssignmentFactory(target=reached, agency=world.bureau, position=1)
    accepted(world, reached, Input(stage="done", actual_on="2021-03-20"), now=at("2021-04-10"))
    rollup.roll_up()
    rows = [row for row in part_of(world).milestones if row.standing.code in ("reached", "centre")]
    assert [(row.standing.code, row.actual_on, row.late is None) for row in rows] == [
        ("reached", date(2021, 3, 20), False),
        ("centre", None, True),
    ]


def test_targets_of_one_class_are_counted_together_now_and_at_an_earlier_moment(world: World) -> None:
    second = TargetFactory(code="second", task=world.stations.task, plan=world.plan)
    AssignmentFactory(target=second, agency=world.bureau)
    for target in (world.stations, second):
        accepted(world, target, "1", now=at("2021-04-10"))
    rollup.roll_up()
    plans = readable_plans(world.supervisor)
    asked = {"period": "2021Q1", "known_at": "2021-07-01"}
    now, earlier = shown(world), moment(asked, plans, now=at("2021-08-01"))
    assert now.is_now and not earlier.is_now
    for known in (now, earlier):
        ((_, counted),) = class_counts(known, [world.stations.pk, second.pk]).items()
        assert counted == {"critical": 2}
    of_now, of_then = (line_page(known, world.supervisor, "network").part.history for known in (now, earlier))
    assert of_now == of_then, "nothing was accepted in between"
    assert max(of_then.rows[0][1]) >= 2


def test_leads_are_told_with_what_they_lead_and_their_part_of_what_lags(world: World) -> None:
    AssignmentFactory(target=world.share, agency=world.partner, role=AssignmentRole.LEAD, position=2)
    accepted(world, world.stations, "1", now=at("2021-04-10"))  # far behind
    accepted(world, world.share, Input(numerator="1", denominator="100"), now=at("2021-04-11"))  # far behind
    rollup.roll_up()
    rows = {row.agency.code: row for row in part_of(world).leads}
    assert (rows["bureau"].lagging, rows["bureau"].percent) == (2, 100), "of the two that lag it leads both"
    assert (rows["partner"].lagging, rows["partner"].led, rows["partner"].percent) == (1, 1, 50)
    assert part_of(world).leads[0].agency.code == "bureau", "most lagging first"


def test_what_lags_for_the_first_time_is_counted_apart(world: World) -> None:
    accepted(world, world.stations, "60", now=at("2021-04-10"))
    accepted(world, world.stations, "61", period=1, now=at("2021-07-10"))
    accepted(world, world.share, Input(numerator="1", denominator="100"), now=at("2021-04-11"))
    rollup.roll_up()
    before, now = part_of(world), part_of(world, "2021Q2")
    assert {one.code for one in before.lagging} == {"share"} and before.newly == 1, "nothing stood before the first"
    assert {one.code for one in now.lagging} >= {"share", "stations"}
    assert now.newly == sum(one.code != "share" for one in now.lagging), "share lagged already"


def test_no_page_lists_more_targets_than_it_may(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS_AT_MOST", 3)
    (task,) = [task for task in part_of(world).tasks if task.targets]
    assert (len(task.targets), task.left_out) == (3, 1)


def test_a_group_with_a_line_shows_the_lines_targets(world: World) -> None:
    working_group(world, world.partner, of_line=True)
    page = group_page(shown(world), world.supervisor, "networks")
    assert {one.code for one in page.part.targets} == {"stations", "posts", "share", "centre"}


def test_a_group_without_a_line_shows_what_its_units_lead_or_report(world: World) -> None:
    working_group(world, world.east, of_line=False)
    page = group_page(shown(world), world.supervisor, "networks")
    assert [one.code for one in page.part.targets] == ["posts"], "the district reports the posts and nothing else"
    Assignment.objects.filter(agency=world.east).update(ended_on="2021-01-01")
    assert group_page(shown(world), world.supervisor, "networks").part.targets == ()


def test_unknown_codes_are_told_by_none(world: World) -> None:
    assert line_page(shown(world), world.supervisor, "nothing") is None
    assert group_page(shown(world), world.supervisor, "nothing") is None


def test_a_part_without_targets_is_empty_and_not_an_error(world: World) -> None:
    empty = parts.part(shown(world), world.supervisor, Q(code="nothing"), Task.objects.none())
    assert (empty.tasks, empty.targets, empty.milestones, empty.leads, empty.history.rows) == ((), (), (), (), ())
