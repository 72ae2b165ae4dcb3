"""What was typed into a line becomes what the line stores, or is refused with its field and the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_noop

from targets.rules import Bound, Combine, Stage

from ..models import Entry
from ..rules.numbers import MAX_DIGITS, PLACES, NotANumber, parse_number
from ..rules.windows import RefusalCode
from .refused import Refused

MAX_WORDS = 2000
FIELD_NAMES = {
    "value": gettext_noop("this quarter's value"),
    "numerator": gettext_noop("numerator"),
    "denominator": gettext_noop("denominator"),
    "stage": gettext_noop("stage"),
    "actual_on": gettext_noop("actual date"),
    "words": gettext_noop("note"),
    "nothing_because": gettext_noop("nothing to report, because"),
    "explanation": gettext_noop("explanation"),
    "correction_reason": gettext_noop("reason for the correction"),
    "return_reason": gettext_noop("reason for the return"),
    "extension_reason": gettext_noop("reason for the extension"),
}


@dataclass(frozen=True)
class Input:
    """What somebody typed into one line, as text. Empty text means nothing, never zero; null leaves what is there."""

    value: str | None = ""
    numerator: str | None = ""
    denominator: str | None = ""
    stage: str | None = ""
    actual_on: str | None = ""
    words: str | None = ""
    nothing_because: str | None = ""
    explanation: str | None = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> Input:
        """The whole line: what is not named says nothing."""
        return cls(**{name: _whole(text).strip() for name, text in fields.items() if name in FIELDS})

    @classmethod
    def part(cls, fields: Mapping[str, str]) -> Input:
        """A part of the line: what is not named stays as it is."""
        return cls(**NOT_NAMED | {name: _whole(text).strip() for name, text in fields.items() if name in FIELDS})


FIELDS = tuple(Input.__dataclass_fields__)
NOT_NAMED: dict[str, None] = dict.fromkeys(FIELDS)


def fill(entry: Entry, typed: Input, *, today: date) -> None:
    """Writes what was typed into the entry, unsaved; Refused where it cannot be stored. `today` is the plan's day."""
    target = entry.assignment.target
    if target.bound == Bound.MILESTONE:
        _fill_stage(entry, typed, today)
    elif target.combine == Combine.WEIGHTED:
        _fill_ratio(entry, typed)
    elif typed.value is not None:
        entry.value = _number("value", typed.value)
    for name in ("words", "nothing_because", "explanation"):
        if (text := getattr(typed, name)) is not None:
            setattr(entry, name, storable_text(name, text))
    if entry.nothing_because and entry.has_figure:
        raise _bad("nothing_because", entry.nothing_because, "both_number_and_nothing")
    if entry.nothing_because and entry.corrects_id:  # the accepted figure would stay in force
        raise _bad("nothing_because", entry.nothing_because, "correction_without_number")


def _fill_stage(entry: Entry, typed: Input, today: date) -> None:
    if typed.stage and typed.stage not in set(Stage):
        raise _bad("stage", typed.stage, "not_a_stage")
    if typed.stage is not None:
        entry.stage = typed.stage
    if typed.actual_on is not None:
        entry.actual_on = _date("actual_on", typed.actual_on)
    if entry.actual_on and entry.stage != Stage.DONE:
        raise _bad("actual_on", entry.actual_on.isoformat(), "date_without_done")
    if entry.actual_on and entry.actual_on > today:
        raise _bad("actual_on", entry.actual_on.isoformat(), "in_the_future")


def _fill_ratio(entry: Entry, typed: Input) -> None:
    if typed.numerator is None and typed.denominator is None:
        return
    numerator = entry.numerator if typed.numerator is None else _number("numerator", typed.numerator)
    denominator = entry.denominator if typed.denominator is None else _number("denominator", typed.denominator)
    if (numerator is None) != (denominator is None):
        raise _bad("numerator", typed.numerator or typed.denominator or "", "ratio_incomplete")
    if denominator is not None and denominator <= 0:
        raise _bad("denominator", typed.denominator or "", "denominator_not_positive")
    entry.numerator, entry.denominator = numerator, denominator
    scale = entry.assignment.target.ratio_scale
    ratio = None if numerator is None or denominator is None else scale * numerator / denominator
    if ratio is not None and ratio.adjusted() >= MAX_DIGITS:
        raise _bad("numerator", typed.numerator or "", "too_long")
    entry.value = None if ratio is None else ratio.quantize(PLACES)


def _number(name: str, text: str) -> Decimal | None:
    try:
        number = parse_number(text)
    except NotANumber as error:
        raise _bad(name, text, error.code) from error
    if number is not None and number < 0:
        raise _bad(name, text, "negative")
    return number


def _date(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise _bad(name, text, "not_a_date") from error


def storable_text(name: str, text: str) -> str:
    """The text without what PostgreSQL refuses; Refused where it is too long."""
    if len(text) > MAX_WORDS:
        raise _bad(name, text[:40] + "…", "too_long_text")
    return _whole(text.replace("\x00", "")).strip()  # again: what stood before it may be at the end now


def _whole(text: str) -> str:
    """Without the halves of characters that JSON can carry: neither the database nor an answer can."""
    return text if text.isascii() else text.encode("utf-8", "ignore").decode()


def _bad(name: str, value: str, why: str) -> Refused:
    return Refused(RefusalCode.BAD_VALUE, field=FIELD_NAMES[name], value=value, why=why)
