"""The sentences of the plan that a target comes from."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Prefetch
from django.utils.translation import gettext

from targets.models import Citation, Clause, ResponsibleUnit, Target


class Quote(NamedTuple):
    """A sentence of the plan: the clause's text before, at and after the cited words, and who it names."""

    clause: str
    before: str
    words: str
    after: str
    units: tuple[str, ...]
    open_list: str


def quotes(target: Target) -> tuple[Quote, ...]:
    """In the order in which the target names them."""
    units = Prefetch("clause__units", ResponsibleUnit.objects.select_related("agency", "group"))
    citations = target.citations.select_related("clause__task__line").prefetch_related(units)
    return tuple(quote(citation) for citation in citations)


def quote(citation: Citation) -> Quote:
    """The clause's text, cut at the cited words; the words alone where the text does not hold them."""
    clause = citation.clause
    before, words, after = clause.text.partition(citation.words)
    if not words:
        before, words = "", citation.words
    names = tuple(unit.name or unit.as_written for unit in clause.units.all())
    return Quote(clause_words(clause), before, words, after, names, clause.open_list)


def clause_words(clause: Clause) -> str:
    """Where a clause stands, as people say it: "新网络 第1项 第1款" or "New networks, task 1, clause 1"."""
    place = {"line": clause.task.line.short, "task": clause.task.number, "clause": clause.number}
    return gettext("%(line)s, task %(task)s, clause %(clause)s") % place
