"""Who may see which packets and ledger rows. Reads start here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from agencies.roles import Can

if TYPE_CHECKING:
    from agencies.models import User


class SubmissionQuerySet(models.QuerySet):
    """Packets."""

    def visible_to(self, user: User) -> Self:
        """The office sees all that were submitted or started; agency staff see their own."""
        if user.can(Can.READ_ALL_PACKETS):
            return self
        return self.filter(agency__in=user.agencies_where(Can.READ_OWN_PACKETS))


class EntryQuerySet(models.QuerySet):
    """Lines of packets."""

    def visible_to(self, user: User) -> Self:
        if user.can(Can.READ_ALL_PACKETS):
            return self
        return self.filter(submission__agency__in=user.agencies_where(Can.READ_OWN_PACKETS))


class EvidenceQuerySet(models.QuerySet):
    """Evidence."""

    def visible_to(self, user: User) -> Self:
        """Whoever may see the packet."""
        if user.can(Can.READ_ALL_PACKETS):
            return self
        return self.filter(entry__submission__agency__in=user.agencies_where(Can.READ_OWN_PACKETS))


class WorkbookQuerySet(models.QuerySet):
    """Uploaded workbooks."""

    def visible_to(self, user: User) -> Self:
        """Who enters figures for the agency; the office reads what was saved, not what was tried."""
        return self.filter(submission__agency__in=user.agencies_where(Can.ENTER))


class AcceptanceQuerySet(models.QuerySet):
    """Blocks of the ledger."""

    def visible_to(self, user: User) -> Self:
        """What was accepted is the common record: whoever reads progress may see what it rests on."""
        return self if user.can(Can.READ_PROGRESS) else self.none()


class FigureQuerySet(models.QuerySet):
    """Accepted numbers."""

    def visible_to(self, user: User) -> Self:
        return self if user.can(Can.READ_PROGRESS) else self.none()


class LedgerCheckQuerySet(models.QuerySet):
    """Checks of the ledger."""

    def visible_to(self, user: User) -> Self:
        """Whether the record holds concerns whoever rests on it."""
        return self if user.can(Can.READ_PROGRESS) else self.none()


class WebhookEndpointQuerySet(models.QuerySet):
    """Webhooks."""

    def visible_to(self, user: User) -> Self:
        """Who keeps an agency's webhooks sees them; the operator sees all."""
        return self if user.can(Can.OPERATE) else self.filter(agency__in=user.agencies_where(Can.KEEP_WEBHOOKS))


class DeliveryQuerySet(models.QuerySet):
    """What became of telling a webhook of an event."""

    def visible_to(self, user: User) -> Self:
        """Whoever sees the webhook."""
        if user.can(Can.OPERATE):
            return self
        return self.filter(endpoint__agency__in=user.agencies_where(Can.KEEP_WEBHOOKS))


class PushQuerySet(models.QuerySet):
    """Large pushes."""

    def visible_to(self, user: User) -> Self:
        """Who sent it."""
        return self.filter(by=user)
