"""Every error code of the API as a page of the guide, made from the list of codes and from what operations answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand
from django.utils.translation import gettext, override

from agencies.api.answers import by_status
from agencies.api.codes import CODES
from agencies.api.documents import document

HEAD = """# Error codes

Made by `manage.py api_errors`; a test holds it against the code. A refusal changes nothing. It is
`application/problem+json` (RFC 9457): `code` is stable and is what a program looks at, `title` and `detail` are
sentences in the caller's language (`Accept-Language: zh` or `en`), `errors` names each place that is to blame, each
with a code of its own that may say more: of a body that is not taken, `code` is `bad_body` and
`errors[0].code` tells why. The same list is `GET /api/v1/errors`.
"""


class Command(BaseCommand):
    """`manage.py api_errors > docs/api-errors.md`"""

    help = "Print docs/api-errors.md: every error code of the API."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_tables()])


def _tables() -> Iterator[str]:
    answering = _answering()
    for status, codes in by_status(sorted(CODES)).items():
        yield f"## {status}\n"
        yield "| code | English | 中文 | answered by |\n|---|---|---|---|"
        for code in codes:
            yield f"| `{code}` | {_title(code, 'en')} | {_title(code, 'zh-hans')} | {answering[code]} |"
        yield ""


def _title(code: str, language: str) -> str:
    with override(language):
        return gettext(CODES[code].title)


def _answering() -> dict[str, str]:
    """By code, in words: which operations answer it."""
    told = list(_operations())
    groups = {frozenset(one.name for one in told if holds(one)): words for words, holds in GROUPS.items()}
    rows = next(one.words for one in told if one.name == "put_entries")
    found = {}
    for code in CODES:
        names = [one.name for one in told if code in one.codes]
        of_rows = [OF_ROWS] if f"`{code}`" in rows else []
        answered = groups.get(frozenset(names)) or ", ".join(f"`{name}`" for name in names)
        found[code] = ", ".join(filter(None, [answered, *of_rows])) or EVERYWHERE
    return found


class Told(NamedTuple):
    """One operation of the document."""

    name: str
    path: str
    method: str
    words: str
    asks_for_a_key: bool
    codes: set[str]


EVERYWHERE, OF_ROWS = "every call", "rows of `put_entries`"
GROUPS: dict[str, Callable[[Told], bool]] = {
    EVERYWHERE: lambda one: True,
    "every call with a key": lambda one: one.asks_for_a_key,
    "every call that asks for a scope": lambda one: "Asks for the scope" in one.words,
    "every call that changes something": lambda one: one.method != "get",
    "every list": lambda one: "bad_cursor" in one.codes,
    "every call about one thing": lambda one: "{" in one.path,
}


def _operations() -> Iterator[Told]:
    for path, methods in document()["paths"].items():
        for method, told in methods.items():
            codes = {code for answer in told["responses"].values() for code in answer.get("x-codes", ())}
            asks = bool(told.get("security"))
            yield Told(told["operationId"], path, method, told["description"], asks, codes)
