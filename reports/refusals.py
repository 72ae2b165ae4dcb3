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
        "You entered a figure of this packet, or its evidence, yourself; another person has to accept it."
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
    RefusalCode.CHANGED_SINCE: gettext_noop(
        "Not submitted: somebody else changed lines in the meantime: %(lines)s. Look at them, then submit again."
    ),
    RefusalCode.VERSION_CONFLICT: gettext_noop(
        "Somebody else changed this in the meantime. Nothing was saved; look at it again."
    ),
    RefusalCode.BAD_VALUE: gettext_noop("%(field)s: “%(value)s” cannot be stored (%(why)s)."),
    RefusalCode.NOT_ACCEPTED_YET: gettext_noop("This line has not been accepted yet; there is nothing to correct."),
    RefusalCode.LINE_OPEN: gettext_noop("This line is already open for entry."),
    RefusalCode.LINE_RETIRED: gettext_noop("This line is no longer asked for; what was entered stays to be read."),
    RefusalCode.NO_CORRECTION: gettext_noop("This line is no correction; it cannot be withdrawn."),
    RefusalCode.CORRECTION_OF_OTHERS: gettext_noop("Only who asked for this correction can withdraw it."),
    RefusalCode.DECIDED_SINCE: gettext_noop(
        "The supervision office has already decided on a line of this packet; it can no longer be taken back."
    ),
    RefusalCode.DEADLINE_PASSED: gettext_noop("The new deadline has passed already."),
    RefusalCode.FAILED: gettext_noop("This failed and nothing was changed; the error is in the operator's log."),
    RefusalCode.FILE_REFUSED: gettext_noop("“%(name)s” was not added: %(why)s."),
    RefusalCode.FILE_TOO_LARGE: gettext_noop("“%(name)s” was not added: it is larger than %(limit)s MB."),
    RefusalCode.LINK_REFUSED: gettext_noop("The link was not added: %(why)s."),
    RefusalCode.TOO_MANY_PIECES: gettext_noop("A line takes at most %(limit)s pieces of evidence."),
    RefusalCode.SHEET_TOO_LARGE: gettext_noop("The file is larger than %(limit)s MB."),
    RefusalCode.SHEET_NOT_XLSX: gettext_noop(
        "This is not an Excel workbook (.xlsx). Save it as .xlsx and upload it again."
    ),
    RefusalCode.SHEET_OLD_FORMAT: gettext_noop(
        "This is an Excel file of the old kind (.xls). Save it as .xlsx and upload it again."
    ),
    RefusalCode.SHEET_ENCRYPTED: gettext_noop(
        "This workbook is protected by a password. Save it without one and upload it again."
    ),
    RefusalCode.SHEET_MACROS: gettext_noop(
        "This workbook contains macros, which are not accepted. Save it as .xlsx without macros and upload it again."
    ),
    RefusalCode.SHEET_ENTITIES: gettext_noop(
        "This file was built in a way that no spreadsheet program uses; it is refused."
    ),
    RefusalCode.SHEET_BOMB: gettext_noop("This file unpacks to far more than a packet can hold; it is refused."),
    RefusalCode.SHEET_DAMAGED: gettext_noop(
        "This workbook is damaged and cannot be read. Open it, save it again as .xlsx, and upload that."
    ),
    RefusalCode.SHEET_TOO_MANY_ROWS: gettext_noop(
        "A sheet of this workbook has more than %(limit)s rows. Delete what is not part of the packet."
    ),
    RefusalCode.SHEET_TOO_MANY_CELLS: gettext_noop(
        "This workbook has more than %(limit)s cells. Delete what is not part of the packet."
    ),
    RefusalCode.SHEET_NOT_OURS: gettext_noop(
        "This is not a workbook of a packet: its hidden first row is missing. Download the packet again and fill that."
    ),
    RefusalCode.SHEET_FORGED: gettext_noop(
        "The hidden first row of this workbook is not as it was downloaded. Download the packet again and fill that."
    ),
    RefusalCode.SHEET_OLD_TEMPLATE: gettext_noop(
        "This workbook was downloaded in an older format. Download the packet again and fill that."
    ),
    RefusalCode.SHEET_OTHER_PACKET: gettext_noop(
        "This is the workbook of another packet (%(agency)s, %(period)s). Upload it there."
    ),
    RefusalCode.SHEET_TWICE: gettext_noop("This workbook holds the packet's sheet more than once. Delete the copies."),
    RefusalCode.SHEET_COLUMN_TWICE: gettext_noop("The column “%(field)s” stands in the sheet more than once."),
    RefusalCode.ROW_WITHOUT_KEY: gettext_noop(
        "This row does not belong to the packet: lines cannot be added in a workbook."
    ),
    RefusalCode.ROW_UNKNOWN: gettext_noop("The packet has no such line (%(key)s). Download the packet again."),
    RefusalCode.ROW_FOREIGN: gettext_noop("This row is of another packet (%(key)s)."),
    RefusalCode.ROW_TWICE: gettext_noop("This line is named more than once (rows %(rows)s). Keep one of them."),
    RefusalCode.ROW_FORMULA: gettext_noop(
        "%(field)s: this is a formula. Copy the cell and paste it as a value, then upload again."
    ),
    RefusalCode.ROW_ERROR_VALUE: gettext_noop("%(field)s: the cell shows the error %(value)s."),
    RefusalCode.ROW_NOT_ASKED: gettext_noop("%(field)s: this is not asked for here; leave the grey cell empty."),
    RefusalCode.ROW_GONE: gettext_noop("This line is no longer part of the packet."),
    RefusalCode.TARGET_MISSING: gettext_noop("The row does not name its target."),
    RefusalCode.LINE_UNKNOWN: gettext_noop("The packet has no such line (%(key)s)."),
    RefusalCode.DISTRICT_NEEDED: gettext_noop(
        "The packet has several lines for the target %(target)s; name the district (%(districts)s)."
    ),
    RefusalCode.FIELD_UNKNOWN: gettext_noop("A line has no field “%(name)s”."),
    RefusalCode.FIELD_NOT_ASKED: gettext_noop("%(field)s: this is not asked for here."),
    RefusalCode.WRONG_TYPE: gettext_noop(
        "%(name)s: a value of this kind is not taken here. A number may be a JSON number; everything else is a text."
    ),
    RefusalCode.NOT_TRUSTED: gettext_noop(
        "Nothing was accepted: the plan trusts no submitted line of this packet, or all that it trusts are doubted."
    ),
    RefusalCode.WORKBOOK_NOT_READY: gettext_noop("This workbook has been dealt with already."),
    RefusalCode.WORKBOOK_FILE_GONE: gettext_noop("The uploaded file is no longer kept."),
    RefusalCode.WORKBOOK_OF_OTHERS: gettext_noop(
        "Only who uploaded a workbook can confirm or discard it: the figures are entered in that person's name."
    ),
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
    "in_the_future": gettext_noop("it lies in the future"),
    "both_number_and_nothing": gettext_noop("a figure and “nothing to report” exclude each other"),
    "correction_without_number": gettext_noop("a correction needs the figure that replaces the accepted one"),
    "too_long_text": gettext_noop("longer than 2,000 characters"),
    "file_empty": gettext_noop("it is empty"),
    "file_type": gettext_noop(
        "files of this kind are not taken; PDF, OFD, Word, Excel, WPS, PowerPoint (pptx), pictures (PNG, JPEG, WebP), "
        "CSV and plain text are"
    ),
    "file_content": gettext_noop("its content is not what the ending of its name says"),
    "file_macros": gettext_noop("it holds macros; save it without them"),
    "file_locked": gettext_noop("it is locked with a password; save it without one"),
    "file_twice": gettext_noop("this line has the same file already"),
    "link_too_long": gettext_noop("it is longer than 1,000 characters"),
    "link_unfit": gettext_noop("an address has no spaces, line ends, invisible characters or backslashes"),
    "link_scheme": gettext_noop("an address begins with http:// or https://"),
    "link_credentials": gettext_noop("it has a user name or a password in it"),
    "link_host": gettext_noop("it does not name a host"),
    "link_twice": gettext_noop("this line has the same link already"),
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
