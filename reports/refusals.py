"""The words of every refusal. Web, spreadsheet and API show the same."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop

from .rules.windows import Refusal, RefusalCode

SENTENCES: dict[RefusalCode, str] = {
    RefusalCode.NOT_OPENED: gettext_noop("This quarter cannot be entered yet: its window opens on %(opens_at)s."),
    RefusalCode.CLOSED: gettext_noop("This quarter can no longer be entered: its window closed on %(closed_at)s."),
    RefusalCode.ALREADY_ACCEPTED: gettext_noop("This has been accepted. To change it, ask for a correction."),
    RefusalCode.ALREADY_SUBMITTED: gettext_noop("This has been submitted and waits for the supervision office."),
    RefusalCode.NOT_YOUR_AGENCY: gettext_noop("You do not enter figures for this agency."),
    RefusalCode.MAY_NOT_SUBMIT: gettext_noop("Only an approver of the agency can submit its packet."),
    RefusalCode.MAY_NOT_REVIEW: gettext_noop("Only the supervision office can accept or return a packet."),
    RefusalCode.FOUR_EYES_ENTERED: gettext_noop(
        "You entered a figure of this packet yourself; another person has to accept it."
    ),
    RefusalCode.FOUR_EYES_SUBMITTED: gettext_noop(
        "You submitted this packet yourself; another person has to accept it."
    ),
    RefusalCode.TWO_PEOPLE: gettext_noop(
        "You entered every figure of this packet yourself; this agency requires a second person to submit it."
    ),
    RefusalCode.NOT_SUBMITTED: gettext_noop("This packet has not been submitted."),
    RefusalCode.NOTHING_TO_DO: gettext_noop("There is nothing to decide on here."),
    RefusalCode.LINES_EMPTY: gettext_noop(
        "Lines without a figure: %(lines)s. Enter the figure, or say why there is nothing to report."
    ),
    RefusalCode.DOUBTS_UNEXPLAINED: gettext_noop("Lines that need an explanation: %(lines)s."),
    RefusalCode.REASON_MISSING: gettext_noop("A reason is needed."),
    RefusalCode.VERSION_CONFLICT: gettext_noop(
        "Somebody else changed this in the meantime. Nothing was saved; look at it again."
    ),
    RefusalCode.BAD_VALUE: gettext_noop("%(field)s: “%(value)s” cannot be stored (%(why)s)."),
    RefusalCode.NOT_ACCEPTED_YET: gettext_noop("This line has not been accepted yet; there is nothing to correct."),
    RefusalCode.LINE_OPEN: gettext_noop("This line is already open for entry."),
}

WHY: dict[str, str] = {
    "not_a_number": gettext_noop("not a number"),
    "too_long": gettext_noop("more than 18 digits before the point"),
    "too_precise": gettext_noop("more than 6 digits after the point"),
    "negative": gettext_noop("negative"),
    "ratio_incomplete": gettext_noop("a ratio needs both numerator and denominator"),
    "denominator_not_positive": gettext_noop("the denominator must be greater than zero"),
    "not_a_date": gettext_noop("not a date; write it like 2021-09-30"),
    "not_a_stage": gettext_noop("not a stage"),
    "date_without_done": gettext_noop("an actual date belongs to the stage “done”"),
    "both_number_and_nothing": gettext_noop("a figure and “nothing to report” exclude each other"),
    "correction_without_number": gettext_noop("a correction needs the figure that replaces the accepted one"),
    "too_long_text": gettext_noop("longer than 2,000 characters"),
}


def _shown(name: str, value: str) -> str:
    if name.endswith("_at"):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "Y-m-d H:i")
    if name == "why":
        return gettext(WHY[value])
    return gettext(value) if name == "field" else value


def words(refusal: Refusal) -> str:
    """One sentence in the reader's language."""
    shown = {name: _shown(name, value) for name, value in refusal.params.items()}
    return gettext(SENTENCES[RefusalCode(refusal.code)]) % shown
