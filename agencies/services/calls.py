"""Calls of the API that were answered under an Idempotency-Key."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..models import IdempotentCall


def forget(*, at: datetime) -> int:
    """Removes what was answered longer ago than is promised; returns how many."""
    return IdempotentCall.objects.filter(at__lt=at - timedelta(days=IdempotentCall.KEPT_DAYS)).delete()[0]
