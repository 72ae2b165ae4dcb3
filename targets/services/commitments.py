"""Targets of a plan pack in the database: terms are never overwritten, what is gone is retired."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from .. import packs
from ..models import AdjustmentQuestion, Assignment, Checkpoint, Citation, Clause, Commitment, Plan, Target, Task
from ..rules import AssignmentRole, Bound
from ..selectors.packs import in_force
from .changes import Changes
from .who import NAMES, Who, names

DEFAULT_TOLERANCE = Target._meta.get_field("tolerance").default
MOOT = "the pack states again what is in force"
WORDS = (*NAMES, "task_id", "position", "unit_en", "measures_zh", "measures_en", "evidence_required")
CITATION_FIELDS = ("position", "clause_id", "words")
CHECKPOINT_FIELDS = ("on", "value", "stage")
ASSIGNMENT_FIELDS = ("role", "position", "reports", "counts", "share", "trusted", "ended_on")


class Load(NamedTuple):
    """What the loading of each target needs: where names lead, and the moment (`on` is its day in the plan's zone)."""

    plan: Plan
    tasks: dict[str, Task]
    clauses: dict[str, Clause]
    who: Who
    changes: Changes
    at: datetime
    on: date
    first_decided_at: datetime


def load_targets(pack: packs.PlanPack, load: Load) -> None:
    """Every target of the pack; those that it no longer has are retired."""
    existing = {target.code: target for target in load.plan.targets.all()}
    for task in pack.tasks():
        for position, target in enumerate(task.targets, 1):
            _target(target, load.tasks[task.code], position, existing.pop(target.code, None), load)
    for target in existing.values():
        if target.retired_on is None:
            _retire(target, load)


def _target(target: packs.Target, task: Task, position: int, row: Target | None, load: Load) -> None:
    key = f"target {target.code}"
    wanted = _wanted(target, task, position, load.plan)
    if row is None:
        row = load.changes.put(key, None, wanted, ())
        _first_commitment(target, row, load)
        rests_differently = False
    else:
        revived = row.retired_on is not None
        if wanted.unit_zh != row.unit_zh:  # another unit is a question, in both languages
            wanted.unit_en = row.unit_en
        row = load.changes.put(key, row, wanted, (*WORDS, "retired_on"))
        _ask(target, row, load)
        rests_differently = revived
    citations = [
        Citation(target=row, clause=load.clauses[citation.clause], position=number, words=citation.words)
        for number, citation in enumerate(target.citations, 1)
    ]
    load.changes.put_list(key, "citations", row.citations.all(), citations, CITATION_FIELDS)
    rests_differently |= _checkpoints(key, target, row, load)
    rests_differently |= _assignments(key, target, row, load)
    if rests_differently and key not in load.changes.created:
        _bump(row)


def _wanted(target: packs.Target, task: Task, position: int, plan: Plan) -> Target:
    return Target(
        plan=plan,
        task=task,
        code=target.code,
        position=position,
        bound=target.bound,
        aspirational=target.aspirational,
        tolerance=DEFAULT_TOLERANCE if target.tolerance is None else target.tolerance,
        baseline=target.baseline,
        unit_zh=target.unit.zh if target.unit else "",
        unit_en=target.unit.en if target.unit else "",
        accumulation=target.accumulation or "",
        combine=target.combine,
        measures_zh=target.measures.zh,
        measures_en=target.measures.en,
        evidence_required=target.evidence_required,
        **names(target.name),
    )


def _first_commitment(target: packs.Target, row: Target, load: Load) -> None:
    Commitment.objects.create(
        target=row,
        goal=target.goal,
        goal_upper=target.goal_upper,
        due_on=target.due_on,
        in_force_from=load.plan.starts_on,
        decided_at=load.first_decided_at,
        decision=load.plan.document,
    )


# --- terms ------------------------------------------------------------------------------------------------------------


def _ask(target: packs.Target, row: Target, load: Load) -> None:
    """Records what the pack states differently as the target's open question; closes one that became moot."""
    stated = _stated_terms(target)
    known = _known_terms(row, in_force(row.commitments.all(), load.on))
    differing = [name for name in stated if stated[name] != known[name]]
    asked, current = ({name: terms[name] for name in differing} for terms in (stated, known))
    question = row.questions.filter(answer=AdjustmentQuestion.Answer.OPEN).first()
    if not differing:
        _close_as_moot(question, load)
    elif question and (question.asked, question.in_force) != (asked, current):
        question.asked, question.in_force, question.asked_at = asked, current, load.at
        question.save(update_fields=["asked", "in_force", "asked_at"])
        load.changes.questions.append(row.code)
    elif not question and not _was_declined(row, asked, current):
        AdjustmentQuestion.objects.create(target=row, asked=asked, in_force=current, asked_at=load.at)
        load.changes.questions.append(row.code)


def _close_as_moot(question: AdjustmentQuestion | None, load: Load) -> None:
    if question:
        question.answer = AdjustmentQuestion.Answer.DECLINED
        question.answered_at = load.at
        question.reason = MOOT
        question.save(update_fields=["answer", "answered_at", "reason"])


def _was_declined(row: Target, asked: dict[str, str], current: dict[str, str]) -> bool:
    """Whether the latest answer was no to just this question: loading the same pack again does not ask again."""
    answered = row.questions.exclude(answer=AdjustmentQuestion.Answer.OPEN).exclude(reason=MOOT)
    last = answered.order_by("-answered_at").first()
    declined = last is not None and last.answer == AdjustmentQuestion.Answer.DECLINED
    return declined and (last.asked, last.in_force) == (asked, current)


def _stated_terms(target: packs.Target) -> dict[str, str]:
    terms: dict[str, Any] = {
        "bound": target.bound,
        "aspirational": target.aspirational,
        "goal": target.goal,
        "goal_upper": target.goal_upper,
        "tolerance": target.tolerance,
        "baseline": target.baseline,
        "unit_zh": target.unit.zh if target.unit else "",
        "due_on": target.due_on,
        "accumulation": target.accumulation,
        "combine": target.combine,
    }
    return {name: _as_text(value) for name, value in terms.items()}


def _known_terms(row: Target, commitment: Commitment) -> dict[str, str]:
    of_commitment = ("goal", "goal_upper", "due_on")
    of_target = ("bound", "aspirational", "baseline", "unit_zh", "accumulation", "combine")
    terms = {name: getattr(commitment, name) for name in of_commitment} | {
        name: getattr(row, name) for name in of_target
    }
    terms["tolerance"] = row.tolerance if row.bound == Bound.ABOUT else None
    return {name: _as_text(value) for name, value in terms.items()}


def _as_text(value: Any) -> str:
    """A term as a question keeps it; what is unknown or absent is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return packs.decimal_text(value) if isinstance(value, Decimal) else str(value)


# --- who answers, and by when -----------------------------------------------------------------------------


def _checkpoints(key: str, target: packs.Target, row: Target, load: Load) -> bool:
    if row.is_milestone != (target.bound == Bound.MILESTONE):  # they belong to a bound that is not in force
        return False
    wanted = [
        Checkpoint(target=row, on=point.on, value=point.value, stage=point.stage or "") for point in target.checkpoints
    ]
    return load.changes.put_list(key, "checkpoints", row.checkpoints.all(), wanted, CHECKPOINT_FIELDS)


def _assignments(key: str, target: packs.Target, row: Target, load: Load) -> bool:
    """Brings the assignments up to the pack; True when who reports, counts or shares is another than before."""
    existing = {(one.agency_id, one.district_id): one for one in row.assignments.all()}
    news = (len(load.changes.created), len(load.changes.changed), len(load.changes.retired))
    for wanted in _wanted_assignments(target, row, load.who):
        old = existing.pop((wanted.agency_id, wanted.district_id), None)
        load.changes.put(f"{key}, assignment {wanted.scope}", old, wanted, ASSIGNMENT_FIELDS)
    for gone in existing.values():
        if gone.ended_on is None:
            _end(key, gone, load)
    return news != (len(load.changes.created), len(load.changes.changed), len(load.changes.retired))


def _wanted_assignments(target: packs.Target, row: Target, who: Who) -> list[Assignment]:
    wanted = [
        Assignment(
            target=row,
            agency=agency,
            district_id=agency.district_id if assignment.role == AssignmentRole.DISTRICT else None,
            role=assignment.role,
            reports=assignment.reports,
            counts=assignment.counts,
            share=assignment.share,
            trusted=assignment.trusted,
        )
        for assignment in target.assignments
        for words in assignment.units
        for agency in who.behind(words)
    ]
    for position, assignment in enumerate(wanted, 1):
        assignment.position = position
    return wanted


def _end(key: str, assignment: Assignment, load: Load) -> None:
    assignment.ended_on = load.on
    assignment.save(update_fields=["ended_on"])
    load.changes.retired.append(f"{key}, assignment {assignment.scope}")


def _retire(target: Target, load: Load) -> None:
    target.retired_on = load.on
    target.save(update_fields=["retired_on"])
    _bump(target)
    load.changes.retired.append(f"target {target.code}")


def _bump(target: Target) -> None:
    """Asks for a roll-up of this target."""
    target.revision += 1
    target.save(update_fields=["revision"])
