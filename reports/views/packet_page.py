"""What a packet's page shows: its lines with their fields, and how the packet stands. Shared by page and autosave."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from agencies.models import User
from agencies.roles import Can

from ..forms.packets import LineForm
from ..models import Entry, Submission
from ..models.submissions import State
from ..selectors import packets as reads
from ..selectors.shares import ShareDifference, shares_of
from ..services.corrections import asked_by_office
from ..services.entries import extended_until, why_closed
from ..services.refused import Refused
from ..services.review import decided_since
from ..wording import minute, quarter_words

OPEN_STATES = (State.DRAFT, State.RETURNED)


class Row(NamedTuple):
    """One line on the page: its fields where the reader may enter it now, else why not (empty: nothing to say).

    `saved` is when it was saved last, in words.
    """

    one: reads.PacketLine
    form: LineForm | None = None
    closed: str = ""
    saved: str = ""
    may_withdraw: bool = False
    share: ShareDifference | None = None

    @property
    def is_returned(self) -> bool:
        return self.one.entry.state == State.RETURNED


class Group(NamedTuple):
    """Lines under one heading; `is_returned`: those that came back, which stand first."""

    title: str
    is_returned: bool
    rows: list[Row]


class Standing(NamedTuple):
    """Until when a packet is due and can be entered, in words."""

    due: str
    left: str
    is_late: bool
    window: str


def context(user: User, submission: Submission, typed: Mapping[str, str], refusals: Mapping[int, Refused]) -> dict:
    """Everything that the page needs, the review's own parts apart."""
    plan, now = submission.period.plan, timezone.now()
    shares = shares_of(submission, user)
    found = rows(user, submission, typed, refusals, now=now)
    shown = [row._replace(share=shares.get(row.one.entry.pk)) for row in found]
    is_form = any(row.form for row in shown)
    may_submit, entries = user.can(Can.SUBMIT, submission.agency_id), [row.one.entry for row in shown]
    is_submitted = any(entry.state == State.SUBMITTED for entry in entries)
    return {
        "packet": submission,
        "plan": plan,
        "quarter": quarter_words(submission.period.ordinal),
        "standing": standing(submission, now),
        "groups": _groups(shown),
        "is_form": is_form,
        "may_enter": user.can(Can.ENTER, submission.agency_id),
        "may_submit": is_form and may_submit,
        "may_review": user.can(Can.REVIEW) and is_submitted,
        "may_withdraw": is_submitted and may_submit and not decided_since(submission),
        "may_correct": user.can(Can.ENTER, submission.agency_id) or user.can(Can.REVIEW),
        "section": "packets",
    } | counts(submission, now)


def counts(submission: Submission, now: datetime) -> dict[str, Any]:
    """How many lines are filled and doubted, and when something was saved last."""
    found = reads.summary(submission)
    return {"summary": found, "saved_at": reads.clock(found.saved_at, submission.period.plan.time_zone, now)}


def rows(
    user: User,
    submission: Submission,
    typed: Mapping[str, str],
    refusals: Mapping[int, Refused],
    *,
    now: datetime,
    only: Collection[int] | None = None,
) -> list[Row]:
    """The lines (those named): with fields, or with the words that saving them now would be refused with."""
    found = [one for group in reads.packet_lines(submission, only) for one in group.lines]
    extension = extended_until(submission)
    may_enter = user.can(Can.ENTER, submission.agency_id)
    withdrawable, zone = _withdrawable(user, [one.entry for one in found]), submission.period.plan.time_zone
    shown = []
    for one in found:
        entry = one.entry
        row = Row(one, saved=reads.clock(entry.entered_at, zone, now), may_withdraw=entry.pk in withdrawable)
        if may_enter and entry.state in OPEN_STATES:
            closed = str(why_closed(entry, now, extension) or "")
            row = row._replace(closed=closed, form=_form(entry, closed, typed, refusals.get(entry.pk)))
        shown.append(row)
    return shown


def _form(entry: Entry, closed: str, typed: Mapping[str, str], refused: Refused | None) -> LineForm | None:
    if refused is not None:
        return LineForm.again(entry, typed, refused)
    return None if closed else LineForm(entry)


def _withdrawable(user: User, entries: list[Entry]) -> set[int]:
    """The open corrections that this person may withdraw: those that the own side asked for."""
    corrections = [entry for entry in entries if entry.correction_reason and entry.state in OPEN_STATES]
    office = asked_by_office(corrections)
    return {
        entry.pk
        for entry in corrections
        if user.can(Can.REVIEW if entry.pk in office else Can.ENTER, entry.submission.agency_id)
    }


def _groups(shown: list[Row]) -> list[Group]:
    """What came back first, then line by line as the plan has them."""
    groups = {}
    for row in shown:
        line = row.one.entry.assignment.target.task.line
        key = "" if row.is_returned else line.code
        title = gettext("Returned by the supervision office") if row.is_returned else line.short
        groups.setdefault(key, Group(title, row.is_returned, [])).rows.append(row)
    return sorted(groups.values(), key=lambda group: not group.is_returned)


def standing(submission: Submission, now: datetime) -> Standing:
    """Due date with the days that are left, and what the window says."""
    period, zone = submission.period, submission.period.plan.time_zone
    due = reads.last_moment(period.due_at, zone)
    late = now >= period.due_at
    left = "" if submission.submitted_at else _left(period.due_at, now, ZoneInfo(zone))
    return Standing(due, left, late and not submission.submitted_at, _window(submission, now))


def _left(due_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    if now >= due_at:
        days = (now.astimezone(zone).date() - due_at.astimezone(zone).date()).days + 1
        return ngettext("%(count)s day past due", "%(count)s days past due", days) % {"count": days}
    days = (due_at.astimezone(zone).date() - now.astimezone(zone).date()).days - 1
    if days < 1:
        return gettext("due today")
    return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}


def _window(submission: Submission, now: datetime) -> str:
    period, zone = submission.period, submission.period.plan.time_zone
    until = reads.deadline(submission)
    if now < period.opens_at:
        return gettext("It can be entered from %(at)s.") % {"at": minute(period.opens_at, zone)}
    if now >= until:
        return gettext("It could be entered until %(until)s.") % {"until": reads.last_moment(until, zone)}
    sentence = gettext("It can be entered until %(until)s.")
    if until > period.closes_at:
        sentence = gettext("It can be entered until %(until)s, by an extension.")
    return sentence % {"until": reads.last_moment(until, zone)}
