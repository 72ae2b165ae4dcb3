"""What the tests need from outside: what is missing is named, and keeps only its own tests from running."""

from __future__ import annotations

from pathlib import Path

import pytest

from nib_tracker.launch import browser


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without any of it, where nothing can be installed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "FONTS", (tmp_path / "fonts",))
    return tmp_path


def program(folder: Path, name: str) -> None:
    (folder / name).write_text("#!/bin/sh\n")
    (folder / name).chmod(0o755)


def test_what_is_missing_is_named_with_the_way_out(bare: Path) -> None:
    assert browser.ensure(bare / "apt.log") == {
        "NO_BROWSER": "no chromium and no fonts-noto-cjk on this machine; "
        "as root: apt-get install chromium fonts-noto-cjk",
        "NO_LIBREOFFICE": "no libreoffice-calc-nogui on this machine; as root: apt-get install libreoffice-calc-nogui",
    }


def test_one_that_is_there_does_not_wait_for_the_other(bare: Path) -> None:
    program(bare, "soffice")
    found = browser.ensure(bare / "apt.log")
    assert found["NO_LIBREOFFICE"] == ""
    assert found["NO_BROWSER"]


def test_each_package_is_asked_for_by_itself(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / "apt-get").write_text(f'#!/bin/sh\n[ "$4" = fonts-noto-cjk ] && exit 100\necho "$@" >> {bare}/asked\n')
    (bare / "apt-get").chmod(0o755)
    browser.install(["chromium", "fonts-noto-cjk", "libreoffice-calc-nogui"], bare / "apt.log")
    asked = (bare / "asked").read_text().splitlines()
    assert [line.split()[-1] for line in asked] == ["update", "chromium", "libreoffice-calc-nogui"]
