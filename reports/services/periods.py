"""Quarters of a plan, and exceptions to their windows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery

from agencies.models import Agency, AuditEvent, User
from agencies.roles import Can
from agencies.services import audit
from targets.models import Plan

from ..models import Extension, ReportingPeriod, Submission
from ..models.submissions import State
from ..rules.periods import WindowMoments, quarter_days, quarter_name, quarter_ordinal, window_moments
from ..rules.windows import RefusalCode
from ..selectors.four_eyes import packet_key
from . import pulse
from .filling import storable_text
from .refused import Refused


@transaction.atomic
def create_periods(plan: Plan) -> list[ReportingPeriod]:
    """Makes the quarters of a plan that do not exist yet; those that do keep their windows (see `follow_settings`)."""
    ordinals = range(quarter_ordinal(plan.first_period), quarter_ordinal(plan.last_period) + 1)
    wanted = [_period(plan, ordinal) for ordinal in ordinals]
    ReportingPeriod.objects.bulk_create(wanted, ignore_conflicts=True)
    return list(plan.periods.all())


@transaction.atomic
def follow_settings(plan: Plan, *, at: datetime) -> list[ReportingPeriod]:
    """Windows that have not opened at `at` follow the plan's settings; those that have were announced and stay.

    Returns the quarters whose window moved; each is audited.
    """
    waiting = plan.periods.filter(opens_at__gt=at).select_for_update().order_by("pk")
    moved = []
    for period in waiting:
        wanted = _period(plan, period.ordinal)
        before = {name: getattr(period, name) for name in WindowMoments._fields}
        after = {name: getattr(wanted, name) for name in before}
        if before != after:
            for name, moment in after.items():
                setattr(period, name, moment)
            period.save(update_fields=list(after))
            moved.append(period)
            _record_moved(plan, period, before, after, at)
    return moved


def _record_moved(
    plan: Plan, period: ReportingPeriod, before: dict[str, datetime], after: dict[str, datetime], at: datetime
) -> None:
    audit.record(
        "period.moved",
        f"{plan.code}/{period.code}",
        actor=None,
        at=at,
        door=audit.Door.JOB,
        before={name: moment.isoformat() for name, moment in before.items() if moment != after[name]},
        after={name: moment.isoformat() for name, moment in after.items() if moment != before[name]},
    )


def _period(plan: Plan, ordinal: int) -> ReportingPeriod:
    first, last = quarter_days(ordinal)
    window = window_moments(
        last,
        ZoneInfo(plan.time_zone),
        opens_after=plan.opens_after_days,
        due_after=plan.due_after_days,
        grace=plan.grace_days,
        closes_after=plan.closes_after_days,
    )
    return ReportingPeriod(
        plan=plan, code=quarter_name(ordinal), ordinal=ordinal, starts_on=first, ends_on=last, **window._asdict()
    )


@transaction.atomic
def extend(
    period: ReportingPeriod, agency: Agency, *, until: datetime, reason: str, by: User, at: datetime, door: audit.Door
) -> Extension:
    """Lets one agency enter one quarter until a moment. A new extension replaces the one before; both are audited."""
    if not by.can(Can.EXTEND):
        raise Refused(RefusalCode.MAY_NOT_REVIEW)
    reason = storable_text("extension_reason", reason).strip()
    if not reason:
        raise Refused(RefusalCode.REASON_MISSING)
    if until <= at:
        raise Refused(RefusalCode.DEADLINE_PASSED)
    before = Extension.objects.filter(period=period, agency=agency).first()
    extension, _ = Extension.objects.update_or_create(
        period=period,
        agency=agency,
        defaults={"until": until, "reason": reason, "granted_by": by, "granted_at": at},
    )
    audit.record(
        "extension.granted",
        f"{period.plan.code}/{period.code}/{agency.code}",
        actor=by,
        at=at,
        door=door,
        agency=agency,
        before={"until": before.until.isoformat()} if before else {},
        after={"until": until.isoformat()},
        reason=reason,
    )
    pulse.beat()
    return extension


@transaction.atomic
def close_windows(now: datetime) -> int:
    """Records, once for each end of a window, every packet of which nothing had been handed in by then.

    Returns how many were recorded now. A later extension that passes in the same way is recorded as well.
    """
    if not (found := _ended_unrecorded(now)):
        return 0
    # locked and looked at again: another run may be recording the same
    list(Submission.objects.filter(pk__in=[packet.pk for packet, _ in found]).select_for_update().order_by("pk"))
    found = _ended_unrecorded(now)
    audit.record_all(
        [
            audit.event(
                "period.closed",
                packet_key(packet),
                actor=None,
                at=now,
                door=audit.Door.JOB,
                agency=packet.agency,
                after={"closed_at": end, "lines": packet.lines},
            )
            for packet, end in found
        ]
    )
    return len(found)


def _ended_unrecorded(now: datetime) -> list[tuple[Submission, str]]:
    """Packets without a hand-in that cannot be entered any more, with the end of their window."""
    granted = Extension.objects.filter(period=OuterRef("period"), agency=OuterRef("agency")).values("until")[:1]
    packets = (
        Submission.objects.filter(state=State.DRAFT, submitted_at__isnull=True, period__closes_at__lte=now)
        .annotate(extended_until=Subquery(granted), lines=Count("entries", filter=~Q(entries__state=State.RETIRED)))
        .select_related("agency", "period__plan")
        .order_by("pk")
    )
    ends = [(one, max(one.period.closes_at, one.extended_until or one.period.closes_at)) for one in packets]
    ended = [(one, end.isoformat()) for one, end in ends if end <= now]
    events = AuditEvent.objects.filter(action="period.closed", subject__in=[packet_key(one) for one, _ in ended])
    recorded = set(events.values_list("subject", "after__closed_at"))
    return [(one, end) for one, end in ended if (packet_key(one), end) not in recorded]
