"""Blocks as they were hashed: headers and figures by natural keys. For verification, export and a block's page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q

from ..models import Acceptance, Figure
from ..querysets import AcceptanceQuerySet, FigureQuerySet
from ..rules.canonical import BlockFigure, BlockHeader

HEADER = (
    "number", "submission__period__plan__code", "submission__agency__code", "submission__period__code",
    "submitted_by__username", "accepted_by__username", "accepted_at", "reason", "figure_count", "previous_hash", "hash",
)  # fmt: skip
FIGURE = (
    "acceptance_id", "assignment__target__code", "assignment__district_id", "assignment__agency__code", "period__code",
    "value", "numerator", "denominator", "stage", "actual_on", "words", "reason", "entered_by__username",
)  # fmt: skip
ROWS = 2000  # read from the database at a time


class Block(NamedTuple):
    """One block with its figures in their order. `agencies` are the figures' agencies by code, in the same order."""

    header: BlockHeader
    previous_hash: str
    hash: str
    figures: list[BlockFigure]
    agencies: list[str]


def blocks(first: int, last: int) -> Iterator[Block]:
    """The blocks of these numbers, ascending. Two statements; figures of a number that has no block are passed over."""
    figures = Q(acceptance__gte=first, acceptance__lte=last)
    yield from whole(Acceptance.objects.filter(number__range=(first, last)), figures)


def whole(chosen: AcceptanceQuerySet, theirs: Q | None = None) -> Iterator[Block]:
    """The chosen blocks, ascending, as many as fit into memory; `theirs` finds the figures, if not by number."""
    headers = list(chosen.order_by("number").values_list(*HEADER))
    found = Figure.objects.filter(theirs or Q(acceptance__in=[row[0] for row in headers]))
    figures = groupby(_contents(found), key=itemgetter(0))
    number, group = next(figures, (None, ()))
    for row in headers:
        while number is not None and number < row[0]:
            number, group = next(figures, (None, ()))
        own = list(group) if number == row[0] else []
        yield Block(BlockHeader(*row[:9]), row[9], row[10], [one[1] for one in own], [one[2] for one in own])


def _contents(found: FigureQuerySet) -> Iterator[tuple[int, BlockFigure, str]]:
    rows = found.order_by("acceptance_id", "position").values_list(*FIGURE)
    for number, target, district, agency, *rest in rows.iterator(chunk_size=ROWS):
        yield number, BlockFigure(target, district or agency, *rest), agency


def stray_figures(head: int) -> int | None:
    """The smallest number beyond either end of the ledger that has figures and no block."""
    outside = Figure.objects.filter(Q(acceptance__lt=1) | Q(acceptance__gt=head))
    strays = outside.exclude(Exists(Acceptance.objects.filter(number=OuterRef("acceptance_id"))))
    return strays.order_by("acceptance_id").values_list("acceptance_id", flat=True).first()
