"""One reporter of a target by its natural key: the code of its district, else that of its agency."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Q


class Scope(NamedTuple):
    """A natural key, with the code of the district or the id of the agency that it stands for."""

    code: str
    agency: int | None = None
    district: str | None = None


def of_scope(scope: Scope, lookup: str = "") -> Q:
    """Assignments of this reporter; `lookup` leads to them from the rows that are filtered ("assignment__")."""
    if scope.district:
        return Q(**{f"{lookup}district": scope.district})
    return Q(**{f"{lookup}agency": scope.agency, f"{lookup}district__isnull": True})
