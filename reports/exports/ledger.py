"""The ledger as a file: enough to recompute every hash. Its columns are described in docs/ledger.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date
from decimal import Decimal

from agencies.exporting import csv_lines

from ..querysets import AcceptanceQuerySet
from ..rules.canonical import BlockFigure, block_lines
from ..rules.numbers import trim
from ..selectors.chain import Block, whole

COLUMNS = (
    "block", "hash", "previous_hash", "accepted_at", "plan", "block_agency", "block_quarter", "submitted_by",
    "accepted_by", "block_reason", "block_figures", "position", "target", "scope", "agency", "quarter", "value",
    "numerator", "denominator", "stage", "actual_on", "words", "reason", "entered_by", "block_content",
    "figure_content",
)  # fmt: skip
BATCH = 500  # blocks read from the database at a time


def ledger_lines(chosen: AcceptanceQuerySet) -> Iterator[str]:
    """Lines of the file, oldest block first, read as they are sent: one row a figure, one for a block without any."""
    return csv_lines(COLUMNS, (row for block in _in_batches(chosen) for row in _rows(block)))


def ledger_json_lines(chosen: AcceptanceQuerySet) -> Iterator[str]:
    """The same rows, each as a JSON object on a line of its own: numbers are texts, and no text is made safe."""
    for block in _in_batches(chosen):
        for row in _rows(block):
            yield json.dumps(dict(zip(COLUMNS, map(_written, row), strict=True)), ensure_ascii=False) + "\n"


def _written(cell: object) -> object:
    if isinstance(cell, Decimal):
        return trim(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _in_batches(chosen: AcceptanceQuerySet) -> Iterator[Block]:
    """By number, so that neither this process nor the database holds more than one batch."""
    done = 0
    while numbers := list(chosen.filter(number__gt=done).order_by("number").values_list("number", flat=True)[:BATCH]):
        yield from whole(chosen.model.objects.filter(number__in=numbers))
        done = numbers[-1]


def _rows(block: Block) -> Iterator[list[object]]:
    header, *contents = (line.decode().removesuffix("\n") for line in block_lines(block.header, block.figures))
    told = _told(block)
    if not block.figures:
        yield [*told, *[None] * (len(COLUMNS) - len(told) - 2), header, ""]
    for position, (figure, agency, content) in enumerate(
        zip(block.figures, block.agencies, contents, strict=True), start=1
    ):
        yield [*told, position, *_figure(figure, agency), header, content]


def _told(block: Block) -> list[object]:
    header = block.header
    return [
        header.number,
        block.hash,
        block.previous_hash,
        header.accepted_at.astimezone(UTC).isoformat(timespec="microseconds"),
        header.plan,
        header.agency,
        header.period,
        header.submitted_by,
        header.accepted_by,
        header.reason,
        header.figure_count,
    ]


def _figure(figure: BlockFigure, agency: str) -> list[object]:
    return [
        figure.target,
        figure.scope,
        agency,
        figure.period,
        *(_plain(number) for number in (figure.value, figure.numerator, figure.denominator)),
        figure.stage,
        figure.actual_on,
        figure.words,
        figure.reason,
        figure.entered_by,
    ]


def _plain(number: Decimal | None) -> Decimal | None:
    """All digits and no more: a number is written as it is, a text beginning with a sign would be made safe."""
    return None if number is None else Decimal(trim(number))
