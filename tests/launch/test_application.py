"""Web, worker and beat: refusals before the start, and what happens when one of them dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from nib_tracker.launch import application, processes
from nib_tracker.launch.places import CannotStart, Places
from nib_tracker.launch.probe import allowed_host, answers

SLEEPER = [sys.executable, "-c", "import time; print('about to sleep', flush=True); time.sleep(600)"]


@pytest.fixture
def child(places: Places) -> Iterator[processes.Child]:
    """A process that would run for ten minutes."""
    started = processes.start("worker", SLEEPER, places.log("worker"), env=os.environ)
    yield started
    processes.stop(started)


def test_port_in_use_names_another_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotStart) as refusal:
            application.web_port({"PORT": str(port)})
    assert str(refusal.value).startswith(f"Port {port} is in use by another program.")
    assert f"PORT={port + 1} make run" in str(refusal.value)


@pytest.mark.parametrize("text", ["eight", "0", "65536", "-1", "80 80"])
def test_port_that_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(CannotStart, match="Set it to a number from 1 to 65535"):
        application.web_port({"PORT": text})


def test_second_run_of_a_clone_is_refused_and_names_the_first(places: Places) -> None:
    with places.lock("run", wait=False):
        (places.var / "run" / "launcher.pid").write_text("4711\n")
        with pytest.raises(CannotStart, match=r"already running \(process 4711\)"):
            application.run(places, {})


def test_lock_goes_with_the_process_that_held_it(places: Places) -> None:
    hold = "import sys, time; from pathlib import Path; from nib_tracker.launch.places import Places\n"
    hold += "with Places(Path(sys.argv[1])).lock('run'): print('held', flush=True); time.sleep(600)"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(places.var)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    with places.lock("run", wait=False) as taken:
        assert taken is None
    holder.kill()
    holder.communicate()
    with places.lock("run", wait=False) as free:
        assert free is not None


def test_web_worker_and_beat_come_up_and_all_go(places: Places) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with application.application(places, os.environ, port) as children:
        assert [child.name for child in children] == ["worker", "beat", "web"]
        assert answers(port)
        family = [one for child in children for one in [child.process, *child.process.children(recursive=True)]]
    assert not answers(port)
    assert [one for one in family if processes.alive(one)] == []
    assert not (places.var / "run" / "web.pid").exists()


def test_death_of_a_child_is_told_with_the_end_of_its_log(
    child: processes.Child, capsys: pytest.CaptureFixture
) -> None:
    assert processes.wait_until(lambda: "about to sleep" in child.log.read_text(), 20)
    child.process.kill()
    assert application.watch([child]) == 1
    told = capsys.readouterr().err
    assert "worker has ended (killed by signal 9)." in told
    assert "about to sleep" in told


def test_leftover_of_a_killed_run_is_stopped(places: Places, child: processes.Child) -> None:
    application._note(places, child)
    application.stop_leftovers(places)
    assert not processes.alive(child.process)


def test_process_that_only_inherited_the_pid_is_left_alone(places: Places, child: processes.Child) -> None:
    born_earlier = child.process.create_time() - 100
    (places.var / "run" / "worker.pid").write_text(f"{child.process.pid} {born_earlier}\n")
    application.stop_leftovers(places)
    assert processes.alive(child.process)
    assert not (places.var / "run" / "worker.pid").exists()


def test_child_that_does_not_listen_is_killed_with_its_own_children(places: Places) -> None:
    stubborn = "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn += "subprocess.Popen(['sleep', '600']); print('ready', flush=True); time.sleep(600)"
    log = places.log("stubborn")
    child = processes.start("stubborn", [sys.executable, "-c", stubborn], log, env=os.environ)
    assert processes.wait_until(lambda: log.exists() and "ready" in log.read_text(), 20)
    family = psutil.Process(child.process.pid).children()
    processes.stop(child, signal.SIGTERM, patience=0.2)
    assert not processes.alive(child.process)
    assert processes.wait_until(lambda: not any(processes.alive(one) for one in family), 10)


def test_pool_of_a_killed_worker_goes_with_it(places: Places) -> None:
    pool = "import subprocess, time; subprocess.Popen(['sleep', '600']); print('ready', flush=True); time.sleep(600)"
    log = places.log("pool")
    child = processes.start("worker", [sys.executable, "-c", pool], log, env=os.environ)
    assert processes.wait_until(lambda: log.exists() and "ready" in log.read_text(), 20)
    family = psutil.Process(child.process.pid).children()
    child.process.kill()
    processes.stop(child)
    assert family
    assert processes.wait_until(lambda: not any(processes.alive(one) for one in family), 10)


def test_child_that_dies_while_starting_is_told_with_its_log(places: Places) -> None:
    broken = [sys.executable, "-c", "raise SystemExit('no such module')"]
    child = processes.start("web", broken, places.log("web"), env=os.environ)
    with pytest.raises(CannotStart, match=r"(?s)web ended while it was starting \(exit code 1\)\..*no such module"):
        processes.wait_ready(child, lambda: False, 20)


@pytest.mark.parametrize(
    ("setting", "host"),
    [
        ("", "localhost"),
        ("*", "localhost"),
        (".nib.example,other", "nib.example"),
        ("a.example, b.example", "a.example"),
    ],
)
def test_probe_asks_under_a_name_that_is_let_in(setting: str, host: str) -> None:
    assert allowed_host(setting) == host
