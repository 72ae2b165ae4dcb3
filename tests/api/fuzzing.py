"""What Schemathesis sends: calls made from the OpenAPI document, most of them about things that are there."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.http import HttpResponse
from django.utils import timezone
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from schemathesis.schemas import BaseSchema

from agencies.api import limits
from agencies.api.codes import CODES
from agencies.api.documents import document
from agencies.roles import Scope
from reports.services import evidence, pushes, rollup, webhooks
from reports.services.bulk import Row
from tests.api.conftest import Caller, connected
from tests.api.sending import opened
from tests.factories import World, small_plan
from tests.history import WEB, accepted

# examples of each operation and key; `make fuzz` sends more, and other ones each time
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
FEW = 4
WEBHOOK = "http://127.0.0.1:9009/nib"  # nobody listens there
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def schema(*, thorough: bool) -> BaseSchema:
    """The document, to be called without a network in between. `thorough`: every edge of every parameter as well."""
    made = schemathesis.openapi.from_dict(document())
    made.app = get_wsgi_application()
    made.config.generation.update(max_examples=EXAMPLES or FEW)
    made.config.generation.deterministic = not EXAMPLES
    made.config.generation.database = "none"
    made.config.phases.coverage.unexpected_methods = {"trace", "patch", "delete"}
    made.config.phases.coverage.enabled = made.config.phases.examples.enabled = thorough
    checks = made.config.checks
    checks.positive_data_acceptance.enabled = False  # a code that names nothing has the form of one that does
    checks.use_after_free.enabled = checks.ensure_resource_availability.enabled = False  # these need a history
    return made


QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck))


@dataclass
class Stage:
    """What is there to be called about, and who calls: a system for each scope, and one that may do everything."""

    world: World
    callers: dict[str, Caller]
    real: dict[str, list[Any]]
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)

    def send(self, case: Case, who: str) -> None:
        """Sends one call, and checks what is answered."""
        self._about_something(case)
        headers = {"Authorization": f"Bearer {self.callers[who].key}", "Accept-Encoding": "identity"}
        excluded = [schemathesis.checks.negative_data_rejection] if case.operation.label in ROW_BY_ROW else []
        response = case.call_and_validate(headers=headers, excluded_checks=excluded)
        self.answered[who, response.status_code] += 1

    def _about_something(self, case: Case) -> None:
        """Natural keys that were made up give way to real ones; what is meant to be wrong stays so."""
        for place, values in (
            (ParameterLocation.PATH, case.path_parameters),
            (ParameterLocation.QUERY, case.query),
        ):
            if case.meta is None or not case.meta.is_negative_at(place):
                for name in sorted(set(values or {}) & set(self.real)):
                    values[name] = self._real(name, values[name])
                    if values[name] is None:
                        del values[name]
        if isinstance(case.body, dict) and isinstance(case.body.get("rows"), list):
            for row in case.body["rows"]:
                if isinstance(row, dict) and isinstance(row.get("target"), str):
                    row["target"] = self._real("target", row["target"])
                    row.pop("district", None)

    def _real(self, name: str, made_up: Any) -> Any:
        if isinstance(made_up, list):
            return [self._real(name, one) for one in made_up]
        return self.real[name][crc32(repr(made_up).encode()) % len(self.real[name])]


ROW_BY_ROW = {"PUT /api/v1/submissions/{agency}/{period}/entries"}  # a row that cannot be used is told in a 200


def staged() -> Stage:
    """The small plan with figures, an open packet, evidence, a push that waits, and a webhook with a delivery."""
    world = small_plan()
    accepted(world, world.posts, "12", world.east)
    accepted(world, world.stations, "40", period=1)
    packet = opened(world)
    rollup.roll_up()
    by, at = world.reporter, timezone.now()
    line = world.line(world.stations)
    act = {"by": by, "at": at, "door": WEB}
    link = evidence.add_link(line.pk, title="公示", url="https://example.cn/1", **act)
    file = evidence.add_file(line.pk, SimpleUploadedFile("报告.pdf", PDF), **act)
    callers = {str(scope): connected(world.bureau, [scope], name=str(scope)) for scope in Scope}
    callers["everything"] = connected(world.bureau)
    system = callers["everything"].system
    push = pushes.enqueue(
        packet.pk,
        [Row("stations", "", {"value": "41"}, None)],
        atomic=False,
        dry_run=False,
        **act | {"by": system.user},
    )
    hook = webhooks.add(world.bureau, url=WEBHOOK, events=["packet.accepted"], by=world.approver, at=at, door=WEB)
    real = {
        "accepted_by": [world.supervisor.username],
        "agency": ["bureau", "bureau", "east"],
        "as_known_at": ["2021-04-30", "1", None],
        "code": ["not_found"],
        "cursor": [None],  # left out: one that is made up is refused before anything else
        "district": ["310101", "310104"],
        "fields": [None, None, "plan"],
        "key": [str(push.key)],
        "line": ["network"],
        "message": ["msg_1"],
        "number": [1, 2],
        "period": ["2021Q1", "2021Q1", "2021Q2"],
        "piece": [link.pk, file.pk],
        "plan": ["small"],
        "scope": ["bureau"],
        "since": ["2021-04-01"],
        "target": ["stations", "share", "centre"],
        "task": ["network-1"],
        "until": ["2021-12-31"],
        "webhook": [str(hook.key)],
    }
    return Stage(world, callers, real)


@contextmanager
def on_stage(blocker: Any, files: Path) -> Iterator[Stage]:
    """The stage, made once for a module and taken back after it; what a test changes is taken back after the test.

    Calls are not limited, and webhooks may go to this machine. As with Django's test client, a call that begins or ends
    leaves the connection open: everything happens in one transaction.
    """
    with blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.WEBHOOKS_ALLOW_PRIVATE", True)
        patch.setattr("django.conf.settings.MEDIA_ROOT", files)
        patch.setattr("django.conf.settings.API_CALLS_A_MINUTE", 10**9)
        patch.setattr(limits, "WRONG_KEYS", 10**9)
        signals = (request_started, request_finished)
        for signal in signals:
            signal.disconnect(close_old_connections)
        try:
            yield staged()
        finally:
            for signal in signals:
                signal.connect(close_old_connections)
            transaction.set_rollback(True)


FORGETFUL = {"apikey", "idempotentcall"}  # when a key was last used; answers that are kept


def tables() -> dict[str, str]:
    """A digest of every table."""
    found = {}
    for model in apps.get_models():
        if model._meta.model_name not in FORGETFUL:
            rows = list(model._base_manager.order_by("pk").values_list())
            found[model._meta.label] = hashlib.sha256(repr(rows).encode("utf-8", "surrogatepass")).hexdigest()
    return found


def assert_refused(got: HttpResponse, what: str) -> str:
    """A problem with a code of the list; returns the code."""
    assert 400 <= got.status_code < 500, f"{what}: {got.status_code} {got.content[:300]!r}"
    assert got["Content-Type"] == "application/problem+json", what
    told = json.loads(got.content)
    assert CODES[told["code"]].status == got.status_code == told["status"], what
    return told["code"]


def told(stage: Stage) -> Iterator[str]:
    """What was sent, for people."""
    for who in stage.callers:
        counts = {status: number for (sender, status), number in sorted(stage.answered.items()) if sender == who}
        if counts:
            yield f"  {who}: {sum(counts.values())} calls, by status: {counts}"
