"""`/targets`: what was promised by when, and where the plan says it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet
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

from ..models import Assignment, Checkpoint, Citation, Commitment, Target
from ..rules import Accumulation, AssignmentRole, Bound, Combine, Stage
from ..selectors.packs import in_force
from ..selectors.parts import assignments_of, checkpoints_of, citations_of, commitments_of
from . import examples, named
from .values import day, moment, number


class CitationRow(serializers.Serializer):
    """Where the plan says it."""

    clause = serializers.CharField(help_text="Natural key of the clause: code of the task, a point, a number.")
    words = serializers.CharField(help_text="The exact words that the target rests on, in Chinese.")
    sentence = serializers.CharField(help_text="The whole clause, in Chinese.")


class TargetRow(serializers.Serializer):
    """One commitment that can be graded: a quantity, or a milestone, which has no numbers."""

    plan = serializers.CharField(help_text="Code of its plan.")
    line = serializers.CharField(help_text="Code of its action line.")
    task = serializers.CharField(help_text="Code of its task.")
    code = serializers.CharField(help_text="Natural key within the plan.")
    position = serializers.IntegerField(help_text="Its place in its task.")
    name = serializers.CharField(help_text="In the caller's language.")
    name_zh = serializers.CharField(help_text="In Chinese.")
    name_en = serializers.CharField(help_text="In English; empty where there is no translation.")
    bound = serializers.ChoiceField(
        [bound.value for bound in Bound], help_text="How the plan's sentence bounds its number; `milestone`: no number."
    )
    aspirational = serializers.BooleanField(help_text="Whether it is a goal to strive for: never graded `missed`.")
    goal = serializers.CharField(
        allow_null=True,
        help_text="The goal in force today, in the unit, a decimal string; of a range its lower end.",
    )
    goal_upper = serializers.CharField(
        allow_null=True, help_text="Upper end of a range, in the unit, as a decimal string; else null."
    )
    tolerance = serializers.CharField(
        allow_null=True,
        help_text="By which fraction of the goal a value may stay below it; a ratio, for `about` only, else null.",
    )
    baseline = serializers.CharField(
        allow_null=True, help_text="Where it began, in the unit, as a decimal string; null: unknown, counts from 0."
    )
    unit = serializers.CharField(help_text="In the caller's language, for example 个 or stations; empty: a milestone.")
    accumulation = serializers.ChoiceField(
        [one.value for one in Accumulation],
        allow_null=True,
        help_text="What one reported number means: total since the plan began, of the quarter alone, or at its end.",
    )
    combine = serializers.ChoiceField(
        [one.value for one in Combine], help_text="How the figures of several reporters make the city's number."
    )
    due_on = serializers.DateField(help_text="By when, as in force today.")
    in_force_from = serializers.DateField(help_text="Since when goal and due date are in force.")
    measures = serializers.CharField(
        help_text="Definition: what is counted, since when, what is not; in the caller's language."
    )
    evidence_required = serializers.BooleanField(help_text="Whether a figure without evidence is doubted.")
    retired_on = serializers.DateField(allow_null=True, help_text="Since when it is no longer kept; else null.")
    citations = CitationRow(many=True, help_text="Where the plan says it.")


class CommitmentRow(serializers.Serializer):
    """A goal and a due date, in force from a day until the next one's."""

    goal = serializers.CharField(allow_null=True, help_text="In the unit, as a decimal string; null: a milestone.")
    goal_upper = serializers.CharField(allow_null=True, help_text="Upper end of a range, likewise; else null.")
    due_on = serializers.DateField(help_text="By when.")
    in_force_from = serializers.DateField(help_text="First day on which it is graded against.")
    decided_at = serializers.DateTimeField(help_text="Moment from which it was known.")
    decided_by = serializers.CharField(allow_null=True, help_text="Who recorded the decision; null: the plan itself.")
    decision = serializers.CharField(help_text="The document or minutes that it rests on.")
    in_force = serializers.BooleanField(help_text="Whether it is the one in force today.")


class CheckpointRow(serializers.Serializer):
    """Where a target should stand at the end of a day before its due date."""

    on = serializers.DateField(help_text="The day.")
    value = serializers.CharField(allow_null=True, help_text="In the unit, as a decimal string; null: a milestone's.")
    stage = serializers.ChoiceField(
        [stage.value for stage in Stage], allow_null=True, help_text="Stage of a milestone; else null."
    )


class AnsweringRow(serializers.Serializer):
    """One agency, for one district or for the city, that answers for the target."""

    agency = serializers.CharField(help_text="Code of the agency.")
    district = serializers.CharField(allow_null=True, help_text="GB/T 2260 code; null for the whole city.")
    scope = serializers.CharField(help_text="Natural key within the target: the district's code, else the agency's.")
    role = serializers.ChoiceField([role.value for role in AssignmentRole], help_text="As what it answers.")
    reports = serializers.BooleanField(help_text="Whether it enters figures.")
    counts = serializers.BooleanField(help_text="Whether its figure enters the city's number.")
    share = serializers.CharField(
        allow_null=True, help_text="Its part of the goal as a ratio (0.08), a decimal string; null: the plan has none."
    )
    trusted = serializers.BooleanField(
        help_text="Whether what its system hands in may be accepted without a person, where nothing is doubtful."
    )
    ended_on = serializers.DateField(allow_null=True, help_text="Since when it no longer answers; else null.")


class TargetDetailRow(TargetRow):
    """A target with every commitment that there was, its checkpoints, and who answers for it."""

    commitments = CommitmentRow(many=True, help_text="Oldest first; the first one is the plan's own.")
    checkpoints = CheckpointRow(many=True, help_text="By day.")
    assignments = AnsweringRow(many=True, help_text="In the plan's order.")


def promised(user: User) -> QuerySet[Target]:
    """Targets that the caller may see; what has no commitment promises nothing yet."""
    made = Commitment.objects.filter(target=OuterRef("pk"))
    return Target.objects.visible_to(user).filter(Exists(made)).select_related("plan", "task__line")


def targets_told(rows: Sequence[Target], now: datetime) -> list[dict[str, Any]]:
    """Two statements for any number of targets."""
    ids = {row.pk for row in rows}
    commitments, citations = commitments_of(ids), citations_of(ids)
    return [_told(row, in_force(commitments[row.pk], today(row, now)), citations[row.pk]) for row in rows]


def today(target: Target, now: datetime) -> date:
    """The day that it is where the plan is."""
    return now.astimezone(ZoneInfo(target.plan.time_zone)).date()


def _told(row: Target, holds: Commitment, citations: Sequence[Citation]) -> dict[str, Any]:
    return {
        "plan": row.plan.code,
        "line": row.task.line.code,
        "task": row.task.code,
        "code": row.code,
        "position": row.position,
        "name": row.name,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "bound": row.bound,
        "aspirational": row.aspirational,
        "goal": number(holds.goal),
        "goal_upper": number(holds.goal_upper),
        "tolerance": number(row.tolerance) if row.bound == Bound.ABOUT else None,
        "baseline": number(row.baseline),
        "unit": row.unit,
        "accumulation": row.accumulation or None,
        "combine": row.combine,
        "due_on": day(holds.due_on),
        "in_force_from": day(holds.in_force_from),
        "measures": row.measures,
        "evidence_required": row.evidence_required,
        "retired_on": day(row.retired_on),
        "citations": [
            {"clause": str(one.clause), "words": one.words, "sentence": one.clause.text} for one in citations
        ],
    }


class TargetList(ListView):
    row = TargetRow
    order = ("plan__code", "code")
    filters = (
        named.PLAN,
        named.LINE,
        named.TASK,
        params.code("agency", "For which this agency answers (its code)."),
        params.choice("role", "For which an agency, or the named one, answers as this.", AssignmentRole),
        params.choice("bound", "Bounded like this.", Bound),
        named.either("current", "`true`: still to be kept; `false`: retired."),
    )
    operations = {
        "GET": Operation(
            "list_targets",
            "Targets",
            answers={200: rows_of(TargetRow)},
            words="By plan and code. Goal and due date are those in force today; the single target has their history.",
            examples=[
                OpenApiExample(
                    "One target",
                    {"results": [examples.TARGET], "next": None},
                    response_only=True,
                    status_codes=["200"],
                )
            ],
        )
    }

    def rows(self) -> QuerySet:
        user, wanted = self.request.user, self.wanted
        keys = [named.plans("plan"), named.lines("task__line"), named.tasks("task")]
        found = named.narrowed(promised(user), user, wanted, keys)
        found = named.only(found, wanted["current"], retired_on__isnull=True)
        found = found.filter(bound=wanted["bound"]) if wanted["bound"] else found
        return found.filter(Exists(self._answering())) if wanted["agency"] or wanted["role"] else found

    def _answering(self) -> QuerySet[Assignment]:
        """Of one target: those who answer for it now, and that were asked for."""
        user, wanted = self.request.user, self.wanted
        now = Assignment.objects.visible_to(user).filter(target=OuterRef("pk"), ended_on__isnull=True)
        found = named.narrowed(now, user, wanted, [named.agencies("agency")])
        return found.filter(role=wanted["role"]) if wanted["role"] else found

    def told(self, rows: list[Target]) -> list[dict[str, Any]]:
        return targets_told(rows, timezone.now())


class TargetDetail(ApiView):
    operations = {
        "GET": Operation(
            "read_target",
            "One target, with its commitments, checkpoints and who answers for it",
            answers={200: TargetDetailRow},
            words="`plan` and `target` are the codes of both: a target's code is unique within its plan.",
            examples=[
                OpenApiExample("A target", examples.TARGET_DETAIL, response_only=True, status_codes=["200"]),
            ],
        )
    }

    def get(self, request: Request, plan: str, target: str) -> HttpResponse:
        found = promised(request.user).filter(plan__code=plan, code=target).first()
        if found is None:
            facts = {"plan": plan, "target": target}
            raise Http404(gettext("The plan “%(plan)s” has no target “%(target)s”, or there is no such plan.") % facts)
        return tagged(request, detail_told(found, request, timezone.now()))


def detail_told(target: Target, request: Request, now: datetime) -> dict[str, Any]:
    """Four statements."""
    made, ids = commitments_of([target.pk])[target.pk], [target.pk]
    holds = in_force(made, today(target, now))
    return {
        **_told(target, holds, citations_of(ids)[target.pk]),
        "commitments": [_commitment(one, holds, target.plan.time_zone) for one in made],
        "checkpoints": [_checkpoint(one) for one in checkpoints_of(ids)[target.pk]],
        "assignments": [answering_told(one) for one in assignments_of(ids, request.user)[target.pk]],
    }


def _commitment(one: Commitment, holds: Commitment, zone: str) -> dict[str, Any]:
    return {
        "goal": number(one.goal),
        "goal_upper": number(one.goal_upper),
        "due_on": day(one.due_on),
        "in_force_from": day(one.in_force_from),
        "decided_at": moment(one.decided_at, zone),
        "decided_by": str(one.decided_by) if one.decided_by else None,
        "decision": one.decision,
        "in_force": one == holds,
    }


def _checkpoint(one: Checkpoint) -> dict[str, Any]:
    return {"on": day(one.on), "value": number(one.value), "stage": one.stage or None}


def answering_told(one: Assignment) -> dict[str, Any]:
    return {
        "agency": one.agency.code,
        "district": one.district_id,
        "scope": one.scope,
        "role": one.role,
        "reports": one.reports,
        "counts": one.counts,
        "share": number(one.share),
        "trusted": one.trusted,
        "ended_on": day(one.ended_on),
    }
