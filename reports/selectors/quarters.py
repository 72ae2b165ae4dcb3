"""The quarter page: what changed, which goals were decided anew, and the verdict in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext, ngettext

from agencies.models import User
from targets.models import Commitment, Target

from ..wording import NOTHING, day, goal_amount, quarter_words
from .changes import Changes, Few, States, changes, few
from .corrections import Corrections, corrections
from .moment import Moment
from .overview import is_empty

MOST = 12  # rows of each list: what people read out in a meeting; all of it stands side by side below


class Adjustment(NamedTuple):
    """One commitment that took the place of another: the goal and due date before and after, and the decision."""

    target_code: str
    target_name: str
    was: str
    now: str
    in_force_from: str
    decided_on: str
    decision: str
    by: str


class Adjustments(NamedTuple):
    """The first of them, and how many there are."""

    rows: tuple[Adjustment, ...]
    total: int


class QuarterPage(NamedTuple):
    """What happened in one quarter. `changes` is null in the plan's first one: there is nothing before it."""

    changes: Changes | None
    newly_behind: Few
    newly_done: Few
    recovered: Few
    fallen: Few
    corrected: Corrections
    adjusted: Adjustments
    verdict: str
    previous: str

    @property
    def moved(self) -> int:
        """How many rows the four lists have in all."""
        return sum(one.total for one in (self.newly_behind, self.newly_done, self.recovered, self.fallen))


def quarter_page(moment: Moment, user: User, states: States) -> QuarterPage:
    """Seven statements for now."""
    previous = moment.previous
    found = changes(previous, moment, user, states=states) if previous else None
    return QuarterPage(
        found,
        few(found.newly_behind if found else (), MOST),
        few(found.newly_done if found else (), MOST),
        few(found.recovered if found else (), MOST),
        few(found.fallen if found else (), MOST),
        corrections(moment, user, only_quarter=True, limit=MOST),
        adjustments(moment, user),
        verdict(found),
        quarter_words(previous.period.ordinal) if previous else "",
    )


def verdict(found: Changes | None) -> str:
    """One sentence: better or worse than the quarter before, and by how much."""
    if found is None:
        return gettext("The plan's first quarter: there is none before it to compare with.")
    if is_empty(row.after for row in found.rows if row.after):
        return _nothing(found)
    before = {"quarter": quarter_words(found.before.period.ordinal)}
    if found.lagging > found.lagged:
        said = gettext("Worse than %(quarter)s") % before
    elif found.lagging < found.lagged:
        said = gettext("Better than %(quarter)s") % before
    elif found.newly_behind or found.newly_done or found.fallen:
        said = gettext("As many lag as in %(quarter)s") % before
    else:
        said = gettext("Nothing got better or worse since %(quarter)s") % before
    return said + gettext(": ") + _lagging(found)


def _nothing(found: Changes) -> str:
    words = ngettext(
        "%(number)s target, and no figure so far.",
        "%(number)s targets, and no figure so far.",
        found.kept,
    )
    return words % {"number": found.kept}


def _lagging(found: Changes) -> str:
    words = ngettext(
        "%(number)s of %(total)s target lags, %(before)s before.",
        "%(number)s of %(total)s targets lag, %(before)s before.",
        found.kept,
    )
    return words % {"number": found.lagging, "total": found.kept, "before": found.lagged}


def adjustments(moment: Moment, user: User) -> Adjustments:
    """Goals and due dates decided, or come into force, in the moment's quarter, as far as known. Two statements."""
    made = _decided(moment, user)
    rows = list(made.order_by("decided_at", "pk").select_related("target", "decided_by")[:MOST])
    before = _before(rows, moment)
    total = made.count() if len(rows) == MOST else len(rows)
    return Adjustments(tuple(_adjustment(one, before.get(one.pk), moment.plan.time_zone) for one in rows), total)


def _decided(moment: Moment, user: User) -> QuerySet[Commitment]:
    """Commitments of the quarter that are not a target's first."""
    zone, period = ZoneInfo(moment.plan.time_zone), moment.period
    first = datetime.combine(period.starts_on, time.min, zone)
    end = datetime.combine(period.ends_on + timedelta(days=1), time.min, zone)
    in_quarter = Q(decided_at__gte=first, decided_at__lt=end) | Q(
        in_force_from__gte=period.starts_on, in_force_from__lte=period.ends_on
    )
    earlier = Commitment.objects.filter(target=OuterRef("target"), in_force_from__lt=OuterRef("in_force_from"))
    targets = Target.objects.visible_to(user).filter(plan=moment.plan)
    found = Commitment.objects.filter(in_quarter, Exists(earlier), target__in=targets)
    return found if moment.known_at is None else found.filter(decided_at__lte=moment.known_at)


def _before(rows: Sequence[Commitment], moment: Moment) -> dict[int, Commitment]:
    """The commitment that each of them took the place of, by its id."""
    made = Commitment.objects.filter(target__in={one.target_id for one in rows}).order_by("in_force_from", "pk")
    if moment.known_at is not None:
        made = made.filter(decided_at__lte=moment.known_at)
    last: dict[int, Commitment] = {}
    found: dict[int, Commitment] = {}
    for one in made:
        if one.target_id in last:
            found[one.pk] = last[one.target_id]
        last[one.target_id] = one
    return found


def _adjustment(one: Commitment, before: Commitment | None, zone: str) -> Adjustment:
    return Adjustment(
        one.target.code,
        one.target.name,
        _promise(one.target, before) if before else NOTHING,
        _promise(one.target, one),
        day(one.in_force_from),
        day(one.decided_at.astimezone(ZoneInfo(zone)).date()),
        one.decision,
        str(one.decided_by) if one.decided_by else "",
    )


def _promise(target: Target, made: Commitment) -> str:
    """ "at least 15,000 units, due 2022-12-31"; of a milestone only the date."""
    due = gettext("due %(day)s") % {"day": day(made.due_on)}
    if target.is_milestone:
        return due
    return goal_amount(target.bound, made.goal, made.goal_upper, target.unit) + gettext(", ") + due
