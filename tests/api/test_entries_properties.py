"""Any sequence of pushes ends where a simple model says, and `unchanged` means that nothing changed."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.models import AuditEvent
from reports.models import Entry
from reports.services.bulk import NothingSaved, Row, put_rows
from tests.api.sending import opened
from tests.factories import World, small_plan
from tests.reports.conftest import WEB

ASKED = {"stations": {"value"}, "share": {"numerator", "denominator"}, "centre": {"stage", "actual_on"}}
WORDS = {"words", "nothing_because", "explanation"}
NOTHING = {"number": None, "words": "", "nothing_because": "", "explanation": ""}
numbers = st.sampled_from(["", "0", "0.00", "5", "5.0", "07", "12.5", "-1", "x"])
texts = st.sampled_from(["", "a", " a ", "b\x00", "a \x00"])
row = st.builds(
    Row,
    target=st.sampled_from(["stations", "stations", "posts"]),
    district=st.sampled_from(["", "bureau", "310101"]),
    fields=st.fixed_dictionaries(
        {},
        optional={
            "value": numbers, "words": texts, "nothing_because": texts, "explanation": texts,
            "numerator": st.sampled_from(["", "1"]),
        },
    ),
    version=st.sampled_from([None, None, 1, 2, 3]),
    fault=st.none(),
)  # fmt: skip
pushes = st.lists(st.tuples(st.lists(row, max_size=3), st.booleans(), st.booleans()), max_size=5)


class Model:
    """One line, `stations` of the bureau, as plain Python keeps it."""

    def __init__(self) -> None:
        self.says: dict[str, Any] = dict(NOTHING)
        self.version = 1

    def push(self, rows: list[Row], atomic: bool, dry_run: bool) -> list[str]:
        mine = [one for one in rows if one.target == "stations" and one.district != "310101"]
        meant = [one for one in mine if not one.fields.get("numerator")]
        before = dict(self.says), self.version
        told = [self._row(one, meant) if one in mine else "rejected" for one in rows]
        if dry_run or (atomic and "rejected" in told):
            self.says, self.version = before
        return ["none"] if atomic and "rejected" in told else told

    def _row(self, one: Row, meant: list[Row]) -> str:
        if one.fields.get("numerator") or len(meant) > 1:
            return "rejected"
        wanted = self._wanted(one.fields)
        if wanted is None:
            return "rejected"
        if wanted == self.says:
            return "unchanged"
        if one.version not in (None, self.version):
            return "rejected"
        outcome = "created" if self.says == NOTHING else "changed"
        self.says, self.version = wanted, self.version + 1
        return outcome

    def _wanted(self, fields: dict[str, str]) -> dict[str, Any] | None:
        wanted = self.says | {name: text.replace("\x00", "").strip() for name, text in fields.items() if name in WORDS}
        if "value" in fields:
            if fields["value"] in ("-1", "x"):
                return None
            wanted["number"] = Decimal(fields["value"]) if fields["value"] else None
        return None if wanted["nothing_because"] and wanted["number"] is not None else wanted


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """One for all examples: each is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = small_plan()
        opened(found)
        yield found
        transaction.set_rollback(True)


@settings(max_examples=150, deadline=None)
@given(pushes=pushes)
def test_any_sequence_of_pushes_ends_where_the_model_says(world: World, pushes: list) -> None:
    with transaction.atomic():
        _check(world, pushes)
        transaction.set_rollback(True)


def _check(world: World, pushes: list) -> None:
    model, packet, at = Model(), world.packet(), timezone.now()
    others = packet.entries.exclude(assignment__target=world.stations)
    for rows, atomic, dry_run in pushes:
        version, written = model.version, AuditEvent.objects.count()
        how = {"atomic": atomic, "dry_run": dry_run, "by": world.reporter, "at": at, "door": WEB}
        try:
            told = [str(answer.outcome) for answer in put_rows(packet.pk, rows, **how)]
        except NothingSaved:
            told = ["none"]
        assert told == model.push(rows, atomic, dry_run)
        line = world.line(world.stations)
        says = {name: getattr(line, name) for name in WORDS} | {"number": line.value}
        assert (says, line.version) == (model.says, model.version)
        is_changed = Counter(told)["created"] + Counter(told)["changed"] > 0 and not dry_run
        assert is_changed == (model.version != version), "what is told as unchanged has not changed"
        assert AuditEvent.objects.count() - written == model.version - version
    assert set(others.values_list("version", flat=True)) == {1}, "nobody spoke of the other lines"
    assert Entry.objects.filter(submission=packet).count() == 3
