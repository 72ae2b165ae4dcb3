"""Loads published figures from a CSV file: all rows or none, as often as one likes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from agencies.models import User
from agencies.services import audit

from ..models import Plan, PublishedFigure, Target
from ..packs import PackError, PackErrors
from .changes import Changes

COLUMNS = (
    "target",
    "measured_zh",
    "measured_en",
    "comparator",
    "value",
    "unit",
    "as_of",
    "as_of_precision",
    "definition_match",
    "source",
    "source_kind",
    "reliability",
    "note_zh",
    "note_en",
)
OPTIONAL = {"note_zh", "note_en"}
CLOSED_LISTS = {
    "comparator": PublishedFigure.Wording,
    "as_of_precision": PublishedFigure.Precision,
    "definition_match": PublishedFigure.Match,
    "reliability": PublishedFigure.Reliability,
}
LENGTHS = {
    "measured_zh": "measured_zh",
    "measured_en": "measured_en",
    "unit": "unit_zh",
    "source": "source",
    "source_kind": "source_kind",
}
KEY = ("target_id", "measured_en", "as_of", "source")
NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,6})?")
Row = dict[str, str]


@transaction.atomic
def load_published(file: Path, plan: Plan, *, at: datetime, by: User | None, door: audit.Door) -> Changes:
    """Brings the published figures of a plan up to a file; PackErrors names every bad row. Nothing is deleted."""
    figures = read_published(file, plan)
    existing = {_key(one): one for one in PublishedFigure.objects.filter(target__plan=plan)}
    changes = Changes()
    fields = [field.attname for field in PublishedFigure._meta.fields if field.attname not in ("id", *KEY)]
    for figure in figures:
        name = f"published figure {figure.target.code}, {figure.as_of}, {figure.source}"
        changes.put(name, existing.get(_key(figure)), figure, fields)
    if changes:
        _audit(plan, changes, at=at, by=by, door=door)
    return changes


def read_published(file: Path, plan: Plan) -> list[PublishedFigure]:
    """The rows of a file as unsaved figures. Columns are those of fixtures/published_figures.csv."""
    targets = {target.code: target for target in plan.targets.all()}
    rows = _rows(file)
    errors = [error for line, row in rows for error in _row_errors(str(file), line, row, targets)]
    if errors:
        raise PackErrors(errors)
    figures = [_figure(row, targets) for _, row in rows]
    _refuse_twins(str(file), zip((line for line, _ in rows), figures, strict=True))
    return figures


def _rows(file: Path) -> list[tuple[int, Row]]:
    """Line number and values of each row."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PackErrors([PackError(str(file), 1, "", f"cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise PackErrors([PackError(str(file), 1, "", "is not UTF-8; save the file as UTF-8")]) from None
    reader = csv.DictReader(text.splitlines(), restkey="")
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
    if missing:
        raise PackErrors([PackError(str(file), 1, "", f"the columns {', '.join(missing)} are missing")])
    return [(reader.line_num, row) for row in reader]


def _row_errors(file: str, line: int, row: Row, targets: dict[str, Target]) -> Iterator[PackError]:
    if "" in row or None in row.values():
        yield PackError(file, line, "", f"has more or fewer than {len(COLUMNS)} values")
        return
    for column, words in _problems(row, targets):
        yield PackError(file, line, column, words)


def _problems(row: Row, targets: dict[str, Target]) -> Iterator[tuple[str, str]]:
    """(column, sentence) of everything that is wrong with a row."""
    for column in COLUMNS:
        if column not in OPTIONAL and not row[column].strip():
            yield column, "is empty"
    for column, choices in CLOSED_LISTS.items():
        if row[column] not in choices.values:
            yield column, f"{row[column]!r} is not one of {', '.join(choices.values)}"
    if not NUMBER.fullmatch(row["value"]):
        yield "value", f"{row['value']!r} is not a plain number such as 34000 or 71.51"
    if not _is_day(row["as_of"]):
        yield "as_of", f"{row['as_of']!r} is not a day such as 2022-12-31"
    yield from _target_problems(row, targets.get(row["target"]))
    yield from _too_long(row)


def _target_problems(row: Row, target: Target | None) -> Iterator[tuple[str, str]]:
    same = row["definition_match"] == PublishedFigure.Match.SAME
    if target is None:
        yield "target", f"no target of the plan has the code {row['target']!r}"
    elif same and row["unit"] != target.unit_zh:
        yield "unit", f"{row['unit']!r} is not the target's unit, so the definition cannot be the same"


def _too_long(row: Row) -> Iterator[tuple[str, str]]:
    for column, name in LENGTHS.items():
        limit = PublishedFigure._meta.get_field(name).max_length or 0
        if len(row[column]) > limit:
            yield column, f"has {len(row[column])} characters; at most {limit} can be stored"


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _figure(row: Row, targets: dict[str, Target]) -> PublishedFigure:
    return PublishedFigure(
        target=targets[row["target"]],
        measured_zh=row["measured_zh"],
        measured_en=row["measured_en"],
        wording=row["comparator"],
        value=Decimal(row["value"]),
        unit_zh=row["unit"],
        as_of=date.fromisoformat(row["as_of"]),
        precision=row["as_of_precision"],
        match=row["definition_match"],
        source=row["source"],
        source_kind=row["source_kind"],
        reliability=row["reliability"],
        note_zh=row["note_zh"],
        note_en=row["note_en"],
    )


def _refuse_twins(file: str, figures: Iterable[tuple[int, PublishedFigure]]) -> None:
    first: dict[tuple[Any, ...], int] = {}
    errors = [
        PackError(
            file, line, "", f"says the same as line {first[_key(figure)]}: target, what is measured, day and source"
        )
        for line, figure in figures
        if first.setdefault(_key(figure), line) != line
    ]
    if errors:
        raise PackErrors(errors)


def _key(figure: PublishedFigure) -> tuple[Any, ...]:
    return tuple(getattr(figure, name) for name in KEY)


def _audit(plan: Plan, changes: Changes, *, at: datetime, by: User | None, door: audit.Door) -> None:
    audit.record(
        "published_figures.loaded",
        plan.code,
        actor=by,
        at=at,
        door=door,
        before={key: before for key, (before, _) in changes.changed.items()},
        after={"created": changes.created, "changed": {key: after for key, (_, after) in changes.changed.items()}},
    )
