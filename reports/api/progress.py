"""`/progress`: where every target stands, in a quarter, as known now or at an earlier moment."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from agencies.api import paging, params
from agencies.api.problems import bad_parameter
from agencies.api.schema import Operation
from agencies.api.views import ListView
from agencies.models import Agency
from targets.api import named
from targets.api.values import day
from targets.models import Assignment
from targets.reasons import words
from targets.rules import Accumulation, AssignmentRole, Stage
from targets.units import in_chinese

from ..models import ReportingPeriod
from ..selectors.explore_filter import STATUSES
from ..selectors.marks import progress_mark
from ..selectors.moment import Moment
from ..selectors.progress_rows import Row, Wanted, progress_rows
from ..selectors.reporters import Scope
from ..selectors.rollup import CITY
from . import moments, reporting, shown


class ProgressRow(serializers.Serializer):
    """One target in one quarter, for the city or for one reporter."""

    plan = serializers.CharField(help_text="Code of the plan.")
    target = serializers.CharField(help_text="Code of the target.")
    period = serializers.CharField(help_text="Quarter, for example 2021Q3.")
    scope = serializers.CharField(help_text="`city`, or the reporter: its district's code, else its agency's.")
    unit = serializers.CharField(help_text="Of value, expected and baseline, in the caller's language.")
    accumulation = serializers.ChoiceField(
        [one.value for one in Accumulation],
        allow_null=True,
        help_text="What one reported number means; null: a milestone.",
    )
    value = serializers.CharField(
        allow_null=True, help_text="Where it stands, in the unit, a decimal string; null: nothing reported, never zero."
    )
    numerator = serializers.CharField(
        allow_null=True, help_text="Of a ratio, as a decimal string; of all its reporters together; else null."
    )
    denominator = serializers.CharField(allow_null=True, help_text="Of a ratio, likewise; else null.")
    stage = serializers.ChoiceField(
        [stage.value for stage in Stage], allow_null=True, help_text="Of a milestone; null: nothing reported."
    )
    actual_on = serializers.DateField(allow_null=True, help_text="Day on which a milestone was done; else null.")
    expected = serializers.CharField(
        allow_null=True, help_text="Where it should stand at the quarter's end, in the unit, a decimal string."
    )
    completion = serializers.CharField(
        allow_null=True, help_text="Way covered of the way to the goal: a ratio (0.85), a decimal string."
    )
    pace = serializers.CharField(
        allow_null=True, help_text="Way covered of the way expected by then: a ratio, a decimal string."
    )
    elapsed = serializers.CharField(
        allow_null=True, help_text="Share of the days to the due date that have passed: a ratio, a decimal string."
    )
    status = serializers.ChoiceField(
        list(STATUSES), allow_null=True, help_text="Its class; null: a reporter without a goal of its own."
    )
    reason_code = serializers.CharField(allow_null=True, help_text="Why it is in that class: stable.")
    reason = serializers.CharField(allow_null=True, help_text="The same as a sentence, in the caller's language.")
    reported = serializers.IntegerField(help_text="Reporters that have a figure.")
    reporters = serializers.IntegerField(help_text="Reporters whose figures count.")
    stale = serializers.IntegerField(help_text="Of those with a figure: carried from an earlier quarter.")
    rests_on = serializers.IntegerField(
        allow_null=True, help_text="Newest block of the ledger among its figures; null: there is none."
    )
    is_sample = serializers.BooleanField(help_text="Whether the plan has sample data, on which it may rest.")


class ProgressList(ListView):
    row = ProgressRow
    filters = (
        params.code("plan", "Of this plan (its code); of the newest unless told."),
        params.code("period", "In this quarter (2021Q3); left out: the newest that nobody can enter any more."),
        params.code("since", "From this quarter on, up to the shown one; left out: the shown one alone."),
        params.code("target", "Of these targets (their codes).", many=True),
        params.code("line", "Of these action lines (their codes).", many=True),
        params.code("agency", "Of targets for which this agency answers (its code)."),
        params.choice("role", "As which the agency answers; goes with `agency`.", AssignmentRole),
        params.code("scope", "`city` (left out: the same), or the rows of one reporter: a district or agency code."),
        params.choice("status", "In these classes.", STATUSES, many=True),
        moments.AS_KNOWN_AT,
    )
    operations = {
        "GET": Operation(
            "list_progress",
            "Where targets stand",
            answers={200: paging.rows_of(ProgressRow)},
            words=(
                "By target and quarter: the numbers that the pages show. A target that nobody has reported for is "
                "there with `no_data` or `not_due`. The `ETag` changes when the ledger, the plan or its roll-up does."
            ),
            examples=[
                OpenApiExample(
                    "One target",
                    {"results": [shown.PROGRESS], "next": None},
                    response_only=True,
                    status_codes=["200"],
                )
            ],
        )
    }
    shown: Moment | None
    begin: list[Any] | None  # plan, quarter, and target, quarter (ordinal), place of the last row of the page before
    has_sample = False

    def mark(self) -> str:
        cursor = self.wanted["cursor"]
        self.begin = paging.opened(self.request, cursor, 5) if cursor else None
        if self.begin:  # the next page is of the plan and the quarter that the first one was of
            named_or_shown = zip(("plan", "period"), self.begin, strict=False)
            self.wanted |= {name: self.wanted[name] or code for name, code in named_or_shown}
        self.shown = moments.moment_asked(self.request.user, self.wanted, timezone.now())
        if self.shown is None:
            return "no plan"
        mark = progress_mark(self.shown)
        self.has_sample = mark.has_sample
        return mark.text

    def page(self) -> paging.Page:
        if self.shown is None:
            return paging.Page([], "")
        limit = self.wanted["limit"] or paging.USUAL
        after = tuple(self.begin[2:]) if self.begin else None
        asked = Wanted(
            self._targets(self.shown), self._periods(self.shown), self.wanted["status"], self._scope(), after, limit + 1
        )
        found = progress_rows(self.shown, self.request.user, asked)
        if len(found) <= limit:
            return paging.Page(found, "")
        last = [self.shown.plan.code, self.shown.period.code, *found[limit - 1][:3]]
        return paging.Page(found[:limit], paging.next_address(self.request, last))

    def _targets(self, shown: Moment) -> Q:
        """Natural keys are those of the shown plan; one statement for each that was sent."""
        user, wanted = self.request.user, self.wanted
        found = Q()
        for name, key in (("target", named.targets("pk")), ("line", named.lines("task__line"))):
            if wanted[name]:
                rows = key.rows(user).filter(plan=shown.plan)
                found &= Q(**{f"{key.lookup}__in": named.ids(name, wanted[name], rows)})
        if wanted["role"] and not wanted["agency"]:
            raise bad_parameter("role", gettext("A role asks for an agency that holds it."))
        return found & Q(Exists(self._answering())) if wanted["agency"] else found

    def _answering(self) -> QuerySet[Assignment]:
        user, wanted = self.request.user, self.wanted
        (agency,) = named.ids("agency", [wanted["agency"]], Agency.objects.visible_to(user))
        found = Assignment.objects.filter(target=OuterRef("pk"), agency=agency, ended_on__isnull=True)
        return found.filter(role=wanted["role"]) if wanted["role"] else found

    def _periods(self, shown: Moment) -> list[ReportingPeriod]:
        code = self.wanted["since"] or shown.period.code
        first = next((period.ordinal for period in shown.periods if period.code == code), None)
        if first is None:
            raise named.unknown("since", code)
        if first > shown.period.ordinal:
            facts = {"since": code, "period": shown.period.code}
            raise bad_parameter("since", gettext("%(since)s comes after %(period)s, the shown quarter.") % facts)
        return [period for period in shown.periods if first <= period.ordinal <= shown.period.ordinal]

    def _scope(self) -> Scope | None:
        code = self.wanted["scope"]
        return None if code in (None, CITY) else reporting.scope(self.request.user, code)

    def told(self, rows: list[Row]) -> list[dict[str, Any]]:
        plan, language, chinese = self.shown.plan.code if self.shown else "", get_language() or "", in_chinese()
        return [_told(row, plan, language, chinese, self.has_sample) for row in rows]


def _told(row: Row, plan: str, language: str, chinese: bool, has_sample: bool) -> dict[str, Any]:
    unit = (row.unit_zh or row.unit_en) if chinese else (row.unit_en or row.unit_zh)
    return {
        "plan": plan,
        "target": row.target,
        "period": row.period,
        "scope": row.scope,
        "unit": unit,
        "accumulation": row.accumulation or None,
        "value": row.value,
        "numerator": row.numerator,
        "denominator": row.denominator,
        "stage": row.stage or None,
        "actual_on": day(row.actual_on),
        "expected": row.expected,
        "completion": row.completion,
        "pace": row.pace,
        "elapsed": row.elapsed,
        "status": row.status or None,
        "reason_code": row.reason_code or None,
        "reason": _reason(language, row.reason_code, row.reason_params, unit) if row.reason_code else None,
        "reported": row.reported,
        "reporters": row.reporters,
        "stale": row.stale,
        "rests_on": row.rests_on,
        "is_sample": has_sample,
    }


@lru_cache(maxsize=8192)
def _reason(language: str, code: str, given: str, unit: str) -> str:
    """In the active language, which `language` names: the same sentence is asked for again and again."""
    return words(code, json.loads(given), unit)
