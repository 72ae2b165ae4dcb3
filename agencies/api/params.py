"""Parameters of addresses: what each means for the document, and how it is read. Unknown ones are refused by name,
so that a night job with a slip of the pen does not read everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.request import Request

from ..selectors import parameters
from .problems import Problem, bad_parameter

CODE = re.compile(r"^[_-]*[A-Za-z0-9][A-Za-z0-9_-]*$")
MOST_CODE, MOST_VALUES = 100, 100  # characters of a code; values of one parameter


class Param(NamedTuple):
    """One parameter. `read` turns a text into a value, or raises ValueError with a sentence. `shape` is its JSON
    schema, `words` (English) what the document says. `many`: it may be repeated, and is read into a tuple.
    """

    name: str
    words: str
    read: Callable[[str], Any] = str
    shape: Mapping[str, Any] = {"type": "string"}
    many: bool = False
    default: Any = None


def code(name: str, words: str, *, many: bool = False) -> Param:
    """A natural key, for example of a target or an agency."""
    shape = {"type": "string", "pattern": CODE.pattern, "maxLength": MOST_CODE}
    return Param(name, words, _code, shape, many)


def choice(name: str, words: str, choices: Iterable[str], *, many: bool = False) -> Param:
    """One of a few words."""
    allowed = [str(one) for one in choices]

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(_("Choose one of: %(choices)s.") % {"choices": ", ".join(allowed)})
        return text

    return Param(name, words, read, {"type": "string", "enum": allowed}, many)


def whole_number(name: str, words: str, *, least: int = 0, most: int = parameters.MAX_NUMBER) -> Param:
    """A whole number within bounds."""

    def read(text: str) -> int:
        if text.isascii() and text.isdecimal() and len(text) < 20 and least <= int(text) <= most:
            return int(text)
        raise ValueError(_("Send a whole number from %(least)s to %(most)s.") % {"least": least, "most": most})

    return Param(name, words, read, {"type": "integer", "minimum": least, "maximum": most})


def day(name: str, words: str) -> Param:
    """A day like 2021-09-30."""

    def read(text: str) -> Any:
        complaints: list[str] = []
        found = parameters.day(text, complaints)
        if found is None:
            raise ValueError(_("Send a day like 2021-09-30."))
        return found

    return Param(name, words, read, {"type": "string", "format": "date"})


def yes_or_no(name: str, words: str) -> Param:
    """`true` or `false`; false where it is left out."""

    def read(text: str) -> bool:
        if text not in ("true", "false"):
            raise ValueError(_("Send true or false."))
        return text == "true"

    return Param(name, words, read, {"type": "boolean", "default": False}, default=False)


def text(name: str, words: str, *, most: int = 200) -> Param:
    """Words to look for, or a text with a form of its own."""

    def read(sent: str) -> str:
        if "\x00" in sent or not 0 < len(sent) <= most:
            raise ValueError(_("Send a text of 1 to %(most)s characters.") % {"most": most})
        return sent

    return Param(name, words, read, {"type": "string", "minLength": 1, "maxLength": most})


def _code(sent: str) -> str:
    if len(sent) > MOST_CODE or not CODE.fullmatch(sent):
        raise ValueError(_("A code has letters without accents, digits and hyphens."))
    return sent


def address_of(request: Request) -> QueryDict:
    """What the address says behind its question mark."""
    try:
        return request.query_params
    except TooManyFieldsSent as error:
        raise Problem("bad_parameter", _("The address has too many parameters.")) from error


def read(address: QueryDict, params: Iterable[Param]) -> dict[str, Any]:
    """The value of every parameter by its name, its default where it was not sent."""
    known = {param.name: param for param in params}
    for name in address:
        if name not in known:
            sentence = _("There is no parameter “%(name)s” here. There are: %(known)s.")
            raise bad_parameter(name[:60], sentence % {"name": name[:60], "known": ", ".join(sorted(known))})
    return {name: _read(param, address.getlist(name)) for name, param in known.items()}


def _read(param: Param, sent: list[str]) -> Any:
    if not sent:
        return () if param.many else param.default
    if len(sent) > 1 and not param.many:
        raise bad_parameter(param.name, _("The parameter “%(name)s” is sent once.") % {"name": param.name})
    if len(sent) > MOST_VALUES:
        raise bad_parameter(param.name, _("At most 100 values are taken."))
    try:
        values = tuple(param.read(one) for one in sent)
    except ValueError as error:
        raise bad_parameter(param.name, f"{param.name}: {error}") from error
    return values if param.many else values[0]
