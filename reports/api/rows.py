"""Lines as systems send them, in JSON or CSV, as rows of `services.bulk`. What cannot be used is told, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from agencies.api.bodies import CsvParser, Number
from agencies.api.problems import Fault, Problem

from ..rules.windows import RefusalCode
from ..services.bulk import Row
from ..services.filling import FIELD_NAMES, FIELDS
from ..services.refused import Refused
from .refusals import ROW

MOST_ROWS = 10_000

NUMBERS = ("value", "numerator", "denominator")
KEYS = ("target", "district", "version")
MOST_DIGITS = 40
MAX_VERSION = 2**31 - 1


class CsvRows(CsvParser):
    """The same as a CSV file, whose first line names the members."""

    needed = ("target",)


def rows_of(body: Any) -> list[Row]:
    """The rows of a body: {"rows": [...]}, as the lines of a CSV file are, too. Problem for what holds no rows."""
    if body == {}:
        sentence = _("The body is empty. Send “rows” as JSON, or a CSV file whose first line names the columns.")
        raise Problem("bad_body", sentence, faults=[Fault("/rows", "bad_body", sentence)])
    found = body.get("rows") if isinstance(body, dict) else None
    if not isinstance(found, list) or set(body) != {"rows"}:
        sentence = _("Send an object with one member, “rows”: a list of lines.")
        raise Problem("bad_body", sentence, faults=[Fault("/rows", "bad_body", sentence)])
    if len(found) > MOST_ROWS:
        facts = {"sent": len(found), "most": MOST_ROWS}
        raise Problem("too_many_rows", _("%(sent)s rows were sent; at most %(most)s are taken.") % facts)
    return [row(one) for one in found]


def row(sent: Any) -> Row:
    """One line; a fault in it makes a row that is rejected."""
    if not isinstance(sent, dict):
        return _faulty(ROW)
    target, district = sent.get("target"), sent.get("district")
    if target is None or target == "":
        return Row("", "", {}, None, Refused(RefusalCode.TARGET_MISSING))
    if type(target) is not str:
        return _faulty("target")
    if district is not None and type(district) is not str:
        return _faulty("district", storable(target))
    target, district = storable(target), storable(district or "")
    try:
        return Row(target, district, fields_of(sent, also=KEYS), _version(sent.get("version")))
    except Refused as refused:
        return Row(target, district, {}, None, refused)


def fields_of(sent: Mapping[str, Any], also: Sequence[str] = ()) -> dict[str, str]:
    """The fields that were sent, as texts; null becomes empty. Refused for unknown ones and for wrong types."""
    found = {}
    for name, value in sent.items():
        if name in FIELD_NAMES and name in FIELDS:
            found[name] = _text(name, value)
        elif name not in also:
            raise Refused(RefusalCode.FIELD_UNKNOWN, name=storable(name[:60]))
    return found


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Number) and name in NUMBERS:
        return _digits(name, value)
    if type(value) is not str:
        raise Refused(RefusalCode.WRONG_TYPE, name=name)
    return storable(value)


def storable(text: str) -> str:
    """The text with a mark in place of what the database cannot keep, so that nothing is taken for something else."""
    return text if text.isprintable() else text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def _digits(name: str, number: Number) -> str:
    """A JSON number in plain digits: 1e3 is 1000."""
    if "e" not in number.lower():
        return number
    try:
        read = Decimal(number)
    except InvalidOperation:  # the exponent alone is longer than any that can be counted with
        read = Decimal("1e-99" if "-" in number.lstrip("-") else "1e99")
    if read and (len(number) > MOST_DIGITS or abs(read.adjusted()) >= MOST_DIGITS):
        why = "too_precise" if read.adjusted() < 0 else "too_long"
        raise Refused(RefusalCode.BAD_VALUE, field=FIELD_NAMES[name], value=number[:MOST_DIGITS], why=why)
    return f"{read:f}" if read else "0"


def _version(sent: Any) -> int | None:
    if sent is None or sent == "":
        return None
    if isinstance(sent, str) and sent.isascii() and sent.isdecimal() and len(sent) < 11 and int(sent) <= MAX_VERSION:
        return int(sent)
    raise Refused(RefusalCode.WRONG_TYPE, name="version")


def _faulty(name: str, target: str = "") -> Row:
    return Row(target, "", {}, None, Refused(RefusalCode.WRONG_TYPE, name=name))
