"""The canonical content of a ledger block, and its hash. Pure; an export alone is enough to recompute it.

Content is UTF-8 text of JSON lines: one header, then one line per figure in block order. Natural keys only,
numbers as shortest plain decimal strings, times in UTC.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

from .numbers import plain_or_none

GENESIS = "0" * 64
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class BlockHeader(NamedTuple):
    """Who accepted what, when and why. Agency, plan, quarter and people by natural key."""

    number: int
    plan: str
    agency: str
    period: str
    submitted_by: str
    accepted_by: str
    accepted_at: datetime
    reason: str
    figure_count: int


class BlockFigure(NamedTuple):
    """One figure of a block. `scope` is the reporter's natural key within its target."""

    target: str
    scope: str
    period: str
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    stage: str
    actual_on: date | None
    words: str
    reason: str
    entered_by: str


def _line(values: list[str | int | None]) -> bytes:
    return _encode(values).encode() + b"\n"


def _header_line(header: BlockHeader) -> bytes:
    at = header.accepted_at.astimezone(UTC).isoformat(timespec="microseconds")
    return _line(list(header._replace(accepted_at=at)))  # type: ignore[arg-type]


def _figure_line(figure: BlockFigure) -> bytes:
    target, scope, period, value, numerator, denominator, stage, actual_on, words, reason, entered_by = figure
    return _line(
        [
            target,
            scope,
            period,
            plain_or_none(value),
            plain_or_none(numerator),
            plain_or_none(denominator),
            stage,
            actual_on.isoformat() if actual_on else None,
            words,
            reason,
            entered_by,
        ]
    )


def block_lines(header: BlockHeader, figures: Iterable[BlockFigure]) -> Iterator[bytes]:
    """A block's canonical content, line by line: its header, then its figures. Each ends with a line break."""
    yield _header_line(header)
    for figure in figures:
        yield _figure_line(figure)


def lines_hash(previous_hash: str, lines: Iterable[bytes]) -> str:
    """SHA-256 of the previous hash and of canonical content, as 64 hexadecimal digits."""
    digest = hashlib.sha256(previous_hash.encode())
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def block_hash(previous_hash: str, header: BlockHeader, figures: Iterable[BlockFigure]) -> str:
    """The hash that a block of this content has after that of the block before."""
    return lines_hash(previous_hash, block_lines(header, figures))
