"""A client that openapi-python-client makes from the document pushes a quarter, as it comes out of the generator."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.utils import timezone

from agencies.api.documents import document
from agencies.roles import Scope
from reports.models import Evidence
from reports.services import review, rollup
from tests.api.conftest import Caller, connected, until_the_server_is_idle
from tests.api.sending import opened
from tests.factories import World, small_plan
from tests.history import WEB

PACKAGE = "nib_client"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ModuleType]]:
    """package("models") is that module of the generated package."""
    place = tmp_path_factory.mktemp("client")
    told = place / "openapi.json"
    told.write_text(json.dumps(document(), ensure_ascii=False), encoding="utf-8")
    said = generate(told, place / PACKAGE)
    assert "errors" not in said.lower(), said
    warnings = [line for line in said.splitlines() if line.startswith(("Unsupported", "Cannot", "Could"))]
    assert set(warnings) <= {"Unsupported content type text/csv"}, "what it leaves out is CSV alone"
    sys.path.insert(0, str(place))
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}" if name else PACKAGE)
    sys.path.remove(str(place))


def generate(told: Path, where: Path) -> str:
    programs = Path(sys.executable).parent
    command = [str(programs / "openapi-python-client"), "generate", "--path", str(told), "--meta", "none"]
    environment = os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    done = subprocess.run(
        [*command, "--output-path", str(where)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


class Calling:
    """One system that calls with the generated package: calling("entries", "list_entries", …) is what comes back."""

    def __init__(self, package: Callable[[str], ModuleType], address: str, caller: Caller) -> None:
        self.package = package
        make = package("").AuthenticatedClient
        self.client = make(base_url=address, token=caller.key, raise_on_unexpected_status=True, timeout=60)

    def detailed(self, tag: str, name: str, *path: Any, **told: Any) -> Any:
        return self.package(f"api.{tag}.{name}").sync_detailed(*path, client=self.client, **told)

    def __call__(self, tag: str, name: str, *path: Any, **told: Any) -> Any:
        answer = self.detailed(tag, name, *path, **told)
        assert answer.status_code < 300, answer.content.decode()
        return answer.parsed


@pytest.fixture
def world(transactional_db: None, settings: Any, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path / "files"
    world = small_plan()
    opened(world)
    return world


@pytest.fixture
def calling(package: Any, live_server: Any, world: World) -> Iterator[Callable[[str, Scope], Calling]]:
    """calling(name, scope): a system that may read, and that besides."""
    made = []

    def calling(name: str, scope: Scope) -> Calling:
        made.append(Calling(package, live_server.url, connected(world.bureau, [Scope.READ, scope], name=name)))
        return made[-1]

    yield calling
    for one in made:
        one.client.get_httpx_client().close()
    until_the_server_is_idle()


@pytest.fixture
def entering(calling: Callable[[str, Scope], Calling]) -> Calling:
    return calling("填报", Scope.WRITE_ENTRIES)


@pytest.fixture
def submitting(calling: Callable[[str, Scope], Calling]) -> Calling:
    return calling("报送", Scope.SUBMIT)


def test_a_quarter_from_the_first_call_to_accepted_figures(
    package: Any, world: World, entering: Calling, submitting: Calling
) -> None:
    models = package("models")
    period = find_what_to_report(models, entering)
    enter(models, entering, period)
    explain(models, entering, period)
    support(package, models, entering, period)
    submit(models, entering, submitting, period)
    review.accept(world.packet().pk, by=world.supervisor, at=timezone.now(), door=WEB)
    rollup.roll_up()
    read_again(models, entering, period)


def find_what_to_report(models: ModuleType, entering: Calling) -> str:
    me = entering("system", "read_system")
    assert (me.agency, me.scopes) == ("bureau", [models.Scope.READ, models.Scope.WRITEENTRIES])
    open_ones = [one.code for one in entering("periods", "list_periods").results if one.is_open]
    assert open_ones == ["2021Q1"]
    mine = entering("assignments", "list_assignments", agency=me.agency, reports=True).results
    assert {one.target for one in mine} == {"stations", "share", "centre"}
    return open_ones[0]


def enter(models: ModuleType, entering: Calling, period: str) -> None:
    rows = [
        models.RowIn(target="stations", value="250"),
        models.RowIn(target="share", numerator=3, denominator=10),
        models.RowIn(target="centre", stage=models.Stage.UNDER_WAY),
        models.RowIn(target="unknown", value=None),
    ]
    trial = entering("entries", "put_entries", "bureau", period, body=models.RowsIn(rows=rows), dry_run=True)
    done = entering("entries", "put_entries", "bureau", period, body=models.RowsIn(rows=rows))
    for answer in (trial, done):
        assert [one.outcome for one in answer.rows] == [*[models.Outcome.CREATED] * 3, models.Outcome.REJECTED]
        assert answer.rows[3].code == "line_unknown"
    again = entering("entries", "put_entries", "bureau", period, body=models.RowsIn(rows=rows))
    assert (again.counts.unchanged, again.counts.rejected) == (3, 1)


def explain(models: ModuleType, entering: Calling, period: str) -> None:
    lines = entering("entries", "list_entries", "bureau", period).results
    doubted = [one for one in lines if one.doubts]
    assert [one.target for one in doubted] == ["stations"], "it is far above its goal"
    assert [one.target for one in entering("doubts", "list_doubts", explained=False).results] == ["stations"]
    place = ("bureau", period, "stations", doubted[0].scope)
    tag = entering.detailed("entries", "read_entry", *place).headers["ETag"]
    said = models.LineIn(explanation="含新并网站点")
    changed = entering("entries", "change_entry", *place, body=said, if_match=tag)
    assert (changed.explanation, changed.value) == ("含新并网站点", "250")
    late = entering.detailed("entries", "change_entry", *place, body=models.LineIn(value=5), if_match=tag)
    assert (late.status_code, late.parsed.code) == (412, "version_conflict")


def support(package: Any, models: ModuleType, entering: Calling, period: str) -> None:
    file = package("types").File(payload=BytesIO(PDF), file_name="报告.pdf", mime_type="application/pdf")
    place = ("bureau", period, "stations", "bureau")
    piece = entering("evidence", "add_evidence", *place, body=models.FileIn(file=file))
    link = models.LinkIn(url="https://example.cn/1", title="公示")
    entering("evidence", "add_evidence", *place, body=link)
    assert [one.kind for one in entering("evidence", "list_evidence", *place).results] == [
        models.EvidenceKind.FILE, models.EvidenceKind.LINK,
    ]  # fmt: skip
    assert entering("evidence", "read_evidence_file", piece.id).payload.read() == PDF
    assert Evidence.objects.count() == 2


def submit(models: ModuleType, entering: Calling, submitting: Calling, period: str) -> None:
    alone = entering.detailed("submissions", "submit", "bureau", period)
    assert (alone.status_code, alone.parsed.code) == (403, "scope_missing")
    packet = submitting("submissions", "submit", "bureau", period, idempotency_key="2021Q1-1")
    assert packet.state == models.State.SUBMITTED
    again = submitting.detailed("submissions", "submit", "bureau", period, idempotency_key="2021Q1-1")
    assert (again.parsed, again.headers["Idempotency-Replayed"]) == (packet, "true")


def read_again(models: ModuleType, entering: Calling, period: str) -> None:
    packet = entering("submissions", "read_submission", "bureau", period)
    assert packet.state == models.State.ACCEPTED
    figures = entering("figures", "list_figures", period=period).results
    assert {one.target: one.value for one in figures if one.value} == {"stations": "250", "share": "30"}
    rows = entering("progress", "list_progress", period=period, target=["stations"]).results
    assert [(one.value, one.status, one.reported) for one in rows] == [("250", models.Status.DONE, 1)]
    few = entering("progress", "list_progress", period=period, target=["stations"], fields="target,value").results
    assert [one.to_dict() for one in few] == [{"target": "stations", "value": "250"}]
