"""One target: where the plan says it, where it stands, who reported what, and what its number was made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet

from agencies.models import User
from agencies.roles import Can
from targets.models import Assignment, Commitment, PublishedFigure, Target

from ..models import RollupState
from ..wording import NOTHING, amount, goal_amount, percent, quarter_words, stage_word, status_word
from .computation import Computation, computation, counting_parts
from .corrections import Corrections, corrections
from .districts import ByDistrict, by_district
from .figures import Figures, figures_of
from .increments import Increment, increments, needed_words
from .moment import Moment
from .outlook import Outlook, outlook
from .progress import reporter_progress
from .questions import Question, open_question
from .quotes import Quote, quotes
from .rollup import ProgressRow
from .standings import Standing, standings

CORRECTIONS = 10  # newest ones shown


class QuarterRow(NamedTuple):
    """One quarter of the time series, in words. `is_stale`: some figure was carried from an earlier quarter.

    `number`: the newest block of the ledger among its figures.
    """

    ordinal: int
    quarter: str
    is_shown: bool
    value: str
    expected: str
    completion: str
    pace: str
    status: str
    status_text: str
    is_stale: bool
    basis: str
    number: int | None


class ReporterRow(NamedTuple):
    """One assignment, with what its agency reported by the shown quarter (dashes where it does not report).

    `number`: the block of the ledger that accepted it.
    """

    agency_code: str
    agency: str
    district: str
    role: str
    reports: bool
    counts: bool
    share: str
    value: str
    expected: str
    pace: str
    status: str
    status_text: str
    is_stale: bool
    number: int | None


class Pledged(NamedTuple):
    """One commitment, in words. `holds`: in force in the shown quarter; `begins_later`: only after it."""

    goal: str
    due_on: date
    in_force_from: date
    decision: str
    decided_at: datetime
    decided_by: str
    holds: bool
    begins_later: bool


@dataclass(frozen=True)
class TargetPage:
    """One target at a moment."""

    target: Target
    standing: Standing
    quotes: tuple[Quote, ...]
    quarters: tuple[QuarterRow, ...]
    increments: tuple[Increment, ...]
    needed: str
    outlook: Outlook
    reporters: tuple[ReporterRow, ...]
    districts: ByDistrict | None
    commitments: tuple[Pledged, ...]
    checkpoints: tuple
    question: Question | None
    published: tuple[PublishedFigure, ...]
    failed: RollupState | None
    failed_because: str
    figures: Figures
    computation: Computation | None
    corrections: Corrections

    @property
    def baseline_text(self) -> str:
        return amount(self.standing.baseline, self.standing.unit)

    @property
    def reporting(self) -> tuple[ReporterRow, ...]:
        return tuple(row for row in self.reporters if row.reports)

    @property
    def named_only(self) -> tuple[ReporterRow, ...]:
        """Those who take part by the plan's text and report nothing."""
        return tuple(row for row in self.reporters if not row.reports)


def target_page(moment: Moment, user: User, code: str) -> TargetPage | None:
    """None where the plan has no target of that code that the reader may see."""
    found = standings(moment, user, among=Q(code=code))
    if not found:
        return None
    (one,) = found
    target = _target(user, one.id)
    assignments, rows = _assignments(target, moment), _reported(target, moment)
    parts = counting_parts(target, assignments, rows, moment)
    figures = figures_of(target, [part.assignment.pk for part in parts], moment, user)
    added = increments(one, target, moment)
    failed = RollupState.objects.filter(target=target, failed_at__isnull=False).first()
    return TargetPage(
        target=target,
        standing=one,
        quotes=quotes(target),
        quarters=_quarters(one, moment),
        increments=added[::-1],
        needed=needed_words(one, target, moment, added),
        outlook=outlook(one, target, moment),
        reporters=tuple(_reporter(assignment, rows.get(assignment.scope), target) for assignment in assignments),
        districts=by_district(one, target.combine, rows.values(), assignments),
        commitments=_pledged(target, moment),
        checkpoints=tuple(target.checkpoints.all()),
        question=open_question(target, moment),
        published=tuple(published(target, moment)),
        failed=failed,
        failed_because=failed.error if failed and user.can(Can.READ_ALL_PACKETS) else "",
        figures=figures,
        computation=computation(target, one, parts, figures.resting),
        corrections=corrections(moment, user, targets=[target.pk], limit=CORRECTIONS),
    )


def _target(user: User, pk: int) -> Target:
    return Target.objects.visible_to(user).select_related("plan", "task__line").get(pk=pk)


def _quarters(standing: Standing, moment: Moment) -> tuple[QuarterRow, ...]:
    """Newest first."""
    ordinals = {period.pk: period.ordinal for period in moment.periods}
    return tuple(_quarter(row, ordinals[row.period], standing, moment) for row in reversed(standing.path))


def _quarter(row: ProgressRow, ordinal: int, standing: Standing, moment: Moment) -> QuarterRow:
    value = stage_word(row.stage) if standing.is_milestone else amount(row.value, standing.unit)
    return QuarterRow(
        ordinal,
        quarter_words(ordinal),
        row.period == moment.period.pk,
        value,
        amount(row.expected, standing.unit),
        percent(row.completion),
        percent(row.pace),
        row.status,
        status_word(row.status),
        bool(row.stale),
        f"{row.reported}/{row.reporters}",
        row.rests_on,
    )


def _assignments(target: Target, moment: Moment) -> list[Assignment]:
    """Who takes part in the shown quarter, in the plan's order."""
    lasting = Q(ended_on__isnull=True) | Q(ended_on__gt=moment.period.ends_on)
    return list(target.assignments.filter(lasting).select_related("agency", "district").order_by("position"))


def _reported(target: Target, moment: Moment) -> dict[str, ProgressRow]:
    """The reporters' own rows of the shown quarter, by scope."""
    return {row.scope: row for row in reporter_progress(moment, targets=[target.pk])}


def _reporter(assignment: Assignment, row: ProgressRow | None, target: Target) -> ReporterRow:
    if row is None or not assignment.reports:
        value = NOTHING
    else:
        value = stage_word(row.stage) if target.is_milestone else amount(row.value, target.unit)
    return ReporterRow(
        assignment.agency.code,
        assignment.agency.short_name,
        assignment.district.name if assignment.district_id else "",
        assignment.get_role_display(),
        assignment.reports,
        assignment.counts,
        percent(assignment.share),
        value,
        amount(row.expected if row else None, target.unit),
        percent(row.pace if row else None),
        row.status if row else "",
        status_word(row.status) if row else "",
        row is not None and 0 < row.reported <= row.stale,
        row.rests_on if row else None,
    )


def commitments(target: Target, moment: Moment) -> QuerySet[Commitment]:
    """Goals and due dates of a target as they had been decided by the moment, oldest first."""
    made = target.commitments.select_related("decided_by")
    return made if moment.known_at is None else made.filter(decided_at__lte=moment.known_at)


def _pledged(target: Target, moment: Moment) -> tuple[Pledged, ...]:
    """Oldest first. The first one holds also before its day."""
    made = list(commitments(target, moment))
    begun = [one for one in made if one.in_force_from <= moment.period.ends_on] or made[:1]
    return tuple(
        Pledged(
            "" if target.is_milestone else goal_amount(target.bound, one.goal, one.goal_upper, target.unit),
            one.due_on,
            one.in_force_from,
            one.decision,
            one.decided_at,
            str(one.decided_by or ""),
            one == begun[-1],
            one not in begun,
        )
        for one in made
    )


def published(target: Target, moment: Moment) -> QuerySet[PublishedFigure]:
    """What was published elsewhere about a target; at an earlier moment only what is about the time before it."""
    found = target.published_figures.all()
    return found if moment.known_at is None else found.filter(as_of__lte=moment.known_at)
