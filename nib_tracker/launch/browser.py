"""What the tests drive from outside: Chromium with a Chinese font, and LibreOffice.

The system's, through apt where that is possible. Each is optional: tests that need a missing one are skipped and say
why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
OFFICES = ("soffice", "libreoffice")
FOR_BROWSER = ("chromium", "fonts-noto-cjk")
FOR_SHEETS = ("libreoffice-calc-nogui",)


def ensure(log: Path) -> dict[str, str]:
    """Finds or installs everything. By environment variable "" or the reason why the tests that need it are skipped."""
    wanted = missing(FOR_BROWSER + FOR_SHEETS)
    if wanted and shutil.which("apt-get") and os.geteuid() == 0:
        install(wanted, log)
    return {"NO_BROWSER": reason(missing(FOR_BROWSER)), "NO_LIBREOFFICE": reason(missing(FOR_SHEETS))}


def reason(packages: list[str]) -> str:
    """Why tests are skipped; "" when nothing is missing."""
    if not packages:
        return ""
    return f"no {' and no '.join(packages)} on this machine; as root: apt-get install {' '.join(packages)}"


def missing(packages: tuple[str, ...]) -> list[str]:
    """Those of the packages that are not there yet."""
    found = {
        "chromium": program() is not None,
        "fonts-noto-cjk": has_chinese_font(),
        "libreoffice-calc-nogui": any(map(shutil.which, OFFICES)),
    }
    return [package for package in packages if not found[package]]


def program() -> str | None:
    """Path of the system's Chromium or Chrome."""
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether a font for Chinese is installed; without one a screenshot shows boxes."""
    patterns = ("*CJK*", "*SourceHan*", "*wqy*", "*uming*", "*ukai*", "*Hiragino*", "*PingFang*")
    return any(next(folder.rglob(pattern), None) for folder in FONTS if folder.exists() for pattern in patterns)


def install(packages: list[str], log: Path) -> None:
    """apt-get, its talk in the log; a failure shows in `missing` afterwards."""
    print(f"Installing {', '.join(packages)} for the tests (once; a minute or two, log: {log}) ...", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with log.open("ab") as output:
        for command in (["update"], *(["install", "-y", "--no-install-recommends", package] for package in packages)):
            apt = ["apt-get", *command]  # one package after the other: one that cannot be had does not keep the others
            subprocess.run(apt, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
