"""How far a page can be trusted: the block it rests on, how far the roll-up has come, packets, sample data."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection

from agencies.models import User

from ..models import Submission
from .moment import BEFORE_ALL, Moment

NO_PACKETS = "SELECT NULL::text AS state, NULL::timestamptz AS submitted_at WHERE false"

# One statement, as every page asks it before it may answer from the cache.
TRUST = """
WITH packet AS ({packets})
SELECT block.hash, block.accepted_at,
       rolled.newest, rolled.computed_at, rolled.targets, rolled.waiting, rolled.failed, rolled.failed_at,
       packets.draft, packets.submitted, packets.returned, packets.accepted, packets.late,
       EXISTS (SELECT 1 FROM reports_submission sample
               JOIN reports_reportingperiod quarter ON quarter.id = sample.period_id
               WHERE sample.is_sample AND quarter.plan_id = %s),
       (SELECT count(*) FROM targets_commitment decided JOIN targets_target target ON target.id = decided.target_id
        WHERE target.plan_id = %s AND decided.decided_at > coalesce(block.accepted_at, %s)
          AND (%s::timestamptz IS NULL OR decided.decided_at <= %s))
FROM (
    SELECT max(state.ledger_number) AS newest, max(state.computed_at) AS computed_at, count(*) AS targets,
           count(*) FILTER (
               WHERE state.ledger_number IS NULL
                  OR state.target_revision <> target.revision
                  OR state.plan_revision <> %s
                  OR EXISTS (SELECT 1 FROM reports_figure figure
                             WHERE figure.target_id = target.id AND figure.acceptance_id > state.ledger_number)
           ) AS waiting,
           count(state.failed_at) AS failed, max(state.failed_at) AS failed_at
    FROM targets_target target
    LEFT JOIN reports_rollupstate state ON state.target_id = target.id
    WHERE target.plan_id = %s
) rolled
CROSS JOIN (
    SELECT count(*) FILTER (WHERE state = 'draft') AS draft,
           count(*) FILTER (WHERE state = 'submitted') AS submitted,
           count(*) FILTER (WHERE state = 'returned') AS returned,
           count(*) FILTER (WHERE state = 'accepted') AS accepted,
           count(*) FILTER (WHERE submitted_at > %s AND state <> 'retired') AS late
    FROM packet
) packets
LEFT JOIN reports_acceptance block ON block.number = %s
"""


class Packets(NamedTuple):
    """How many packets of the shown quarter stand where, among those that the reader may see; retired ones apart."""

    draft: int
    submitted: int
    returned: int
    accepted: int
    late: int

    @property
    def all(self) -> int:
        return self.draft + self.submitted + self.returned + self.accepted


class Trust(NamedTuple):
    """What a page rests on. `hash` and `accepted_at` are the block's; null while the ledger is empty.

    `rolled_up_to` is the newest ledger number that any target was computed from; `waiting` targets have figures,
    or terms, newer than their rows; `failed` ones still show their last good rows. `later_decisions` on goals are known
    to the page besides the block.
    """

    hash: str | None
    accepted_at: datetime | None
    rolled_up_to: int | None
    computed_at: datetime | None
    targets: int
    waiting: int
    failed: int
    failed_at: datetime | None
    packets: Packets
    has_sample: bool
    later_decisions: int


def trust(moment: Moment, user: User) -> Trust:
    """One statement."""
    packets, packet_params = _visible_packets(moment, user)
    params = [
        *packet_params,
        moment.plan.pk,
        moment.plan.pk,
        BEFORE_ALL,
        moment.known_at,
        moment.known_at,
        moment.plan.revision,
        moment.plan.pk,
        moment.period.due_at,
        moment.number,
    ]
    with connection.cursor() as cursor:
        cursor.execute(TRUST.format(packets=packets), params)
        row = cursor.fetchone()
    return Trust(*row[:8], Packets(*row[8:13]), *row[13:])


def _visible_packets(moment: Moment, user: User) -> tuple[str, tuple]:
    visible = Submission.objects.visible_to(user).filter(period=moment.period)
    try:
        return visible.order_by().values("state", "submitted_at").query.sql_with_params()
    except EmptyResultSet:
        return NO_PACKETS, ()
