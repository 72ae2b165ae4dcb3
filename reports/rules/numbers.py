"""Numbers as people type and read them: 3.4万, 1,200, full-width digits. Pure."""

from __future__ import annotations

import re
import unicodedata
from decimal import Context, Decimal

EXACT = Context(prec=60)  # the usual 28 digits would round what somebody typed before it could be refused
MAX_DIGITS = 18  # whole digits that a stored number can have
PLACES = Decimal("0.000001")
SCALES = {
    "": 1,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
    "k": 1_000,
    "m": 10**6,
}
NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?\s*(百万|千万|万亿|百|千|万|亿|k|m)?%?", re.IGNORECASE)


class NotANumber(ValueError):
    """The text is not a number that can be stored; `code` says why: not_a_number, too_long, too_precise, negative."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_number(text: str) -> Decimal | None:
    """What was typed: "3.4万" is 34000, "1,200" is 1200, "１２" is 12, "" is None (nothing entered, not zero).

    NotANumber for anything else.
    """
    cleaned = unicodedata.normalize("NFKC", text).strip().replace("\N{MINUS SIGN}", "-")
    if not cleaned:
        return None
    match = NUMBER.fullmatch(cleaned)
    if match is None or not (match[2] or match[3]):
        raise NotANumber("not_a_number")
    sign, whole, fraction, scale = match.groups(default="")
    if len(whole.replace(",", "")) + len(fraction) > 40:
        raise NotANumber("too_long")
    number = Decimal(f"{sign}{whole.replace(',', '') or '0'}{fraction}")
    return storable(EXACT.multiply(number, SCALES[scale.lower()]))


def storable(number: Decimal) -> Decimal:
    """The number as the ledger stores it (six places); NotANumber where it would be changed by that."""
    if not number.is_finite():
        raise NotANumber("not_a_number")
    if number.adjusted() >= MAX_DIGITS:
        raise NotANumber("too_long")
    rounded = number.quantize(PLACES)
    if rounded != number:
        raise NotANumber("too_precise")
    return rounded + 0  # -0 becomes 0


def grouped(number: Decimal, language: str) -> str:
    """For reading: 34000 -> "3.4万" in Chinese, "34,000" in English; exact, never rounded."""
    if language.startswith("zh"):
        for scale, word in ((Decimal(10**8), "亿"), (Decimal(10**4), "万")):
            if abs(number) >= scale and (number / scale).quantize(Decimal("0.01")) * scale == number:
                return f"{trim(number / scale)}{word}"
    return trim(number, separator=",")


def trim(number: Decimal, *, separator: str = "") -> str:
    """Plain digits without trailing zeros: 34000.500000 -> "34000.5"."""
    text = f"{number + 0:{separator}f}"  # minus zero is zero
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_or_none(number: Decimal | None) -> str | None:
    """Plain digits, or None for nothing."""
    return None if number is None else trim(number)
