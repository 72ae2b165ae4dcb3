"""Asks the worker for a roll-up after the transaction. The message carries nothing: the ledger is the queue."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

EXPIRES = 60  # seconds: what a worker that was away finds waiting, one sweep does in one go


def nudge() -> None:
    """Sends the message once the caller's transaction is committed. A lost one is made good by the sweep."""
    transaction.on_commit(partial(_send, "reports.tasks.roll_up"), robust=True)


def _send(task: str) -> None:
    try:
        current_app.send_task(task, expires=EXPIRES)
    except OperationalError:
        logger.warning("the broker is away; the sweep will find what was accepted")
