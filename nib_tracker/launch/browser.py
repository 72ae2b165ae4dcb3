"""Chromium and a Chinese font for the browser tests: the system's, through apt where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
PACKAGES = ("chromium", "fonts-noto-cjk")


def ensure(log: Path) -> str:
    """Find or install both. Returns "" or the reason why browser tests are skipped."""
    if missing() and shutil.which("apt-get") and os.geteuid() == 0:
        install(missing(), log)
    still = missing()
    if not still:
        return ""
    return f"no {' and no '.join(still)} on this machine; as root: apt-get install {' '.join(still)}"


def missing() -> list[str]:
    """Names of the packages that are not there yet."""
    found = {"chromium": program() is not None, "fonts-noto-cjk": has_chinese_font()}
    return [package for package in PACKAGES if not found[package]]


def program() -> str | None:
    """Path of the system's Chromium or Chrome."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether a font for Chinese is installed; without one a screenshot shows boxes."""
    patterns = ("*CJK*", "*SourceHan*", "*wqy*", "*uming*", "*ukai*", "*Hiragino*", "*PingFang*")
    return any(next(folder.rglob(pattern), None) for folder in FONTS if folder.exists() for pattern in patterns)


def install(packages: list[str], log: Path) -> None:
    """apt-get, its talk in the log; a failure shows in `missing` afterwards."""
    print(
        f"Installing {' and '.join(packages)} for the browser tests (once; a minute or two, log: {log}) ...", flush=True
    )
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("ab") as output:
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *packages]):
            subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
