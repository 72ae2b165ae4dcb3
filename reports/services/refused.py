"""What a service raises when it will not do what was asked."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.encoding import force_str

from ..refusals import words
from ..rules.windows import Refusal, RefusalCode


class Refused(Exception):
    """Nothing was changed. `refusal.code` is stable, `str()` is the sentence in the reader's language.

    `lines` are those to blame, where it is several of a packet's: the sentence about each by its target/scope.
    """

    def __init__(self, code: RefusalCode, **params: object) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, {name: str(value) for name, value in params.items()})
        self.lines: dict[str, str] = {}

    @classmethod
    def of_lines(cls, code: RefusalCode, named: Mapping[str, str]) -> Refused:
        """`named` are the targets' names by target/scope."""
        refused = cls(code, lines="、".join(named.values()))
        refused.lines = {place: str(cls(code, lines=name)) for place, name in named.items()}
        return refused

    def __str__(self) -> str:
        return force_str(words(self.refusal))


def refuse(refusal: Refusal | None) -> None:
    """Raises Refused for a refusal; does nothing for None."""
    if refusal is not None:
        raise Refused(refusal.code, **refusal.params)
