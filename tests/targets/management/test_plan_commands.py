"""`manage.py load_plan`, `dump_plan` and `load_published`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agencies.models import Agency, AuditEvent
from targets.models import Plan, PublishedFigure

ROOT = Path(__file__).parents[3]
SMALL = (ROOT / "tests" / "targets" / "small_pack.yaml").read_text(encoding="utf-8")

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err)
    except CommandError as error:
        err.write(f"{error}\n")
    return out.getvalue(), err.getvalue()


@pytest.fixture
def small_file(tmp_path: Path) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(SMALL, encoding="utf-8")
    return file


def test_load_plan_and_dump_plan_give_the_same_file(small_file: Path) -> None:
    out, err = run("load_plan", str(small_file))
    assert (out.splitlines()[-1].startswith("small-plan: "), err) == (True, "")
    assert run("dump_plan", "small-plan") == (SMALL, "")


def test_check_writes_nothing(small_file: Path) -> None:
    out, err = run("load_plan", str(small_file), "--check")
    assert (out, err) == (
        f"{small_file} is a plan pack: 1 lines, 1 tasks, 3 targets, 4 agencies. Nothing was written.\n",
        "",
    )
    assert not Plan.objects.exists() and not Agency.objects.exists() and not AuditEvent.objects.exists()


@pytest.mark.parametrize("option", [(), ("--check",)])
def test_errors_are_told_one_a_line_and_nothing_is_loaded(small_file: Path, option: tuple[str, ...]) -> None:
    small_file.write_text(
        SMALL.replace("kind: action", "kind: acton").replace("goal: 40\n", "goal: many\n"), encoding="utf-8"
    )
    out, err = run("load_plan", str(small_file), *option)
    first, second, last = err.splitlines()
    line = SMALL[: SMALL.index("kind: action")].count("\n") + 1
    assert first.startswith(f"{small_file}:{line}: lines[roads].kind: 'acton'")
    assert second.startswith(f"{small_file}:") and "targets[bandwidth].goal: 'many'" in second
    assert (out, last) == ("", "2 errors; nothing was loaded.")
    assert not Plan.objects.exists()


def test_an_unknown_plan_is_a_sentence(small_file: Path) -> None:
    run("load_plan", str(small_file))
    assert run("dump_plan", "smal-plan") == ("", "There is no plan 'smal-plan'. Plans: small-plan.\n")


def test_questions_are_reported(small_file: Path) -> None:
    run("load_plan", str(small_file))
    small_file.write_text(SMALL.replace("goal: 100\n", "goal: 120\n"), encoding="utf-8")
    out, _ = run("load_plan", str(small_file))
    assert "asked whether to adjust target chargers: the file states other terms than those in force\n" in out


def test_load_published_needs_a_plan_to_hold_the_targets(small_file: Path) -> None:
    assert run("load_published", str(small_file)) == ("", "There are 0 plans; name one with --plan. Plans: none.\n")


def test_load_published_tells_what_is_wrong_with_each_row(small_file: Path, tmp_path: Path) -> None:
    run("load_plan", str(small_file))
    out, err = run("load_published", str(ROOT / "fixtures" / "published_figures.csv"))
    first, *_, last = err.splitlines()
    assert first.endswith(":2: target: no target of the plan has the code '5g-base-stations'")
    assert (out, last) == ("", "26 errors; nothing was loaded.")
    assert not PublishedFigure.objects.exists()


def test_load_plan_and_load_published_take_the_shipped_files() -> None:
    run("load_plan", str(ROOT / "fixtures" / "shanghai_2020_2022.yaml"))
    assert run("load_published", str(ROOT / "fixtures" / "published_figures.csv")) == (
        "Published figures: 26 created, 0 changed, 0 unchanged.\n",
        "",
    )
