"""Real servers in folders of their own, apart from those of the test run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nib_tracker.launch import postgres, valkey
from nib_tracker.launch.places import Places
from nib_tracker.launch.processes import Child


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """An empty var folder, as in a fresh clone."""
    made = Places(tmp_path_factory.mktemp("var"))
    made.make()
    return made


@pytest.fixture
def database(places: Places) -> Iterator[Child]:
    """A running server with the application's role and database; stopped at the end whichever process it is then."""
    child = postgres.start(places)
    postgres.make_ready(places, child)
    yield child
    running = postgres.adopt(places)
    if running is not None:
        postgres.stop(running)


@pytest.fixture
def broker(places: Places) -> Iterator[Child]:
    """A running Valkey, stopped at the end."""
    child = valkey.start(places)
    valkey.make_ready(places, child)
    yield child
    running = valkey.adopt(places)
    if running is not None:
        valkey.stop(running)
