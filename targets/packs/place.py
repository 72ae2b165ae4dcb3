"""A spot in the raw data of a pack, asked without caring whether its shape is right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from .errors import Finding, Path


class Place(NamedTuple):
    """A value and its path. What is missing or of another shape reads as empty: the schema reports that."""

    value: Any
    path: Path = ()

    def at(self, key: str) -> Place:
        inner = self.value.get(key) if isinstance(self.value, dict) else None
        return Place(inner, (*self.path, key))

    def each(self, key: str) -> list[Place]:
        """Items of a list under a key."""
        inner = self.at(key)
        items = inner.value if isinstance(inner.value, list) else []
        return [Place(item, (*inner.path, index)) for index, item in enumerate(items)]

    def has(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    def text(self, key: str = "") -> str:
        value = self.at(key).value if key else self.value
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> Decimal | None:
        try:
            return Decimal(self.text(key))
        except InvalidOperation:
            return None

    def day(self, key: str) -> date | None:
        try:
            return date.fromisoformat(self.text(key))
        except ValueError:
            return None

    def wrong(self, words: str, key: str = "") -> Finding:
        """Something is wrong here, or with the value under a key."""
        return Finding((*self.path, key) if key else self.path, words)
