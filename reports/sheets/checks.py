"""What the sheet itself checks while somebody types. It helps them; what counts is checked again on upload."""

from __future__ import annotations

from django.utils.translation import gettext
from openpyxl.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from targets.rules import Stage

from ..wording import stage_word
from .columns import NUMBERS

MAX_WORDS = 2000
WHOLE = DifferentialStyle(numFmt=NumberFormat(numFmtId=170, formatCode="#,##0"))


class Checks:
    """The validations of one sheet; `add` says which cell is checked as what."""

    def __init__(self, page: Worksheet) -> None:
        self.page = page
        self.number = _number()
        self.day = _day()
        self.stage = _stage()
        self.text = _text()
        self.numbers: dict[str, int] = {}  # first row with numbers, by column letter

    def add(self, code: str, cell: Cell) -> None:
        """Checks a cell as the input column asks."""
        if code in NUMBERS:
            self.number.add(cell)
            self.numbers.setdefault(cell.column_letter, cell.row)
        else:
            {"actual_on": self.day, "stage": self.stage}.get(code, self.text).add(cell)

    def finish(self, last_row: int) -> None:
        """Writes the checks into the sheet: one each for any number of cells."""
        for one in (self.number, self.day, self.stage, self.text):
            if one.sqref:
                self.page.add_data_validation(one)
        for column, first in self.numbers.items():  # whole numbers without the point that their format would leave
            rule = Rule(type="expression", dxf=WHOLE, formula=[f"MOD({column}{first},1)=0"])
            self.page.conditional_formatting.add(f"{column}{first}:{column}{last_row}", rule)


def _number() -> DataValidation:
    # a warning, not a stop: "3.4万" is text to a spreadsheet and a number to us
    check = DataValidation("decimal", formula1="0", operator="greaterThanOrEqual", errorStyle="warning")
    check.promptTitle = gettext("A number, 0 or more")
    check.prompt = gettext("You may also write 3.4万. An empty cell means that nothing was entered; a true zero is 0.")
    check.errorTitle = gettext("Is this a number?")
    check.error = gettext("Usually this is a plain number, 0 or more.")
    return _shown(check)


def _day() -> DataValidation:
    check = DataValidation("date", formula1="36526", operator="greaterThanOrEqual", errorStyle="warning")
    check.promptTitle, check.prompt = gettext("A date"), gettext("For example 2021-09-30; only for the stage “done”.")
    check.errorTitle, check.error = gettext("Is this a date?"), gettext("Write it like 2021-09-30.")
    return _shown(check)


def _stage() -> DataValidation:
    words = ",".join(stage_word(stage) for stage in Stage)
    check = DataValidation("list", formula1=f'"{words}"')
    check.errorTitle, check.error = gettext("Stage"), gettext("Choose one of the list.")
    return _shown(check)


def _text() -> DataValidation:
    check = DataValidation("textLength", formula1=str(MAX_WORDS), operator="lessThanOrEqual")
    check.errorTitle, check.error = gettext("Too long"), gettext("At most 2,000 characters.")
    return _shown(check)


def _shown(check: DataValidation) -> DataValidation:
    check.allow_blank = check.showErrorMessage = check.showInputMessage = True
    return check
