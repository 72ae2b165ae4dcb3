"""`Idempotency-Key`: the same call sent twice is done once and answered twice."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from ..models import IdempotentCall
from .problems import Fault, Problem, problem_of

if TYPE_CHECKING:
    from .views import ApiView

HEADER = "Idempotency-Key"
KEY = re.compile(r"^[ -~]*[!#-~][ -~]*$")  # printable ASCII, and not quotes and spaces alone
MOST = 255  # characters
KEPT_HEADERS = ("Content-Type", "Content-Language", "ETag", "Location", "Retry-After", "Link")
# what may be otherwise the next time, without the caller sending anything else
NEVER_KEPT = {401, 403, 429, 500, 503}

Handler = Callable[..., Response | HttpResponse]


def once(handler: Handler) -> Handler:
    """For every handler that changes something. What it does and what it answers are written in one transaction: a
    call that dies half-way has done nothing, and two that arrive at once wait for each other.
    """

    @functools.wraps(handler)
    def run(view: ApiView, request: Request, **named: Any) -> Response | HttpResponse:
        key = _key(request)
        if not key:
            return handler(view, request, **named)
        asked = fingerprint(request)
        with transaction.atomic():
            call, is_new = _claim(request, key)
            if not is_new:
                return _again(call, asked)
            response = _attempt(view, handler, request, named)
            call.fingerprint = asked
            return _keep(call, view.finished(request, response))

    run.is_once = True
    return run


def _key(request: Request) -> str:
    sent = request.headers.get(HEADER, "")
    if HEADER in request.headers and not (len(sent) <= MOST and KEY.fullmatch(sent)):
        sentence = _("An Idempotency-Key has 1 to %(most)s printable ASCII characters.") % {"most": MOST}
        raise Problem("bad_idempotency_key", sentence, faults=[Fault(HEADER, "bad_idempotency_key", sentence)])
    return sent.strip().strip('"')


def fingerprint(request: Request) -> str:
    """SHA-256 of what is asked. A form counts by its parts: its boundary is another one each time it is sent."""
    asked = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode("utf-8", "surrogatepass"))
    data = request.data  # reads the body
    if hasattr(request, "sent"):
        asked.update(request.sent)
        return asked.hexdigest()
    for name, values in sorted(getattr(data, "lists", lambda: [])()):
        for value in values:
            content = hashlib.sha256()
            if hasattr(value, "chunks"):
                for chunk in value.chunks():
                    content.update(chunk)
                value.seek(0)
                name_of_file = value.name or ""
            else:
                content.update(value.encode("utf-8", "surrogatepass"))
                name_of_file = ""
            asked.update(repr((name, name_of_file, content.hexdigest())).encode("utf-8", "surrogatepass"))
    return asked.hexdigest()


def _claim(request: Request, key: str) -> tuple[IdempotentCall, bool]:
    """The row of this key, locked, and whether it is this call's. Waits for another call with the key to end."""
    rows = [IdempotentCall(system=request.auth, key=key, at=timezone.now())]
    before = IdempotentCall.objects.filter(system=request.auth, key=key)
    call = None
    while call is None:  # one that was there may have been forgotten before it was read
        IdempotentCall.objects.bulk_create(rows, ignore_conflicts=True)
        call = before.select_for_update().first()
    return call, call.status is None


def _again(call: IdempotentCall, asked: str) -> HttpResponse:
    if call.fingerprint != asked:
        raise Problem("idempotency_key_reused")
    response = HttpResponse(bytes(call.body), status=call.status, headers=call.headers)
    if "Content-Type" not in call.headers:  # Django gives every answer one, also those without a body
        del response["Content-Type"]
    response["Idempotency-Replayed"] = "true"
    return response


def _attempt(view: ApiView, handler: Handler, request: Request, named: dict[str, Any]) -> Response | HttpResponse:
    """The answer, a refusal included: what was refused changed nothing, and is refused again the same way."""
    try:
        with transaction.atomic():
            return handler(view, request, **named)
    except Exception as error:
        problem = problem_of(view.known(error))
        if problem is None or problem.status in NEVER_KEPT:
            raise
        return view.handle_exception(error)


def _keep(call: IdempotentCall, response: HttpResponse) -> HttpResponse:
    """Writes the answer, rendered, with what the call did."""
    call.status = response.status_code
    call.headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    call.body = response.content
    call.save()
    return response
