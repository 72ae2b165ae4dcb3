"""Schemathesis calls every operation of the OpenAPI document, with what the document allows and with what it does not,
and with a key of each scope: no 5xx, and no answer that the document does not tell of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from schemathesis import Case

from agencies.roles import Scope
from tests.api.fuzzing import EXAMPLES, QUICK, Stage, on_stage, schema, told

pytestmark = pytest.mark.timeout(3600 if EXAMPLES else 300)


@pytest.fixture(scope="module")
def shared(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Stage]:
    with on_stage(django_db_blocker, tmp_path_factory.mktemp("files")) as stage:
        yield stage
    print("\nSent:", *told(stage), sep="\n")


@pytest.fixture
def stage(shared: Stage, db: None) -> Stage:
    return shared


@QUICK
@schema(thorough=True).parametrize()
def test_with_a_key_that_may_do_everything(stage: Stage, case: Case) -> None:
    stage.send(case, "everything")


@pytest.mark.parametrize("scope", [str(scope) for scope in Scope])
@QUICK
@schema(thorough=False).parametrize()
def test_with_a_key_of_one_scope(stage: Stage, case: Case, scope: str) -> None:
    stage.send(case, scope)
