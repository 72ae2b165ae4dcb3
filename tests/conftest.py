"""Set-up that all tests share: real PostgreSQL, real broker; nothing of ours is mocked."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase

from tests import processes


def pytest_configure(config: pytest.Config) -> None:
    """Signing in is tested for who may, not for how long a password takes to hash.

    WhiteNoise looks for a static file when it is asked for, instead of reading the folder anew for each Client().
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True
    processes.keep_apart()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> processes.Together:
    """Who runs what, with -n."""
    return processes.Together(config, log)


GUARDED = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_append\\_only'"


@pytest.fixture(autouse=True)
def clean_cache(request: pytest.FixtureRequest) -> None:
    """No page or session of another test."""
    if {"db", "transactional_db", "client"} & set(request.fixturenames):
        cache.clear()


def _truncate_guarded(self: TransactionTestCase) -> None:
    """Empties every table, the append-only ones too: only their owner can switch the guards off, by DDL."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDED)
        guarded = [table for (table,) in cursor.fetchall()]
        for table in guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
    try:
        _fixture_teardown(self)
    finally:
        with connection.cursor() as cursor:
            for table in guarded:
                cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")


_fixture_teardown = TransactionTestCase._fixture_teardown
TransactionTestCase._fixture_teardown = _truncate_guarded
