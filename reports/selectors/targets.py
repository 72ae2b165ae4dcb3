"""One target: where the plan says it, where it stands, who reported what, and what its number was made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import F, Prefetch, Q, QuerySet
from django.utils.translation import gettext

from agencies.models import User
from targets.models import Citation, Clause, Commitment, PublishedFigure, ResponsibleUnit, Target

from ..models import Figure, RollupState
from ..wording import amount, exact_amount, percent, quarter_words, stage_word, status_word
from .evidence import NO_SUPPORT, Support, support_of
from .moment import Moment
from .progress import reporter_progress
from .questions import Question, open_question
from .rollup import ProgressRow
from .standings import Standing, standings


class Quote(NamedTuple):
    """A sentence of the plan: the clause's text before, at and after the cited words, and who it names."""

    clause: str
    before: str
    words: str
    after: str
    units: tuple[str, ...]
    open_list: str


class QuarterRow(NamedTuple):
    """One quarter of the time series, in words. `is_stale`: some figure was carried from an earlier quarter."""

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


class ReporterRow(NamedTuple):
    """One assignment, with what its agency reported by the shown quarter (dashes where it does not report)."""

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
    has_figure: bool


@dataclass(frozen=True)
class TargetPage:
    """One target at a moment."""

    target: Target
    standing: Standing
    quotes: tuple[Quote, ...]
    quarters: tuple[QuarterRow, ...]
    reporters: tuple[ReporterRow, ...]
    commitments: tuple[Commitment, ...]
    checkpoints: tuple
    question: Question | None
    published: tuple[PublishedFigure, ...]
    failed: RollupState | None
    sums_quarters: bool

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
    target = _target(user, found[0].id)
    state = RollupState.objects.filter(target=target, failed_at__isnull=False).first()
    return TargetPage(
        target=target,
        standing=found[0],
        quotes=_quotes(target),
        quarters=_quarters(found[0], moment),
        reporters=_reporters(target, moment),
        commitments=tuple(commitments(target, moment)),
        checkpoints=tuple(target.checkpoints.all()),
        question=open_question(target, moment),
        published=tuple(published(target, moment)),
        failed=state,
        sums_quarters=target.accumulation == "per_period",
    )


def _target(user: User, pk: int) -> Target:
    return Target.objects.visible_to(user).select_related("plan", "task__line").get(pk=pk)


def _quotes(target: Target) -> tuple[Quote, ...]:
    units = Prefetch("clause__units", ResponsibleUnit.objects.select_related("agency", "group"))
    citations = target.citations.select_related("clause__task__line").prefetch_related(units)
    return tuple(quote(citation) for citation in citations)


def quote(citation: Citation) -> Quote:
    """The clause's text, cut at the cited words; the words alone where the text does not hold them."""
    clause = citation.clause
    before, words, after = clause.text.partition(citation.words)
    if not words:
        before, words = "", citation.words
    names = tuple(unit.name or unit.as_written for unit in clause.units.all())
    return Quote(clause_words(clause), before, words, after, names, clause.open_list)


def clause_words(clause: Clause) -> str:
    """Where a clause stands, as people say it: "新网络 第1项 第1款" or "New networks, task 1, clause 1"."""
    place = {"line": clause.task.line.short, "task": clause.task.number, "clause": clause.number}
    return gettext("%(line)s, task %(task)s, clause %(clause)s") % place


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
    )


def _reporters(target: Target, moment: Moment) -> tuple[ReporterRow, ...]:
    rows = {row.scope: row for row in reporter_progress(moment, targets=[target.pk])}
    assignments = target.assignments.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=moment.period.ends_on)
    ).select_related("agency", "district")
    return tuple(_reporter(one, rows.get(one.scope), target) for one in assignments.order_by("position"))


def _reporter(assignment, row: ProgressRow | None, target: Target) -> ReporterRow:
    has_figure = row is not None and row.reported > 0
    if row is None or not assignment.reports:
        value = exact_amount(None, "")
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
        has_figure and row.stale > 0,
        has_figure,
    )


def commitments(target: Target, moment: Moment) -> QuerySet[Commitment]:
    """Goals and due dates of a target as they had been decided by the moment, oldest first."""
    made = target.commitments.select_related("decided_by")
    return made if moment.known_at is None else made.filter(decided_at__lte=moment.known_at)


def published(target: Target, moment: Moment) -> QuerySet[PublishedFigure]:
    """What was published elsewhere about a target; at an earlier moment only what is about the time before it."""
    found = target.published_figures.all()
    return found if moment.known_at is None else found.filter(as_of__lte=moment.known_at)


class FigureRow(NamedTuple):
    """One accepted figure. `in_force`: no later acceptance of the same reporter and quarter, by the moment."""

    agency_code: str
    agency: str
    quarter: str
    value: str
    ratio: str
    words: str
    reason: str
    entered_by: str
    accepted_by: str
    accepted_at: object
    number: int
    in_force: bool
    rests_on: bool
    support: Support


def figures(target: Target, moment: Moment, user: User, *, sums_quarters: bool) -> tuple[FigureRow, ...]:
    """Every accepted figure up to the shown quarter, as known at the moment; reporter by reporter, newest first.

    `rests_on` marks those that the shown value was made of: of each reporter the newest quarter's figure in force,
    or, where quarters are added up, every quarter's.
    """
    found = list(_versions(target, moment, user))
    support = support_of([figure.entry_id for figure in found], user)
    rows, seen, reporters = [], set(), set()
    for figure in found:
        cell = (figure.assignment_id, figure.period_id)
        in_force = cell not in seen
        rests_on = in_force and (sums_quarters or figure.assignment_id not in reporters)
        seen.add(cell)
        reporters.add(figure.assignment_id)
        rows.append(_figure(figure, target, in_force, rests_on, support.get(figure.entry_id, NO_SUPPORT)))
    return tuple(rows)


def _versions(target: Target, moment: Moment, user: User) -> Sequence[Figure]:
    return (
        Figure.objects.visible_to(user)
        .filter(target=target, acceptance__lte=moment.number, period__ordinal__lte=moment.period.ordinal)
        .select_related("assignment__agency", "period", "acceptance__accepted_by", "entered_by")
        .order_by("assignment__position", "assignment_id", "-period__ordinal", F("acceptance_id").desc())
    )


def _figure(figure: Figure, target: Target, in_force: bool, rests_on: bool, support: Support) -> FigureRow:
    is_ratio = figure.denominator is not None
    return FigureRow(
        figure.assignment.agency.code,
        figure.assignment.agency.short_name,
        quarter_words(figure.period.ordinal),
        stage_word(figure.stage) if figure.stage else exact_amount(figure.value, target.unit),
        f"{exact_amount(figure.numerator, '')} / {exact_amount(figure.denominator, '')}" if is_ratio else "",
        figure.words,
        figure.reason,
        str(figure.entered_by),
        str(figure.acceptance.accepted_by),
        figure.acceptance.accepted_at,
        figure.acceptance_id,
        in_force,
        rests_on and figure.assignment.counts,
        support,
    )
