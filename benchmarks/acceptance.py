"""Accepting one figure and rolling it up, with 10 000 and with 1 000 000 figures in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.db import connection, transaction

from agencies.models import AuditEvent
from reports.models import Entry, Figure
from reports.services import rollup
from reports.services.review import accept

from . import world
from .measure import interleaved, line, statements, title

TARGETS, VERSIONS, SAMPLES = 50, 98, 25  # 10 200 figures a version


def run(scale: float) -> None:
    title("Accept one figure and roll it up")
    made = world.make("accept", TARGETS)
    world.load(made, 1)
    few = _measure(made)
    world.load(made, max(int(VERSIONS * scale), 2), first=1)
    many = _measure(made)
    line("many against few, in floors (aim: within 1.2 x)", f"{many / few:.2f} x")


def _measure(made: world.World) -> float:
    rollup.roll_up()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    lines = _submitted_lines(made)

    def one() -> None:
        entry = next(lines)
        accept(entry.submission_id, by=made.supervisor, at=world.ACCEPTED, door=AuditEvent.Door.JOB, entries=[entry.pk])
        assert rollup.roll_up() == [entry.assignment.target_id], "one figure touches one target"

    sent = statements(one)
    floor, taken = interleaved(_floor, one, times=SAMPLES)
    figures = f"{Figure.objects.count():,} figures"
    line(
        figures, f"{sent} SQL", f"floor {floor * 1000:.1f} ms", f"{taken * 1000:.1f} ms", f"{taken / floor:.1f} x floor"
    )
    return taken / floor


@transaction.atomic
def _floor() -> None:
    """The least that a durable write costs here: one row, one commit."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS one_row (at timestamptz)")
        cursor.execute("INSERT INTO one_row VALUES (now())")


def _submitted_lines(made: world.World) -> Iterator[Entry]:
    """One submitted line at a time, each of another target, in the packet of a district's last quarter."""
    submission = made.agencies[1].submissions.get(period=made.quarters[-1])
    submission.submitted_by, submission.submitted_at, submission.state = made.approver, world.ACCEPTED, "submitted"
    submission.save()
    for number, assignment in enumerate(made.agencies[1].assignments.select_related("target").order_by("pk")):
        yield Entry.objects.create(
            submission=submission,
            assignment=assignment,
            state="submitted",
            value=Decimal(number),
            entered_by=made.reporter,
            entered_at=world.ACCEPTED,
            submitted_by=made.approver,
        )
