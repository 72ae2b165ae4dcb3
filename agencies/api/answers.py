"""What the OpenAPI document says of answers: refusals with an example of each code, and headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from rest_framework import serializers

from .codes import CODES
from .problems import MEDIA_TYPE

DONE = {200: "As asked.", 201: "Made.", 202: "Taken; it goes on in the worker.", 204: "Done; there is nothing to tell."}
UNCHANGED = "What you have still holds."
OFTEN = (200, 201, 202, 204, 304, 406, 412, 415, 429)  # statuses that only a call that was counted can get
INSTANCE = "urn:uuid:5b2b1d5e-3f6c-4a57-9d0e-9d1b9f5f0a11"

Header = Mapping[str, Any]


def _header(words: str, *, always: bool = False, **shape: Any) -> Header:
    return {"description": words, "required": always, "schema": {"type": "string", **shape}}


HEADERS: dict[str, Header] = {
    "Content-Language": _header("In which language words are given.", always=True, enum=["zh-hans", "en"]),
    "RateLimit-Policy": _header(
        "How many calls a system may make in how many seconds.", always=True, pattern=r'^"calls";q=\d+;w=\d+$'
    ),
    "RateLimit": _header(
        "How many calls are left, and in how many seconds they are all there again.",
        always=True,
        pattern=r'^"calls";r=\d+;t=\d+$',
    ),
    "Retry-After": _header("In how many seconds to call again.", always=True, pattern=r"^\d+$"),
    "WWW-Authenticate": _header("`Bearer`: how to say who calls.", always=True),
    "ETag": _header("Names what was answered, for `If-None-Match` and `If-Match`.", always=True),
    "Link": _header('Address of the next page, with `rel="next"`; left out on the last.'),
    "Location": _header("Address of what was made.", always=True, format="uri"),
    "Idempotency-Replayed": _header("`true` where this was answered before.", enum=["true"]),
}


class FaultRow(serializers.Serializer):
    """One thing that is wrong with a call."""

    pointer = serializers.CharField(
        help_text="JSON Pointer into the body (`/rows/3/value`), `?name` of a parameter, the name of a header, or a "
        "line of the packet (`/entries/target/scope`)."
    )
    code = serializers.CharField(help_text="Stable; see the list of error codes.")
    words = serializers.CharField(help_text="One sentence in the caller's language.")


class ProblemRow(serializers.Serializer):
    """A refusal, as RFC 9457 has it. Nothing was changed."""

    type = serializers.CharField(help_text="Address that says what the code means.")
    code = serializers.CharField(help_text="Stable; see the list of error codes.")
    title = serializers.CharField(help_text="What the code means in general, in the caller's language.")
    status = serializers.IntegerField(help_text="The HTTP status again.")
    detail = serializers.CharField(help_text="What is wrong with this call: one sentence in the caller's language.")
    instance = serializers.CharField(help_text="Names this answer, for questions about it.")
    errors = FaultRow(many=True, help_text="What is wrong, place by place; empty where there is no place to name.")
    scope = serializers.CharField(required=False, help_text="Of `scope_missing`: the scope that is missing.")


def refused(codes: Sequence[str]) -> str:
    """What an answer says that comes with one of these codes."""
    return " ".join(f"`{code}`: {CODES[code].title}" for code in codes)


def by_status(codes: Iterable[str]) -> dict[int, list[str]]:
    """Each code once, under its HTTP status, the lowest first."""
    found: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        found.setdefault(CODES[code].status, []).append(code)
    return dict(sorted(found.items()))


def complete(answer: dict[str, Any], codes: Sequence[str], headers: Iterable[str]) -> None:
    """Adds to one answer of an operation its headers and, where it is a refusal, an example of each code."""
    answer["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    if codes:
        answer["x-codes"] = list(codes)
        examples = {code: {"$ref": f"#/components/examples/{code}"} for code in codes}
        answer["content"][MEDIA_TYPE]["examples"] = examples


def add_shared(result: dict[str, Any], **_how: Any) -> dict[str, Any]:
    """Hook of drf-spectacular: the parts to which `complete` refers."""
    answers = [answer for told in _operations(result) for answer in told["responses"].values()]
    codes = {code for answer in answers for code in answer.get("x-codes", ())}
    result["components"]["examples"] = {code: _example(code) for code in sorted(codes)}
    result["components"]["headers"] = {name: dict(header) for name, header in HEADERS.items()}
    return result


def _operations(result: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (told for methods in result["paths"].values() for told in methods.values())


def _example(code: str) -> dict[str, Any]:
    """The problem that a code is told with, where there is nothing more to say about it."""
    status, title = CODES[code]
    problem = {
        "type": reverse("api_error", args=[code]),
        "code": code,
        "title": title,
        "status": status,
        "detail": title,
        "instance": INSTANCE,
        "errors": [],
    }
    return {"summary": title, "value": problem}
