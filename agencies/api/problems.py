"""Refusals as `application/problem+json` (RFC 9457), in the caller's language."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from django.utils.translation import gettext
from rest_framework import exceptions
from rest_framework.response import Response

from .codes import CODES

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class Fault(NamedTuple):
    """One thing that is wrong. `pointer`: a JSON Pointer into the body (`/rows/3/value`), or `?name` for a parameter
    of the address, or the name of a header, or a line of the packet (`/entries/target/scope`). `words`: one sentence,
    in the caller's language.
    """

    pointer: str
    code: str
    words: str


class Problem(Exception):
    """The call is refused and nothing was changed. `detail` is one sentence; without one, the code's title."""

    def __init__(
        self,
        code: str,
        detail: object = "",
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.faults = code, detail, faults
        self.headers, self.more = dict(headers or {}), dict(more or {})

    @property
    def status(self) -> int:
        return CODES[self.code].status


def bad_parameter(name: str, sentence: object) -> Problem:
    """A parameter of the address that cannot be used, and why."""
    return Problem("bad_parameter", sentence, faults=[Fault(f"?{name}", "bad_parameter", str(sentence))])


def answer(problem: Problem) -> Response:
    """The problem as an answer; what is asked for with `Accept` does not matter to it."""
    title = gettext(CODES[problem.code].title)
    told = {
        "type": reverse("api_error", args=[problem.code]),
        "code": problem.code,
        "title": title,
        "status": problem.status,
        "detail": str(problem.detail) or title,
        "instance": f"urn:uuid:{uuid.uuid4()}",
        "errors": [fault._asdict() for fault in problem.faults],
        **problem.more,
    }
    response = Response(told, status=problem.status, headers=problem.headers)
    response.problem = told
    return response


def problem_of(error: Exception) -> Problem | None:
    """What a known kind of exception comes to; null for one that is a mistake of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404):
        return Problem("not_found", _said(error))
    if isinstance(error, PermissionDenied):
        return Problem("scope_missing", _said(error))
    if isinstance(error, (OperationalError, InterfaceError)):
        logger.exception("the database could not do what was asked")
        return Problem("unavailable", headers={"Retry-After": "10"})
    return _of_framework(error)


def _said(error: Exception) -> str:
    return str(error) if error.args and isinstance(error.args[0], str) else ""


def _of_framework(error: Exception) -> Problem | None:
    if isinstance(error, RequestDataTooBig):
        return Problem("body_too_large")
    if isinstance(error, (TooManyFieldsSent, TooManyFilesSent, MultiPartParserError)):
        return Problem("bad_form")
    if isinstance(error, exceptions.MethodNotAllowed):
        return Problem("method_not_allowed")
    if isinstance(error, exceptions.NotAcceptable):
        return Problem("not_acceptable")
    if isinstance(error, exceptions.UnsupportedMediaType):
        return Problem("unsupported_media_type")
    return None


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """REST framework's exception handler: every exception becomes a problem, unknown ones a logged 500."""
    problem = problem_of(error)
    if problem is None:
        logger.error("%s failed", context["request"].path, exc_info=error)
        problem = Problem("failed")
    return answer(problem)
