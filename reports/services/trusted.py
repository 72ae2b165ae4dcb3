"""Accepting without a person what the plan trusts: a separate act, asked for by a system after it has submitted."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from agencies.models import User
from agencies.models.systems import TRUSTED
from agencies.roles import Can, Role
from agencies.services import audit

from ..models import Acceptance, Submission
from ..models.submissions import State
from ..rules.windows import RefusalCode
from ..selectors.doubts import doubts_of
from ..selectors.four_eyes import packet_key
from . import review
from .refused import Refused

NAME = "可信数据自动核定"
REASON = "方案列明为可信数据，且无疑点，按规定自动核定。"  # stands in the ledger, like what people write there


@transaction.atomic
def accept(submission_id: int, *, by: User, at: datetime, door: audit.Door) -> Acceptance:
    """One block of the packet's submitted lines that the plan trusts and about which there is no doubt.

    `by` is who asks, and may submit the packet. Refused where there is no such line.
    """
    submission = Submission.objects.select_for_update(of=("self",)).select_related("agency", "period__plan")
    packet = submission.get(pk=submission_id)
    if not by.can(Can.SUBMIT, packet.agency_id):
        raise Refused(RefusalCode.MAY_NOT_SUBMIT)
    if not packet.entries.filter(state=State.SUBMITTED).exists():
        raise Refused(RefusalCode.NOT_SUBMITTED)
    lines = _trusted(packet)
    if not lines:
        raise Refused(RefusalCode.NOT_TRUSTED)
    block = review.accept(submission_id, by=_account(), at=at, door=door, entries=lines, reason=REASON)
    facts = {"actor": by, "at": at, "door": door, "agency": packet.agency}
    after = {"block": block.number, "count": len(lines)}
    audit.record("submission.accepted_as_trusted", packet_key(packet), **facts, after=after)
    return block


def _trusted(packet: Submission) -> list[int]:
    """Ids of the lines. They are held against the rules once more: the ledger and the plan may have moved on since
    they were entered.
    """
    trusted = packet.entries.filter(state=State.SUBMITTED, assignment__trusted=True, assignment__ended_on=None)
    lines = list(trusted.filter(doubts=[], correction_reason="").select_related("assignment__target"))
    doubts = doubts_of(packet, lines)
    return [line.pk for line in lines if not doubts[line.pk]]


def _account() -> User:
    """The account that accepts, made at first use. It is no active account, and has no password; a role it has for
    this act alone.
    """
    made = {"display_name": NAME, "is_active": False}
    account, is_new = User.objects.get_or_create(username=TRUSTED, defaults=made)
    if is_new:
        account.set_unusable_password()
        account.save()
    account.roles = [(Role.SUPERVISOR, None)]
    return account
