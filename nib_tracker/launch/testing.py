"""What `make test` sets up: servers of its own (fast, with nothing worth keeping), messages, a browser; then pytest."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from nib_tracker.launch import browser, signals
from nib_tracker.launch.environment import environment
from nib_tracker.launch.first_load import collect_static
from nib_tracker.launch.messages import compile_messages
from nib_tracker.launch.places import ROOT, Places
from nib_tracker.launch.servers import servers

PROCESSES = 2  # more than two share the machine with two browsers and with servers that tests start


def run_tests(places: Places, arguments: list[str], given: Mapping[str, str] = os.environ) -> int:
    """pytest with `arguments` against real servers; returns its exit code. Without any, all tests in two processes."""
    places.make()
    absent = browser.ensure(places.log("apt"))
    for reason in filter(None, absent.values()):
        print(f"Some tests will be skipped: {reason}.", flush=True)
    compile_messages()
    with free_slot(places) as slot, servers(slot, given, durable=False) as found:
        env = {**given, **environment(slot, given), **found.urls, **absent}
        collect_static(env)
        return signals.foreground([sys.executable, "-m", "pytest", *(arguments or _at_once())], env, ROOT)


def _at_once() -> list[str]:
    return ["-n", str(PROCESSES)] if (os.cpu_count() or 1) >= PROCESSES else []


@contextmanager
def free_slot(places: Places) -> Iterator[Places]:
    """A data folder that no other test run of this clone uses now: two runs at once must not share a database."""
    number = 1
    while True:
        slot = Places(places.var / "test" / str(number))
        slot.make()
        with slot.lock("run", wait=False) as held:
            if held is not None:
                yield slot
                return
        number += 1
