"""Uploaded files go into a folder of the test."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.factories import World
from tests.reports.sheets.books import Book, download, upload


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


class Trip:
    """The bureau's packet as a workbook in the hands of its reporter."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.packet = world.packet()

    def download(self) -> Book:
        return download(self.packet, self.world.reporter)

    def upload(self, book: Book | bytes, **kwargs):
        return upload(self.packet, book, kwargs.pop("by", self.world.reporter), **kwargs)


@pytest.fixture
def trip(world: World) -> Trip:
    return Trip(world)
