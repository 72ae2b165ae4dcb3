"""Whether an agency may enter a quarter now. Pure; the one place where it is decided."""

from __future__ import annotations

from datetime import datetime
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
    BAD_VALUE = "bad_value"
    NOT_ACCEPTED_YET = "not_accepted_yet"
    LINE_OPEN = "line_open"


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
