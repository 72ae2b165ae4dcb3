"""The open question of a target: what a new pack states, beside what is in force, in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Max
from django.utils.text import capfirst
from django.utils.translation import gettext

from targets.models import AdjustmentQuestion, Commitment, Target

from ..wording import NOTHING, day, exact_amount, percent
from .moment import Moment

AMOUNTS = {"goal", "goal_upper", "baseline"}


class Term(NamedTuple):
    """One term that differs: its name, what is in force, and what the pack asks for."""

    name: str
    in_force: str
    asked: str


class Question(NamedTuple):
    """Waits for the plan office. New terms can come into force from `earliest` on."""

    id: int
    asked_at: datetime
    terms: tuple[Term, ...]
    earliest: date


def open_question(target: Target, moment: Moment) -> Question | None:
    """None where nothing is asked, or was not asked yet at the moment."""
    found = target.questions.filter(answer=AdjustmentQuestion.Answer.OPEN)
    if moment.known_at is not None:
        found = found.filter(asked_at__lte=moment.known_at)
    question = found.annotate(newest=Max("target__commitments__in_force_from")).first()
    if question is None:
        return None
    return Question(question.pk, question.asked_at, _terms(question, target), question.newest + timedelta(days=1))


def _terms(question: AdjustmentQuestion, target: Target) -> tuple[Term, ...]:
    """In the order of the model's fields, as JSON keeps none."""
    names = [field.name for model in (Commitment, Target) for field in model._meta.fields]
    return tuple(
        Term(
            capfirst(_label(name)),
            _said(name, question.in_force.get(name, ""), target.unit),
            _said(name, question.asked[name], question.asked.get("unit_zh", target.unit)),
        )
        for name in dict.fromkeys(names)
        if name in question.asked
    )


def _label(name: str) -> str:
    model = Commitment if name in {field.name for field in Commitment._meta.fields} else Target
    return gettext("unit") if name == "unit_zh" else str(model._meta.get_field(name).verbose_name)


def _said(name: str, text: str, unit: str) -> str:
    """A term from the text that a question keeps; the empty text is what is unknown or absent."""
    if text == "":
        return NOTHING
    if name in AMOUNTS:
        return exact_amount(Decimal(text), unit)
    if name == "tolerance":
        return percent(Decimal(text))
    if name == "due_on":
        return day(date.fromisoformat(text))
    if name == "aspirational":
        return gettext("yes") if text == "true" else gettext("no")
    choices = dict(Target._meta.get_field(name).choices or ())
    return str(choices.get(text, text))
