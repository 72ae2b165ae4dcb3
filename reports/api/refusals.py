"""What services refuse, as codes of the API: the same words as on the pages, with an HTTP status."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from agencies.api import codes
from agencies.api.codes import Code
from agencies.api.problems import Fault, Problem

from ..refusals import WHY
from ..rules.windows import RefusalCode
from ..services.filling import FIELD_NAMES
from ..services.refused import Refused

TITLES: dict[RefusalCode, Code] = {
    RefusalCode.NOT_OPENED: Code(409, gettext_noop("The quarter cannot be entered yet.")),
    RefusalCode.CLOSED: Code(409, gettext_noop("The quarter can no longer be entered.")),
    RefusalCode.ALREADY_ACCEPTED: Code(409, gettext_noop("This has been accepted already.")),
    RefusalCode.ALREADY_SUBMITTED: Code(409, gettext_noop("This has been submitted already.")),
    RefusalCode.NOT_YOUR_AGENCY: Code(403, gettext_noop("The system does not enter figures for this agency.")),
    RefusalCode.MAY_NOT_SUBMIT: Code(403, gettext_noop("The system may not submit this packet.")),
    RefusalCode.TWO_PEOPLE: Code(409, gettext_noop("A second person or system has to submit this packet.")),
    RefusalCode.NOT_SUBMITTED: Code(409, gettext_noop("The packet has not been submitted.")),
    RefusalCode.NOTHING_TO_DO: Code(409, gettext_noop("There is nothing to do here.")),
    RefusalCode.LINES_EMPTY: Code(409, gettext_noop("Some lines have no figure.")),
    RefusalCode.DOUBTS_UNEXPLAINED: Code(409, gettext_noop("Some lines need an explanation.")),
    RefusalCode.REASON_MISSING: Code(422, gettext_noop("A reason is needed.")),
    RefusalCode.VERSION_CONFLICT: Code(412, gettext_noop("This was changed since it was read.")),
    RefusalCode.NOT_ACCEPTED_YET: Code(409, gettext_noop("The line has not been accepted yet.")),
    RefusalCode.LINE_OPEN: Code(409, gettext_noop("The line is open for entry already.")),
    RefusalCode.LINE_RETIRED: Code(409, gettext_noop("The line is no longer asked for.")),
    RefusalCode.NO_CORRECTION: Code(409, gettext_noop("The line is no correction.")),
    RefusalCode.CORRECTION_OF_OTHERS: Code(409, gettext_noop("Somebody else asked for this correction.")),
    RefusalCode.DECIDED_SINCE: Code(409, gettext_noop("The supervision office has decided on a line already.")),
    RefusalCode.FILE_REFUSED: Code(422, gettext_noop("The file is not taken.")),
    RefusalCode.FILE_TOO_LARGE: Code(413, gettext_noop("The file is too large.")),
    RefusalCode.LINK_REFUSED: Code(422, gettext_noop("The link is not taken.")),
    RefusalCode.TOO_MANY_PIECES: Code(409, gettext_noop("The line has as much evidence as it can have.")),
    RefusalCode.ROW_TWICE: Code(422, gettext_noop("A line is named more than once.")),
    RefusalCode.TARGET_MISSING: Code(422, gettext_noop("The target has to be named.")),
    RefusalCode.LINE_UNKNOWN: Code(422, gettext_noop("The packet has no such line.")),
    RefusalCode.DISTRICT_NEEDED: Code(422, gettext_noop("The district has to be named.")),
    RefusalCode.FIELD_UNKNOWN: Code(422, gettext_noop("A line has no such field.")),
    RefusalCode.FIELD_NOT_ASKED: Code(422, gettext_noop("The target does not ask for this field.")),
    RefusalCode.WRONG_TYPE: Code(422, gettext_noop("A field has a value of the wrong kind.")),
    RefusalCode.NOT_TRUSTED: Code(409, gettext_noop("No line can be accepted without a person.")),
}
# why a value cannot be stored; of a single line these say more than "bad value"
VALUES = (
    "not_a_number", "too_long", "too_precise", "negative", "ratio_incomplete", "denominator_not_positive", "not_a_date",
    "not_a_stage", "date_without_done", "in_the_future", "both_number_and_nothing", "correction_without_number",
    "too_long_text",
)  # fmt: skip
OF_A_ROW = (
    *VALUES, "row_twice", "target_missing", "line_unknown", "district_needed", "field_unknown", "field_not_asked",
    "wrong_type", "version_conflict", "not_opened", "closed", "already_accepted", "already_submitted", "line_retired",
)  # fmt: skip
ROWS_REJECTED = "rows_rejected"
ROW = "row"  # what a row is called that is no object

codes.register({str(code): meaning for code, meaning in TITLES.items()})
codes.register({why: Code(422, WHY[why]) for why in VALUES})
codes.register({ROWS_REJECTED: Code(422, gettext_noop("Rows were rejected, and all or nothing was asked for."))})

# members of what is sent, by what the sentence calls them, and by codes that concern one member
_FIELDS = {label: name for name, label in FIELD_NAMES.items()} | {FIELD_NAMES["correction_reason"]: "reason"}
_MEMBERS = {
    RefusalCode.FILE_REFUSED: "file",
    RefusalCode.FILE_TOO_LARGE: "file",
    RefusalCode.LINK_REFUSED: "url",
    RefusalCode.REASON_MISSING: "reason",
    RefusalCode.TARGET_MISSING: "target",
    RefusalCode.DISTRICT_NEEDED: "district",
}


def code_of(refused: Refused) -> str:
    """The stable code: of a value that cannot be stored, why it cannot."""
    code, params = refused.refusal
    return params["why"] if code == RefusalCode.BAD_VALUE else str(code)


def field_of(refused: Refused) -> str | None:
    """The field that is to blame; null where it is the line as a whole."""
    code, params = refused.refusal
    if code in (RefusalCode.FIELD_UNKNOWN, RefusalCode.WRONG_TYPE):
        return params["name"] if params["name"] != ROW else None
    return _MEMBERS.get(code) or _FIELDS.get(params.get("field", ""))


def fault_of(refused: Refused, pointer: str) -> Fault:
    """`pointer` names the line in the body; the field is added."""
    field = (field_of(refused) or "").replace("~", "~0").replace("/", "~1")
    return Fault(f"{pointer}/{field}" if field else pointer, code_of(refused), str(refused))


def problem(refused: Refused) -> Problem:
    """A refusal of a service as the answer to a call."""
    code = code_of(refused)
    if code not in codes.CODES:  # of the pages alone: a mistake of ours, told as such
        raise refused
    faults = [Fault(f"/entries/{line}", code, words) for line, words in refused.lines.items()]
    if field_of(refused):
        faults.append(fault_of(refused, ""))
    return Problem(code, str(refused), faults=faults)
