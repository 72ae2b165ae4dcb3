"""One block of the ledger: all that it says, what its figures replaced, and whether its hash holds now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from agencies.models import User, in_language

from ..models import Acceptance, Figure
from ..rules.canonical import block_lines, lines_hash
from ..wording import day, exact, exact_amount, minute, quarter_words, stage_word
from .chain import blocks
from .moment import Moment

SHOWN = 300  # figures of one block on its page; the export has all
FIELDS = (
    "position", "value", "numerator", "denominator", "stage", "actual_on", "words", "reason", "period__ordinal",
    "target__code", "target__name_zh", "target__name_en", "target__unit_zh", "target__unit_en", "target__plan__code",
    "assignment__agency__code", "assignment__agency__short_name_zh", "assignment__agency__short_name_en",
    "assignment__district__name_zh", "assignment__district__name_en",
    "entered_by__username", "entered_by__display_name", "was",
)  # fmt: skip


class FigureRow(NamedTuple):
    """One figure in words. `was` is the value that it replaced, of the block `was_number`; null for a first one."""

    position: int
    target_code: str
    target: str
    agency_code: str
    agency: str
    district: str
    quarter: str
    value: str
    parts: str
    actual: str
    words: str
    reason: str
    entered_by: str
    was: str
    was_number: int | None


@dataclass(frozen=True)
class BlockPage:
    """One block. `recomputed` is the hash that its content has now; `content` the text that is hashed after the
    previous hash, empty where it is too long to be read. `previous` and `next` are numbers, null at the ledger's ends.
    """

    number: int
    plan_code: str
    plan: str
    accepted: str
    agency_code: str
    agency: str
    period: str
    quarter: str
    accepted_by: str
    submitted_by: str
    reason: str
    figure_count: int
    figures: tuple[FigureRow, ...]
    previous_hash: str
    hash: str
    recomputed: str
    content: str
    previous: int | None
    next: int | None

    @property
    def holds(self) -> bool:
        return self.recomputed == self.hash

    @property
    def hidden(self) -> int:
        """Figures that the page does not show."""
        return max(self.figure_count - len(self.figures), 0)


def block_page(moment: Moment, user: User, number: int) -> BlockPage | None:
    """None where there is no such block up to the moment. Four statements for any number of figures."""
    related = ("submission__agency", "submission__period__plan", "accepted_by", "submitted_by")
    found = Acceptance.objects.visible_to(user).select_related(*related).filter(number=number).first()
    if found is None or number > moment.number:
        return None
    (block,) = blocks(number, number)
    lines = list(block_lines(block.header, block.figures))
    plan, agency, period = found.submission.period.plan, found.submission.agency, found.submission.period
    return BlockPage(
        number,
        plan.code,
        plan.document if plan.pk != moment.plan.pk else "",
        minute(found.accepted_at, plan.time_zone),
        agency.code,
        agency.short_name,
        period.code,
        quarter_words(period.ordinal),
        str(found.accepted_by),
        str(found.submitted_by),
        found.reason,
        found.figure_count,
        _figures(number, user),
        found.previous_hash,
        found.hash,
        lines_hash(found.previous_hash, lines),
        b"".join(lines).decode() if len(lines) <= SHOWN + 1 else "",
        number - 1 or None,
        number + 1 if number < moment.number else None,
    )


def _figures(number: int, user: User) -> tuple[FigureRow, ...]:
    own = Figure.objects.visible_to(user).filter(acceptance=number).order_by("position")
    before = Figure.objects.filter(
        assignment=OuterRef("assignment"), period=OuterRef("period"), acceptance__lt=OuterRef("acceptance")
    ).order_by("-acceptance")
    # numbers as text: JSON ones would come back as floats
    was = before.values(json=JSONObject(number="acceptance_id", value=Cast("value", TextField()), stage="stage"))[:1]
    rows = own.annotate(was=Subquery(was)).values_list(*FIELDS)[:SHOWN]
    return tuple(_row(dict(zip(FIELDS, raw, strict=True))) for raw in rows)


def _row(one: dict[str, Any]) -> FigureRow:
    unit = in_language(one["target__unit_zh"], one["target__unit_en"])
    was = one["was"]
    return FigureRow(
        one["position"],
        one["target__code"],
        in_language(one["target__name_zh"], one["target__name_en"]),
        one["assignment__agency__code"],
        in_language(one["assignment__agency__short_name_zh"], one["assignment__agency__short_name_en"]),
        in_language(one["assignment__district__name_zh"] or "", one["assignment__district__name_en"] or ""),
        quarter_words(one["period__ordinal"]),
        _value(one["value"], one["stage"], unit),
        _parts(one["numerator"], one["denominator"]),
        day(one["actual_on"]) if one["actual_on"] else "",
        one["words"],
        one["reason"],
        one["entered_by__display_name"] or one["entered_by__username"],
        _value(_number(was["value"]), was["stage"], unit) if was else "",
        was["number"] if was else None,
    )


def _value(value: Decimal | None, stage: str, unit: str) -> str:
    return stage_word(stage) if stage else exact_amount(value, unit)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _parts(numerator: Decimal | None, denominator: Decimal | None) -> str:
    """Numerator and denominator with all their digits, where there are any."""
    return "" if numerator is None or denominator is None else f"{exact(numerator)} / {exact(denominator)}"
