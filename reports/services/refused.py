"""What a service raises when it will not do what was asked."""

from __future__ import annotations

from django.utils.encoding import force_str

from ..refusals import words
from ..rules.windows import Refusal, RefusalCode


class Refused(Exception):
    """Nothing was changed. `refusal.code` is stable, `str()` is the sentence in the reader's language."""

    def __init__(self, code: RefusalCode, **params: object) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, {name: str(value) for name, value in params.items()})

    def __str__(self) -> str:
        return force_str(words(self.refusal))


def refuse(refusal: Refusal | None) -> None:
    """Raises Refused for a refusal; does nothing for None."""
    if refusal is not None:
        raise Refused(refusal.code, **refusal.params)
