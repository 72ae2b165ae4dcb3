"""What became of rows that were sent, in the caller's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from targets.reasons import doubt_words

from ..services.bulk import Outcome
from ..services.pushes import refused
from .refusals import code_of, field_of


def rows_told(answers: Iterable[Mapping[str, Any]], first: int = 0) -> list[dict[str, Any]]:
    """Rows as `shapes.PushedRow` describes them; `answers` are those of `services.bulk.kept`."""
    return [_row(index, answer) for index, answer in enumerate(answers, start=first)]


def _row(index: int, answer: Mapping[str, Any]) -> dict[str, Any]:
    why = refused(answer["refusal"]) if answer["refusal"] else None
    return {
        "index": index,
        "target": answer["target"],
        "district": answer["district"],
        "outcome": answer["outcome"],
        "version": answer["version"],
        "code": why and code_of(why),
        "field": why and field_of(why),
        "words": why and str(why),
        "doubts": [{"code": code, "words": doubt_words(code, facts)} for code, facts in answer["doubts"]],
    }


def counts(answers: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many rows came to what."""
    found = Counter(answer["outcome"] for answer in answers)
    return {str(outcome): found[str(outcome)] for outcome in Outcome}
