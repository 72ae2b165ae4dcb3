"""Reads one setting from the environment; a wrong or missing value is answered with the fix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def setting(read: Callable[..., Any], name: str, *, fix: str, default: Any = environ.Env.NOTSET) -> Any:
    """The value of `name` as `read` (env.bool, env.list, …) parses it, or ImproperlyConfigured with `fix`."""
    try:
        return read(name, default=default)
    except (ImproperlyConfigured, ValueError, KeyError) as error:
        given = env.ENVIRON.get(name)
        state = "is not set" if given is None else f"has the value {given!r}, which cannot be used"
        raise ImproperlyConfigured(f"{name} {state}. {fix}") from error


def boolean(name: str, *, default: bool) -> bool:
    """A yes/no setting. Anything but the listed words is refused: `DEBUG=flase` must not mean anything."""
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    given = env.ENVIRON.get(name)
    if given is None or given == "":
        return default
    try:
        return words[given.strip().lower()]
    except KeyError:
        raise ImproperlyConfigured(f"{name} has the value {given!r}. Set it to true or false.") from None
