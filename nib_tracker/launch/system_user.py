"""Who runs PostgreSQL: it refuses root, so a launcher that is root starts it as a system user."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

from nib_tracker.launch.places import CannotStart

NAME = "embedded_postgres"


def identity() -> dict[str, object]:
    """Popen's user, group and extra_groups for PostgreSQL; empty for an ordinary user, who runs it himself."""
    if os.geteuid() != 0:
        return {}
    entry = _entry()
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _entry() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        _add()
    return pwd.getpwnam(NAME)


def _add() -> None:
    command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotStart(
            f"PostgreSQL does not run as root, and the system user {NAME} could not be made ({error}).\n"
            "Run this as an ordinary user, or set DATABASE_URL to a PostgreSQL server of yours."
        ) from error


def own(path: Path, who: Mapping[str, object]) -> None:
    """Give `path` itself (nothing above it) to the system user."""
    if who:
        os.chown(path, who["user"], who["group"])


def let_through(path: Path, who: Mapping[str, object]) -> None:
    """Let the system user reach `path`: add the search bit, and only that, where a folder above lacks it."""
    if not who:
        return
    for folder in reversed(path.resolve().parents):
        mode = folder.stat()
        if mode.st_uid != who["user"] and not mode.st_mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode.st_mode) | stat.S_IXOTH)
            print(f"{folder}: search permission (o+x) added, so that PostgreSQL's user {NAME} can pass.")
