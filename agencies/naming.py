"""Names for the natural keys that stand in audit rows.

The app that owns a noun registers how its keys are read in words; agencies cannot know plans or targets themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

Namer = Callable[[Collection[str]], Mapping[str, str]]

_namers: dict[str, Namer] = {}


def register(noun: str, namer: Namer) -> None:
    """`namer` takes keys of one noun and returns the names of those that it knows, with at most one statement."""
    _namers[noun] = namer


def names(noun: str, keys: Collection[str]) -> Mapping[str, str]:
    """Names by key; what nobody knows is left out."""
    return _namers[noun](keys) if keys and noun in _namers else {}
