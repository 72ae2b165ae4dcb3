"""What one load of a plan pack changed, and the two ways in which it changes rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models

Row = TypeVar("Row", bound=models.Model)
Values = dict[str, Any]


@dataclass
class Changes:
    """Natural keys (`target 5g-base-stations`) of what a load did. `changed` holds each field before and after.

    `retired` are targets and assignments that the pack no longer has, `questions` targets whose terms it states
    differently, `kept` parts of the text that it no longer has but on which retired targets rest.
    """

    created: list[str] = field(default_factory=list)
    changed: dict[str, tuple[Values, Values]] = field(default_factory=dict)
    retired: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unchanged: int = 0

    def __bool__(self) -> bool:
        """Whether the plan is another one than before; a question alone changes nothing."""
        return bool(self.created or self.changed or self.retired or self.removed)

    def put(self, key: str, row: Row | None, wanted: Row, fields: Iterable[str]) -> Row:
        """`wanted` saved as a new row where there is none, else `row` with the named fields brought up to it."""
        if row is None:
            wanted.save(force_insert=True)
            self.created.append(key)
            return wanted
        before = {name: getattr(row, name) for name in fields}
        after = {name: getattr(wanted, name) for name in before}
        differing = [name for name in before if before[name] != after[name]]
        if differing:
            for name in differing:
                setattr(row, name, after[name])
            row.save(update_fields=differing)
        self.note(key, before, after)
        return row

    def put_list(
        self, key: str, name: str, rows: models.QuerySet, wanted: Sequence[models.Model], fields: Sequence[str]
    ) -> bool:
        """Replaces the rows of a list that has no keys of its own, where they differ; True when it did."""
        before = [tuple(values) for values in rows.values_list(*fields)]
        after = [tuple(getattr(row, field) for field in fields) for row in wanted]
        if before == after:
            return False
        rows.delete()
        rows.model._default_manager.bulk_create(wanted)
        if key not in self.created:
            self.note(key, {name: before}, {name: after})
        return True

    def note(self, key: str, before: Values, after: Values) -> None:
        """Remembers the fields of a row that differ; a row without any counts as unchanged."""
        differing = [name for name in before if before[name] != after[name]]
        if not differing:
            self.unchanged += 1
            return
        old, new = self.changed.setdefault(key, ({}, {}))
        old.update({name: plain(before[name]) for name in differing})
        new.update({name: plain(after[name]) for name in differing})


def plain(value: Any) -> Any:
    """A value as the audit log keeps it."""
    if isinstance(value, models.Model):
        return str(getattr(value, "code", value.pk))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Decimal | date) else value
