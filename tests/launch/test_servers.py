"""Both servers for the length of a block: shared, adopted, or the operator's own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from nib_tracker.launch import postgres, valkey
from nib_tracker.launch import servers as own_servers
from nib_tracker.launch.places import ROOT, CannotStart, Places
from nib_tracker.launch.servers import check_broker, check_database, database_arguments, servers

OWN_SERVERS = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}


def launch(places: Places, *arguments: str, env: dict[str, str] = OWN_SERVERS) -> subprocess.Popen:
    command = [sys.executable, "-m", "nib_tracker.launch", "--var", str(places.var), *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def running(places: Places) -> tuple[bool, bool]:
    return postgres.adopt(places) is not None, valkey.adopt(places) is not None


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken but on which nobody answers: connections are refused."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.mark.parametrize(
    ("name", "scheme"), [("DATABASE_URL", "postgresql"), ("REDIS_URL", "redis")], ids=["database", "broker"]
)
def test_address_where_nobody_answers_is_one_sentence(places: Places, closed_port: int, name: str, scheme: str) -> None:
    address = f"{scheme}://someone:secret-word@127.0.0.1:{closed_port}/0"
    given = {"DATABASE_URL": postgres_that_answers(), **OWN_SERVERS, name: address}
    result = launch(places, "exec", "--", "true", env=given)
    output, errors = result.communicate(timeout=60)
    assert result.returncode == 1
    assert f"{name} is set, but no server can be used there (host 127.0.0.1)" in errors
    assert f"Correct {name}, or unset it" in errors
    assert "Traceback" not in errors
    assert "secret-word" not in output + errors


def postgres_that_answers() -> str:
    return os.environ["DATABASE_URL"]


@pytest.mark.parametrize(("check", "scheme"), [(check_database, "postgresql"), (check_broker, "redis")])
def test_server_that_takes_the_connection_and_stays_silent_is_given_up(
    monkeypatch: pytest.MonkeyPatch, check: Callable[[str], None], scheme: str
) -> None:
    monkeypatch.setattr(own_servers, "ANSWER_WITHIN", 2)  # seconds; libpq knows no shorter wait
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(CannotStart, match="no server can be used"):
        check(f"{scheme}://u:p@127.0.0.1:{silent.getsockname()[1]}/0")


@pytest.mark.parametrize("url", ["postgresql://u:p@127.0.0.1:99999/x", "postgresql://u:p@127.0.0.1:port/x"])
def test_address_that_is_none_is_one_sentence(url: str) -> None:
    with pytest.raises(CannotStart, match="DATABASE_URL is set"):
        check_database(url)


def test_broker_address_of_another_kind_is_one_sentence() -> None:
    with pytest.raises(CannotStart, match="REDIS_URL is set"):
        check_broker("http://127.0.0.1:1")


def test_operators_own_servers_pass_the_check() -> None:
    check_database(os.environ["DATABASE_URL"])
    check_broker(os.environ["REDIS_URL"])


def test_database_address_is_unquoted_and_djangos_options_are_left_out() -> None:
    arguments = database_arguments("postgresql://a%40b:p%2Fq@h:6543/name?conn_max_age=60&sslmode=require")
    assert arguments == {
        "host": "h",
        "port": 6543,
        "user": "a@b",
        "password": "p/q",
        "dbname": "name",
        "sslmode": "require",
        "connect_timeout": 8,
    }


def test_last_of_several_commands_stops_the_servers(places: Places) -> None:
    with servers(places, {}, durable=False) as first:
        with servers(places, {}, durable=False) as second:
            assert second.urls == first.urls
        assert running(places) == (True, True), "the first command still needs them"
    assert running(places) == (False, False)


def test_exec_hands_over_the_addresses_and_returns_the_exit_code(places: Places) -> None:
    question = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL']); raise SystemExit(7)"
    command = launch(places, "exec", "--", sys.executable, "-c", question)
    output, errors = command.communicate(timeout=60)
    assert command.returncode == 7, errors
    assert output.split() == [postgres.url(places), valkey.url(places)]
    assert running(places) == (False, False)


def test_servers_of_a_killed_launcher_are_adopted_and_stopped_by_the_next(places: Places) -> None:
    launcher = launch(places, "exec", "--", "sh", "-c", "echo $$; exec sleep 600")
    sleeper = int(launcher.stdout.readline())
    launcher.kill()
    os.kill(sleeper, signal.SIGKILL)
    launcher.communicate(timeout=10)
    left = postgres.adopt(places)
    assert left is not None, "a killed launcher cannot stop its servers"
    with servers(places, {}, durable=False) as found:
        assert found.children[0].process.pid == left.process.pid
    assert running(places) == (False, False)


def test_sigterm_ends_the_command_and_then_the_servers(places: Places) -> None:
    command = launch(places, "exec", "--", "sh", "-c", "echo up; exec sleep 600")
    assert command.stdout.readline() == "up\n"
    command.terminate()
    command.communicate(timeout=30)
    assert command.returncode == 128 + signal.SIGTERM
    assert running(places) == (False, False)
