"""Where all targets stand, from one statement: the same as their standings say, now and at every earlier moment."""

from __future__ import annotations

import pytest

from reports.selectors import statuses as module
from reports.selectors.moment import Moment, moment
from reports.selectors.plans import readable_plans
from reports.selectors.standings import standings
from reports.selectors.statuses import slowest, statuses, worst
from reports.services import rollup
from reports.services.entries import Input
from targets.models import AdjustmentQuestion
from tests.factories import AssignmentFactory, TargetFactory, World, at
from tests.history import accepted, random_history

SAID = ("code", "name", "unit", "baseline", "pledge", "answers", "since", "now", "is_questioned", "task_number",
        "value_text", "expected_text", "goal_text", "completion_text", "pace_text", "reason_text")  # fmt: skip


def shown(world: World, period: str = "2021Q2", known_at: str = "") -> Moment:
    asked = {"period": period, "known_at": known_at}
    return moment(asked, readable_plans(world.supervisor), now=at("2021-08-01"))


def more_targets(world: World, values: list[str]) -> None:
    """Targets of the bureau, each with a first quarter of 49 (on track) and a second one as given."""
    for number, value in enumerate(values):
        target = TargetFactory(code=f"more-{number}", task=world.stations.task, plan=world.plan)
        AssignmentFactory(target=target, agency=world.bureau)
        accepted(world, target, "49", now=at("2021-04-10"))
        accepted(world, target, value, period=1, now=at("2021-07-10"))
    rollup.roll_up()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("period", ["2021Q1", "2021Q2"])
def test_they_say_what_the_standings_say(world: World, seed: int, period: str) -> None:
    random_history(world, seed, 8)
    rollup.roll_up()
    now = shown(world, period)
    earlier = now.previous and {one.id: one.status for one in standings(now.previous, world.supervisor)}
    found = {one.id: one for one in statuses(now, world.supervisor)}
    for standing in standings(now, world.supervisor):
        one = found.pop(standing.id)
        assert (one.status, one.pace, one.line_short) == (standing.status, standing.pace, standing.line_short)
        assert one.before == (earlier[standing.id] if earlier else "")
        if one.standing:
            assert [getattr(one.standing, name) for name in SAID] == [getattr(standing, name) for name in SAID]
    assert not found


@pytest.mark.parametrize("period", ["2021Q1", "2021Q2"])
def test_an_earlier_moment_says_the_same_by_another_way(world: World, period: str) -> None:
    random_history(world, 7, 10)
    rollup.roll_up()
    now = shown(world, period)
    then = shown(world, period, str(now.number))
    assert not then.is_now
    pairs = zip(statuses(now, world.supervisor), statuses(then, world.supervisor), strict=True)
    for one, other in pairs:
        assert one[:-1] == other[:-1]


def test_before_the_first_roll_up_there_is_no_data(world: World) -> None:
    found = statuses(shown(world), world.supervisor)
    assert {(one.status, one.before, one.pace) for one in found} == {("no_data", "no_data", None)}


def test_newly_is_what_lags_and_did_not_a_quarter_before(world: World) -> None:
    accepted(world, world.stations, "60", now=at("2021-04-10"))
    accepted(world, world.stations, "61", period=1, now=at("2021-07-10"))
    accepted(world, world.posts, "2", world.east, now=at("2021-04-11"))
    rollup.roll_up()
    found = {one.id: one for one in statuses(shown(world), world.supervisor)}
    assert found[world.stations.pk].is_new and found[world.stations.pk].before == "ahead"
    assert found[world.posts.pk].lags and not found[world.posts.pk].is_new, "it was behind already"
    first = statuses(shown(world, "2021Q1"), world.supervisor)
    assert not any(one.is_new for one in first), "the plan's first quarter has none before it"
    assert any(one.lags for one in first)


def test_what_a_page_names_is_described_and_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTED", 1)
    monkeypatch.setattr(module, "SLOWEST", 2)
    accepted(world, world.centre, Input(stage="under_way"), now=at("2021-04-10"))
    more_targets(world, ["90", "70", "80", "120"])
    found = statuses(shown(world), world.supervisor)
    wanted = [*slowest(found), worst(found)[0], next(one for one in worst(found) if one.is_new)]
    assert all(one.standing for one in wanted), "the first of each list"
    described = {one.id for one in found if one.standing}
    assert len(described) < len(found) and {one.id for one in wanted} <= described
    AdjustmentQuestion.objects.create(target=world.share, asked={"goal": "70"}, in_force={}, asked_at=at("2021-06-01"))
    asked = {one.id: one for one in statuses(shown(world), world.supervisor)}[world.share.pk]
    assert asked.is_questioned and asked.standing, "what waits for a decision is named too"


def test_the_worst_class_comes_first_then_the_lowest_pace_then_milestones(world: World) -> None:
    more_targets(world, ["90", "70", "80"])
    lagging = worst(statuses(shown(world), world.supervisor))
    assert [one.status for one in lagging] == ["missed"] * 3, "due, and not met"
    assert [float(one.pace) for one in lagging] == [0.7, 0.8, 0.9]


def test_of_the_quantities_the_slowest_come_first_and_those_without_a_figure_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    more_targets(world, ["90", "70"])
    found = slowest(statuses(shown(world), world.supervisor))
    assert [one.pace and float(one.pace) for one in found] == [0.7, 0.9, None, None, None]
    assert world.centre.pk not in {one.id for one in found}, "a milestone is no quantity"
    monkeypatch.setattr(module, "SLOWEST", 3)
    assert len(slowest(found)) == 3


@pytest.mark.parametrize("more", [0, 6])
def test_one_statement_for_any_number_of_targets(world: World, django_assert_num_queries, more: int) -> None:
    more_targets(world, ["60"] * more)
    now = shown(world)
    with django_assert_num_queries(1):
        found = statuses(now, world.supervisor)
    assert len(found) == 4 + more


def test_a_target_that_was_retired_by_then_is_left_out(world: World) -> None:
    world.posts.retired_on = world.periods[0].ends_on
    world.posts.save()
    assert world.posts.pk not in {one.id for one in statuses(shown(world, "2021Q1"), world.supervisor)}


def test_who_may_not_read_progress_gets_none(world: World) -> None:
    assert statuses(shown(world), world.operator) == []
