"""Asks the worker for a job after the transaction. The message carries nothing: what waits stands in the database."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

EXPIRES = 60  # seconds: what a worker that was away finds waiting, one sweep does in one go


def nudge(task: str = "reports.tasks.roll_up") -> None:
    """Sends the message once the caller's transaction is committed. A lost one is made good by the sweep."""
    transaction.on_commit(partial(_send, task), robust=True)


def _send(task: str) -> None:
    try:
        current_app.send_task(task, expires=EXPIRES)
    except OperationalError:
        logger.warning("the broker is away; the sweep will find what was accepted")
