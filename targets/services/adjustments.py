"""Answering the question whether a target's terms become what a pack says: the old commitment always stays."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from agencies.models import User
from agencies.roles import Can
from agencies.services import audit

from ..models import AdjustmentQuestion, Commitment, Target
from ..selectors.packs import in_force

COMMITMENT_TERMS = ("goal", "goal_upper", "due_on")
Answer = AdjustmentQuestion.Answer


SENTENCES = {
    "may_not_decide": gettext_noop("Only the plan office can decide on an adjustment."),
    "already_answered": gettext_noop("Somebody else has already decided on this adjustment."),
    "decision_missing": gettext_noop("Name the document or the minutes that the decision rests on."),
    "too_early": gettext_noop("The new terms must come into force after those that have held since %(since)s."),
}


class AnswerRefused(Exception):
    """The question stays as it is. `code` is a key of SENTENCES, `str()` its sentence in the reader's language."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __str__(self) -> str:
        return gettext(SENTENCES[self.code]) % self.params


@transaction.atomic
def answer(
    question_id: int,
    *,
    adopt: bool,
    decision: str,
    in_force_from: date,
    by: User,
    at: datetime,
    door: audit.Door,
) -> AdjustmentQuestion:
    """Adopts or declines. Adopting adds a commitment in force from a day and changes the other terms asked about.

    `decision` names the document or minutes that the answer rests on (for a refusal: why).
    """
    question = AdjustmentQuestion.objects.select_for_update().select_related("target__plan").get(pk=question_id)
    _check(question, adopt, decision, in_force_from, by)
    if adopt:
        question.commitment = _adopt(question, decision, in_force_from, by, at)
    question.answer = Answer.ADOPTED if adopt else Answer.DECLINED
    question.answered_at, question.answered_by, question.reason = at, by, decision.strip()
    question.save()
    audit.record(
        f"adjustment.{question.answer}",
        f"{question.target.plan.code}/{question.target.code}",
        actor=by,
        at=at,
        door=door,
        before=question.in_force,
        after=question.asked if adopt else {},
        reason=decision.strip(),
    )
    return question


def _check(question: AdjustmentQuestion, adopt: bool, decision: str, in_force_from: date, by: User) -> None:
    if not by.can(Can.MANAGE_PLAN):
        raise AnswerRefused("may_not_decide")
    if question.answer != Answer.OPEN:
        raise AnswerRefused("already_answered")
    if not decision.strip():
        raise AnswerRefused("decision_missing")
    newest = question.target.commitments.order_by("-in_force_from").first()
    if adopt and newest is not None and in_force_from <= newest.in_force_from:
        raise AnswerRefused("too_early", since=f"{newest.in_force_from:%Y-%m-%d}")


def _adopt(
    question: AdjustmentQuestion, decision: str, in_force_from: date, by: User, at: datetime
) -> Commitment | None:
    target = question.target
    terms = {name: _value(target, name, text) for name, text in question.asked.items()}
    for name in set(terms) - set(COMMITMENT_TERMS):
        setattr(target, name, terms[name])
    target.revision += 1  # its progress has to be rolled up again
    target.save()
    if not set(terms) & set(COMMITMENT_TERMS):
        return None
    current = in_force(target.commitments.all(), in_force_from)
    return Commitment.objects.create(
        target=target,
        **{name: terms.get(name, getattr(current, name)) for name in COMMITMENT_TERMS},
        in_force_from=in_force_from,
        decided_at=at,
        decided_by=by,
        decision=decision.strip(),
    )


def _value(target: Target, name: str, text: str) -> Any:
    """A term from the text that a question keeps; the empty text is what is unknown or absent."""
    model = Commitment if name in COMMITMENT_TERMS else Target
    field = model._meta.get_field(name)
    if text == "" and name == "tolerance":
        return field.default
    if text == "":
        return None if field.null else ""
    if field.get_internal_type() == "BooleanField":
        return text == "true"
    return Decimal(text) if field.get_internal_type() == "DecimalField" else field.to_python(text)
