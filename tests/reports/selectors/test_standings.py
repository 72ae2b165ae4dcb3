"""Where targets stand: the commitment in force, since when it lags, who answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from reports.models import ReportingPeriod
from reports.selectors.moment import moment, newest_settled
from reports.selectors.plans import readable_plans
from reports.selectors.sparks import HEIGHT, spark
from reports.selectors.standings import Pledge, in_force, lagging_since, standings
from reports.services import rollup
from targets.rules import AssignmentRole
from tests.factories import AssignmentFactory, TargetFactory, World, at
from tests.history import accepted


class Row:
    """As much of a progress row as the run of lagging quarters needs."""

    def __init__(self, period: int, status: str) -> None:
        self.period, self.status = period, status


@pytest.mark.parametrize(
    ("statuses", "since"),
    [
        ([], None),
        (["on_track"], None),
        (["behind"], 1),
        (["on_track", "behind", "critical"], 2),
        (["behind", "on_track", "missed"], 3),
        (["behind", "behind", "done"], None),
        (["behind", "no_data", "behind"], 3),
    ],
)
def test_since_is_the_first_quarter_of_the_run_that_lasts(statuses: list[str], since: int | None) -> None:
    path = [Row(place, status) for place, status in enumerate(statuses, start=1)]
    assert lagging_since(path, {place: place for place in range(9)}) == since


def test_the_commitment_in_force_is_the_last_begun_or_else_the_first() -> None:
    pledges = [
        {"from": "2021-01-01", "goal": "100", "upper": None, "due": "2021-06-30"},
        {"from": "2021-04-01", "goal": "120.5", "upper": None, "due": "2021-12-31"},
    ]
    assert in_force(pledges, date(2021, 3, 31)) == Pledge(Decimal(100), None, date(2021, 6, 30))
    assert in_force(pledges, date(2021, 4, 1)).goal == Decimal("120.5")
    assert in_force(pledges, date(2020, 1, 1)).goal == Decimal(100)


def test_who_answers_is_the_lead_or_else_everybody_who_reports(world: World) -> None:
    found = {one.code: one for one in shown(world)}
    assert [agency.code for agency in found["stations"].answers] == ["bureau"], "not the partner"
    assert [agency.code for agency in found["posts"].answers] == ["east", "west"]


def test_a_target_that_nobody_answers_for_stands_too(world: World) -> None:
    target = TargetFactory(code="orphan", task=world.stations.task, plan=world.plan)
    AssignmentFactory(target=target, agency=world.partner, role=AssignmentRole.PARTNER, reports=False, counts=False)
    (orphan,) = (one for one in shown(world) if one.code == "orphan")
    assert (orphan.answers, orphan.status, orphan.value_text) == ((), "no_data", "—")


def test_a_spark_line_runs_from_the_baseline_to_the_highest(world: World) -> None:
    accepted(world, world.stations, "40")
    accepted(world, world.stations, "90", period=1, now=at("2021-07-10"))
    rollup.roll_up()
    (stations,) = (one for one in shown(world, "2021Q2") if one.code == "stations")
    heights = [float(point.split(",")[1]) for point in spark(stations.path, stations.baseline).reached.split()]
    full = HEIGHT - 4
    assert heights == pytest.approx([HEIGHT - 2 - full * 0.4, HEIGHT - 2 - full * 0.9])
    (centre,) = (one for one in shown(world) if one.code == "centre")
    assert spark(centre.path, centre.baseline) is None, "a milestone has no line"


def test_the_usual_quarter_is_the_newest_that_nobody_can_enter(world: World) -> None:
    periods = tuple(readable_plans(world.supervisor)[0].quarters)
    assert newest_settled(periods, at("2021-04-10")).code == "2021Q1", "the first one, while there is none"
    assert newest_settled(periods, at("2021-07-10")).code == "2021Q1", "the second one's window is open"
    assert newest_settled(periods, at("2021-08-10")).code == "2021Q2"
    ReportingPeriod.objects.get(code="2021Q2").extensions.create(
        agency=world.bureau,
        until=at("2021-09-01"),
        reason="延期",
        granted_by=world.supervisor,
        granted_at=at("2021-07-20"),
    )
    periods = tuple(readable_plans(world.supervisor)[0].quarters)
    assert newest_settled(periods, at("2021-08-10")).code == "2021Q1", "somebody may still enter the second one"


def shown(world: World, period: str = "2021Q1"):
    params = {"period": period}
    return standings(moment(params, readable_plans(world.supervisor), now=at("2021-08-01")), world.supervisor)
