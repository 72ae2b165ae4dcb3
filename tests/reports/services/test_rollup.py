"""Roll-up: follows the ledger, repeats without harm, and one broken target stops nobody else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.models import Acceptance, Progress, RollupState
from reports.selectors.moment import moment
from reports.selectors.progress import progress, reporter_progress
from reports.services import rollup
from reports.services.entries import Input
from targets.models import Commitment, Plan
from targets.rules import Status
from tests.factories import AssignmentFactory, World, at, small_plan
from tests.history import NOW, accepted, random_history

LATER = at("2021-12-01")


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


def rows(world: World) -> list[tuple]:
    """Every stored row by natural key, without database ids."""
    fields = [field.attname for field in Progress._meta.fields if field.name not in ("id", "target", "period")]
    return list(
        Progress.objects.order_by("target__code", "period__ordinal").values_list(
            "target__code", "period__code", *fields
        )
    )


def row(world: World, target: str, period: str = "2021Q1") -> Progress:
    return Progress.objects.get(target__code=target, period__code=period)


def test_an_accepted_figure_becomes_progress(world: World) -> None:
    accepted(world, world.stations, "40")
    assert world.stations.pk in rollup.roll_up()
    found = row(world, "stations")
    assert (found.value, found.reported, found.reporters, found.stale, found.rests_on) == (40, 1, 1, 0, 1)
    assert found.completion == Decimal("0.4")
    assert found.status == Status.BEHIND, "40 of the 49.7 that were expected by the end of March"


def test_a_figure_is_carried_and_marked_stale(world: World) -> None:
    accepted(world, world.stations, "40")
    rollup.roll_up()
    found = row(world, "stations", "2021Q2")
    assert (found.value, found.stale, found.status) == (40, 1, Status.MISSED)


def test_districts_add_up_and_the_missing_one_is_counted(world: World) -> None:
    accepted(world, world.posts, "8", world.east)
    rollup.roll_up()
    found = row(world, "posts")
    assert (found.value, found.reported, found.reporters) == (8, 1, 2)


def test_a_ratio_and_a_stage(world: World) -> None:
    accepted(world, world.share, Input(numerator="30", denominator="40"))
    accepted(world, world.centre, Input(stage="done", actual_on="2021-03-01"), period=1)
    rollup.roll_up()
    assert (row(world, "share").value, row(world, "share").status) == (75, Status.DONE)
    centre = row(world, "centre", "2021Q2")
    assert (centre.stage, centre.actual_on, centre.status) == ("done", date(2021, 3, 1), Status.DONE)
    assert centre.completion is None, "a target without a number never gets a percentage"


def test_editing_an_early_quarter_recomputes_the_later_ones(world: World) -> None:
    accepted(world, world.stations, "40")
    rollup.roll_up()
    accepted(world, world.stations, "60")
    rollup.roll_up()
    assert row(world, "stations", "2021Q2").value == 60


def test_only_touched_targets_are_rolled_up_again(world: World) -> None:
    assert len(rollup.roll_up()) == 4
    assert rollup.roll_up() == []
    accepted(world, world.posts, "8", world.east)
    assert rollup.roll_up() == [world.posts.pk]


def test_a_changed_commitment_or_grading_asks_for_a_roll_up(world: World) -> None:
    accepted(world, world.stations, "40")
    rollup.roll_up()
    Commitment.objects.create(
        target=world.stations,
        goal=50,
        due_on=date(2021, 6, 30),
        in_force_from=date(2021, 2, 1),
        decided_at=NOW,
        decision="x",
    )
    world.stations.revision += 1
    world.stations.save()
    assert rollup.roll_up() == [world.stations.pk]
    assert row(world, "stations").completion == Decimal("0.8")
    Plan.objects.update(grading_behind=Decimal("0.5"), revision=2)
    assert len(rollup.roll_up()) == 4


def test_a_plan_that_changes_during_a_roll_up_does_not_keep_it_running(world: World) -> None:
    passes: list[int] = []

    def advance(done: int) -> None:
        assert len(passes) < 3, "it would never end"
        if not passes:
            Plan.objects.update(revision=7)
        passes.append(done)

    rollup.roll_up(advance=advance)
    assert passes == [4, 4]
    assert not rollup.waiting(world.plan)


def test_a_new_lead_takes_over_from_the_one_before(world: World) -> None:
    accepted(world, world.stations, "40")
    AssignmentFactory(target=world.stations, agency=world.east, position=1)
    old = world.stations.assignments.filter(agency=world.bureau)
    old.update(ended_on=date(2021, 5, 10))
    change(world, "combine = 'lead', revision = revision + 1")
    accepted(world, world.stations, "70", world.east, period=1)
    rollup.roll_up()
    assert (row(world, "stations").value, row(world, "stations").reporters) == (40, 1)
    assert (row(world, "stations", "2021Q2").value, row(world, "stations", "2021Q2").reporters) == (70, 1)


def test_a_broken_target_is_recorded_and_stops_nobody(world: World) -> None:
    accepted(world, world.stations, "40")
    rollup.roll_up()
    change(world, "combine = 'nonsense', revision = revision + 1")
    accepted(world, world.posts, "8", world.east)
    rollup.roll_up()
    assert row(world, "posts").value == 8
    assert row(world, "stations").value == 40, "the last good rows stay"
    (failure,) = failed = RollupState.objects.filter(failed_at__isnull=False)
    assert failure.target == world.stations and "nonsense" in failure.error
    change(world, "combine = 'sum'")
    rollup.roll_up()
    assert not failed.all()


def change(world: World, assignments: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE targets_target SET {assignments} WHERE id = %s", [world.stations.pk])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_incremental_and_rebuild_give_identical_rows(world: World, seed: int) -> None:
    for part in range(6):
        random_history(world, seed * 100 + part, steps=4)
        rollup.roll_up()
    followed = rows(world)
    Progress.objects.all().delete()
    rollup.ask_for_rebuild(world.plan)
    assert len(rollup.roll_up()) == 4
    assert rows(world) == followed


def test_a_run_that_was_killed_between_batches_is_finished_by_the_next(world: World) -> None:
    random_history(world, 5, steps=8)
    rollup.roll_up()
    whole = rows(world)
    rollup.ask_for_rebuild()
    Progress.objects.filter(target=world.posts).delete()
    RollupState.objects.filter(target=world.stations).update(ledger_number=99)  # its batch was committed
    assert set(rollup.roll_up()) == {world.posts.pk, world.share.pk, world.centre.pk}
    assert rows(world) == whole


def at_moment(world: World, **params: str):
    return moment({"period": "2021Q2", **params}, [world.plan], now=LATER)


def test_as_known_at_shows_what_was_known_then(world: World) -> None:
    accepted(world, world.stations, "40")
    accepted(world, world.stations, "60", now=at("2021-05-01"))
    rollup.roll_up()

    def value(known_at: str):
        return {found.target: found.value for found in progress(at_moment(world, known_at=known_at))}[world.stations.pk]

    assert value("") == 60
    assert value("2021-05-01") == 60
    assert value("2021-04-30") == 40
    assert value("1") == 40
    assert value("2021-04-01") is None
    assert value("2021-05-01T11:59:59+08:00") == 40
    assert value("2021-05-01T12:00:00+08:00") == 60


def test_a_commitment_decided_later_was_not_known_then(world: World) -> None:
    accepted(world, world.stations, "40")
    Commitment.objects.create(
        target=world.stations, goal=50, due_on=date(2021, 6, 30), in_force_from=date(2021, 2, 1),
        decided_at=at("2021-06-01"), decision="x",
    )  # fmt: skip
    completions = [
        {found.target: found.completion for found in progress(at_moment(world, known_at=known_at))}[world.stations.pk]
        for known_at in ("2021-05-31", "2021-06-01")
    ]
    assert completions == [Decimal("0.4"), Decimal("0.8")]


@pytest.mark.django_db(transaction=False)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_as_known_at_the_last_number_equals_now(world: World, seed: int) -> None:
    random_history(world, seed, steps=5)
    rollup.roll_up()
    last = str(Acceptance.objects.first().number)
    for period in ("2021Q1", "2021Q2"):
        now = progress(at_moment(world, period=period))
        assert progress(at_moment(world, period=period, known_at=last)) == now
        assert len(now) == 4


def test_reporters_are_graded_against_their_share(world: World) -> None:
    accepted(world, world.posts, "20", world.east)
    found = {one.scope: one for one in reporter_progress(at_moment(world, period="2021Q1"), targets=[world.posts.pk])}
    assert found["310101"].status == Status.DONE, "20 is the half of 40 that is its share"
    assert found["310104"].status == Status.NOT_DUE
    east = reporter_progress(at_moment(world, period="2021Q1"), agency=world.east.pk)
    assert [(one.target, one.value) for one in east] == [(world.posts.pk, 20)]


def test_one_run_at_a_time(world: World, django_db_blocker: object) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [rollup.RUNNING_LOCK])
            assert rollup.roll_up() == [], "the other run will take it"
            assert rollup.waiting(world.plan), "nothing was lost"
            cursor.execute("SELECT pg_advisory_unlock(%s)", [rollup.RUNNING_LOCK])
    finally:
        other.close()
    assert len(rollup.roll_up()) == 4
