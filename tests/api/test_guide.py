"""The commands of docs/guide-api.md, run as they stand there, and the list of error codes beside it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from agencies.api.documents import document
from agencies.management.commands.api_errors import page
from agencies.roles import Scope
from reports.models import Figure
from reports.services import review, rollup
from targets.packs import read_pack
from tests.api.conftest import connected, until_the_server_is_idle
from tests.api.sending import opened
from tests.factories import World, small_plan
from tests.history import WEB

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "guide-api.md").read_text(encoding="utf-8")
NO_CURL = "there is no curl on this machine: the commands of the guide are not run"


def blocks(kind: str) -> list[str]:
    """The code blocks of a kind, such as `sh` or `sh accepted`, in their order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def world(transactional_db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path / "files"
    world = small_plan()
    opened(world, world.east)
    return world


@pytest.fixture
def run(world: World, live_server: Any, tmp_path: Path) -> Iterator[Callable[[list[str]], str]]:
    """run(command) is what a command said; it finds the settings of the guide in its environment."""
    keys = {
        name: connected(world.east, [Scope.READ, scope], name=name).key
        for name, scope in (("KEY", Scope.WRITE_ENTRIES), ("SUBMIT_KEY", Scope.SUBMIT))
    }
    told = {"API": f"{live_server.url}/api/v1", "AGENCY": "east", "PERIOD": "2021Q1", "TARGET": "posts", "VALUE": "18"}
    environment = os.environ | told | keys | {"DISTRICT": "310101"}
    assert set(re.findall(r"\b([A-Z_]+)=", "".join(blocks("sh settings")))) == {*told, *keys, "DISTRICT"}

    def run(command: list[str]) -> str:
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert "/api/v1/errors/" not in done.stdout, done.stdout
        return done.stdout

    yield run
    until_the_server_is_idle()


def accept(world: World) -> None:
    """What the supervision office does on its page."""
    review.accept(world.packet(world.east).pk, by=world.supervisor, at=timezone.now(), door=WEB)
    rollup.roll_up()


def assert_accepted(world: World) -> None:
    figure = Figure.objects.get(target=world.posts)
    assert (figure.value, figure.acceptance.accepted_by) == (18, world.supervisor)


def test_the_settings_are_a_line_of_the_shipped_plan() -> None:
    """Who follows the guide after `make run` gets answers, and no "there is no such line"."""
    (settings,) = blocks("sh settings")
    named = dict(re.findall(r"\b([A-Z]+)=(\S+)", settings))
    plan = read_pack(DOCS.parent / "fixtures" / "shanghai_2020_2022.yaml")
    target = next(one for one in plan.targets() if one.code == named["TARGET"])
    assert any(one.role == "district" and one.reports for one in target.assignments)


def test_the_ten_lines_are_ten() -> None:
    (curl, *_others), (python, *_rest) = blocks("sh"), blocks("python")
    for block in (curl, python):
        assert len([line for line in block.splitlines() if line]) <= 10


def test_the_lines_of_curl(world: World, run: Callable[[list[str]], str]) -> None:
    if not shutil.which("curl"):
        pytest.skip(NO_CURL)
    first, *others = blocks("sh")
    said = run(["sh", "-euc", first])
    assert '"outcome":"created"' in said and '"state":"submitted"' in said
    accept(world)
    assert_accepted(world)
    names = first.splitlines()[0]
    rows = next(line for line in first.splitlines() if line.startswith("ROWS="))
    (last,) = blocks("sh accepted")
    assert '"value":"18"' in run(["sh", "-euc", f"{names}\n{last}"])
    for block in others:
        said = run(["sh", "-euc", f"{names}\n{rows}\n{block}"])
        assert said or "> ledger.ndjson" in block, block
    assert "304" in "".join(run(["sh", "-euc", f"{names}\n{block}"]) for block in others if "If-None-Match" in block)


def test_the_lines_of_python(world: World, run: Callable[[list[str]], str]) -> None:
    (first,), (last,) = blocks("python"), blocks("python accepted")
    run([sys.executable, "-c", first])
    accept(world)
    assert_accepted(world)
    assert "('posts', '18', '" in run([sys.executable, "-c", last])


def test_what_the_guide_names_is_there() -> None:
    known = set(re.findall(r"[a-z_]+", json.dumps(document())))
    assert set(re.findall(r"`([a-z_]+)`", GUIDE)) <= known | {"zh", "en"}
    for name in re.findall(r"\]\(([a-z-]+\.md)\)", GUIDE):
        assert (DOCS / name).exists(), name


def test_the_list_of_error_codes_is_in_step() -> None:
    assert (DOCS / "api-errors.md").read_text(encoding="utf-8") == page(), (
        'make manage ARGS="api_errors" > docs/api-errors.md'
    )
