"""What supports lines and accepted figures."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Prefetch

from agencies.models import User

from ..models import Entry, Evidence, Submission


class Support(NamedTuple):
    """How many pieces support a line, and those of them that the reader may see."""

    number: int
    pieces: list[Evidence]


NO_SUPPORT = Support(0, [])


def line_with_evidence(submission: Submission, line: int) -> Entry | None:
    """One line of a packet with its pieces and who added them; null where the packet has no such line."""
    added_by = Evidence.objects.select_related("added_by")
    entries = submission.entries.select_related("assignment__target").prefetch_related(Prefetch("evidence", added_by))
    entry = entries.filter(pk=line).first()
    if entry is not None:
        entry.submission = submission
    return entry


def support_of(entries: Collection[int], user: User) -> dict[int, Support]:
    """By line id, of the lines named that have any. One statement.

    That a figure has evidence is told to everybody who may read progress; what it is, to who may see the packet.
    """
    visible = Evidence.objects.visible_to(user).filter(pk=OuterRef("pk"))
    found: dict[int, Support] = {}
    for piece in Evidence.objects.filter(entry__in=entries).annotate(is_visible=Exists(visible)):
        number, pieces = found.get(piece.entry_id, NO_SUPPORT)
        found[piece.entry_id] = Support(number + 1, [*pieces, piece] if piece.is_visible else pieces)
    return found
