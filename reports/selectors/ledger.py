"""The ledger as its page shows it: blocks newest first, page by page, and how the last check of the whole went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext

from agencies.models import Agency, User, in_language
from targets.models import Assignment

from ..models import Acceptance, LedgerCheck
from ..wording import LEDGER_FAULTS, minute, quarter_words
from .ledger_filter import Asked, apply
from .moment import Moment

PAGE = 50
COUNTED = 1000  # blocks that are counted; of more it is said that there are more
TEXT_SPAN = 100_000  # numbers that one page looks through for a text
FIELDS = (
    "number", "accepted_at", "hash", "previous_hash", "figure_count", "reason",
    "submission__agency__code", "submission__agency__short_name_zh", "submission__agency__short_name_en",
    "submission__period__ordinal", "submission__period__plan__code", "submission__period__plan__document",
    "accepted_by__username", "accepted_by__display_name", "submitted_by__username", "submitted_by__display_name",
)  # fmt: skip


class Row(NamedTuple):
    """One block in words. `plan` is the document of another plan than the shown one, else empty."""

    number: int
    accepted: str
    hash: str
    previous_hash: str
    figures: int
    reason: str
    agency_code: str
    agency: str
    quarter: str
    plan: str
    accepted_by: str
    accepted_by_name: str
    submitted_by_name: str


@dataclass(frozen=True)
class LedgerPage:
    """One page of blocks. `older`: the number below which the next one begins, null where there is none.

    `counted` of the filter's blocks were counted, at most COUNTED, and `has_more` beyond that. `searched_from`: the
    number down to which a text was looked for, null where the whole ledger was.
    """

    rows: tuple[Row, ...]
    older: int | None
    counted: int
    has_more: bool
    searched_from: int | None


def agencies_to_choose(moment: Moment, user: User) -> list[Agency]:
    """The agencies that report in the plan, in its order; one statement."""
    reporting = Assignment.objects.filter(target__plan=moment.plan, reports=True).values("agency")
    return list(Agency.objects.visible_to(user).filter(pk__in=reporting))


def ledger_page(moment: Moment, user: User, wanted: Asked) -> LedgerPage:
    """Two statements, and as many again as the filter needs to find people and targets."""
    found = apply(wanted.filter, Acceptance.objects.visible_to(user), moment)
    top = moment.number if wanted.before is None else min(wanted.before - 1, moment.number)
    bottom = top - TEXT_SPAN if wanted.filter.text else 0
    within = found.filter(number__lte=top, number__gt=bottom)
    raw = list(within.order_by("-number").values_list(*FIELDS)[: PAGE + 1])
    older = raw[PAGE - 1][0] if len(raw) > PAGE else (bottom + 1 if bottom > 0 else None)
    counted = len(found.filter(number__gt=bottom).order_by().values_list("number")[: COUNTED + 1])
    return LedgerPage(
        tuple(_row(one, moment) for one in raw[:PAGE]),
        older,
        min(counted, COUNTED),
        counted > COUNTED,
        bottom + 1 if bottom > 0 else None,
    )


def _row(raw: tuple, moment: Moment) -> Row:
    one = dict(zip(FIELDS, raw, strict=True))
    plan = one["submission__period__plan__document"]
    return Row(
        one["number"],
        minute(one["accepted_at"], moment.plan.time_zone),
        one["hash"],
        one["previous_hash"],
        one["figure_count"],
        one["reason"],
        one["submission__agency__code"],
        in_language(one["submission__agency__short_name_zh"], one["submission__agency__short_name_en"]),
        quarter_words(one["submission__period__ordinal"]),
        plan if one["submission__period__plan__code"] != moment.plan.code else "",
        one["accepted_by__username"],
        one["accepted_by__display_name"] or one["accepted_by__username"],
        one["submitted_by__display_name"] or one["submitted_by__username"],
    )


@dataclass(frozen=True)
class Verdict:
    """How the last finished check went, in words, and whether one is under way.

    `code`: `holds`, `broken`, `unfinished`, or `none` before the first. `running` is when the one under way was asked
    for, `silent` whether nobody works on it any more.
    """

    code: str
    number: int
    blocks: int
    at: str
    by: str
    broken: int | None
    fault: str
    running: str
    silent: bool


def verdict(moment: Moment, user: User, now: datetime) -> Verdict:
    """Of the last check that came to a result, and of the one after it. One statement."""
    newest = list(LedgerCheck.objects.visible_to(user).select_related("asked_by")[:2])
    under_way = newest[0] if newest and newest[0].finished_at is None else None
    last = _last(newest)
    zone = moment.plan.time_zone
    return Verdict(
        _code(last),
        last.head_number if last else 0,
        last.blocks if last else 0,
        minute(last.finished_at if last else None, zone),
        str(last.asked_by) if last and last.asked_by else "",
        last.broken_number if last else None,
        gettext(LEDGER_FAULTS[last.fault]) if last and last.broken_number is not None else "",
        minute(under_way.asked_at, zone) if under_way else "",
        bool(under_way and under_way.is_silent(now)),
    )


def _last(newest: Sequence[LedgerCheck]) -> LedgerCheck | None:
    return next((one for one in newest if one.finished_at is not None), None)


def _code(last: LedgerCheck | None) -> str:
    if last is None:
        return "none"
    if last.fault == LedgerCheck.UNFINISHED:
        return "unfinished"
    return "holds" if last.holds else "broken"
