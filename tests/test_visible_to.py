"""Which rows each role may see, for every queryset that says so: the row-level half of the matrix."""

from __future__ import annotations

import inspect

import pytest
from django.db import transaction
from django.utils import timezone

import agencies.querysets
import reports.querysets
import targets.querysets
from agencies.models import Agency, AuditEvent, Invitation, System, User
from agencies.roles import Scope
from agencies.services import audit, systems
from reports.models import (
    Acceptance,
    Delivery,
    Entry,
    Evidence,
    Figure,
    LedgerCheck,
    OutboxEvent,
    Push,
    Submission,
    WebhookEndpoint,
    Workbook,
)
from targets.models import Assignment, Plan, Target
from tests.factories import UserFactory, World, at, person, small_plan
from tests.reports.conftest import WEB, Acting

# all = every row, own = those of the person's own agency, - = none.
# R reporter, A approver, r and a those of another agency, S supervisor, P plan manager, U auditor, O operator,
# N no role; some = see _seen
ROLES = ["R", "A", "r", "a", "S", "P", "U", "O", "N"]
TABLE = """
                R    A    r    a    S    P    U    O    N
Agency          all  all  all  all  all  all  all  all  -
Invitation      -    own  -    own  -    -    -    -    -
System          -    own  -    own  -    -    -    all  -
AuditEvent      some own  some own  some -    all  -    -
Plan            all  all  all  all  all  all  all  -    -
Target          all  all  all  all  all  all  all  -    -
Assignment      all  all  all  all  all  all  all  -    -
Submission      own  own  own  own  all  -    all  -    -
Entry           own  own  own  own  all  -    all  -    -
Evidence        own  own  own  own  all  -    all  -    -
Workbook        own  own  own  own  -    -    -    -    -
Acceptance      all  all  all  all  all  all  all  -    -
Figure          all  all  all  all  all  all  all  -    -
LedgerCheck     all  all  all  all  all  all  all  -    -
WebhookEndpoint -    own  -    own  -    -    -    all  -
Delivery        -    own  -    own  -    -    -    all  -
Push            -    -    -    -    -    -    -    -    -
"""
EXPECTED = {line.split()[0]: dict(zip(ROLES, line.split()[1:], strict=True)) for line in TABLE.split("\n")[2:-1]}
MODELS = {
    model.__name__: model
    for model in (
        Agency, Invitation, System, AuditEvent, Plan, Target, Assignment, Submission, Entry, Evidence, Workbook,
        Acceptance, Figure, LedgerCheck, WebhookEndpoint, Delivery, Push,
    )
}  # fmt: skip


pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seen(django_db_setup, django_db_blocker):
    """By model and role, the keys of the rows that each may see, and those of both agencies and of all."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _seen(_world())
        transaction.set_rollback(True)


def _world() -> World:
    """The bureau's first packet was accepted; its second and east's have evidence and a workbook; both invite."""
    world = small_plan()
    acting = Acting(world)
    acting.accept(acting.submitted())
    east = world.packet(world.east)
    acting.fill(east, by=person("reporter", world.east))
    for packet, approver in ((world.packet(period=1), world.approver), (east, person("approver", world.east))):
        now = at("2021-04-10")
        entry = packet.entries.first()
        Evidence.objects.create(
            entry=entry, kind="link", title="官网", url="https://example.org/", added_by=approver, added_at=now,
        )  # fmt: skip
        Workbook.objects.create(
            submission=packet, uploaded_by=approver, uploaded_at=now, changed_at=now, title="a.xlsx", file="x/y"
        )
        Invitation.objects.create(
            email="a@example.org", display_name="a", role="reporter", agency=packet.agency, invited_by=approver,
            secret_hash=packet.agency.code, invited_at=now, expires_at=at("2021-05-10"),
        )  # fmt: skip
        how = {"scopes": [Scope.READ], "by": approver, "at": now, "door": WEB}
        system, _key = systems.connect(packet.agency, name="数据平台", **how)
        Push.objects.create(submission=packet, by=system.user, created_at=now, changed_at=now)
        audit.record(
            "invitation.sent", packet.agency.code, actor=approver, at=now, door=WEB, agency=packet.agency,
        )  # fmt: skip
        endpoint = WebhookEndpoint.objects.create(
            agency=packet.agency, url="https://hooks.example.org/", secret="whsec_", events=[], created_by=approver,
            created_at=now,
        )  # fmt: skip
        event = OutboxEvent.objects.create(kind="line.returned", agency=packet.agency, subject="x", data={}, at=now)
        Delivery.objects.create(endpoint=endpoint, event=event, next_at=now)
    LedgerCheck.objects.create(asked_at=at("2021-04-10"), seen_at=at("2021-04-10"))
    audit.record("plan.loaded", "small", actor=None, at=timezone.now(), door=WEB)
    return world


AGENCY = {
    "Invitation": "agency", "System": "agency", "AuditEvent": "agency", "Submission": "agency",
    "Entry": "submission__agency", "Evidence": "entry__submission__agency", "Workbook": "submission__agency",
    "WebhookEndpoint": "agency", "Delivery": "endpoint__agency", "Push": "submission__agency",
}  # fmt: skip


def _seen(world: World) -> dict[str, dict[str, set]]:
    people: dict[str, User] = {
        "R": world.reporter, "A": world.approver, "r": person("reporter", world.east),
        "a": person("approver", world.east), "S": world.supervisor, "P": world.plan_manager, "U": world.auditor,
        "O": world.operator, "N": UserFactory(username="nobody"),
    }  # fmt: skip
    found = {}
    for name, model in MODELS.items():
        rows = {role: _keys(model.objects.visible_to(user)) for role, user in people.items()}
        rows["all"] = _keys(model.objects.all())
        for code in ("bureau", "east"):
            rows[code] = _keys(model.objects.filter(**{f"{AGENCY[name]}__code": code})) if name in AGENCY else set()
        found[name] = rows
    kept_apart = _keys(AuditEvent.objects.filter(action__regex=r"^(invitation|system|api_key)\."))
    assert len(kept_apart) == 6, "an invitation, a system and its key of each of two agencies"
    audit_rows = found["AuditEvent"]
    audit_rows["some"] = {
        "R": audit_rows["bureau"] - kept_apart,
        "r": audit_rows["east"] - kept_apart,
        "S": _keys(AuditEvent.objects.filter(agency__isnull=False)) - kept_apart,
    }
    return found


def _keys(rows) -> set:
    return set(rows.values_list("pk", flat=True))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", EXPECTED)
def test_who_sees_which_rows(seen, name, role):
    rows, says = seen[name], EXPECTED[name][role]
    if name in AGENCY:
        assert rows["bureau"] and rows["east"], "there is something to tell apart"
    expected = {
        "all": rows["all"],
        "own": rows["bureau" if role.isupper() else "east"],
        "some": rows.get("some", {}).get(role),
        "-": set(),
    }[says]
    assert rows[role] == expected


def test_every_queryset_that_says_who_sees_what_is_in_the_table():
    modules = (agencies.querysets, targets.querysets, reports.querysets)
    saying = {
        name.removesuffix("QuerySet")
        for module in modules
        for name, kind in inspect.getmembers(module, inspect.isclass)
        if hasattr(kind, "visible_to")
    }
    assert saying == set(EXPECTED), "add a row for what is missing"
