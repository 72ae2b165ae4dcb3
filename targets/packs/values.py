"""What one scalar of a pack may be. Each arrives as text; what it may not be is said in a sentence to the author.

Numbers become Decimals, never floats. Lengths and digits are those that the database holds.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
QUARTER = re.compile(r"[0-9]{4}Q[1-4]")
WHOLE_DIGITS, DECIMAL_PLACES = 18, 6
TILES = range(1, 13)
AGENCY_KINDS = (
    "bureau",
    "office",
    "central",
    "district_government",
    "area_committee",
    "enterprise",
    "university",
    "research",
    "hospital_group",
)


def refuse(words: str) -> PydanticCustomError:
    """A schema error that says exactly these words; braces in them are not placeholders."""
    return PydanticCustomError("words", "{words}", {"words": words})


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not PLAIN_NUMBER.fullmatch(value):
        raise refuse(f"{value!r} is not a plain number such as 34000 or 1.05")
    whole, _, decimals = value.lstrip("-").partition(".")
    if len(whole) > WHOLE_DIGITS or len(decimals) > DECIMAL_PLACES:
        raise refuse(f"{value} has more than {WHOLE_DIGITS} digits or more than {DECIMAL_PLACES} decimals")
    return Decimal(value)


def stored_as(whole_digits: int, decimal_places: int) -> AfterValidator:
    def check(value: Decimal) -> Decimal:
        if abs(value) >= 10**whole_digits or value != round(value, decimal_places):
            raise refuse(f"{value} has more than {whole_digits} digits or more than {decimal_places} decimals")
        return value

    return AfterValidator(check)


def _fraction(value: Decimal) -> Decimal:
    if not 0 < value <= 1:
        raise refuse(f"{value} is not a fraction above 0 and up to 1")
    return value


def _whole(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if not re.fullmatch(r"[0-9]{1,4}", value):
        raise refuse(f"{value!r} is not a whole number from 0 to 9999")
    return int(value)


def _day(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value if ISO_DAY.fullmatch(value) else "")
    except ValueError:
        raise refuse(f"{value!r} is not a day such as 2022-12-31") from None


def _tile(value: int) -> int:
    if value not in TILES:
        raise refuse(f"{value} is outside the tile grid, which goes from {TILES[0]} to {TILES[-1]}")
    return value


def _flag(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value not in ("true", "false"):
        raise refuse(f"{value!r} is neither true nor false")
    return value == "true"


def _one_line(value: str) -> str:
    if not value or value != value.strip() or not value.isprintable():
        raise refuse("should be one line of text, without space around it")
    return value


def _matching(pattern: re.Pattern[str], like: str) -> AfterValidator:
    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            raise refuse(f"{value!r} is not {like}")
        return value

    return AfterValidator(check)


def at_most(length: int) -> AfterValidator:
    def check(value: str) -> str:
        if len(value) > length:
            raise refuse(f"has {len(value)} characters; at most {length} can be stored")
        return value

    return AfterValidator(check)


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise refuse(f"{value!r} is not a time zone such as Asia/Shanghai")
    return value


def _kind(value: str) -> str:
    if value not in AGENCY_KINDS:
        raise refuse(f"{value!r} is not one of {', '.join(AGENCY_KINDS)}")
    return value


Text = Annotated[str, AfterValidator(_one_line)]
Short = Annotated[Text, at_most(60)]
Name = Annotated[Text, at_most(300)]
Code = Annotated[str, _matching(SLUG, "a code of small letters, digits and single hyphens"), at_most(60)]
DistrictCode = Annotated[str, _matching(re.compile(r"[0-9]{6}"), "a GB/T 2260 code of six digits")]
Quarter = Annotated[str, _matching(QUARTER, "a quarter such as 2021Q3")]
Number = Annotated[Decimal, BeforeValidator(_number)]
Ratio = Annotated[Number, stored_as(2, 4)]
Points = Annotated[Number, stored_as(4, 2)]
Fraction = Annotated[Number, AfterValidator(_fraction)]
Whole = Annotated[int, BeforeValidator(_whole)]
TileNumber = Annotated[Whole, AfterValidator(_tile)]
Day = Annotated[date, BeforeValidator(_day)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Zone = Annotated[str, AfterValidator(_zone)]
AgencyKind = Annotated[str, AfterValidator(_kind)]
