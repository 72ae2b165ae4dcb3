"""Several test processes at once (pytest -n 2): what each has to itself, and which tests stay together.

Its database each has from pytest-django: test_nib_tracker_gw0, test_nib_tracker_gw1.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.conf import settings
from xdist.scheduler import LoadScopeScheduling

# Of these only one runs at a time: they start, kill and stop whole servers.
SERVERS = ("tests/faults/", "tests/launch/")
# What these share is made once, for the module, and takes longest of all.
SHARED = {"tests/test_matrix.py", "tests/test_visible_to.py", "tests/reports/services/sample/test_shanghai.py"}


class Together(LoadScopeScheduling):
    """Each process takes the next test, in the order of a run without -n; first of all what runs only as a whole.

    Not by marks (--dist loadgroup): pytest-xdist 3.8 does not see them under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if module.startswith(SERVERS):
            return "servers"
        return module if module in SHARED else nodeid


def keep_apart() -> None:
    """A broker, a cache and a folder of files that no other test process has; before anything has used them."""
    name = os.environ.get("PYTEST_XDIST_WORKER")
    if name is None:
        return
    address = broker(settings.REDIS_URL, int(name.removeprefix("gw")))
    settings.REDIS_URL = settings.CELERY_BROKER_URL = settings.CACHES["default"]["LOCATION"] = address
    settings.MEDIA_ROOT = str(Path(settings.MEDIA_ROOT) / name)
    # for the product's own processes that tests start
    os.environ.update(REDIS_URL=address, FILES_ROOT=settings.MEDIA_ROOT)


def broker(address: str, number: int) -> str:
    """The Redis database so many after the one at an address; a server has 16."""
    server, first, options = re.fullmatch(r"(\w+://[^/?]*)/?(\d*)(\?.*)?", address).groups()
    return f"{server}/{int(first or 0) + number}{options or ''}"
