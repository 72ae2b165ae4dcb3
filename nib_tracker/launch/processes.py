"""Child processes: start, recognise, stop, show the end of their log."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from nib_tracker.launch.places import CannotStart

LOOPBACK = "127.0.0.1"
LOG_LIMIT = 5_000_000  # bytes; a longer log is set aside as .1 at the next start


@dataclass
class Child:
    """One process that this launcher looks after: started by it, or adopted from a killed one."""

    name: str
    process: psutil.Process
    log: Path


def start(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    identity: Mapping[str, object] | None = None,
    stdin: str | None = None,
) -> Child:
    """Start `command` in a session of its own: a Ctrl-C in the terminal reaches the launcher only.

    `identity` holds Popen's user, group and extra_groups; `stdin` is a text that the child reads.
    """
    with _open_log(log) as output:
        process = psutil.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            **(identity or {}),
        )
    if stdin is not None:
        process.stdin.write(stdin.encode())
        process.stdin.close()
    return Child(name, process, log)


def _open_log(log: Path):
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab")


def alive(process: psutil.Process) -> bool:
    """Whether the process still does something; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def find(pid: int, program: str, folder: Path) -> psutil.Process | None:
    """The live process `pid` if it is `program` at work in `folder`; a reused pid is not."""
    try:
        process = psutil.Process(pid)
        if process.name() == program and Path(process.cwd()) == folder.resolve() and alive(process):
            return process
    except psutil.Error:
        pass
    return None


def stop(child: Child, by: signal.Signals = signal.SIGTERM, patience: float = 15) -> None:
    """Ask the child to end and wait; one that does not within `patience` seconds is killed, as is what it leaves."""
    started_here = isinstance(child.process, psutil.Popen)
    if alive(child.process):
        child.process.send_signal(by)
        wait_until(lambda: _gone(child.process), patience)
    elif not started_here:
        return  # gone before we came: its number may belong to somebody else by now
    _kill_group(child.process)
    wait_until(lambda: _gone(child.process), 5)


def _gone(process: psutil.Process) -> bool:
    # poll() of our own child also reaps it.
    if isinstance(process, psutil.Popen):
        process.poll()
    return not alive(process)


def _kill_group(process: psutil.Process) -> None:
    # A child leads its own session (see start), so the group holds it and its children, nobody else. A worker that
    # was killed leaves its pool behind.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def how_it_ended(child: Child) -> str:
    """Words in brackets for a child that is gone; empty for an adopted one, whose exit code nobody is told."""
    code = child.process.poll() if isinstance(child.process, psutil.Popen) else None
    if code is None:
        return ""
    return f" (exit code {code})" if code >= 0 else f" (killed by signal {-code})"


def wait_until(ready: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Ask `ready` until it answers yes; False when `seconds` have passed."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            return False
        time.sleep(every)
    return True


def wait_ready(child: Child, ready: Callable[[], bool], seconds: float) -> None:
    """Wait for a child to serve.

    Raises CannotStart with the end of its log when it dies first or takes longer than `seconds`.
    """
    if not wait_until(lambda: ready() or _gone(child.process), seconds):
        raise CannotStart(f"{child.name} did not answer within {seconds:.0f} s.{shown_log(child.log)}")
    if _gone(child.process):
        raise CannotStart(f"{child.name} ended while it was starting{how_it_ended(child)}.{shown_log(child.log)}")


def shown_log(log: Path, lines: int = 15) -> str:
    """The last lines of a log, indented, under a line that names the file; empty if there is none."""
    if not log.exists():
        return ""
    tail = log.read_text(errors="replace").splitlines()[-lines:]
    return "\n".join([f" The last lines of {log}:", *(f"    {line}" for line in tail)])


def port_is_free(port: int) -> bool:
    """Whether nothing listens on this loopback port (connections that linger from a stopped server are fine)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def remembered_port(file: Path) -> int:
    """The port noted in `file` if it is still free, else a new free one, which is noted."""
    if file.exists() and file.read_text().strip().isdigit():
        port = int(file.read_text())
        if port_is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    file.write_text(f"{port}\n")
    return port
