"""`/periods`: the windows of quarters, as they stand for the caller's agency."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from reports.models import Extension, ReportingPeriod
from tests.api.conftest import Caller, connected
from tests.api.reading.conftest import results, second_plan
from tests.factories import World, at

FIRST = {
    "plan": "small", "code": "2021Q1", "starts_on": "2021-01-01", "ends_on": "2021-03-31",
    "opens_at": "2021-04-01T00:00:00+08:00", "due_at": "2021-04-16T00:00:00+08:00",
    "grace_until": "2021-04-21T00:00:00+08:00", "closes_at": "2021-05-01T00:00:00+08:00", "extended_until": None,
    "is_open": False,
}  # fmt: skip


def test_quarters(world: World) -> None:
    caller = connected(world.bureau)
    rows = results(caller, "/periods")
    assert rows[0] == FIRST
    assert [row["code"] for row in rows] == ["2021Q1", "2021Q2"]
    second_plan()
    assert [row["plan"] for row in results(caller, "/periods")] == ["later", "later", "small", "small"]
    assert [row["plan"] for row in results(caller, "/periods?plan=small")] == ["small", "small"]


def test_open_is_what_the_callers_agency_can_enter(world: World) -> None:
    now = timezone.now()
    first, second = world.periods
    ReportingPeriod.objects.filter(pk=second.pk).update(opens_at=now - timedelta(hours=1), due_at=now, grace_until=now,
                                                        closes_at=now + timedelta(hours=1))  # fmt: skip
    until = at("2100-01-01 00:00")
    Extension.objects.create(
        period=first, agency=world.bureau, until=until, reason="补报", granted_by=world.supervisor, granted_at=now
    )
    own, other = connected(world.bureau), connected(world.east)
    assert [row["is_open"] for row in results(own, "/periods")] == [True, True]
    assert [row["is_open"] for row in results(other, "/periods")] == [False, True]
    assert [row["extended_until"] for row in results(own, "/periods")] == ["2100-01-01T00:00:00+08:00", None]
    assert [row["extended_until"] for row in results(other, "/periods")] == [None, None], "it is the other agency's"


def test_the_etag_follows_the_clock(world: World) -> None:
    caller, now = connected(world.bureau), timezone.now()
    tag = caller.get("/periods")["ETag"]
    assert caller.get("/periods", if_none_match=tag).status_code == 304
    ReportingPeriod.objects.filter(code="2021Q2").update(closes_at=now + timedelta(days=1))
    assert caller.get("/periods", if_none_match=tag).status_code == 200


def test_the_other_systems_of_an_agency_see_the_same(world: World) -> None:
    one: Caller = connected(world.bureau)
    another = connected(world.bureau, name="备用平台")
    assert results(one, "/periods") == results(another, "/periods")
