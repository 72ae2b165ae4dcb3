"""What a cell says as text, and the one way in which every text is written before two are compared."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from targets.rules import Stage

from ..models import Entry
from ..rules.numbers import NotANumber, parse_number, plain_or_none, trim
from ..rules.windows import RefusalCode
from ..wording import stage_word
from .columns import INPUT_CODES, NUMBERS, asked

MAX_TEXT = 4000  # characters kept of one cell: more than can be stored, so that the refusal can say so
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?|(\d{4})(\d\d)(\d\d)")


class BadCell(Exception):
    """The cell cannot be read: a formula, or an error that a formula left behind (`value`: as shown)."""

    def __init__(self, code: RefusalCode, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value


def text_of(cell: Any) -> str:
    """What a cell of openpyxl says, as somebody would read it; "" for an empty one. BadCell."""
    if cell.data_type == "f":
        raise BadCell(RefusalCode.ROW_FORMULA)
    if cell.data_type == "e":
        raise BadCell(RefusalCode.ROW_ERROR_VALUE, str(cell.value))
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number_text(value, cell.number_format or "")
    return _day_text(value) if isinstance(value, date) else clean(str(value))


def _number_text(value: float, shown_as: str) -> str:
    """12000000, not 1.2E7; 0.3, not 0.30000000000000004; what is shown as 65 % says "65%", not 0.65."""
    number = Decimal(f"{value:.15g}" if isinstance(value, float) else value)
    if not number.is_finite() or abs(number.adjusted()) > 60:
        return str(value)
    return trim(number * 100) + "%" if "%" in shown_as else trim(number)


def _day_text(value: date) -> str:
    if isinstance(value, datetime) and value.time() != datetime.min.time():
        return value.isoformat(" ", "minutes")
    return value.strftime("%Y-%m-%d") if value.year > 999 else str(value)


def clean(text: str) -> str:
    """Without spaces around it, with one kind of line end, without what neither a sheet nor the database can hold."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n"))
    return text.encode("utf-8", "ignore").decode().strip()


def normal(code: str, text: str) -> str:
    """What an input cell says, written in the one way that it is stored; what cannot be stored stays as typed."""
    text = clean(text)
    if code in NUMBERS:
        return _normal_number(text)
    if code == "actual_on":
        return _normal_day(text)
    return stage_codes().get(text.casefold(), text) if code == "stage" else text


def _normal_number(text: str) -> str:
    try:
        return plain_or_none(parse_number(text)) or ""
    except NotANumber:
        return text


def _normal_day(text: str) -> str:
    found = DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return text
    year, month, day = (part for part in found.groups() if part is not None)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return text


@cache
def stage_codes() -> dict[str, str]:
    """Stages by their words in every language, and by their codes."""
    codes = {stage.value: stage.value for stage in Stage}
    for language, _ in settings.LANGUAGES:
        with translation.override(language):
            codes |= {stage_word(stage).casefold(): stage.value for stage in Stage}
    return codes


def stored_texts(entry: Entry) -> dict[str, str]:
    """What the input cells of a line say when nobody changes them."""
    wanted = asked(entry.assignment.target)
    texts = {
        **{code: plain_or_none(getattr(entry, code)) or "" for code in NUMBERS},
        "stage": entry.stage,
        "actual_on": entry.actual_on.isoformat() if entry.actual_on else "",
        **{code: clean(getattr(entry, code)) for code in ("words", "nothing_because", "explanation")},
    }
    return {code: texts[code] if code in wanted else "" for code in INPUT_CODES}
