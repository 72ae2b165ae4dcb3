"""Every endpoint × every kind of key: what each may call, for what is its own agency's, another's, or not there.

The expectations are in tests/api/matrix.py, one row an endpoint, method and object. A new endpoint needs a row.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from agencies.models import Agency, ApiKey, AuditEvent
from agencies.roles import Scope
from reports.models import Acceptance, Delivery, Entry, Evidence, OutboxEvent, Push, WebhookEndpoint
from reports.services import evidence, pushes, rollup
from reports.services.bulk import Row
from targets.models import Assignment
from tests.api.conftest import Caller, connected
from tests.api.matrix import TABLE
from tests.api.sending import opened
from tests.factories import PlanFactory, World, person, small_plan
from tests.reports.conftest import OPEN, WEB, Acting
from tests.reports.uploads import upload
from tests.routes import Route, routes
from tests.writes import writes

pytestmark = pytest.mark.django_db

SPLIT = [line.split() for line in TABLE.strip().splitlines()]
CALLERS, EXPECTED = SPLIT[0][1:], {(name, method, what): codes for name, method, what, *codes in SPLIT[1:]}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OF_AN_AGENCY = {"agency", "webhook", "piece", "key"}
NEVER, NEVER_KEY = 2**31 - 7, UUID(int=7)
SCOPES = {"r": [Scope.READ], "w": [Scope.WRITE_ENTRIES], "s": [Scope.SUBMIT], "h": [Scope.WEBHOOKS], "a": list(Scope)}
NO_KEY, PERSON, EXPIRED = "-", "p", "x"


@dataclass
class Scene:
    """The callers by their letter, and what the parts of addresses stand for: the bureau's and east's."""

    world: World
    callers: dict[str, Caller]
    own: dict[str, Any]
    cross: dict[str, Any]


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Scene]:
    """Made once; each call is rolled back."""
    media, settings.MEDIA_ROOT = settings.MEDIA_ROOT, Path(tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_scene()
        transaction.set_rollback(True)
    settings.MEDIA_ROOT = media


def make_scene() -> Scene:
    """Of the bureau's packets the first is accepted, with the share open for a correction; the second can be entered
    and handed in; the third is handed in, and its stations are trusted.
    """
    PlanFactory(ends_on=date(2021, 12, 31), last_period="2021Q4")
    world = small_plan()
    acting, now = Acting(world), timezone.now()
    acting.accept(acting.submitted())
    acting.correct(world.line(world.share))
    for period in (1, 2):
        acting.fill(opened(world, period=period), now=now)
    acting.submit(world.packet(period=2), now=now)
    Assignment.objects.filter(target=world.stations, reports=True).update(trusted=True)
    opened(world), opened(world, world.east)
    callers = {letter: connected(world.bureau, scopes, name=letter) for letter, scopes in SCOPES.items()}
    callers |= {"e": connected(world.east, name="e"), EXPIRED: connected(world.bureau, name="x")}
    callers |= {NO_KEY: Caller(None, ""), PERSON: Caller(None, "")}
    callers[PERSON].client.force_login(world.approver)
    expired = ApiKey.objects.filter(system=callers[EXPIRED].system)
    expired.update(created_at=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    rollup.roll_up()
    own = {"target": "stations", "scope": "bureau", "plan": "small", "number": 1, "code": "not_found"}
    own |= _things(world.bureau, callers["a"], world.line(world.stations, period=1))
    return Scene(world, callers, own, _things(world.east, callers["e"], world.line(world.posts, world.east)))


def _things(agency: Agency, caller: Caller, line: Entry) -> dict[str, Any]:
    """One of everything that an agency and its system have."""
    act = {"by": person("approver", agency), "at": timezone.now(), "door": WEB}
    piece = evidence.add_file(line.pk, upload(), **act)
    how = {"atomic": False, "dry_run": False} | act | {"by": caller.system.user}
    push = pushes.enqueue(line.submission_id, [Row("stations", "", {"value": "9"})], **how)
    letter = _dead_letter(agency)
    return {
        "agency": agency.code, "piece": piece.pk, "key": push.key, "webhook": letter.endpoint.key,
        "message": letter.event.message_id, "period": "2021Q1",
    }  # fmt: skip


def _dead_letter(agency: Agency) -> Delivery:
    """Of a webhook whose address leads to this machine, which is not allowed: nothing is ever sent there."""
    endpoint = WebhookEndpoint.objects.create(
        agency=agency, url="https://127.0.0.1/hook", secret="whsec_" + "b25l" * 8, events=["packet.accepted"],
        created_by=person("approver", agency), created_at=OPEN, verified_at=OPEN,
    )  # fmt: skip
    event = OutboxEvent.objects.create(kind="packet.accepted", agency=agency, subject="small", data={}, at=OPEN)
    return Delivery.objects.create(
        endpoint=endpoint, event=event, state="dead", attempts=8, next_at=OPEN, last_at=OPEN, last_fault="status",
        last_status=500,
    )  # fmt: skip


# which packet of the bureau a call is about, where it is not the first, and which line, where it is not the stations
PERIODS = {
    "api_entries": "2021Q2", "api_entry": "2021Q2", "api_submit": "2021Q2", "api_evidence": "2021Q2",
    "api_evidence_piece": "2021Q2", "api_withdraw": "2021Q3", "api_accept_trusted": "2021Q3",
}  # fmt: skip
LINES = {("api_correction", "DELETE"): "share"}
# of another agency, below an address of this one
BELOW = {"api_evidence_piece": ("piece",), "api_delivery_resend": ("message",)}
LINK = {"url": "https://example.org/a", "title": "公示"}
BODIES = {
    ("api_entries", "PUT"): {"rows": [{"target": "stations", "value": "77"}]},
    ("api_entry", "PATCH"): {"value": "77"},
    ("api_evidence", "POST"): LINK,
    ("api_correction", "POST"): {"reason": "漏报"},
    ("api_webhooks", "POST"): {"url": "https://93.184.215.14/hook", "events": ["packet.accepted"]},
    ("api_webhook", "PATCH"): {"events": ["line.returned"]},
}


def targets_of(route: Route) -> list[str]:
    """The objects with which an endpoint is walked."""
    if not route.parts:
        return ["-"]
    return ["own", "none", *(["cross"] if OF_AN_AGENCY & set(route.parts) else [])]


def address(scene: Scene, route: Route, method: str, what: str) -> str:
    values = scene.own | {"period": PERIODS.get(route.name, "2021Q1")}
    values["target"] = LINES.get((route.name, method), values["target"])
    if what == "cross":
        foreign = {"target": "posts", "scope": "310101"} | scene.cross
        values |= {name: foreign[name] for name in BELOW.get(route.name, foreign)}
    kwargs = {part: values[part] for part in route.parts}
    if what == "none":
        kwargs[route.parts[-1]] = _nothing(kwargs[route.parts[-1]])
    return reverse(route.name, kwargs=kwargs)


def _nothing(value: Any) -> Any:
    """In place of a value: one of its kind that names nothing."""
    return {int: NEVER, UUID: NEVER_KEY}.get(type(value), "nothing-there")


def call(scene: Scene, name: str, method: str, path: str, letter: str) -> tuple[str, set[str]]:
    """How a call is answered, and the tables that it wrote to."""
    caller = scene.callers[letter]
    headers = {"authorization": f"Bearer {caller.key}"} if caller.key else {}
    body = BODIES.get((name, method))
    sent = b"" if body is None else json.dumps(body)
    with transaction.atomic():
        before = writes()
        response = caller.client.generic(method, path, sent, content_type="application/json", headers=headers)
        if response.streaming:
            b"".join(response.streaming_content)  # read to its end, it closes its file
        written = {table for table, _ in writes() - before}
        transaction.set_rollback(True)
    return str(response.status_code), written


@pytest.fixture(autouse=True)
def no_limits_used_up() -> None:
    """Wrong keys are counted in the cache."""
    cache.clear()


def endpoints() -> dict[str, Any]:
    """The view of every endpoint of the API, by its name."""
    found = {pattern.name: pattern.callback.cls for pattern in _patterns(get_resolver().url_patterns)}
    return {name: view for name, view in found.items() if view.operations}


def _patterns(patterns: list[Any]) -> Iterator[URLPattern]:
    for one in patterns:
        if not isinstance(one, URLPattern):
            yield from _patterns(one.url_patterns)
        elif hasattr(getattr(one.callback, "cls", None), "operations"):
            yield one


def walked() -> set[tuple[str, str, str]]:
    """Every endpoint with every method that it takes and every object."""
    known = routes()
    return {
        (name, method, what)
        for name, view in endpoints().items()
        for method in METHODS
        if hasattr(view, method.lower())
        for what in targets_of(known[name])
    }


def test_there_is_a_row_for_every_endpoint_method_and_object() -> None:
    assert len(endpoints()) > 30
    missing = [f"add a row for {' '.join(row)}" for row in sorted(walked() - set(EXPECTED))]
    assert not missing, "\n".join(missing)


def test_there_is_no_row_for_what_is_not_there() -> None:
    assert not set(EXPECTED) - walked()


def test_every_address_of_the_api_is_an_endpoint() -> None:
    """But for the page for people, and for what answers below every other address."""
    under = {name for name, route in routes().items() if route.pattern.startswith("api/v1")}
    assert under - set(endpoints()) == {"api_docs", "api_guide", "api_nowhere"}


@pytest.mark.parametrize("name", sorted(endpoints()))
def test_every_caller(scene: Scene, name: str) -> None:
    route, wrong = routes()[name], []
    before = AuditEvent.objects.count(), Acceptance.objects.count(), Push.objects.count(), Evidence.objects.count()
    for method in METHODS:
        taken = [what for row, taken, what in EXPECTED if (row, taken) == (name, method)]
        for what in taken or targets_of(route)[:1]:
            wrong += _wrong(scene, route, method, what)
    assert not wrong, "\n".join(wrong)
    after = AuditEvent.objects.count(), Acceptance.objects.count(), Push.objects.count(), Evidence.objects.count()
    assert before == after, "each call was rolled back"


def _wrong(scene: Scene, route: Route, method: str, what: str) -> Iterator[str]:
    """What was answered otherwise, and what was written although it was refused or only read."""
    path = address(scene, route, method, what)
    expected = EXPECTED.get((route.name, method, what)) or [_not_taken(route.name, one) for one in CALLERS]
    for letter, code in zip(CALLERS, expected, strict=True):
        answered, written = call(scene, route.name, method, path, letter)
        where = f"{route.name} {method} {what} by {letter}"
        if answered != code:
            yield f"{where}: {answered}, expected {code}"
        if written - {"agencies_apikey"} and (method == "GET" or answered >= "400"):
            yield f"{where}: {answered}, and yet wrote to {sorted(written)}"


def _not_taken(name: str, letter: str) -> str:
    """A method that an endpoint does not take: 405, once it is known who calls."""
    return "401" if letter in (NO_KEY, PERSON, EXPIRED) and endpoints()[name].authentication_classes else "405"


def test_every_row_that_lets_somebody_write_is_answered_with_success(scene: Scene) -> None:
    """A row whose call would be refused for another reason would not show that the caller was let in."""
    writing = {row: codes for row, codes in EXPECTED.items() if row[1] != "GET" and row[2] in ("own", "-")}
    all_of_it = CALLERS.index("a")
    refused = {row for row, codes in writing.items() if not codes[all_of_it].startswith("2")}
    assert refused == {("api_webhook_verify", "POST", "own")}, "its address leads nowhere"


def test_a_session_alone_calls_nothing(scene: Scene) -> None:
    """And with a good key it adds nothing to it."""
    client = Client()
    client.force_login(scene.world.supervisor)
    path = address(scene, routes()["api_entries"], "GET", "own")
    assert client.get(path).status_code == 401
    headers = {"authorization": f"Bearer {scene.callers['h'].key}"}
    assert client.get(path, headers=headers).status_code == 403
