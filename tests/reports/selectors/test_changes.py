"""What changed between two states: each class, between quarters and between moments, and in both directions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.selectors.changes import Change, Changes, few
from reports.selectors.changes import changes as changes_of
from reports.selectors.moment import Moment, moment
from reports.selectors.plans import readable_plans
from reports.selectors.rollup import CITY, ProgressRow
from reports.selectors.standings import Pledge, Standing
from reports.services import rollup
from reports.services.entries import Input
from targets.models import Target
from targets.rules import Status
from tests.factories import CommitmentFactory, TargetFactory, World, at
from tests.history import accepted, random_history

NOW = at("2021-12-01")
STATUSES = [status.value for status in Status]


def stands(status: str, value: str | None = "10", completion: str | None = "0.1", pk: int = 1, **more) -> Standing:
    row = ProgressRow(
        pk, 1, CITY, None, value and Decimal(value), None, None, "", None, 1, 1, 0, None,
        completion and Decimal(completion), None, None, status, "", {}, 1,
    )  # fmt: skip
    return Standing(
        id=pk, code=f"t{pk}", name="T", bound="reach", aspirational=False, unit="个", baseline=None, task_code="a",
        task_number=1, task_name="A", line_code="l", line_kind="action", line_short="L",
        pledge=more.pop("pledge", Pledge(Decimal(100), None, date(2021, 6, 30))), answers=(), path=(row,), since=None,
        is_questioned=False,
    )  # fmt: skip


def kinds(before: Standing | None, after: Standing | None) -> set[str]:
    change = Change(before, after)
    names = ("is_new", "is_gone", "is_newly_done", "is_newly_behind", "has_recovered", "has_fallen", "has_other_goal")
    return {name for name in names if getattr(change, name)}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("on_track", "done", {"is_newly_done"}),
        ("behind", "done", {"is_newly_done", "has_recovered"}),
        ("done", "done", set()),
        ("ahead", "on_track", set()),
        ("on_track", "behind", {"is_newly_behind"}),
        ("no_data", "missed", {"is_newly_behind"}),
        ("behind", "ahead", {"has_recovered"}),
        ("behind", "critical", {"has_fallen"}),
        ("critical", "missed", {"has_fallen"}),
        ("missed", "behind", set()),
        (None, "critical", {"is_new", "is_newly_behind"}),
        ("critical", None, {"is_gone"}),
    ],
)
def test_the_class_of_a_change(before: str | None, after: str | None, expected: set[str]) -> None:
    assert kinds(before and stands(before), after and stands(after)) == expected


def test_another_goal_or_due_date_is_a_change_even_where_the_numbers_are_the_same() -> None:
    one = stands("on_track")
    moved = replace(one, pledge=one.pledge._replace(due_on=date(2021, 12, 31)))
    change = Change(one, moved)
    assert change.has_other_goal and change.differs and not change.has_other_value


def test_differences_are_said_with_their_sign_and_unit() -> None:
    change = Change(stands("on_track", "1500", "0.15"), stands("on_track", "900", "0.09"))
    assert (change.value_change, change.completion_change) == (Decimal(-600), Decimal("-0.06"))
    assert change.completion_change_text == "-6.0"
    assert Change(stands("on_track", None, None), stands("on_track")).value_change is None, "nothing is not zero"


def test_a_list_is_cut_and_says_how_much_is_left() -> None:
    rows = tuple(Change(stands("on_track", pk=pk), stands("behind", pk=pk)) for pk in range(5))
    assert (len(few(rows, 3).rows), few(rows, 3).total, few(rows, 3).more) == (3, 5, 2)


both = st.lists(st.tuples(*[st.sampled_from([None, *STATUSES])] * 2), max_size=12)


@given(both)
def test_swapping_the_sides_swaps_what_got_worse_with_what_got_better(pairs: list[tuple]) -> None:
    def made(turned: bool) -> Changes:
        rows = []
        for pk, (left, right) in enumerate(pairs):
            before, after = (right, left) if turned else (left, right)
            if before or after:
                rows.append(Change(before and stands(before, pk=pk), after and stands(after, pk=pk)))
        return Changes(None, None, tuple(rows))

    there, back = made(turned=False), made(turned=True)
    assert (there.lagged, there.lagging) == (back.lagging, back.lagged)
    kept = {row.one.id for row in there.rows if row.before and row.after}

    def ids(rows: tuple[Change, ...]) -> set[int]:
        return {row.one.id for row in rows} & kept

    assert ids(there.newly_behind) == ids(back.recovered) and ids(there.recovered) == ids(back.newly_behind)
    undone = {row.one.id for row in back.rows if _is(row.before, "done") and not _is(row.after, "done")}
    assert ids(there.newly_done) == undone & kept
    assert {row.one.id for row in there.differing} == {row.one.id for row in back.differing}
    assert not ids(there.fallen) & ids(back.fallen), "nothing falls both ways"


def _is(standing: Standing | None, status: str) -> bool:
    return standing is not None and standing.status == status


@pytest.fixture
def reported(world: World) -> World:
    """First quarter: stations 40 (behind), corrected to 60 in May; second: 100, done. The districts lag in both."""
    accepted(world, world.stations, "40", now=at("2021-04-10"))
    accepted(world, world.posts, "8", world.east, now=at("2021-04-11"))
    accepted(world, world.centre, Input(stage="under_way"), now=at("2021-04-12"))
    accepted(world, world.stations, "60", now=at("2021-05-20"))
    accepted(world, world.stations, "100", period=1, now=at("2021-07-10"))
    rollup.roll_up()
    return world


def state(world: World, period: str, known_at: str = "") -> Moment:
    plans = readable_plans(world.supervisor)
    return moment({"period": period, "known_at": known_at}, plans, now=NOW)


def test_between_two_quarters(reported: World) -> None:
    found = changes_of(state(reported, "2021Q1"), state(reported, "2021Q2"), reported.supervisor)
    assert [row.one.code for row in found.newly_done] == ["stations"]
    (stations,) = found.newly_done
    assert (stations.value_before, stations.value_after) == ("60个", "100个")
    assert "posts" not in {row.one.code for row in found.newly_behind}, "it lagged before"


def test_between_two_moments_of_one_quarter_only_what_was_corrected_differs(reported: World) -> None:
    found = changes_of(state(reported, "2021Q1", "2021-05-01"), state(reported, "2021Q1"), reported.supervisor)
    assert [row.one.code for row in found.differing] == ["stations"]
    assert (found.differing[0].value_before, found.differing[0].value_after) == ("40个", "60个")
    assert [row.one.code for row in found.recovered] == ["stations"], "40 of 49.4 expected lagged"


def test_an_earlier_quarter_is_the_same_computed_and_stored(reported: World) -> None:
    """What is known now, read from rows, and what was known yesterday, computed: one and the same."""
    stored, computed = state(reported, "2021Q2"), state(reported, "2021Q2", "2021-11-30")
    assert changes_of(stored, computed, reported.supervisor).differing == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_moment_compared_with_itself_has_no_changes(world: World, seed: int) -> None:
    random_history(world, seed, 6)
    rollup.roll_up()
    for known_at in ("", "3"):
        for period in ("2021Q1", "2021Q2"):
            one = state(world, period, known_at)
            found = changes_of(one, one, world.supervisor)
            assert found.differing == () and found.lagged == found.lagging and len(found.rows) == 4


def test_a_target_that_is_no_longer_kept_stands_where_it_stood(reported: World) -> None:
    Target.objects.filter(pk=reported.posts.pk).update(retired_on=date(2021, 5, 1))
    found = changes_of(state(reported, "2021Q1"), state(reported, "2021Q2"), reported.supervisor)
    assert [row.one.code for row in found.rows] == ["stations", "posts", "share", "centre"]
    assert [row.is_gone for row in found.rows] == [False, True, False, False]
    assert (len(found.rows), found.kept) == (4, 3)


def test_a_target_unknown_at_the_earlier_moment_is_new(reported: World) -> None:
    late = Target.objects.get(pk=reported.stations.pk)
    late.pk, late.code, late.position = None, "late", 9
    late.save()
    CommitmentFactory(target=late, decided_at=at("2021-06-01"))
    rollup.roll_up()
    found = changes_of(state(reported, "2021Q1", "2021-05-01"), state(reported, "2021Q1"), reported.supervisor)
    assert [row.one.code for row in found.rows if row.is_new] == ["late"]


def test_a_goal_decided_between_two_moments_is_a_change(reported: World) -> None:
    CommitmentFactory(
        target=reported.stations, goal=200, in_force_from=date(2021, 2, 1), decided_at=at("2021-06-01"),
        due_on=date(2021, 6, 30),
    )  # fmt: skip
    rollup.roll_up()
    found = changes_of(state(reported, "2021Q1", "2021-05-25"), state(reported, "2021Q1"), reported.supervisor)
    (stations,) = [row for row in found.rows if row.has_other_goal]
    assert "100个" in stations.goal_before and "200个" in stations.goal_after


@pytest.mark.parametrize("more", [0, 5])
def test_statements_do_not_grow_with_targets(reported: World, django_assert_num_queries, more: int) -> None:
    for number in range(more):
        TargetFactory(code=f"more-{number}", task=reported.stations.task, plan=reported.plan)
    rollup.roll_up()
    user, sides = reported.supervisor, (state(reported, "2021Q1"), state(reported, "2021Q2"))
    user.can("read_progress")
    with django_assert_num_queries(4):
        changes_of(*sides, user)
    earlier = state(reported, "2021Q1", "2021-05-01"), state(reported, "2021Q2", "2021-05-01")
    with django_assert_num_queries(9):
        changes_of(*earlier, user)
