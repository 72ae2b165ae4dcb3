"""Who may see which plans and targets. Reads start here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from agencies.roles import Can

if TYPE_CHECKING:
    from agencies.models import User


class PlanQuerySet(models.QuerySet):
    """Plans."""

    def visible_to(self, user: User) -> Self:
        """A plan is public inside: whoever reads progress or keeps the plan sees it."""
        return self if user.can(Can.READ_PROGRESS) else self.none()


class TargetQuerySet(models.QuerySet):
    """Targets."""

    def visible_to(self, user: User) -> Self:
        return self if user.can(Can.READ_PROGRESS) else self.none()

    def current(self) -> Self:
        """Targets that are still to be kept."""
        return self.filter(retired_on__isnull=True)


class AssignmentQuerySet(models.QuerySet):
    """Assignments."""

    def visible_to(self, user: User) -> Self:
        return self if user.can(Can.READ_PROGRESS) else self.none()

    def current(self) -> Self:
        return self.filter(ended_on__isnull=True, target__retired_on__isnull=True)

    def of_district(self, code: str) -> Self:
        """For which a district answers: its own, and those of its agencies that are for no district in particular."""
        return self.filter(Q(district=code) | Q(district__isnull=True, agency__district=code))
