"""Many lines of one packet at once, named by target and district: what the API's systems push."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction

from agencies.models import User
from agencies.roles import Can
from agencies.services import audit

from ..models import Submission
from ..rules.windows import RefusalCode
from ..selectors.open_lines import PacketLine, by_key, lock_packet
from ..sheets.columns import asked
from .entries import Attempt, save_locked
from .filling import FIELD_NAMES, Input
from .refused import Refused

ALL = slice(None)


class Outcome(StrEnum):
    """What became of one row. `created`: the line said nothing before."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class Row(NamedTuple):
    """One line as a system sends it. `district` may be empty where the packet has one line for the target.

    `fields` are the parts that are to say something else, as texts; empty text is "nothing reported". What is not
    named stays. `version` is the one that was read; null for any. `fault`: why the row cannot be used at all.
    """

    target: str
    district: str
    fields: Mapping[str, str]
    version: int | None = None
    fault: Refused | None = None


class Answer(NamedTuple):
    """What became of one row: its line as it stands (null where it names none), and why it was rejected."""

    outcome: Outcome
    line: PacketLine | None
    refused: Refused | None


class NothingSaved(Exception):
    """Rows were rejected and all or nothing was asked for; `answers` are those of every row."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__()
        self.answers = answers


@transaction.atomic
def put_rows(
    submission_id: int,
    rows: Sequence[Row],
    *,
    by: User,
    at: datetime,
    door: audit.Door,
    atomic: bool = False,
    dry_run: bool = False,
    part: slice = ALL,
) -> list[Answer]:
    """Saves rows of one packet, each by itself; answers them in their order.

    With `atomic`, NothingSaved where any is rejected. With `dry_run` the answers are those that saving would give,
    and nothing is saved. With `part` only these are saved and answered, but held against all that were sent.
    The number of statements does not depend on the number of rows.
    """
    submission = Submission.objects.select_related("period__plan", "agency").get(pk=submission_id)
    if not by.can(Can.ENTER, submission.agency_id):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    lines = by_key(lock_packet(submission, {row.target for row in rows}))
    found = _matched(rows, lines)
    places = range(len(rows))[part]
    known = [place for place in places if isinstance(found[place], PacketLine)]
    typed = [(found[place], Input.part(rows[place].fields), rows[place].version) for place in known]
    saved = dict(zip(known, save_locked(typed, by=by, at=at, door=door), strict=True))
    answers = [_answer(saved.get(place) or found[place]) for place in places]
    if atomic and any(answer.refused for answer in answers):
        raise NothingSaved(answers)
    if dry_run:
        transaction.set_rollback(True)
    return answers


def _matched(rows: Sequence[Row], lines: Mapping[tuple[str, str], PacketLine]) -> dict[int, PacketLine | Refused]:
    """The line of each row by its place, or why it has none. Rows for one line refuse each other: nobody can tell
    which of them is meant.
    """
    scopes: dict[str, list[str]] = defaultdict(list)
    for target, scope in lines:
        scopes[target].append(scope)
    found = {place: row.fault or _line(row, lines, scopes) for place, row in enumerate(rows)}
    places: dict[int, list[int]] = defaultdict(list)
    for place, line in found.items():
        if isinstance(line, PacketLine):
            places[line.pk].append(place)
    for alike in places.values():
        if len(alike) > 1:
            told = Refused(RefusalCode.ROW_TWICE, rows=", ".join(map(str, alike[:10])))
            found |= dict.fromkeys(alike, told)
    return found


def _line(
    row: Row, lines: Mapping[tuple[str, str], PacketLine], scopes: Mapping[str, Sequence[str]]
) -> PacketLine | Refused:
    own = scopes.get(row.target, ())
    if not row.district and len(own) > 1 and (row.target, _agency(lines)) not in lines:
        return Refused(RefusalCode.DISTRICT_NEEDED, target=row.target, districts=", ".join(sorted(own)[:20]))
    scope = row.district or (own[0] if len(own) == 1 else _agency(lines))
    line = lines.get((row.target, scope))
    if line is None:
        key = f"{row.target}/{row.district}" if row.district else row.target
        return Refused(RefusalCode.LINE_UNKNOWN, key=key[:100])
    return _surplus(line, row.fields) or line


def _surplus(line: PacketLine, fields: Mapping[str, str]) -> Refused | None:
    """Why a row cannot be meant for its line: it says something that the target does not ask for."""
    said_more = fields.keys() - asked(line.assignment.target)
    name = next((name for name in fields if name in said_more and fields[name]), None)
    return Refused(RefusalCode.FIELD_NOT_ASKED, field=FIELD_NAMES[name]) if name else None


def _agency(lines: Mapping[tuple[str, str], PacketLine]) -> str:
    """The scope of lines that are for no district."""
    return next((line.submission.agency.code for line in lines.values()), "")


def _answer(found: Attempt | Refused) -> Answer:
    if isinstance(found, Refused):
        return Answer(Outcome.REJECTED, None, found)
    line, before, _after, refused = found
    if refused is not None:
        return Answer(Outcome.REJECTED, line, refused)
    if not found.is_change:
        return Answer(Outcome.UNCHANGED, line, None)
    said_nothing = all(part in (None, "") for part in before)  # a zero is something
    return Answer(Outcome.CREATED if said_nothing else Outcome.CHANGED, line, None)


def kept(row: Row, answer: Answer) -> dict[str, Any]:
    """What became of a row as JSON, to be told in whatever language somebody reads it."""
    line, refused = answer.line, answer.refused
    return {
        "target": row.target,
        "district": line.assignment.district_id if line else row.district or None,
        "outcome": answer.outcome.value,
        "version": line.version if line else None,
        "refusal": [str(refused.refusal.code), refused.refusal.params] if refused else None,
        "doubts": line.doubts if line and not refused else [],
    }
