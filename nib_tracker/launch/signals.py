"""Ctrl-C, SIGTERM and SIGHUP: all end a command in the same orderly way."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen() -> None:
    """From now on SIGTERM and SIGHUP raise, as Ctrl-C does."""
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGHUP, _terminate)


def _terminate(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def undisturbed() -> Iterator[list[int]]:
    """An orderly stop that an impatient second Ctrl-C does not cut short. Yields the signals that came meanwhile."""
    came: list[int] = []
    # A function, not SIG_IGN: a program started meanwhile would inherit SIG_IGN and ignore Ctrl-C itself.
    before = {ending: signal.signal(ending, lambda number, _: came.append(number)) for ending in ENDINGS}
    try:
        yield came
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


@contextmanager
def deferred() -> Iterator[None]:
    """A start that is either noted or has not begun: a signal within the block raises at its end."""
    with undisturbed() as came:
        yield
    if came:
        raise KeyboardInterrupt


def foreground(command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> int:
    """Run a command that owns the terminal; returns its exit code, 128 + n when signal n ended it.

    Ctrl-C reached the command too and is its to handle; a SIGTERM reached us alone and is passed on. Either way
    the command ends first.
    """
    with undisturbed() as came:
        child = subprocess.Popen(command, env=dict(env), cwd=cwd)
        while (code := _ended(child)) is None:
            if {signal.SIGTERM, signal.SIGHUP} & set(came):
                child.terminate()
                came.clear()
    return code if code >= 0 else 128 - code


def _ended(child: subprocess.Popen) -> int | None:
    # A short wait: a signal that comes between two looks is seen at the next.
    try:
        return child.wait(timeout=0.2)
    except subprocess.TimeoutExpired:
        return None
