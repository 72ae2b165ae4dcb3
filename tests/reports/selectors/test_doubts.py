"""Doubts of a packet's lines: what they are held against is read for these lines alone."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.models import Entry, Submission
from reports.selectors.doubts import doubts_of
from reports.services.entries import Input
from targets.models import Assignment, Target
from targets.rules import AssignmentRole, Combine
from tests.factories import AssignmentFactory, World
from tests.history import accepted
from tests.reports.conftest import Acting


def lead_posts(world: World) -> None:
    """The bureau answers for the sum of what the two districts report, and they have reported 12 and 8."""
    AssignmentFactory(target=world.posts, agency=world.bureau, role=AssignmentRole.LEAD, counts=False, position=9)
    for agency, value in ((world.east, "12"), (world.west, "8")):
        accepted(world, world.posts, Input(value=value), agency=agency)


def told(entry: Entry) -> Mapping[str, dict[str, str]]:
    return {code: params for code, params in entry.doubts if code == "districts_differ"}


@pytest.mark.parametrize(
    ("value", "found"), [("20", {}), ("21", {"districts_differ": "20"}), ("0", {"districts_differ": "20"})]
)
def test_a_total_is_held_against_what_the_districts_reported(
    world: World, acting: Acting, value: str, found: dict[str, str]
) -> None:
    lead_posts(world)
    saved = acting.save(world.line(world.posts), value=value)
    assert {code: params["districts"] for code, params in told(saved).items()} == found


def test_where_something_else_than_the_sum_is_asked_for_nothing_differs(world: World, acting: Acting) -> None:
    lead_posts(world)
    Target.objects.filter(pk=world.posts.pk).update(combine=Combine.MAX)
    assert told(acting.save(world.line(world.posts), value="21")) == {}


def test_a_district_is_held_against_itself_alone(world: World) -> None:
    """A district's packet of many targets does not read what all the other districts report for them."""
    lead_posts(world)
    own = Assignment.objects.get(target=world.posts, agency=world.east)
    line = world.line(world.posts, world.east, period=1)
    line.value = Decimal(11)
    packet = Submission.objects.select_related("period__plan", "agency").get(pk=line.submission_id)
    with CaptureQueriesContext(connection) as captured:
        found = doubts_of(packet, [line])
    assert [code for code, _params in found[line.pk]] == ["falls"]
    (figures,) = [one["sql"] for one in captured if "FROM unnest" in one["sql"]]
    assert f"unnest(ARRAY[{own.pk}]::bigint[])" in figures, figures
