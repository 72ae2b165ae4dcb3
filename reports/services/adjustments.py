"""Deciding on an adjustment: what the plan's side writes, and what follows from it here."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from targets.models import AdjustmentQuestion
from targets.services import adjustments

from . import outbox
from .queueing import nudge


@transaction.atomic
def answer(question_id: int, **decided: Any) -> AdjustmentQuestion:
    """See `targets.services.adjustments.answer`. Webhooks are told; what was adopted is rolled up again."""
    question = adjustments.answer(question_id, **decided)
    outbox.adjustment_decided(question)
    if question.answer == AdjustmentQuestion.Answer.ADOPTED:
        nudge()  # the target's progress is graded against the new terms
    return question
