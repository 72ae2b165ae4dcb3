"""Callers of the API: clients that carry the key of a connected system."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from agencies.api.views import ApiView
from agencies.models import Agency, System
from agencies.roles import Scope
from agencies.services import systems
from agencies.services.audit import Door
from tests.api import conformance
from tests.factories import World, person, small_plan

ROOT = "/api/v1"


class Caller:
    """A connected system that calls. What it sends is JSON unless told; what it gets is kept as it came."""

    def __init__(self, system: System | None, key: str) -> None:
        self.system, self.key, self.client = system, key, Client()

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        kind = headers.pop("content_type", "application/json")
        sent = body if isinstance(body, str | bytes) else b"" if body is None else json.dumps(body)
        headers = {"authorization": f"Bearer {self.key}", "accept-language": "en"} | headers
        headers = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        return self.client.generic(method, ROOT + path, sent, content_type=kind, headers=headers)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self("GET", path, **headers)

    def form(self, path: str, data: dict[str, Any], **headers: str) -> HttpResponse:
        headers = {"authorization": f"Bearer {self.key}", "accept-language": "en"} | headers
        return self.client.post(ROOT + path, data, headers=headers)


def connected(agency: Agency, scopes: Collection[Scope] = tuple(Scope), name: str = "数据平台", **how: Any) -> Caller:
    """A new system of the agency, with a key."""
    by = person("operator") if "oauth_client" in how else person("approver", agency)
    return Caller(*systems.connect(agency, name=name, scopes=scopes, by=by, at=timezone.now(), door=Door.WEB, **how))


@pytest.fixture(autouse=True)
def as_documented(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every answer that the API gives in these tests is one that its document tells of."""
    found: list[str] = []
    finalize = ApiView.finalize_response

    def looked_at(view: ApiView, request: Any, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        response = finalize(view, request, response, *args, **kwargs)
        found.extend(conformance.complaints(view, request.method, response))
        return response

    monkeypatch.setattr(ApiView, "finalize_response", looked_at)
    yield
    assert not found, "the document does not tell of this:\n" + "\n".join(dict.fromkeys(found))


def until_the_server_is_idle() -> None:
    """A call that a client left behind must not read while the next test's tables are emptied."""
    for thread in threading.enumerate():
        if "process_request_thread" in thread.name:
            thread.join(timeout=30)


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


@pytest.fixture
def bureau(world: World) -> Caller:
    """A system of the bureau that may do everything."""
    return connected(world.bureau)
