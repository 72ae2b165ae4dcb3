"""Where targets stand at a moment: one `Standing` per target. Overview, line, agency and charts all read this."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

from agencies.models import User, in_language
from targets.models import AdjustmentQuestion, Assignment, Commitment, Target
from targets.reasons import words
from targets.rules import AssignmentRole, Bound, Status

from ..models import ReportingPeriod
from ..wording import LAGGING, amount, day, goal_amount, percent, quarter_words, stage_word, status_word
from .moment import Moment
from .progress import progress, quarters_from
from .rollup import ProgressRow

FIELDS = (
    "pk", "code", "name_zh", "name_en", "bound", "aspirational", "unit_zh", "unit_en", "baseline",
    "task__code", "task__number", "task__name_zh", "task__name_en",
    "task__line__code", "task__line__kind", "task__line__short_zh", "task__line__short_en",
)  # fmt: skip
IN_PLAN = ("task__line__position", "task__position", "position", "pk")  # the plan's own order


class Answerable(NamedTuple):
    """An agency that answers for a target. `short` is in the reader's language."""

    code: str
    short: str


class Pledge(NamedTuple):
    """The commitment in force at a quarter's end."""

    goal: Decimal | None
    goal_upper: Decimal | None
    due_on: date


@dataclass(frozen=True)
class Standing:
    """One target at one moment. `path` has the city's rows of all quarters up to the shown one, ascending.

    `since` is the ordinal of the first quarter of the run of lagging ones that lasts until now; null when the target
    does not lag. `is_questioned`: an adjustment waits for the plan office, today and not at the moment shown.
    Ratios are plain (0.85). Text properties are in the reader's language.
    """

    id: int
    code: str
    name: str
    bound: str
    aspirational: bool
    unit: str
    baseline: Decimal | None
    task_code: str
    task_number: int
    task_name: str
    line_code: str
    line_kind: str
    line_short: str
    pledge: Pledge
    answers: tuple[Answerable, ...]
    path: tuple[ProgressRow, ...]
    since: int | None
    is_questioned: bool

    @property
    def now(self) -> ProgressRow | None:
        return self.path[-1] if self.path else None

    @property
    def is_milestone(self) -> bool:
        return self.bound == Bound.MILESTONE

    @property
    def status(self) -> str:
        return self.now.status if self.now else Status.NO_DATA.value

    @property
    def lags(self) -> bool:
        return self.status in LAGGING

    @property
    def pace(self) -> Decimal | None:
        return self.now.pace if self.now else None

    @property
    def completion(self) -> Decimal | None:
        return self.now.completion if self.now else None

    @cached_property
    def status_text(self) -> str:
        return status_word(self.status)

    @cached_property
    def value_text(self) -> str:
        if self.is_milestone:
            return stage_word(self.now.stage if self.now else "")
        return amount(self.now.value if self.now else None, self.unit)

    @cached_property
    def goal_text(self) -> str:
        if self.is_milestone:
            return self.due_text
        return goal_amount(self.bound, self.pledge.goal, self.pledge.goal_upper, self.unit)

    @cached_property
    def expected_text(self) -> str:
        return amount(self.now.expected if self.now else None, self.unit)

    @property
    def due_text(self) -> str:
        return day(self.pledge.due_on)

    @property
    def completion_text(self) -> str:
        return percent(self.completion)

    @property
    def pace_text(self) -> str:
        return percent(self.pace)

    @property
    def since_text(self) -> str:
        return "" if self.since is None else quarter_words(self.since)

    @cached_property
    def reason_text(self) -> str:
        if not self.now or not self.now.reason_code:
            return ""
        return words(self.now.reason_code, self.now.reason_params, self.unit)

    @property
    def expected_completion(self) -> Decimal | None:
        """Completion that would be on schedule: completion over pace, or what is expected of the way to the goal."""
        if self.completion is not None and self.pace:
            return self.completion / self.pace
        expected, goal, begin = self.now and self.now.expected, self.pledge.goal, self.baseline or Decimal(0)
        return None if expected is None or goal in (None, begin) else (expected - begin) / (goal - begin)


def standings(
    moment: Moment,
    user: User | None,
    *,
    among: Q | None = None,
    first: ReportingPeriod | None = None,
    rows: Iterable[ProgressRow] | None = None,
) -> list[Standing]:
    """Targets of the moment's plan, in the plan's order, with their path. Two statements for now.

    Without a user: for a job, whose result is handed only to those who may read the plan. `first` is the quarter that
    paths begin with (None: the plan's first one); `rows` are the city's where somebody has read them already. The path,
    and since when a target lags, go back as far as these do.
    """
    targets = _targets(moment, user, among)
    wanted = None if among is None else [target[0] for target in targets]
    if not targets:
        return []
    if rows is None:
        rows = progress(moment, targets=wanted, periods=quarters_from(first or moment.periods[0], moment))
    paths = paths_of(moment, rows)
    ordinals = {period.pk: period.ordinal for period in moment.periods}
    return [standing_from(target, paths[target[0]], moment, ordinals) for target in targets]


def paths_of(moment: Moment, rows: Iterable[ProgressRow]) -> dict[int, tuple[ProgressRow, ...]]:
    """Those rows by target, up to the shown quarter, in the order in which they come."""
    shown = {period.pk for period in moment.periods if period.ordinal <= moment.period.ordinal}
    paths: dict[int, list[ProgressRow]] = defaultdict(list)
    for row in rows:
        if row.period in shown:
            paths[row.target].append(row)
    return defaultdict(tuple, {target: tuple(rows) for target, rows in paths.items()})


def in_force(pledges: Iterable[dict[str, Any]], on: date) -> Pledge:
    """The commitment in force at the end of a day: the last one begun by then, else the first."""
    ordered = sorted(pledges, key=lambda pledge: pledge["from"])
    begun = [pledge for pledge in ordered if pledge["from"] <= on.isoformat()] or ordered[:1]
    if not begun:
        return Pledge(None, None, on)
    found = begun[-1]
    return Pledge(_decimal(found["goal"]), _decimal(found["upper"]), date.fromisoformat(found["due"]))


def lagging_since(path: Sequence[ProgressRow], ordinals: dict[int, int]) -> int | None:
    """First quarter (ordinal) of the run of lagging quarters at the end of a path; None when it does not lag."""
    since = None
    for row in reversed(path):
        if row.status not in LAGGING:
            break
        since = ordinals[row.period]
    return since


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _targets(moment: Moment, user: User | None, among: Q | None) -> list[tuple]:
    return list(described(moment, kept(moment, user).filter(among or Q())))


def kept(moment: Moment, user: User | None) -> QuerySet[Target]:
    """The targets that the plan had at the quarter's end, in its order; without a user: for a job."""
    visible = Target.objects.all() if user is None else Target.objects.visible_to(user)
    at_its_end = Q(retired_on__isnull=True) | Q(retired_on__gt=moment.period.ends_on)
    return visible.filter(at_its_end, plan=moment.plan).order_by(*IN_PLAN)


def described(moment: Moment, targets: QuerySet[Target]) -> QuerySet:
    """What `standing_from` needs to know of each target; its id comes first. One statement."""
    return targets.annotate(**description(moment)).values_list(*FIELDS, "questioned", "pledges", "answers")


def description(moment: Moment) -> dict[str, Any]:
    """Of each target: whether an adjustment waits, its commitments, and who answers for it."""
    return {
        "questioned": Exists(_questions()),
        "pledges": ArraySubquery(_pledges(moment)),
        "answers": ArraySubquery(_answers()),
    }


def _pledges(moment: Moment) -> QuerySet:
    """Goals as text: JSON numbers would come back as floats."""
    made = Commitment.objects.filter(target=OuterRef("pk"))
    if moment.known_at is not None:
        made = made.filter(decided_at__lte=moment.known_at)
    fields = {"goal": Cast("goal", TextField()), "upper": Cast("goal_upper", TextField())}
    return made.order_by("in_force_from", "pk").values(
        json=JSONObject(**fields, due="due_on", **{"from": "in_force_from"})
    )


def _questions() -> QuerySet:
    return AdjustmentQuestion.objects.filter(target=OuterRef("pk"), answer=AdjustmentQuestion.Answer.OPEN)


def _answers() -> QuerySet:
    answering = Assignment.objects.filter(target=OuterRef("pk"), ended_on__isnull=True).exclude(
        ~Q(role=AssignmentRole.LEAD), reports=False
    )
    return answering.order_by("position").values(
        json=JSONObject(
            role="role",
            code="agency__code",
            zh="agency__short_name_zh",
            en="agency__short_name_en",
            name="agency__name_en",
        )
    )


def standing_from(target: tuple, path: tuple[ProgressRow, ...], moment: Moment, ordinals: dict[int, int]) -> Standing:
    """A target as `described`, with the rows of its path up to the moment's quarter."""
    fields = dict(zip(FIELDS, target, strict=False))
    return Standing(
        id=fields["pk"],
        code=fields["code"],
        name=in_language(fields["name_zh"], fields["name_en"]),
        bound=fields["bound"],
        aspirational=fields["aspirational"],
        unit=in_language(fields["unit_zh"], fields["unit_en"]),
        baseline=fields["baseline"],
        task_code=fields["task__code"],
        task_number=fields["task__number"],
        task_name=in_language(fields["task__name_zh"], fields["task__name_en"]),
        line_code=fields["task__line__code"],
        line_kind=fields["task__line__kind"],
        line_short=in_language(fields["task__line__short_zh"], fields["task__line__short_en"]),
        pledge=in_force(pledges_of(target), moment.period.ends_on),
        answers=_answering(target[-1]),
        path=path,
        since=lagging_since(path, ordinals),
        is_questioned=target[-3],
    )


def pledges_of(target: tuple) -> list[dict[str, Any]]:
    """The commitments of a target as `described`."""
    return target[-2]


def _answering(assignments: list[dict[str, str]]) -> tuple[Answerable, ...]:
    """The leads; where the plan names none, everybody who reports."""
    leads = [one for one in assignments if one["role"] == AssignmentRole.LEAD] or assignments
    return tuple(Answerable(one["code"], in_language(one["zh"], one["en"] or one["name"])) for one in leads)
