"""`/acceptances`: the blocks of the ledger, each a decision of the supervision office."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request

from agencies.api import params
from agencies.api.paging import rows_of
from agencies.api.schema import Operation
from agencies.api.views import ApiView, ListView, tagged
from agencies.models import User
from targets.api import named
from targets.api.values import moment

from ..models import Acceptance
from ..rules.canonical import block_lines, lines_hash
from ..selectors.chain import blocks
from ..selectors.ledger_filter import LedgerFilter, apply
from ..selectors.marks import ledger_mark
from . import moments, shown

FIELDS = (
    "number", "hash", "previous_hash", "accepted_at", "reason", "figure_count", "submission__is_sample",
    "submission__agency__code", "submission__period__code", "submission__period__plan__code",
    "submission__period__plan__time_zone", "accepted_by__username", "accepted_by__display_name",
    "submitted_by__username", "submitted_by__display_name",
)  # fmt: skip
FILTERS = (
    named.PLAN,
    params.code("period", "Of packets of this quarter (2021Q3)."),
    params.code("agency", "Of packets of this agency (its code)."),
    params.code("target", "With a figure of this target (its code)."),
    params.text("accepted_by", "Accepted by this person (user name).", most=150),
    moments.FROM_BLOCK,
    moments.TO_BLOCK,
    moments.SINCE,
    moments.UNTIL,
)


class AcceptanceRow(serializers.Serializer):
    """One block of the ledger: one decision about the packet of one agency for one quarter. It is never changed."""

    number = serializers.IntegerField(help_text="Natural key; without gaps, from 1.")
    hash = serializers.CharField(help_text="SHA-256 of the previous hash and the content: 64 hexadecimal digits.")
    previous_hash = serializers.CharField(help_text="Hash of the block before; of the first one 64 zeros.")
    plan = serializers.CharField(help_text="Code of the plan.")
    agency = serializers.CharField(help_text="Code of the agency whose packet was accepted.")
    period = serializers.CharField(help_text="Quarter of the packet, for example 2021Q3.")
    accepted_at = serializers.DateTimeField(help_text="To the microsecond, as it was hashed.")
    accepted_by = serializers.CharField(help_text="User name, as it was hashed.")
    accepted_by_name = serializers.CharField(help_text="Who that is.")
    submitted_by = serializers.CharField(help_text="User name, as it was hashed.")
    submitted_by_name = serializers.CharField(help_text="Who that is.")
    reason = serializers.CharField(help_text="Given when it was accepted; empty: none.")
    figure_count = serializers.IntegerField(help_text="How many figures it has.")
    is_sample = serializers.BooleanField(help_text="Whether its figures are sample data.")


class AcceptanceDetailRow(AcceptanceRow):
    """One block, with what was hashed."""

    content = serializers.CharField(
        help_text="The text that is hashed after the previous hash: JSON lines, in UTF-8, each ended by a line feed."
    )
    recomputed_hash = serializers.CharField(help_text="The hash that the content has now.")
    holds = serializers.BooleanField(help_text="Whether that is the hash that the block was written with.")


class AcceptanceList(ListView):
    row = AcceptanceRow
    order = ("number",)
    filters = FILTERS
    operations = {
        "GET": Operation(
            "list_acceptances",
            "Blocks of the ledger",
            answers={200: rows_of(AcceptanceRow)},
            words="By number, which is the ledger's order and never changes.",
            examples=[
                OpenApiExample(
                    "One block",
                    {"results": [shown.ACCEPTANCE], "next": None},
                    response_only=True,
                    status_codes=["200"],
                )
            ],
        )
    }

    def mark(self) -> str:
        self.asked = LedgerAsked(self.request.user, self.wanted)
        return self.asked.mark

    def rows(self) -> QuerySet:
        return self.asked.blocks().values(*FIELDS)

    def told(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [block_told(row) for row in rows]


class LedgerAsked:
    """Which blocks an address asks for, as on the ledger's page. Two statements, and those of what was named."""

    def __init__(self, user: User, wanted: dict[str, Any]) -> None:
        self.user, self.wanted = user, wanted
        self.plans = moments.plans_asked(user, wanted)
        self.ledger = moments.ledger_now(self.plans, timezone.now())
        self.mark = ledger_mark(self.ledger) if self.ledger else "no plan"

    def blocks(self) -> QuerySet[Acceptance]:
        if self.ledger is None:
            return Acceptance.objects.none()
        self._check()
        wanted = {name: value or "" for name, value in self.wanted.items()}
        asked = LedgerFilter(
            agency=wanted["agency"],
            of=wanted["period"],
            since=self.wanted["since"],
            until=self.wanted["until"],
            by=wanted["accepted_by"],
            target=wanted["target"],
            every_plan="" if wanted["plan"] else "1",
        )
        found = apply(asked, Acceptance.objects.visible_to(self.user), self.ledger)
        return found.filter(moments.block_range(self.wanted, "number"))

    def _check(self) -> None:
        """Problem where something is named that is not there."""
        moments.quarters_asked(self.plans, self.wanted)
        keys = [named.targets("target"), named.agencies("agency")]
        named.ids_of(self.user, self.wanted, keys, [plan.pk for plan in self.plans])
        by = self.wanted["accepted_by"]
        if by and not User.objects.filter(username=by).exists():
            raise named.unknown("accepted_by", by)


def block_told(row: dict[str, Any]) -> dict[str, Any]:
    plan, zone = "submission__period__plan__code", "submission__period__plan__time_zone"
    return {
        "number": row["number"],
        "hash": row["hash"],
        "previous_hash": row["previous_hash"],
        "plan": row[plan],
        "agency": row["submission__agency__code"],
        "period": row["submission__period__code"],
        "accepted_at": moment(row["accepted_at"], row[zone]),
        "accepted_by": row["accepted_by__username"],
        "accepted_by_name": row["accepted_by__display_name"] or row["accepted_by__username"],
        "submitted_by": row["submitted_by__username"],
        "submitted_by_name": row["submitted_by__display_name"] or row["submitted_by__username"],
        "reason": row["reason"],
        "figure_count": row["figure_count"],
        "is_sample": row["submission__is_sample"],
    }


class AcceptanceDetail(ApiView):
    operations = {
        "GET": Operation(
            "read_acceptance",
            "One block of the ledger, with what was hashed",
            answers={200: AcceptanceDetailRow},
            words="The hash is recomputed at every call. Its figures: `figures?from_block=N&to_block=N`.",
            examples=[OpenApiExample("A block", shown.ACCEPTANCE_DETAIL, response_only=True, status_codes=["200"])],
        )
    }

    def get(self, request: Request, number: int) -> HttpResponse:
        found = Acceptance.objects.visible_to(request.user).filter(number=number).values(*FIELDS).first()
        if found is None:
            raise Http404(gettext("The ledger has no block %(number)s.") % {"number": number})
        (block,) = blocks(number, number)
        lines = list(block_lines(block.header, block.figures))
        now = lines_hash(block.previous_hash, lines)
        content = {"content": b"".join(lines).decode(), "recomputed_hash": now, "holds": now == block.hash}
        return tagged(request, {**block_told(found), **content})
