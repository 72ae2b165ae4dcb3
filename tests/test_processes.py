"""Test processes that run at once do not meet: not in a database, a broker, a cache or a folder of files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from tests import processes
from tests.faults.servers import environment

NAME = os.environ.get("PYTEST_XDIST_WORKER", "")
NUMBER = int(NAME.removeprefix("gw") or 0)


@pytest.mark.parametrize(
    ("address", "number", "expected"),
    [
        ("redis://:secret@127.0.0.1:6379/0", 0, "redis://:secret@127.0.0.1:6379/0"),
        ("redis://:secret@127.0.0.1:6379/0", 1, "redis://:secret@127.0.0.1:6379/1"),
        ("rediss://redis.example:6379/3?ssl_cert_reqs=required", 2, "rediss://redis.example:6379/5?ssl_cert_reqs=required"),
        ("redis://127.0.0.1:6379", 1, "redis://127.0.0.1:6379/1"),
    ],
)  # fmt: skip
def test_each_has_a_redis_database(address: str, number: int, expected: str) -> None:
    assert processes.broker(address, number) == expected


def test_broker_and_cache_are_those_of_this_process(db: None) -> None:
    first = int(settings.REDIS_URL.rpartition("/")[2]) - NUMBER
    assert first >= 0
    with current_app.connection_for_write() as link:
        assert link.virtual_host == str(first + NUMBER)
    client = cache._cache.get_client(write=True)
    assert client.connection_pool.connection_kwargs["db"] == first + NUMBER


def test_what_a_test_starts_works_on_the_data_of_its_process(db: None) -> None:
    given = environment()
    assert given["DATABASE_URL"].endswith(f"/{connection.settings_dict['NAME']}")
    assert connection.settings_dict["NAME"].endswith(f"_{NAME}" if NAME else "")
    assert given["REDIS_URL"] == settings.REDIS_URL == os.environ["REDIS_URL"]
    assert given["FILES_ROOT"] == str(settings.MEDIA_ROOT) == os.environ["FILES_ROOT"]
    assert Path(settings.MEDIA_ROOT).name == (NAME or Path(settings.MEDIA_ROOT).name)


def test_modules_that_stay_together_are_there() -> None:
    assert [path for path in (*processes.SHARED, *processes.SERVERS) if not (settings.BASE_DIR / path).exists()] == []
