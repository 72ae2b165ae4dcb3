"""The database itself refuses to alter what was accepted, whoever asks."""

from __future__ import annotations

import subprocess

import pytest
from django.db import IntegrityError, connection, transaction

from nib_tracker.launch.postgres import programs
from reports.models import Acceptance, Figure
from tests.factories import World, small_plan
from tests.history import accepted

LEDGER = ["reports_acceptance", "reports_figure", "agencies_auditevent"]


@pytest.fixture
def world(db: None) -> World:
    world = small_plan()
    accepted(world, world.stations, "40")
    return world


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; {sql}")  # TRUNCATE refuses before its guard otherwise


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize("statement", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_rows_are_never_changed(world: World, table: str, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        execute(statement.format(table))


@pytest.mark.parametrize("table", LEDGER)
def test_no_session_setting_switches_the_guard_off(world: World, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('is_superuser')")
        assert cursor.fetchone() == ("off",), "the application's user must not be a superuser"
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = %s", [f"{table}_append_only"])
        assert cursor.fetchone() == ("A",), "the guard must hold under every session_replication_role"


@pytest.mark.django_db(transaction=True)
def test_psql_as_the_applications_user_is_refused() -> None:
    world = small_plan()
    accepted(world, world.stations, "40")
    settings = connection.settings_dict
    address = f"host={settings['HOST']} port={settings['PORT']} user={settings['USER']} dbname={settings['NAME']}"
    for statement in (
        "UPDATE reports_figure SET value = 41",
        "DELETE FROM reports_figure",
        "TRUNCATE reports_figure CASCADE",
    ):
        done = subprocess.run(
            [programs() / "psql", address, "-c", statement],
            env={"PGPASSWORD": settings["PASSWORD"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0 and "append-only" in done.stderr, f"{statement}: {done.stdout}{done.stderr}"
    assert Figure.objects.get().value == 40


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": 3}, "does not follow"),
        ({"previous_hash": "f" * 64}, "does not follow"),
        ({"accepted_at": "2021-04-09 12:00+08"}, "older than"),
        ({"accepted_by_id": "submitted_by_id"}, "acceptance_not_by_who_submitted"),
    ],
)
def test_a_block_that_does_not_follow_is_refused(world: World, changes: dict, words: str) -> None:
    head = Acceptance.objects.get()
    block = {field.attname: getattr(head, field.attname) for field in Acceptance._meta.fields}
    block |= {"number": 2, "previous_hash": head.hash, "hash": "1" * 64}
    block |= {name: block.get(value, value) for name, value in changes.items()}
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        Acceptance.objects.create(**block)


def figure(**changes: object) -> Figure:
    old = Figure.objects.get()
    row = {field.attname: getattr(old, field.attname) for field in Figure._meta.fields if field.name != "id"}
    return Figure(**(row | {"position": 9, "period_id": old.period.plan.periods.last().pk} | changes))


def test_a_figure_joins_the_newest_block_only(world: World) -> None:
    accepted(world, world.posts, "5", world.east)
    old = Figure.objects.get(acceptance=1)
    with pytest.raises(IntegrityError, match="newest block only"), transaction.atomic():
        Figure.objects.filter(pk=old.pk).first().__class__.objects.create(
            acceptance_id=1, position=9, target_id=old.target_id, assignment_id=old.assignment_id,
            period=world.periods[1], value=1, entered_by_id=old.entered_by_id,
        )  # fmt: skip


def test_a_figure_belongs_to_the_target_of_its_assignment(world: World) -> None:
    with pytest.raises(IntegrityError, match="target of its assignment"), transaction.atomic():
        figure(target_id=world.posts.pk).save()


def test_nobody_accepts_a_figure_that_they_entered(world: World) -> None:
    with pytest.raises(IntegrityError, match="nobody accepts a figure that they entered"), transaction.atomic():
        figure(entered_by_id=world.supervisor.pk).save()


@pytest.mark.parametrize(("value", "stage"), [(None, ""), (1, "done")])
def test_a_figure_is_a_number_or_a_stage(world: World, value: int | None, stage: str) -> None:
    with pytest.raises(IntegrityError, match="figure_value_or_stage"), transaction.atomic():
        figure(value=value, stage=stage).save()


def test_an_accepted_line_is_frozen(world: World) -> None:
    line = world.line(world.stations)
    line.value = 41
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        line.save()
    with pytest.raises(IntegrityError, match="never changed"):
        execute(f"DELETE FROM reports_entry WHERE id = {line.pk}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agencies_agency SET code = 'other'",
        "UPDATE agencies_user SET username = username || 'x'",
        "UPDATE targets_target SET code = code || 'x'",
        "UPDATE targets_commitment SET goal = 1",
        "UPDATE targets_assignment SET target_id = target_id + 1",
        "UPDATE reports_reportingperiod SET code = '2020Q1'",
        "UPDATE reports_submission SET period_id = period_id + 1",
    ],
)
def test_natural_keys_are_never_changed(world: World, statement: str) -> None:
    with pytest.raises(IntegrityError, match="cannot be changed"):
        execute(statement)
