"""The ledger grows here, and only here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from django.db import connection, transaction

from agencies.models import User

from ..models import Acceptance, Figure, Submission
from ..rules.canonical import GENESIS, BlockFigure, BlockHeader, block_hash
from .copying import copy_rows

LEDGER_LOCK = 0x6E69_6202
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
    """Recomputes the whole ledger in flat memory; None when every block holds.

    `head` is a (number, hash) noted earlier: it finds a ledger that was cut off or written anew as a whole.
    """
    expected, previous, seen = 1, GENESIS, None
    contents = _contents()
    pending = next(contents, None)
    for header, previous_hash, stored in _headers():
        figures: list[BlockFigure] = []
        while pending is not None and pending[0] == header.number:
            figures.append(pending[1])
            pending = next(contents, None)
        if header.number != expected:
            return Broken(header.number, "gap")
        if previous_hash != previous:
            return Broken(header.number, "chain")
        if header.figure_count != len(figures):
            return Broken(header.number, "count")
        if block_hash(previous, header, figures) != stored:
            return Broken(header.number, "content")
        if head is not None and header.number == head[0]:
            seen = stored
        expected, previous = header.number + 1, stored
        advance(1)
    return _at_end(pending, head, seen)


def _at_end(pending: tuple[int, BlockFigure] | None, head: tuple[int, str] | None, seen: str | None) -> Broken | None:
    """What only shows after the last block: figures of a block that is not there, or a noted head that is another."""
    if pending is not None:
        return Broken(pending[0], "gap")
    if head is not None and seen != head[1]:
        return Broken(head[0], "head")
    return None


def _headers() -> Iterator[tuple[BlockHeader, str, str]]:
    rows = Acceptance.objects.order_by("number").values_list(
        "number",
        "submission__period__plan__code",
        "submission__agency__code",
        "submission__period__code",
        "submitted_by__username",
        "accepted_by__username",
        "accepted_at",
        "reason",
        "figure_count",
        "previous_hash",
        "hash",
    )
    for row in rows.iterator(chunk_size=2000):
        yield BlockHeader(*row[:9]), row[9], row[10]


def _contents() -> Iterator[tuple[int, BlockFigure]]:
    rows = Figure.objects.order_by("acceptance_id", "position").values_list(
        "acceptance_id",
        "assignment__target__code",
        "assignment__district_id",
        "assignment__agency__code",
        "period__code",
        "value",
        "numerator",
        "denominator",
        "stage",
        "actual_on",
        "words",
        "reason",
        "entered_by__username",
    )
    for number, target, district, agency, *rest in rows.iterator(chunk_size=2000):
        yield number, BlockFigure(target, district or agency, *rest)
