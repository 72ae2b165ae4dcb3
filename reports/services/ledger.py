"""The ledger grows here, and only here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction

from agencies.models import User
from agencies.services.copying import copy_rows

from ..models import Acceptance, Figure, Submission
from ..rules.canonical import GENESIS, BlockFigure, BlockHeader, block_hash
from ..selectors.chain import Block, blocks, stray_figures

LEDGER_LOCK = 0x6E69_6202
BATCH = 1000  # blocks that are read at a time when the ledger is verified
COLUMNS = (
    "acceptance_id", "position", "target_id", "assignment_id", "period_id", "value", "numerator", "denominator",
    "stage", "actual_on", "words", "reason", "entry_id", "entered_by_id",
)  # fmt: skip


def append(
    submission: Submission, figures: Sequence[Figure], *, accepted_by: User, at: datetime, reason: str = ""
) -> Acceptance:
    """Adds one block: the figures of one packet, in the order given, hashed onto the block before.

    The figures are unsaved, with `assignment` (and its target, agency) loaded. Must run inside the caller's
    transaction: the lock that keeps numbers without gaps is held until that ends.
    """
    head = _lock_head()
    number, previous = (head.number + 1, head.hash) if head else (1, GENESIS)
    at = max(at, head.accepted_at) if head else at  # a clock that steps back must not make a block older than the last
    for position, figure in enumerate(figures, start=1):
        figure.acceptance_id, figure.position = number, position
    header = BlockHeader(
        number,
        submission.period.plan.code,
        submission.agency.code,
        submission.period.code,
        submission.submitted_by.username,
        accepted_by.username,
        at,
        reason,
        len(figures),
    )
    acceptance = Acceptance.objects.create(
        number=number,
        submission=submission,
        accepted_at=at,
        accepted_by=accepted_by,
        submitted_by=submission.submitted_by,
        reason=reason,
        figure_count=len(figures),
        previous_hash=previous,
        hash=block_hash(previous, header, map(_content, figures)),
    )
    copy_rows(Figure._meta.db_table, COLUMNS, map(attrgetter(*COLUMNS), figures))
    return acceptance


def _lock_head() -> Acceptance | None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("the ledger grows inside a transaction only")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LEDGER_LOCK])
    return Acceptance.objects.order_by("-number").first()


def _content(figure: Figure) -> BlockFigure:
    return BlockFigure(
        figure.assignment.target.code,
        figure.assignment.scope,
        figure.period.code,
        figure.value,
        figure.numerator,
        figure.denominator,
        figure.stage,
        figure.actual_on,
        figure.words,
        figure.reason,
        figure.entered_by.username,
    )


class Broken(NamedTuple):
    """The first block that does not hold, and what is wrong with it: gap, chain, count, content or head."""

    number: int
    fault: str


def verify(*, advance: Callable[[int], None] = lambda done: None, head: tuple[int, str] | None = None) -> Broken | None:
    """Recomputes the whole ledger in flat memory; None when every block holds. `advance` is told of blocks done.

    `head` is a (number, hash) noted earlier: it finds a ledger that was cut off or written anew as a whole. Blocks that
    are added meanwhile are left for the next time.
    """
    newest = Acceptance.objects.order_by("-number").values_list("number", flat=True).first() or 0
    first, previous, seen = 1, GENESIS, None
    while first <= newest:
        last = min(first + BATCH - 1, newest)
        for block in blocks(first, last):
            if fault := _fault(block, first, previous):
                return Broken(block.header.number, fault)
            if head is not None and block.header.number == head[0]:
                seen = block.hash
            first, previous = block.header.number + 1, block.hash
            advance(1)
        if first <= last:  # none of that number, so that the next one there is comes too early
            return Broken(_first_after(last), "gap")
    if (stray := stray_figures(newest)) is not None:
        return Broken(stray, "gap")
    return Broken(head[0], "head") if head is not None and seen != head[1] else None


def _fault(block: Block, number: int, previous: str) -> str:
    """What is wrong with a block that should have this number and this previous hash; empty for nothing."""
    if block.header.number != number:
        return "gap"
    if block.previous_hash != previous:
        return "chain"
    if block.header.figure_count != len(block.figures):
        return "count"
    return "" if block_hash(previous, block.header, block.figures) == block.hash else "content"


def _first_after(number: int) -> int:
    return Acceptance.objects.filter(number__gt=number).order_by("number").values_list("number", flat=True)[0]
