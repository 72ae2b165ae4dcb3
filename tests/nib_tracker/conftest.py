"""The small plan and somebody in front of it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import World, small_plan


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


@pytest.fixture
def english(client: Client) -> Client:
    client.cookies["django_language"] = "en"
    return client
