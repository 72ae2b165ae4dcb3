"""The small plan with two accepted figures, and people in front of it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from reports.services import rollup
from reports.services.entries import Input
from tests.factories import World, at
from tests.history import accepted

QUARTER = "?plan=small&period=2021Q1"


@pytest.fixture
def reported(world: World) -> World:
    """Stations 40 of 100 (49.4 expected: behind), districts 12 and 8 of 40; stations corrected to 35 in May."""
    accepted(world, world.stations, "40", now=at("2021-04-10"))
    accepted(world, world.posts, "12", world.east, now=at("2021-04-11"))
    accepted(world, world.posts, "8", world.west, now=at("2021-04-12"))
    accepted(world, world.centre, Input(stage="under_way"), now=at("2021-04-13"))
    accepted(world, world.stations, "35", now=at("2021-05-20"))
    rollup.roll_up()
    return world


@pytest.fixture
def reader(world: World, client: Client) -> Client:
    """The supervisor, in Chinese."""
    client.force_login(world.supervisor)
    return client


@pytest.fixture
def english(reader: Client) -> Client:
    """The supervisor, in English."""
    reader.cookies["django_language"] = "en"
    return reader


def text_of(response) -> str:
    """What a reader sees of a page: no tags, no text that is marked as of the other language."""
    html = response.content.decode()
    html = re.sub(r"<(\w+)[^>]* lang=\"zh-Hans\"[^>]*>.*?</\1>", " ", html, flags=re.DOTALL)
    html = re.sub(r"<(script|style|head)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
