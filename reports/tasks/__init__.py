"""Celery jobs. Each calls one service and carries no payload."""

from __future__ import annotations

import time

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from agencies.models import AuditEvent
from agencies.services import calls

from ..selectors.health import HEARTBEAT
from ..services import delivering, ledger_checks, packets, periods, reminders, rollup
from ..services import pushes as saving
from ..services import workbooks as imports


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
    workbooks()
    pushes()
    imports.forget_old_files(at=timezone.now())
    saving.forget(at=timezone.now())
    calls.forget(at=timezone.now())
    ledger_checks.remind()
    delivering.forget(at=timezone.now())


@shared_task(ignore_result=True)
def workbooks() -> None:
    """Goes on with the uploaded workbooks that wait to be read or saved."""
    imports.go_on_with_all(at=timezone.now())


@shared_task(ignore_result=True)
def webhooks() -> None:
    """Sends what waits in the outbox and is due."""
    delivering.deliver()


@shared_task(ignore_result=True)
def pushes() -> None:
    """Goes on with the large pushes of the API that wait to be saved."""
    saving.go_on_with_all(at=timezone.now())


@shared_task(ignore_result=True)
def heartbeat() -> None:
    """Says that beat, broker and a worker are alive: the moment, as seconds since the epoch."""
    cache.set(HEARTBEAT, time.time(), timeout=3600)


@shared_task(ignore_result=True)
def open_windows() -> None:
    """Makes the packets of the quarters that can be entered now, and records those that closed with nothing."""
    packets.open_due_packets(timezone.now())
    periods.close_windows(timezone.now())


@shared_task(ignore_result=True)
def remind() -> None:
    """Sends the reminders that are due by e-mail."""
    reminders.send_reminders(timezone.now())


@shared_task(ignore_result=True)
def check_ledger() -> None:
    """Does the check of the ledger that somebody asked for."""
    ledger_checks.work()


@shared_task(ignore_result=True)
def check_ledger_nightly() -> None:
    """Recomputes the whole ledger, asked for by nobody."""
    ledger_checks.ask(by=None, at=timezone.now(), door=AuditEvent.Door.JOB)
    ledger_checks.work()
