"""Celery jobs. Each calls one service and carries no payload."""

from __future__ import annotations

import time

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from ..selectors.health import HEARTBEAT
from ..services import packets, rollup


@shared_task(ignore_result=True)
def roll_up() -> None:
    """Brings Progress up to date with the ledger, then builds what the first pages need."""
    from ..services.charts import build_first_charts

    if touched := rollup.roll_up():
        build_first_charts(touched)


@shared_task(ignore_result=True)
def sweep() -> None:
    """Finds what a lost message left behind. Cheap when there is nothing."""
    roll_up()


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Says that beat, broker and a worker are alive: the moment, as seconds since the epoch."""
    cache.set(HEARTBEAT, time.time(), timeout=3600)


@shared_task(ignore_result=True)
def open_windows() -> None:
    """Makes the packets of the quarters that can be entered now."""
    packets.open_due_packets(timezone.now())
