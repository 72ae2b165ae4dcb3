"""Columns of the sheet, the key of a row, the signed header."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from django.core import signing
from django.utils.translation import gettext_noop

from targets.models import Target
from targets.rules import Combine

from ..models import Submission
from ..rules.windows import Refusal, RefusalCode
from ..selectors.four_eyes import packet_key

FORMAT = 1  # rises when a workbook downloaded before can no longer be read
MARK = "nib-packet"  # what the header begins with
CODE = "nib:"  # before a column's code, and before the name of a row that is no line
SALT = "reports.sheets"
NUMBERS = ("value", "numerator", "denominator")


class Unusable(Exception):
    """The workbook as a whole cannot be used; `refusal` says why."""

    def __init__(self, code: RefusalCode, **params: object) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, {name: str(value) for name, value in params.items()})


class Column(NamedTuple):
    """One column: its code, what stands above it, its width in characters."""

    code: str
    label: str
    width: int


INPUTS = (
    Column("value", gettext_noop("this quarter's value"), 12),
    Column("numerator", gettext_noop("numerator"), 11),
    Column("denominator", gettext_noop("denominator"), 11),
    Column("stage", gettext_noop("stage"), 9),
    Column("actual_on", gettext_noop("actual date"), 11),
    Column("words", gettext_noop("note"), 20),
    Column("nothing_because", gettext_noop("nothing to report, because"), 15),
    Column("explanation", gettext_noop("explanation"), 17),
)
COLUMNS = (
    Column("key", "", 4),
    Column("target", gettext_noop("Target"), 19),
    Column("sentence", gettext_noop("What the plan says"), 20),
    Column("district", gettext_noop("District"), 9),
    Column("unit", gettext_noop("Unit"), 8),
    Column("meaning", gettext_noop("What a number means"), 33),
    Column("goal", gettext_noop("Goal"), 12),
    Column("due", gettext_noop("Due"), 11),
    Column("expected", gettext_noop("Expected by now"), 11),
    Column("last", gettext_noop("Last accepted"), 16),
    *INPUTS,
    Column("doubts", gettext_noop("Doubts and remarks"), 21),
    Column("state", gettext_noop("State"), 9),
)
LABELS = {column.code: column.label for column in COLUMNS}
INPUT_CODES = tuple(column.code for column in INPUTS)


def asked(target: Target) -> frozenset[str]:
    """Codes of the input cells that a target's lines have; the others stay empty."""
    words = {"words", "nothing_because", "explanation"}
    if target.is_milestone:
        return frozenset(words | {"stage", "actual_on"})
    if target.combine == Combine.WEIGHTED:
        return frozenset(words | {"numerator", "denominator"})
    return frozenset(words | {"value"})


def digest(texts: Mapping[str, str]) -> str:
    """Short fingerprint of a row's input cells: tells whether somebody changed them since the download."""
    said = json.dumps([texts.get(code, "") for code in INPUT_CODES], ensure_ascii=False)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:12]


class Key(NamedTuple):
    """The hidden key of a row: which line of which packet, in which state it was when it was downloaded.

    `line` counts the lines that the assignment has had in the packet (2: a correction), `version` is that line's.
    """

    packet: str
    target: str
    scope: str
    line: int
    version: int
    digest: str

    def __str__(self) -> str:
        return f"{self.packet}/{self.target}/{self.scope}#{self.line}.{self.version}~{self.digest}"

    @property
    def name(self) -> str:
        """What people are told of it."""
        return f"{self.target}/{self.scope}"


_KEY = re.compile(r"([\w-]+/[\w-]+/[\w-]+)/([\w-]+)/([\w-]+)#(\d{1,9})\.(\d{1,9})~([0-9a-f]{12})", re.ASCII)


def parse_key(text: str) -> Key | None:
    """None for what is no key."""
    found = _KEY.fullmatch(text)
    return Key(found[1], found[2], found[3], int(found[4]), int(found[5]), found[6]) if found else None


def header(submission: Submission) -> str:
    """The signed text that says which packet a sheet is of, and how it is laid out."""
    return signing.Signer(salt=SALT).sign(f"{MARK}/{FORMAT}/{packet_key(submission)}")


def check_header(text: str, submission: Submission) -> None:
    """Unusable unless the header was signed here, has today's layout, and is of this packet."""
    try:
        _, layout, packet = signing.Signer(salt=SALT).unsign(text).split("/", 2)
    except (signing.BadSignature, ValueError) as error:
        raise Unusable(RefusalCode.SHEET_FORGED) from error
    if layout != str(FORMAT):
        raise Unusable(RefusalCode.SHEET_OLD_TEMPLATE)
    if packet != packet_key(submission):
        _, period, agency = packet.split("/")
        raise Unusable(RefusalCode.SHEET_OTHER_PACKET, agency=agency, period=period)
