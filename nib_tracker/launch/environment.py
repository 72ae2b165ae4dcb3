"""What the launcher puts into the environment of its children, beside the two addresses."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from nib_tracker.launch.places import ROOT, Places


def environment(places: Places, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Values for a trial on this machine; a value that the operator set is kept."""
    defaults = {
        "SECRET_KEY": places.secret("django"),
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DJANGO_SETTINGS_MODULE": "nib_tracker.settings",
        "PYTHONPATH": str(ROOT),
        "SAMPLE_PASSWORD_FILE": str(places.var.resolve() / "secrets" / "sample_password"),
        # passkeys need a name, which localhost is and 127.0.0.1 is not
        "SITE_URL": f"http://localhost:{given.get('PORT') or 8000}",
        "FILES_ROOT": str(places.var.resolve() / "files"),
        "PYTHONUNBUFFERED": "1",
    }
    kept = {name: given.get(name) or value for name, value in defaults.items()}
    # The same interpreter for `python` and `celery` in a command, without an activated environment.
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{given.get('PATH', os.defpath)}"}
