"""From servers that answer to a database that is worth looking at."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg2
from psycopg2 import sql

from nib_tracker.launch import postgres
from nib_tracker.launch.messages import compile_messages
from nib_tracker.launch.places import ROOT, CannotStart, Places
from nib_tracker.launch.servers import database_arguments

STATIC_SOURCES = ("templates/static", "agencies/static", "targets/static", "reports/static")
FIRST_DATA = (
    ("the plan", "load_plan", "fixtures/shanghai_2020_2022.yaml"),
    ("published figures", "load_published", "fixtures/published_figures.csv"),
)
SAMPLE = ("three years of sample reports", "seed_sample", "--seed", "1")


def prepare(places: Places, env: Mapping[str, str]) -> None:
    """Messages, static files, migrations and, in an empty database, the first data. Quick when all is there."""
    compile_messages()
    collect_static(env)
    if _interrupted(places).exists():
        _begin_anew(places, env)
    step("Database schema", env, "migrate", "--noinput")
    if is_empty(env["DATABASE_URL"]):
        _load(places, env)


def step(what: str, env: Mapping[str, str], *arguments: str) -> None:
    """Run one management command with a line for whoever waits; its output is shown as it comes.

    Raises CannotStart when the command fails.
    """
    print(f"{what} ...", flush=True)
    started = time.monotonic()
    quiet = subprocess.PIPE if arguments[0] in ("migrate", "collectstatic") else None
    result = subprocess.run(
        manage(*arguments), env=dict(env), cwd=ROOT, stdout=quiet, stderr=quiet, text=True, check=False
    )
    if result.returncode:
        shown = f"\n{(result.stdout or '')}{(result.stderr or '')}".rstrip()
        raise CannotStart(f"`manage.py {' '.join(arguments)}` failed (exit code {result.returncode}).{shown}")
    print(f"{what}: done in {time.monotonic() - started:.1f} s", flush=True)


def manage(*arguments: str) -> list[str]:
    """Command line of a management command."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def collect_static(env: Mapping[str, str]) -> None:
    """Hashed copies of the static files, made again only when a source or the lock changed.

    They belong to the clone, not to one data folder; old ones stay, because a running web may serve them.
    """
    root = Path(env.get("STATIC_ROOT") or ROOT / "var" / "static")
    stamp = root.with_name(f"{root.name}.digest")
    clone = Places()
    clone.make()
    with clone.lock("static"):
        wanted = hashlib.sha256("\n".join(_static_sources()).encode()).hexdigest()
        if stamp.exists() and stamp.read_text() == wanted and (root / "staticfiles.json").exists():
            return
        step("Static files", env, "collectstatic", "--noinput")
        stamp.write_text(wanted)


def _static_sources() -> Iterator[str]:
    yield hashlib.sha256((ROOT / "requirements.txt").read_bytes()).hexdigest()
    for folder in STATIC_SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file():
                yield f"{path}: {hashlib.sha256(path.read_bytes()).hexdigest()}"


def is_empty(url: str, table: str = "targets_plan") -> bool:
    """Whether a table has no row: no plan has been loaded yet. Asked after the migrations."""
    session = psycopg2.connect(**database_arguments(url))
    try:
        with session.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT NOT EXISTS (SELECT 1 FROM {})").format(sql.Identifier(table)))
            return cursor.fetchone()[0]
    finally:
        session.close()


def _interrupted(places: Places) -> Path:
    """Stands while the first data is being loaded: no web server runs then, so nobody has entered anything."""
    return places.var / "run" / "first-load"


def _sample_is_due(places: Places) -> Path:
    """Stands from the first load until the sample history is in; written in one transaction, it is there or not."""
    return places.var / "run" / "sample-is-due"


def load_sample(places: Places, env: Mapping[str, str]) -> None:
    """The sample history, once, with the web already up: it takes most of a first start."""
    if not _sample_is_due(places).exists():
        return
    if is_empty(env["DATABASE_URL"], "reports_submission"):
        what, *arguments = SAMPLE
        print("People to sign in as follow with the sample reports, in about a minute.", flush=True)
        step(f"Loading {what}", env, *arguments)
    _sample_is_due(places).unlink()


def _load(places: Places, env: Mapping[str, str]) -> None:
    _interrupted(places).touch()
    _sample_is_due(places).touch()
    for what, *arguments in FIRST_DATA:
        step(f"Loading {what}", env, *arguments)
    _interrupted(places).unlink()


def _begin_anew(places: Places, env: Mapping[str, str]) -> None:
    """The ledger cannot be emptied, so half of a first load is dropped with its database."""
    if env["DATABASE_URL"] != postgres.url(places):
        raise CannotStart(
            "The first load of the database at DATABASE_URL was interrupted. Give it an empty database and remove "
            f"{_interrupted(places)}, or remove that file to go on with what is there."
        )
    print("The first load was interrupted: beginning it anew.", flush=True)
    postgres.recreate_database(places)
    _interrupted(places).unlink()
