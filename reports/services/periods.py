"""Quarters of a plan, and exceptions to their windows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from agencies.models import Agency, User
from agencies.roles import Can
from agencies.services import audit
from targets.models import Plan

from ..models import Extension, ReportingPeriod
from ..rules.periods import quarter_days, quarter_name, quarter_ordinal, window_moments
from ..rules.windows import RefusalCode
from .refused import Refused


@transaction.atomic
def create_periods(plan: Plan) -> list[ReportingPeriod]:
    """Makes the quarters of a plan that do not exist yet; those that do keep their windows."""
    ordinals = range(quarter_ordinal(plan.first_period), quarter_ordinal(plan.last_period) + 1)
    wanted = [_period(plan, ordinal) for ordinal in ordinals]
    ReportingPeriod.objects.bulk_create(wanted, ignore_conflicts=True)
    return list(plan.periods.all())


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
    if not reason.strip():
        raise Refused(RefusalCode.REASON_MISSING)
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
    return extension
