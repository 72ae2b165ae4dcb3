"""The embedded Valkey: asks for its password, keeps what waits, is found again."""

from __future__ import annotations

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from nib_tracker.launch import processes, valkey
from nib_tracker.launch.places import Places
from nib_tracker.launch.processes import Child


def client(places: Places) -> redis.Redis:
    return redis.Redis.from_url(valkey.url(places))


def test_nobody_gets_in_without_the_password(places: Places, broker: Child) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=valkey.port(places), retry=Retry(NoBackoff(), 0)).ping()


def test_password_is_in_no_argument_list(places: Places, broker: Child) -> None:
    assert places.secret("valkey") not in " ".join(broker.process.cmdline())


def test_listens_on_loopback_only(places: Places, broker: Child) -> None:
    addresses = {end.laddr.ip for end in broker.process.net_connections() if end.status == "LISTEN"}
    assert addresses == {"127.0.0.1"}


def test_restart_keeps_what_waits(places: Places, broker: Child) -> None:
    client(places).set("waiting", "job")
    valkey.stop(broker)
    valkey.make_ready(places, valkey.start(places))
    assert client(places).get("waiting") == b"job"


def test_after_kill_minus_9_it_starts_again(places: Places, broker: Child) -> None:
    broker.process.kill()
    broker.process.wait(5)
    again = valkey.start(places)
    valkey.make_ready(places, again)
    assert again.process.pid != broker.process.pid
    assert client(places).ping()


def test_server_left_by_a_killed_launcher_is_adopted(places: Places, broker: Child) -> None:
    assert valkey.start(places).process.pid == broker.process.pid


def test_pid_of_another_program_is_not_taken_for_ours(places: Places, broker: Child) -> None:
    valkey.stop(broker)
    (places.var / "run" / "valkey.pid").write_text("1\n")
    assert valkey.adopt(places) is None


def test_never_drops_what_waits(places: Places, broker: Child) -> None:
    assert client(places).config_get("maxmemory*")["maxmemory-policy"] == "volatile-lru", "only what expires makes room"
    assert client(places).config_get("maxmemory")["maxmemory"] == str(512 * 1024**2)
    assert processes.alive(broker.process)
