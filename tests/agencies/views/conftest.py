"""Who keeps the connected systems of the small plan."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import World, small_plan


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


@pytest.fixture
def approver(world: World, client: Client) -> Client:
    client.cookies["django_language"] = "en"
    client.force_login(world.approver)
    return client
