"""One stage for everything hostile, and the proof after each test that nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.conftest import Caller
from tests.api.fuzzing import Stage, on_stage, tables


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Stage]:
    with on_stage(django_db_blocker, tmp_path_factory.mktemp("files")) as stage:
        yield stage


@pytest.fixture
def stage(shared: Stage, db: None) -> Stage:
    return shared


@pytest.fixture
def caller(stage: Stage) -> Caller:
    return stage.callers["everything"]


@pytest.fixture(autouse=True)
def unchanged(stage: Stage) -> Iterator[None]:
    """No row of any table is another one than before."""
    before = tables()
    yield
    after = tables()
    assert [name for name in before if before[name] != after[name]] == [], "these tables changed"
