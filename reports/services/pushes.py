"""Large pushes: rows that a system sent to be saved in the worker.

A push in the state `waiting` or `running` is work to do; whoever gets its lock goes on where it stands, so a message
may be lost and a worker may be killed anywhere: rows and how far it has come are written in one transaction.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from agencies.models import User
from agencies.roles import Can
from agencies.services import audit

from ..models import Push, Submission
from ..rules.windows import Refusal, RefusalCode
from ..selectors.four_eyes import packet_key
from .bulk import ALL, Answer, NothingSaved, Outcome, Row, kept, put_rows
from .locks import alone
from .queueing import nudge
from .refused import Refused

logger = logging.getLogger(__name__)

State = Push.State
TO_DO = (State.WAITING, State.RUNNING)
TASK = "reports.tasks.pushes"
LOCK = 0x6E69_6204
BATCH = 1000  # rows that are saved in one transaction, unless all or none are
KEPT_DAYS = 30


@transaction.atomic
def enqueue(
    submission_id: int, rows: Sequence[Row], *, atomic: bool, dry_run: bool, by: User, at: datetime, door: audit.Door
) -> Push:
    """Keeps the rows for the worker. Refused for who may not enter the packet's figures."""
    submission = Submission.objects.select_related("period__plan", "agency").get(pk=submission_id)
    if not by.can(Can.ENTER, submission.agency_id):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    found = Push.objects.create(
        submission=submission, by=by, created_at=at, changed_at=at, atomic=atomic, dry_run=dry_run,
        rows=[_stored(row) for row in rows], rows_total=len(rows),
    )  # fmt: skip
    facts = {"actor": by, "at": at, "door": door, "agency": submission.agency}
    audit.record("push.received", packet_key(submission), **facts, after={"rows": len(rows)})
    nudge(TASK)
    return found


def _stored(row: Row) -> list[object]:
    fault = [str(row.fault.refusal.code), row.fault.refusal.params] if row.fault else None
    return [row.target, row.district, row.fields, row.version, fault]


def _row(stored: list) -> Row:
    target, district, fields, version, fault = stored
    return Row(target, district, fields, version, refused(fault) if fault else None)


def refused(stored: Sequence) -> Refused:
    """A refusal that was kept as [code, params]."""
    code, params = stored
    refusal = Refusal(RefusalCode(code), params)
    return Refused(refusal.code, **refusal.params)


def go_on_with_all(*, at: datetime) -> int:
    """Goes on with every push that waits for it; returns how many. One that fails does not keep the others."""
    waiting = list(Push.objects.filter(state__in=TO_DO).order_by("pk").values_list("pk", flat=True))
    for push_id in waiting:
        try:
            go_on(push_id, at=at)
        except Exception:
            logger.exception("push %s failed; the next sweep tries again", push_id)
    return len(waiting)


def go_on(push_id: int, *, at: datetime) -> None:
    """Saves one push to its end, unless somebody else is at it."""
    with alone(LOCK, push_id) as mine:
        while mine and _batch(push_id, at):
            pass


@transaction.atomic
def _batch(push_id: int, at: datetime) -> bool:
    """Saves the next rows and notes it in the same transaction; whether there are more."""
    found = Push.objects.select_for_update(of=("self",)).select_related("by").get(pk=push_id)
    if found.state not in TO_DO:
        return False
    rows = [_row(stored) for stored in found.rows]
    part = ALL if found.atomic or found.dry_run else slice(found.rows_done, found.rows_done + BATCH)
    answers, state = _saved(found, rows, part, at)
    found.answers += [kept(row, answer) for row, answer in zip(rows[part], answers, strict=True)]
    found.rows_done = len(found.answers)
    found.state = State.RUNNING if found.rows_done < found.rows_total else state
    found.changed_at = at
    found.save(update_fields=["answers", "rows_done", "state", "changed_at"])
    return found.state == State.RUNNING


def _saved(found: Push, rows: Sequence[Row], part: slice, at: datetime) -> tuple[Sequence[Answer], State]:
    how = {"by": found.by, "at": at, "door": audit.Door.API, "atomic": found.atomic, "dry_run": found.dry_run}
    try:
        return put_rows(found.submission_id, rows, **how, part=part), State.DONE
    except NothingSaved as nothing:
        return nothing.answers, State.REJECTED
    except Refused as refusal:  # the system lost its right meanwhile
        return [Answer(Outcome.REJECTED, None, refusal)] * len(rows[part]), _none_saved(found)


def _none_saved(found: Push) -> State:
    return State.REJECTED if found.atomic else State.DONE


def forget(*, at: datetime) -> int:
    """Removes pushes that ended long ago; returns how many."""
    ended = Push.objects.exclude(state__in=TO_DO).filter(changed_at__lt=at - timedelta(days=KEPT_DAYS))
    return ended.delete()[0]
