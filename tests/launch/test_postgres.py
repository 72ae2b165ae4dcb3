"""The embedded PostgreSQL: made once, found again, and none the worse for a kill -9."""

from __future__ import annotations

import os

import psutil
import psycopg2
import pytest

from nib_tracker.launch import postgres, processes
from nib_tracker.launch.places import Places
from nib_tracker.launch.processes import Child


def ask(places: Places, question: str) -> tuple:
    """First row of the answer, as the application's role."""
    session = psycopg2.connect(postgres.url(places))
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone() if cursor.description else ()
    finally:
        session.close()


def restart(places: Places) -> Child:
    child = postgres.start(places)
    postgres.make_ready(places, child)
    return child


def kill(child: Child) -> None:
    """As a crash or the kernel would end it: no shutdown, the pid file stays."""
    child.process.kill()
    assert processes.wait_until(lambda: not processes.alive(child.process), 10)
    child.process.wait(5)


def test_application_owns_its_database_but_is_no_superuser(places: Places, database: Child) -> None:
    assert ask(places, "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user") == (
        False,
        True,
        False,
    )
    owner = ask(places, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()")
    assert owner == ("nib_tracker",)


def test_server_speaks_utf8_and_utc_on_loopback_only(places: Places, database: Child) -> None:
    shown = "current_setting('server_encoding'), current_setting('timezone'), current_setting('listen_addresses')"
    assert ask(places, f"SELECT {shown}") == ("UTF8", "UTC", "127.0.0.1")


def test_data_is_durable_outside_tests(places: Places) -> None:
    assert postgres.DURABLE == {"fsync": "on"}


@pytest.mark.parametrize("user", ["postgres", "nib_tracker"])
def test_nobody_gets_in_without_the_password(places: Places, database: Child, user: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(host="127.0.0.1", port=postgres.port(places), user=user, password="guess", dbname="postgres")


def test_secrets_are_readable_by_their_owner_only(places: Places, database: Child) -> None:
    modes = {file.name: file.stat().st_mode & 0o777 for file in (places.var / "secrets").iterdir()}
    assert set(modes) >= {"postgres-application", "postgres-superuser"}
    assert set(modes.values()) == {0o600}, modes
    assert (places.var / "secrets").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the data to a system user")
def test_as_root_the_server_runs_as_the_owner_of_its_data_and_of_nothing_else(places: Places, database: Child) -> None:
    assert database.process.username() == "embedded_postgres"
    assert places.postgres.stat().st_uid == database.process.uids().real
    assert places.var.stat().st_uid == 0


def test_second_start_keeps_data_password_and_port(places: Places, database: Child) -> None:
    ask(places, "CREATE TABLE IF NOT EXISTS kept AS SELECT 34000 AS stations")
    before = postgres.url(places)
    postgres.stop(database)
    assert not (places.postgres / "postmaster.pid").exists(), "a clean stop leaves no pid file"
    restart(places)
    assert postgres.url(places) == before
    assert ask(places, "SELECT stations FROM kept") == (34000,)


def test_after_kill_minus_9_it_starts_again_with_its_data(places: Places, database: Child) -> None:
    ask(places, "CREATE TABLE IF NOT EXISTS survived AS SELECT 1 AS one")
    kill(database)
    assert (places.postgres / "postmaster.pid").exists(), "the killed server left its pid file: that is the case tested"
    assert restart(places).process.pid != database.process.pid
    assert ask(places, "SELECT one FROM survived") == (1,)


def test_pid_file_that_names_another_living_program_does_not_stop_the_start(places: Places, database: Child) -> None:
    kill(database)
    pid_file = places.postgres / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    stranger = psutil.Process().parent()  # some living process: PostgreSQL itself would refuse to start
    pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
    assert postgres.adopt(places) is None
    restart(places)
    assert ask(places, "SELECT 1") == (1,)
    assert processes.alive(stranger)


def test_server_left_by_a_killed_launcher_is_adopted(places: Places, database: Child) -> None:
    again = postgres.start(places)
    assert again.process.pid == database.process.pid


def test_recreated_database_is_empty_and_still_the_applications(places: Places, database: Child) -> None:
    ask(places, "CREATE TABLE IF NOT EXISTS half_loaded ()")
    postgres.recreate_database(places)
    assert ask(places, "SELECT to_regclass('half_loaded'), current_user") == (None, "nib_tracker")


def test_interrupted_initdb_leaves_no_half_made_data_folder(places: Places, tmp_path, monkeypatch) -> None:
    fresh = Places(tmp_path)
    fresh.make()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(postgres, "_initdb", interrupted)
    with pytest.raises(KeyboardInterrupt):
        postgres.initialise(fresh)
    assert not fresh.postgres.exists()
    assert not list(tmp_path.glob("postgres-*"))
