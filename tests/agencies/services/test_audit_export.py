"""The audit log as a file: columns, encoding, what a spreadsheet must not calculate, and its own trace."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from agencies.models import AuditEvent
from agencies.selectors.audit_filter import AuditFilter
from agencies.services import audit
from agencies.services.audit_export import export
from tests.factories import World, at, small_plan
from tests.reports.conftest import WEB, Acting


@pytest.fixture
def world(db) -> World:
    return small_plan()


@pytest.fixture
def take(world, client):
    """Downloads the file as somebody; returns the response and its rows."""

    def take(user, query: str = ""):
        client.force_login(user)
        response = client.get(f"/audit/export.csv{query}")
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return response, list(csv.DictReader(io.StringIO(text, newline="")))

    return take


def test_every_column(world, take):
    Acting(world).save(world.line(world.stations), value="3.4万", words="含\n室外, “站”")
    response, (row,) = take(world.auditor)
    assert list(row) == [
        "number", "at", "username", "name", "door", "action", "subject", "agency", "before", "after", "reason",
        "system",
    ]  # fmt: skip
    assert row["at"] == "2021-04-10T12:00:00+08:00"
    assert (row["username"], row["door"], row["action"]) == ("reporter-bureau", "web", "entry.saved")
    assert (row["subject"], row["agency"], row["system"]) == ("small/2021Q1/bureau/stations/bureau", "bureau", "")
    assert json.loads(row["before"])["value"] is None
    assert json.loads(row["after"]) | {"value": "34000", "words": "含\n室外, “站”"} == json.loads(row["after"])
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="audit-2')


def test_it_begins_as_excel_wants_it_and_its_lines_end_as_the_standard_says(world, client):
    client.force_login(world.auditor)
    content = b"".join(client.get("/audit/export.csv").streaming_content)
    assert content.startswith(b"\xef\xbb\xbfnumber,")
    assert content.endswith(b"\r\n")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_nothing_in_it_is_calculated(world, take, sign):
    audit.record(
        "extension.granted", f"{sign}1", actor=None, at=timezone.now(), door=WEB, reason=f"{sign}cmd|' /C calc'!A0"
    )
    _, (row,) = take(world.auditor)
    assert row["reason"] == f"'{sign}cmd|' /C calc'!A0"
    assert row["subject"] == f"'{sign}1"


def test_that_it_was_taken_is_recorded_and_not_in_it(world, take):
    Acting(world).submitted()
    _, rows = take(world.auditor, "?agency=bureau&action=submission.submitted&from=2021-01-01")
    assert [row["action"] for row in rows] == ["submission.submitted"]
    taken = AuditEvent.objects.get(action="audit.exported")
    assert (taken.actor, taken.door) == (world.auditor, "web")
    assert taken.after == {"filter": {"agency": "bureau", "action": "submission.submitted", "from": "2021-01-01"}}


def test_everybody_takes_what_they_may_read(world, take):
    Acting(world).submitted()
    audit.record("plan.loaded", "small", actor=None, at=timezone.now(), door=WEB)
    assert {row["action"] for row in take(world.auditor)[1]} == {"entry.saved", "submission.submitted", "plan.loaded"}
    assert {row["action"] for row in take(world.reporter)[1]} == {"entry.saved", "submission.submitted"}


def test_who_may_not_read_takes_nothing_and_leaves_no_row(world, client):
    client.force_login(world.plan_manager)
    assert client.get("/audit/export.csv").status_code == 403
    with pytest.raises(PermissionDenied):
        export(AuditFilter(), by=world.operator, at=at("2021-04-10"), door=WEB)
    assert not AuditEvent.objects.exists()


def test_looking_whether_it_is_there_records_nothing(world, client):
    client.force_login(world.auditor)
    assert client.head("/audit/export.csv").status_code == 405
    assert not AuditEvent.objects.exists()


def test_a_long_log_is_read_in_parts(world, take, django_assert_num_queries):
    audit.record_all(
        [audit.event("plan.loaded", str(n), actor=world.auditor, at=timezone.now(), door=WEB) for n in range(4100)]
    )
    _, rows = take(world.auditor)
    assert [row["subject"] for row in rows] == [str(n) for n in reversed(range(4100))]
