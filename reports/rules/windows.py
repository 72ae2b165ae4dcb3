"""Whether an agency may enter a quarter now. Pure; the one place where it is decided."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple


class RefusalCode(StrEnum):
    """Why something may not be done now. The words are in `reports/refusals.py`."""

    NOT_OPENED = "not_opened"
    CLOSED = "closed"
    ALREADY_ACCEPTED = "already_accepted"
    ALREADY_SUBMITTED = "already_submitted"
    NOT_YOUR_AGENCY = "not_your_agency"
    MAY_NOT_SUBMIT = "may_not_submit"
    MAY_NOT_REVIEW = "may_not_review"
    FOUR_EYES_ENTERED = "four_eyes_entered"
    FOUR_EYES_SUBMITTED = "four_eyes_submitted"
    TWO_PEOPLE = "two_people"
    NOT_SUBMITTED = "not_submitted"
    NOTHING_TO_DO = "nothing_to_do"
    LINES_EMPTY = "lines_empty"
    DOUBTS_UNEXPLAINED = "doubts_unexplained"
    REASON_MISSING = "reason_missing"
    VERSION_CONFLICT = "version_conflict"
    CHANGED_SINCE = "changed_since"
    BAD_VALUE = "bad_value"
    NOT_ACCEPTED_YET = "not_accepted_yet"
    LINE_OPEN = "line_open"
    LINE_RETIRED = "line_retired"
    NO_CORRECTION = "no_correction"
    CORRECTION_OF_OTHERS = "correction_of_others"
    DECIDED_SINCE = "decided_since"
    DEADLINE_PASSED = "deadline_passed"
    FAILED = "failed"
    FILE_REFUSED = "file_refused"
    FILE_TOO_LARGE = "file_too_large"
    LINK_REFUSED = "link_refused"
    TOO_MANY_PIECES = "too_many_pieces"
    # a workbook as a whole
    SHEET_TOO_LARGE = "sheet_too_large"
    SHEET_NOT_XLSX = "sheet_not_xlsx"
    SHEET_OLD_FORMAT = "sheet_old_format"
    SHEET_ENCRYPTED = "sheet_encrypted"
    SHEET_MACROS = "sheet_macros"
    SHEET_ENTITIES = "sheet_entities"
    SHEET_BOMB = "sheet_bomb"
    SHEET_DAMAGED = "sheet_damaged"
    SHEET_TOO_MANY_ROWS = "sheet_too_many_rows"
    SHEET_TOO_MANY_CELLS = "sheet_too_many_cells"
    SHEET_NOT_OURS = "sheet_not_ours"
    SHEET_FORGED = "sheet_forged"
    SHEET_OLD_TEMPLATE = "sheet_old_template"
    SHEET_OTHER_PACKET = "sheet_other_packet"
    SHEET_TWICE = "sheet_twice"
    SHEET_COLUMN_TWICE = "sheet_column_twice"
    # one row of it
    ROW_WITHOUT_KEY = "row_without_key"
    ROW_UNKNOWN = "row_unknown"
    ROW_FOREIGN = "row_foreign"
    ROW_TWICE = "row_twice"
    ROW_FORMULA = "row_formula"
    ROW_ERROR_VALUE = "row_error_value"
    ROW_NOT_ASKED = "row_not_asked"
    ROW_GONE = "row_gone"
    # one row that a system sends
    TARGET_MISSING = "target_missing"
    LINE_UNKNOWN = "line_unknown"
    DISTRICT_NEEDED = "district_needed"
    FIELD_UNKNOWN = "field_unknown"
    WRONG_TYPE = "wrong_type"
    FIELD_NOT_ASKED = "field_not_asked"
    NOT_TRUSTED = "not_trusted"
    # what is done with a workbook
    WORKBOOK_NOT_READY = "workbook_not_ready"
    WORKBOOK_OF_OTHERS = "workbook_of_others"
    WORKBOOK_FILE_GONE = "workbook_file_gone"


class Refusal(NamedTuple):
    """A named refusal: code, and the values that its sentence names."""

    code: RefusalCode
    params: dict[str, str] = {}


def window_refusal(
    now: datetime, opens_at: datetime, closes_at: datetime, *, extended_until: datetime | None = None
) -> Refusal | None:
    """None when a quarter can be entered at `now`: in [opens_at, closes_at), or before an extension ends."""
    if now < opens_at:
        return Refusal(RefusalCode.NOT_OPENED, {"opens_at": opens_at.isoformat()})
    last = max(closes_at, extended_until) if extended_until else closes_at
    if now >= last:
        return Refusal(RefusalCode.CLOSED, {"closed_at": last.isoformat()})
    return None


class Timeliness(StrEnum):
    """How a packet stands to its moments. Handed in: on_time or late. Not handed in: pending until it is due, then
    late within the days of grace, overdue after them, and missing when it can no longer be entered.
    """

    PENDING = "pending"
    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"
    MISSING = "missing"


class Moments(NamedTuple):
    """The moments of one agency's quarter. An extension moves the end and the grace, never the due moment: what is
    handed in under it is late, but not overdue.
    """

    opens_at: datetime
    due_at: datetime
    grace_until: datetime
    closes_at: datetime
    extended_until: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """From when the agency cannot enter the quarter any more."""
        return max(self.closes_at, self.extended_until or self.closes_at)

    @property
    def overdue_after(self) -> datetime:
        return max(self.grace_until, self.extended_until or self.grace_until)


def timeliness(now: datetime, submitted_at: datetime | None, moments: Moments) -> Timeliness:
    """How a packet stands at `now`. The due moment and the end of grace themselves are still in time."""
    if submitted_at is not None:
        return Timeliness.LATE if submitted_at > moments.due_at else Timeliness.ON_TIME
    if now >= moments.ends_at:
        return Timeliness.MISSING
    if now > moments.overdue_after:
        return Timeliness.OVERDUE
    return Timeliness.LATE if now > moments.due_at else Timeliness.PENDING


def days_left(now: datetime, end: datetime, zone: tzinfo) -> int:
    """Whole days between today and the last day before `end`, as people there count them: 0 is today."""
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    return (last - now.astimezone(zone).date()).days
