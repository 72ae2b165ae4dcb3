"""Corrections: a line that will replace an accepted figure, opened with a reason and withdrawn while it is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from agencies.models import AuditEvent, User
from agencies.roles import Can
from agencies.services import audit

from ..models import Entry, Submission
from ..models.submissions import State
from ..rules.windows import RefusalCode
from .entries import lock, snapshot, subject
from .files import remove_after_commit
from .filling import storable_text
from .packets import settle
from .refused import Refused

OFFICE, AGENCY = "office", "agency"  # who asked for a correction, whoever is there by now


@transaction.atomic
def open_correction(entry_id: int, *, reason: str, by: User, at: datetime, door: audit.Door) -> Entry:
    """Opens a new line that will replace an accepted figure; the old figure stays in the ledger."""
    # the packet is locked because its state is settled below: somebody may be submitting it at this moment
    packets = Submission.objects.select_for_update(of=("self",)).select_related("agency", "period__plan")
    submission = packets.get(entries=entry_id)
    old = lock(submission, [entry_id])[entry_id]
    if not (by.can(Can.ENTER, submission.agency_id) or by.can(Can.REVIEW)):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    reason = storable_text("correction_reason", reason).strip()
    if not reason:
        raise Refused(RefusalCode.REASON_MISSING)
    if submission.entries.filter(assignment=old.assignment).exclude(state=State.ACCEPTED).exists():
        raise Refused(RefusalCode.LINE_OPEN)
    if old.state != State.ACCEPTED:
        raise Refused(RefusalCode.NOT_ACCEPTED_YET)
    # none where "nothing to report" was accepted: a figure that turns up later is a correction too
    figure = old.assignment.figures.filter(period=submission.period).order_by("-acceptance_id").first()
    entry = Entry.objects.create(
        submission=submission, assignment=old.assignment, corrects=figure, correction_reason=reason
    )
    settle(submission)
    audit.record(
        "correction.opened",
        subject(old),
        actor=by,
        at=at,
        door=door,
        agency=submission.agency,
        before=snapshot(old) | {"asked_by": OFFICE if by.can(Can.REVIEW) else AGENCY},
        reason=reason,
    )
    return entry


@transaction.atomic
def withdraw_correction(entry_id: int, *, by: User, at: datetime, door: audit.Door) -> Submission:
    """Removes a correction that was opened by mistake, with its evidence; the accepted figure was never touched.

    Only the side that opened it may: what the office asked for, the agency cannot drop. Returns the packet.
    """
    packets = Submission.objects.select_for_update(of=("self",)).select_related("agency", "period__plan")
    submission = packets.get(entries=entry_id)
    entry = lock(submission, [entry_id])[entry_id]
    _may_withdraw(entry, by)
    before = snapshot(entry) | {
        "correction_reason": entry.correction_reason,
        "evidence": [[one.title, one.sha256 or one.url] for one in entry.evidence.all()],
    }
    remove_after_commit(entry.evidence.values_list("file", flat=True))
    entry.evidence.all().delete()
    entry.delete()
    settle(submission)
    about = {"actor": by, "at": at, "door": door, "agency": submission.agency}
    audit.record("correction.withdrawn", subject(entry), **about, before=before)
    return submission


def _may_withdraw(entry: Entry, by: User) -> None:
    """Refuses for what is no open correction, and for who did not ask for it."""
    if not (by.can(Can.ENTER, entry.submission.agency_id) or by.can(Can.REVIEW)):
        raise Refused(RefusalCode.NOT_YOUR_AGENCY)
    if entry.state == State.ACCEPTED:
        raise Refused(RefusalCode.ALREADY_ACCEPTED)
    if entry.state == State.SUBMITTED:
        raise Refused(RefusalCode.ALREADY_SUBMITTED)
    if not entry.correction_reason:
        raise Refused(RefusalCode.NO_CORRECTION)
    if not by.can(Can.REVIEW if asked_by_office([entry]) else Can.ENTER, entry.submission.agency_id):
        raise Refused(RefusalCode.CORRECTION_OF_OTHERS)


def asked_by_office(corrections: Sequence[Entry]) -> set[int]:
    """Those of the corrections that the supervision office, not the agency, opened; one statement."""
    if not corrections:
        return set()
    opened = AuditEvent.objects.filter(
        action="correction.opened", subject__in=[subject(entry) for entry in corrections]
    ).order_by("pk")
    newest = dict(opened.values_list("subject", "before__asked_by"))
    return {entry.pk for entry in corrections if newest.get(subject(entry)) == OFFICE}
