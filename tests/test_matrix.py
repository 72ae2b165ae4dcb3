"""Every route × every role: what each may open and send, for what is their own, another agency's, or not there.

The expectations are in tests/matrix.py, one row a route, method and object. A new route needs a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache as once
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.cache import cache
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from agencies.models import AuditEvent, User
from reports.models import Acceptance
from tests.matrix import TABLE
from tests.routes import Route, routes
from tests.scene import NOBODY, ROLES, Scene, asked, cross, make_scene, nothing, own, posted
from tests.writes import writes

pytestmark = pytest.mark.django_db

OWN, CROSS, NONE, PLAIN = "own", "cross", "none", "-"
# what hangs below an agency
CROSSING = {
    "line", "evidence", "invitation", "membership", "webhook", "message", "workbook", "system", "api_key",
}  # fmt: skip
METHODS = ("GET", "POST")
REFUSED = {"in", "403", "404", "405"}


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Scene]:
    """Made once; each request is rolled back."""
    media, settings.MEDIA_ROOT = settings.MEDIA_ROOT, Path(tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), transaction.atomic():
        made = make_scene()
        made.sessions = {role: _session(user) for role, user in made.people.items()}
        yield made
        transaction.set_rollback(True)
    settings.MEDIA_ROOT = media


def _session(user: User) -> str:
    """Signing in anew for each request would cost more than the requests."""
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


@once
def _browser() -> Client:
    """One for all: each new one would read the folder of static files again."""
    return Client()


def _client(scene: Scene, role: str) -> Client:
    """Somebody's browser, with nothing in it but the session."""
    client = _browser()
    client.cookies.clear()
    if role != NOBODY:
        client.cookies["sessionid"] = scene.sessions[role]
    return client


def targets_of(route: Route) -> list[str]:
    """The objects with which a route is walked."""
    if not route.parts:
        return [PLAIN]
    return [OWN, NONE, *([CROSS] if len(route.parts) > 1 and route.parts[-1] in CROSSING else [])]


def address(scene: Scene, route: Route, what: str) -> str:
    values = own(scene, route.name)
    kwargs = {part: values[part] for part in route.parts}
    if route.parts and what == NONE:
        kwargs[route.parts[-1]] = nothing(kwargs[route.parts[-1]])
    if what == CROSS:
        kwargs[route.parts[-1]] = cross(scene)[route.parts[-1]]
    return reverse(route.name, kwargs=kwargs) + asked(route.name)


def answer(scene: Scene, route: Route, method: str, what: str, role: str) -> tuple[str, set[str]]:
    """How a request is answered (`in`: led to the sign-in page), and the tables that it wrote to."""
    client = _client(scene, role)
    path = address(scene, route, what)
    with transaction.atomic():
        before = writes()
        response = client.get(path) if method == "GET" else client.post(path, posted(scene, route.name))
        if response.streaming:
            b"".join(response.streaming_content)  # read to its end, it closes its file
        after = writes()
        transaction.set_rollback(True)
    sign_in = reverse("account_login")
    is_sign_in = response.status_code == 302 and response["Location"].partition("?")[0] == sign_in and path != sign_in
    return "in" if is_sign_in else str(response.status_code), {name for name, _ in after - before}


ADMIN = "admin:"
OF_THE_API = re.compile(r"api(_.*)?")  # its endpoints ask for keys of systems, not for people: tests/api/matrix.py
OPEN_OF_THE_API = {"api_docs", "api_guide", "api_schema"}
SPLIT = [line.split() for line in TABLE.strip().splitlines()[1:]]
EXPECTED = {(name, method, what): codes for name, method, what, *codes in SPLIT}
# that an export was taken, and by whom, is recorded; a chart that was drawn is kept
WRITTEN_BY_READING = {"audit_export": {"agencies_auditevent"}, "chart": {"reports_storedchart"}}


def own_routes() -> list[str]:
    return sorted(
        name
        for name in routes()
        if not name.startswith(ADMIN) and (name in OPEN_OF_THE_API or not OF_THE_API.fullmatch(name))
    )


@pytest.fixture(autouse=True)
def no_limits_used_up() -> None:
    """Sign-in pages count their visitors in the cache."""
    cache.clear()


def test_every_route_has_a_row() -> None:
    missing = [f"add a row for {name}" for name in own_routes() if name not in {row[0] for row in EXPECTED}]
    assert not missing, "\n".join(missing)


def test_every_row_has_a_route() -> None:
    known = {(name, method, what) for name in own_routes() for method in METHODS for what in targets_of(routes()[name])}
    assert not set(EXPECTED) - known, "rows without a route, or with an object that its address does not name"


def test_every_method_that_is_taken_is_walked_with_every_object() -> None:
    missing = {
        f"add a row for {name} {method} {what}"
        for name, method, _ in EXPECTED
        if name in routes()
        for what in targets_of(routes()[name])
        if (name, method, what) not in EXPECTED
    }
    assert not missing, "\n".join(sorted(missing))


@pytest.mark.parametrize("name", own_routes())
def test_every_role(scene: Scene, name: str) -> None:
    route, wrong = routes()[name], []
    before = AuditEvent.objects.count(), Acceptance.objects.count()
    for method in METHODS:
        taken = [what for row, taken, what in EXPECTED if (row, taken) == (name, method)]
        for what in taken or targets_of(route)[:1]:
            expected = EXPECTED.get((name, method, what), ["405"] * len(ROLES))
            wrong += _wrong(scene, route, method, what, expected)
    assert not wrong, "\n".join(wrong)
    assert before == (AuditEvent.objects.count(), Acceptance.objects.count())


def _wrong(scene: Scene, route: Route, method: str, what: str, expected: list[str]) -> Iterator[str]:
    """What was answered otherwise, and what was written although it was refused or only read."""
    for role, code in zip(ROLES, expected, strict=True):
        answered, written = answer(scene, route, method, what, role)
        where = f"{route.name} {method} {what} by {role}"
        is_shut = code == "405" and role == NOBODY and answered == "in"
        if answered != code and not is_shut:
            yield f"{where}: {answered}, expected {code}"
        if method == "GET":
            written -= WRITTEN_BY_READING.get(route.name, set())
        if written and (method == "GET" or answered in REFUSED):
            yield f"{where}: {answered}, and yet wrote to {sorted(written)}"


def admin_routes() -> list[str]:
    return sorted(name for name in routes() if name.startswith(ADMIN))


def test_the_operators_site_is_closed_to_everybody_else(scene: Scene) -> None:
    wrong = []
    for name in admin_routes():
        for method in METHODS:
            for role in set(ROLES) - {"O"}:
                answered, written = _at_the_admin(scene, routes()[name], method, role)
                if answered not in {"in", "302", "403", "405"} or written:
                    wrong.append(f"{name} {method} by {role}: {answered}, wrote to {sorted(written)}")
    assert not wrong, "\n".join(wrong)


def test_the_operator_is_answered_everywhere_on_their_site(scene: Scene) -> None:
    wrong = []
    for name in admin_routes():
        for method in METHODS:
            answered, written = _at_the_admin(scene, routes()[name], method, "O")
            if answered not in {"200", "302", "403", "404", "405"} or (written and method == "GET"):
                wrong.append(f"{name} {method}: {answered}, wrote to {sorted(written)}")
    assert not wrong, "\n".join(wrong)


def _at_the_admin(scene: Scene, route: Route, method: str, role: str) -> tuple[str, set[str]]:
    """Its own addresses name rows by their kind, so that they are written here, not reversed from the scene."""
    path = _admin_path(scene, route)
    client = _client(scene, role)
    with transaction.atomic():
        before = writes()
        response = client.get(path) if method == "GET" else client.post(path, {})
        written = {name for name, _ in writes() - before}
        transaction.set_rollback(True)
    is_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    return "in" if is_sign_in else str(response.status_code), written


def _admin_path(scene: Scene, route: Route) -> str:
    values = {
        "object_id": "1",
        "content_type_id": "1",
        "app_label": "agencies",
        "id": "1",
        "pk": "1",
        "url": "nothing/",
    }
    if not re.fullmatch(r"[\w:-]+", route.name):  # without a name of its own
        return "/admin/nothing/"
    kwargs = {part: values[part] for part in route.parts}
    if "object_id" in kwargs and (model := _model_of(route.name)) is not None:
        first = model.objects.order_by("pk").values_list("pk", flat=True).first()
        kwargs["object_id"] = "1" if first is None else str(first)
    return reverse(route.name, kwargs=kwargs)


def _model_of(name: str) -> type[Model] | None:
    """The model that a route of the admin is about: admin:<app>_<model>_<view>."""
    models = {f"{ADMIN}{model._meta.label_lower.replace('.', '_')}_": model for model in admin.site._registry}
    return next((model for start, model in models.items() if name.startswith(start)), None)
