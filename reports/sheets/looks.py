"""How the sheet looks: fills, borders, number formats, and texts that can never become a formula."""

from __future__ import annotations

import unicodedata

from django.utils import translation
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

from .cells import clean

INK, HEAD, BAND = "1B2430", "17507F", "E3ECF6"
INPUT, GREY, RED = "FFF9E5", "EAEAEA", "F4B6AE"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "'")
LINE_HEIGHT = 13.5  # points of one line of text at 9 points

_RULE = Side(style="thin", color="C9CED6")
_STRONG = Side(style="thin", color="B08A2E")
BORDER, INPUT_BORDER = Border(_RULE, _RULE, _RULE, _RULE), Border(_STRONG, _STRONG, _STRONG, _STRONG)
TOP = Alignment(vertical="top", horizontal="left", wrap_text=True)
RIGHT = Alignment(vertical="top", horizontal="right", indent=1, wrap_text=True)
CENTRE = Alignment(vertical="top", horizontal="center")
MIDDLE = Alignment(vertical="center", wrap_text=True)
OPEN, LOCKED = Protection(locked=False), Protection(locked=True)


def fill(colour: str) -> PatternFill:
    """One plain colour."""
    return PatternFill("solid", start_color=colour)


def font(size: float = 9, *, bold: bool = False, colour: str = INK) -> Font:
    """The reader's language decides the typeface: one with Chinese characters where they are read."""
    name = "Microsoft YaHei" if (translation.get_language() or "").startswith("zh") else "Calibri"
    return Font(name=name, size=size, bold=bold, color=colour)


def put(cell: Cell, text: str) -> Cell:
    """Writes text as text: what begins like a formula is shown, never run."""
    cell.value = clean(text) or None
    if cell.value is not None:
        cell.data_type = "s"
        cell.quotePrefix = str(cell.value).startswith(FORMULA_STARTS)
    return cell


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column of so many characters; Chinese characters are two wide."""
    room = max(int(width * 1.1), 1)  # a column is measured in digits of a larger type
    return sum(max(1, -(-_width(line) // room)) for line in text.split("\n"))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
