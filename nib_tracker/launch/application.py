"""Web, worker and beat: what `run` starts, watches and stops."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from nib_tracker.launch import processes, signals
from nib_tracker.launch.environment import environment
from nib_tracker.launch.first_load import load_sample, manage, prepare
from nib_tracker.launch.places import ROOT, CannotStart, Places
from nib_tracker.launch.probe import allowed_host, answers
from nib_tracker.launch.processes import LOOPBACK, Child
from nib_tracker.launch.servers import servers

WORKER_PROCESSES = 2


def run(places: Places, given: Mapping[str, str] = os.environ) -> int:
    """The whole product until Ctrl-C (0) or until one of its processes dies (1)."""
    started = time.monotonic()
    places.make()
    with places.lock("run", wait=False) as held:
        if held is None:
            raise CannotStart(_already_running(places))
        (places.var / "run" / "launcher.pid").write_text(f"{os.getpid()}\n")
        stop_leftovers(places)
        port = web_port(given)
        with servers(places, given) as found:
            env = {**given, **environment(places, given), **found.urls}
            prepare(places, env)
            with application(places, env, port) as children:
                print(f"\nReady after {time.monotonic() - started:.0f} s: http://localhost:{port}/\n", flush=True)
                load_sample(places, env)
                show_sign_ins(env)
                return watch([*found.children, *children])


def _already_running(places: Places) -> str:
    with contextlib.suppress(OSError):
        pid = (places.var / "run" / "launcher.pid").read_text().strip()
        return f"Another `make run` of this clone is already running (process {pid}). Stop it with Ctrl-C there first."
    return "Another `make run` of this clone is already running. Stop it with Ctrl-C there first."


def web_port(given: Mapping[str, str]) -> int:
    """PORT, 8000 by default; raises CannotStart when it is no port number or somebody listens there."""
    text = given.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT has the value {text!r}. Set it to a number from 1 to 65535: PORT=8001 make run")
    port = int(text)
    if not processes.port_is_free(port):
        other = port + 1 if port < 65535 else port - 1
        raise CannotStart(f"Port {port} is in use by another program. Choose another one: PORT={other} make run")
    return port


@contextlib.contextmanager
def application(places: Places, env: Mapping[str, str], port: int) -> Iterator[list[Child]]:
    """The three processes; stopped in the reverse order of their start when the block ends."""
    children: list[Child] = []
    try:
        for name, command in commands(places, port).items():
            with signals.deferred():
                child = processes.start(name, command, places.log(name), env=env, cwd=ROOT)
                children.append(child)
                _note(places, child)
        web, host = children[-1], allowed_host(env.get("ALLOWED_HOSTS", ""))
        processes.wait_ready(web, lambda: answers(port, host), 60)
        yield children
    finally:
        with signals.undisturbed():
            print("\nStopping ...", flush=True)
            for child in reversed(children):
                processes.stop(child, patience=20)
                _pid_file(places, child.name).unlink(missing_ok=True)


def commands(places: Places, port: int) -> dict[str, Sequence[str]]:
    """Name and command line of each process, in the order of their start: the web comes when jobs can be done."""
    celery = [sys.executable, "-m", "celery", "--app", "nib_tracker"]
    schedule = places.var / "run" / "beat-schedule"
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", LOOPBACK, "--port", str(port)]
    return {
        "worker": [*celery, "worker", "--concurrency", str(WORKER_PROCESSES), "--loglevel", "INFO"],
        "beat": [*celery, "beat", "--schedule", str(schedule), "--loglevel", "INFO"],
        "web": [*granian, "--workers", "1", "--blocking-threads", "8", "nib_tracker.wsgi:application"],
    }


def show_sign_ins(env: Mapping[str, str]) -> None:
    """The sign-ins of the sample people."""
    people = subprocess.run(
        manage("sample_users"), env=dict(env), cwd=ROOT, capture_output=True, text=True, check=False
    )
    print(people.stdout.rstrip() if people.returncode == 0 else "(No sample sign-ins.)")
    print("\nCtrl-C stops everything; the data stays in var/.", flush=True)


def watch(children: Sequence[Child]) -> int:
    """Look at every process twice a second. Returns 0 after Ctrl-C or SIGTERM, 1 when one has died."""
    try:
        while True:
            for child in children:
                if not processes.alive(child.process):
                    how = processes.how_it_ended(child)
                    print(
                        f"\n{child.name} has ended{how}.{processes.shown_log(child.log)}", file=sys.stderr, flush=True
                    )
                    return 1
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0


def _pid_file(places: Places, name: str) -> Path:
    return places.var / "run" / f"{name}.pid"


def _note(places: Places, child: Child) -> None:
    _pid_file(places, child.name).write_text(f"{child.process.pid} {child.process.create_time()}\n")


def stop_leftovers(places: Places) -> None:
    """Stop what a killed launcher left running. A pid counts only with its time of birth: it may be reused."""
    for name in reversed(commands(places, 0)):
        file = _pid_file(places, name)
        process = _noted(file)
        if process is not None and processes.alive(process):
            print(f"{name} of a `make run` that was killed is still there (process {process.pid}): stopping it.")
            processes.stop(Child(name, process, places.log(name)), patience=20)
        file.unlink(missing_ok=True)


def _noted(file: Path) -> psutil.Process | None:
    try:
        pid, born = file.read_text().split()
        process = psutil.Process(int(pid))
        return process if process.create_time() == float(born) else None
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
