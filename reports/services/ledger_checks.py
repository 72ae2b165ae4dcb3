"""Checks of the whole ledger by the worker, and what they found.

A check without `finished_at` is work to do. Whoever gets the lock does it; one that was begun and whose lock is free
has ended with its worker, and is closed as unfinished instead of being begun again and again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from agencies.models import User
from agencies.roles import Can
from agencies.services import audit

from ..models import Acceptance, LedgerCheck
from . import ledger, pulse
from .locks import alone
from .queueing import nudge

TASK = "reports.tasks.check_ledger"
LOCK = 0x6E69_6204
ALIVE_EVERY = timedelta(seconds=5)  # how often a running check says how far it has come
Clock = Callable[[], datetime]


def ask(*, by: User | None, at: datetime, door: audit.Door) -> LedgerCheck:
    """A check that waits for the worker; the one that waits or runs already, if there is one. By nobody: the night's.

    PermissionDenied for who does not oversee packets.
    """
    if by is not None and not by.can(Can.READ_ALL_PACKETS):
        raise PermissionDenied(gettext("Only the supervision office and auditors have the ledger checked."))
    with transaction.atomic():
        lock = LedgerCheck.objects.select_for_update()
        if (unfinished := lock.filter(finished_at=None).first()) and not unfinished.is_silent(at):
            return unfinished
        if unfinished:
            _close(unfinished, at, LedgerCheck.UNFINISHED)
        # two who ask at the same moment: the database lets one in, and both get its check
        LedgerCheck.objects.bulk_create([LedgerCheck(asked_at=at, asked_by=by, seen_at=at)], ignore_conflicts=True)
        if by is not None:
            audit.record("ledger.check_asked", "ledger", actor=by, at=at, door=door)
        pulse.beat()
        nudge(TASK)
    return LedgerCheck.objects.first()


def remind() -> None:
    """Asks the worker again for a check whose message was lost."""
    if LedgerCheck.objects.filter(finished_at=None).exists():
        nudge(TASK)


def work(clock: Clock = timezone.now) -> None:
    """Does the check that waits, if there is one; closes one that a dead worker left behind."""
    if not LedgerCheck.objects.filter(finished_at=None).exists():
        return
    with alone(LOCK) as is_mine:
        check = LedgerCheck.objects.filter(finished_at=None).first() if is_mine else None
        if check is None:
            return
        if check.started_at is not None:
            _close(check, clock(), LedgerCheck.UNFINISHED)
        else:
            _do(check, clock)
    pulse.publish()


def _do(check: LedgerCheck, clock: Clock) -> None:
    head = Acceptance.objects.order_by("-number").values_list("number", "hash").first()
    check.head_number, check.head_hash = head or (0, "")
    check.started_at = check.seen_at = clock()
    check.save()

    def advance(done: int) -> None:
        check.blocks += done
        if (now := clock()) - check.seen_at >= ALIVE_EVERY:
            check.seen_at = now
            check.save(update_fields=["blocks", "seen_at"])

    broken = ledger.verify(advance=advance, head=last_good_head())
    _close(check, clock(), broken.fault if broken else "", broken.number if broken else None)


def last_good_head() -> tuple[int, str] | None:
    """The head of the last check in which every block held: a ledger cut off or written anew since does not have it."""
    good = LedgerCheck.objects.filter(finished_at__isnull=False, fault="", head_number__gt=0)
    return good.values_list("head_number", "head_hash").first()


def _close(check: LedgerCheck, at: datetime, fault: str, broken: int | None = None) -> None:
    with transaction.atomic():
        check.finished_at, check.fault, check.broken_number = at, fault, broken
        check.save()
        found = {"block": check.head_number, "fault": fault, "broken": broken}
        audit.record("ledger.checked", "ledger", actor=None, at=at, door=audit.Door.JOB, after=found)
        pulse.beat()
