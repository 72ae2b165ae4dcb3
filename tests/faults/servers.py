"""The product's own processes on the test's own database, to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds, on a machine that has much else to do


def environment(**changes: str) -> dict[str, str]:
    """That of this test run, with the test's own database."""
    test = connection.settings_dict
    url = f"postgresql://{test['USER']}:{test['PASSWORD']}@{test['HOST']}:{test['PORT']}/{test['NAME']}"
    files = str(settings.MEDIA_ROOT)
    return {**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL, "FILES_ROOT": files, **changes}


@contextmanager
def worker() -> Iterator[subprocess.Popen]:
    """A real worker process; one process only, so that a kill hits the job itself."""
    command = [sys.executable, "-m", "celery", "-A", "nib_tracker", "worker", "--pool", "solo", "--loglevel", "WARNING"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment())
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(PATIENCE)


def wait_for(condition: Callable[[], bool], words: str, *, every: float = 0.05, seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s in vain: {words}"
        time.sleep(every)


@contextmanager
def nobody_writes(table: str) -> Iterator[None]:
    """Whoever inserts into the table waits, in the middle of a transaction, until this ends."""
    link = psycopg2.connect(environment()["DATABASE_URL"])
    try:
        link.cursor().execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield
    finally:
        link.close()


def is_waited_for(table: str) -> bool:
    return _any("SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted", table)


def is_idle() -> bool:
    """Whether no session of another process is in a transaction or holds a lock: what was killed has ended."""
    return not _any(
        "SELECT 1 FROM pg_stat_activity LEFT JOIN pg_locks USING (pid) WHERE pid <> pg_backend_pid() "
        "AND pg_stat_activity.datname = %s AND (state <> 'idle' OR locktype = 'advisory')",
        connection.settings_dict["NAME"],
    )


def _any(query: str, parameter: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(query, [parameter])
        return cursor.fetchone() is not None


class Web:
    """One granian server; `kill` ends it as the system would in an emergency, with everything it was doing."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--workers", "1", "--blocking-threads", "2"]
        command += ["nib_tracker.wsgi:application"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment(), start_new_session=True)
        wait_for(self.answers, "the web server to answer")

    def answers(self) -> bool:
        try:
            return self.request("GET", "/health/live")[0] == 200
        except OSError:
            return False

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, str]:
        """(status, text); OSError when the server is not there or goes away meanwhile."""
        link = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        except HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            link.close()

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def web() -> Iterator[Web]:
    """A web server that is ended at the end."""
    server = Web()
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()
