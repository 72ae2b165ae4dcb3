"""`/lines/<code>/`."""

from __future__ import annotations

import pytest
from django.test import Client

from reports.services import rollup
from targets.models import Convenor, ResponsibleUnit, WorkingGroup
from tests.factories import AssignmentFactory, TargetFactory, World

from .conftest import QUARTER, text_of

ADDRESS = "/lines/network/" + QUARTER
STATEMENTS = 13


def test_tasks_stand_in_order_with_targets_and_milestones(reported: World, english: Client) -> None:
    page = text_of(english.get(ADDRESS))
    assert page.index("Build broadband networks") < page.index("Target stations") < page.index("Target centre")
    assert "Target stations Far behind 35 stations 49.4 stations 100 stations" in page
    assert "Target centre On track Under way — 2021-06-30" in page


def test_working_groups_are_named_with_convenors(reported: World, english: Client) -> None:
    group = WorkingGroup.objects.create(
        plan=reported.plan, code="wg", number=1, name_zh="工作组", name_en="Group", duty_zh="职责"
    )
    group.lines.add(reported.stations.task.line)
    Convenor.objects.create(working_group=group, position=1, name="某人", title="主任")
    ResponsibleUnit.objects.create(working_group=group, position=1, as_written="市局", agency=reported.bureau)
    response = english.get(ADDRESS)
    assert "Lead agencies bureau" in text_of(response) and "某人" in response.content.decode()


def test_an_unknown_line_is_not_found_in_words(world: World, reader: Client) -> None:
    response = reader.get("/lines/space/")
    assert response.status_code == 404 and "方案中没有代码为“space”的" in response.content.decode()


@pytest.mark.parametrize("more", [0, 2])
def test_its_statements_do_not_grow_with_targets(
    reported: World, reader: Client, django_assert_num_queries, more: int
) -> None:
    for number in range(more):
        target = TargetFactory(code=f"more-{number}", task=reported.stations.task, plan=reported.plan)
        AssignmentFactory(target=target, agency=reported.bureau)
    rollup.roll_up()
    with django_assert_num_queries(STATEMENTS):
        reader.get(ADDRESS)


def test_as_known_at_shows_the_value_from_before_the_correction(reported: World, english: Client) -> None:
    assert "Far behind 35 stations" in text_of(english.get(ADDRESS))
    assert "Behind 40 stations" in text_of(english.get(ADDRESS + "&known_at=2021-05-01"))
