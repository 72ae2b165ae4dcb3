"""The first load: all or nothing, and only into an empty database."""

from __future__ import annotations

import os

import psycopg2
import pytest

from nib_tracker.launch import first_load, postgres
from nib_tracker.launch.places import CannotStart, Places
from nib_tracker.launch.processes import Child


def tell(places: Places, *statements: str) -> None:
    session = psycopg2.connect(postgres.url(places))
    try:
        with session, session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        session.close()


def test_database_is_empty_until_it_holds_a_plan(places: Places, database: Child) -> None:
    tell(places, "CREATE TABLE targets_plan (code text)")
    assert first_load.is_empty(postgres.url(places))
    tell(places, "INSERT INTO targets_plan VALUES ('a-plan')")
    assert not first_load.is_empty(postgres.url(places))


def test_interrupted_first_load_begins_anew_with_an_empty_database(places: Places, database: Child) -> None:
    tell(places, "CREATE TABLE half_loaded ()")
    first_load._interrupted(places).touch()
    first_load._begin_anew(places, {"DATABASE_URL": postgres.url(places)})
    tell(places, "CREATE TABLE half_loaded ()")  # would fail if the old one were still there
    assert not first_load._interrupted(places).exists()


def test_interrupted_load_of_a_database_of_the_operators_is_left_to_him(places: Places, database: Child) -> None:
    first_load._interrupted(places).touch()
    with pytest.raises(CannotStart, match="first load of the database at DATABASE_URL was interrupted"):
        first_load._begin_anew(places, {"DATABASE_URL": "postgresql://u:p@db.example/nib"})
    assert first_load._interrupted(places).exists()


def test_command_that_fails_is_told_with_its_words(capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(CannotStart, match=r"(?s)`manage.py migrate no_such_app` failed \(exit code 1\).*no_such_app"):
        first_load.step("Schema", os.environ, "migrate", "no_such_app")


def test_sample_that_was_interrupted_is_due_until_it_is_there(places: Places, database: Child) -> None:
    env = {**os.environ, "DATABASE_URL": postgres.url(places)}
    first_load.load_sample(places, env)  # not due: an installation that is in use is left alone
    tell(places, "CREATE TABLE reports_submission (id integer)")
    first_load._sample_is_due(places).touch()
    with pytest.raises(CannotStart, match="seed_sample"):  # this database has no schema to write it into
        first_load.load_sample(places, env)
    assert first_load._sample_is_due(places).exists()
    tell(places, "INSERT INTO reports_submission VALUES (1)")
    first_load.load_sample(places, env)  # killed after it was written: it is there, and is not written again
    assert not first_load._sample_is_due(places).exists()
