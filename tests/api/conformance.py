"""Whether an answer is one that the OpenAPI document tells of: status, code, kind, headers, and every member."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from agencies.api import answers, documents
from agencies.api.problems import MEDIA_TYPE
from agencies.api.views import ApiView

OUTSIDE = ("not_found", "method_not_allowed")  # answered where there is no operation
FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("date", raises=ValueError)
def _is_day(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@FORMATS.checks("uuid", raises=ValueError)
def _is_uuid(value: object) -> bool:
    return not isinstance(value, str) or bool(UUID(value))


@cache
def operations() -> dict[str, Mapping[str, Any]]:
    """By their names."""
    paths = documents.document()["paths"]
    return {told["operationId"]: told for methods in paths.values() for told in methods.values()}


def complaints(view: ApiView, method: str, response: HttpResponse) -> Iterator[str]:
    """What of an answer is not as the document tells it."""
    told = view.operations.get("GET" if method == "HEAD" else method)
    if told is None:
        yield from _outside(method, response)
        return
    for complaint in _of_operation(operations()[told.name], response):
        yield f"{told.name} answered {response.status_code}: {complaint}"


def _outside(method: str, response: HttpResponse) -> Iterator[str]:
    code = getattr(response, "problem", {}).get("code")
    general = operations()["read_system"]["responses"].values()
    if code not in {*OUTSIDE, *(code for answer in general for code in answer.get("x-codes", ()))}:
        yield f"{method} where there is no operation: {response.status_code} {code}"


def _of_operation(told: Mapping[str, Any], response: HttpResponse) -> Iterator[str]:
    answer = told["responses"].get(str(response.status_code))
    if answer is None:
        yield "the document has no such answer"
        return
    yield from _headers(answer, response)
    if "content" not in answer:
        return
    kind = _kind(response)
    if kind not in answer["content"]:
        yield f"{kind} is not told"
    elif kind in ("application/json", MEDIA_TYPE):
        yield from _members(answer["content"][kind]["schema"], _body(response))
    if kind == MEDIA_TYPE and (code := _body(response)["code"]) not in answer["x-codes"]:
        yield f"the code {code} is not told"


def _headers(answer: Mapping[str, Any], response: HttpResponse) -> Iterator[str]:
    for name in answer["headers"]:
        header = answers.HEADERS[name]
        if header["required"] and name not in response:
            yield f"the header {name} is missing"
        if name in response and not Draft202012Validator(header["schema"]).is_valid(response[name]):
            yield f"the header {name} has the value {response[name]}"
    for name in set(answers.HEADERS) - set(answer["headers"]) - {"RateLimit", "RateLimit-Policy"}:
        if name in response:
            yield f"the header {name} is not told"


def _kind(response: HttpResponse) -> str:
    """Its media type; of an answer that is not rendered yet, the one that it will have."""
    kind = getattr(response, "accepted_media_type", None) if not getattr(response, "is_rendered", True) else None
    return (kind or response.get("Content-Type", "")).partition(";")[0]


def _body(response: HttpResponse) -> Any:
    return response.data if hasattr(response, "data") else json.loads(response.content)


def _members(schema: Mapping[str, Any], body: Any) -> Iterator[str]:
    for error in _validator(json.dumps(schema)).iter_errors(body):
        yield f"{error.json_path}: {error.message[:300]}"


@cache
def _validator(schema: str) -> Draft202012Validator:
    """Of answers: a member that the document does not tell of is an error here."""
    components = copy.deepcopy(documents.document()["components"])
    for one in components["schemas"].values():
        if "properties" in one:
            one["additionalProperties"] = False
    document = DRAFT202012.create_resource({"components": components})
    registry = Registry().with_resource("urn:api", document)
    schema = json.loads(schema.replace('"#/', '"urn:api#/'))
    return Draft202012Validator(schema, registry=registry, format_checker=FORMATS)
