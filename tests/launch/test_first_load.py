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
