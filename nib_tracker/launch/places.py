"""Folders and small files of one start."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class CannotStart(Exception):
    """A start that ends here. Its text is a sentence for the operator: what is wrong and what to do."""


@dataclass(frozen=True)
class Places:
    """Where one clone keeps what is not in git. `var` may be removed to begin anew: all data goes with it."""

    var: Path = ROOT / "var"

    @property
    def postgres(self) -> Path:
        return self.var / "postgres"

    @property
    def valkey(self) -> Path:
        return self.var / "valkey"

    @property
    def logs(self) -> Path:
        return self.var / "log"

    def make(self) -> None:
        """Make the folders; the secrets are for their owner only."""
        for folder in (self.var, self.logs, self.var / "run"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.var / "secrets").mkdir(mode=0o700, exist_ok=True)

    def log(self, name: str) -> Path:
        """Log file of the process `name`."""
        return self.logs / f"{name}.log"

    def secret(self, name: str) -> str:
        """The secret `name`: made at the first call, the same ever after, in a file of mode 0600."""
        path = self.var / "secrets" / name
        if not path.exists():
            self._write_secret(path, secrets.token_urlsafe(48))
        return path.read_text().strip()

    @staticmethod
    def _write_secret(path: Path, value: str) -> None:
        # Written beside and renamed, so that a kill in between never leaves an empty secret.
        part = path.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value + "\n")
        part.replace(path)

    @contextmanager
    def lock(self, name: str, *, shared: bool = False, wait: bool = True) -> Iterator[int | None]:
        """Hold var/run/`name`.lock; the kernel lets go of it however this process ends.

        Yields the descriptor, or None when `wait` is false and somebody else holds the lock.
        """
        mode = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        descriptor = os.open(self.var / "run" / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor if _flock(descriptor, mode) else None
        finally:
            os.close(descriptor)


def become_sole_holder(descriptor: int) -> bool:
    """Turn a shared lock into an exclusive one if nobody else shares it. Call under a lock of its own."""
    return _flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _flock(descriptor: int, mode: int) -> bool:
    try:
        fcntl.flock(descriptor, mode)
    except BlockingIOError:
        return False
    return True
