"""`/pulse`: whether what pages show has changed. Asked by every open page, so that it costs next to nothing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from ..services import pulse as service


@login_not_required
@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """An opaque text that changes when pages change: 200, or 304 for who has it; 204 while it is being worked out.

    No session, no SQL, nothing about anybody: it may be asked without signing in.
    """
    try:
        found = service.current()
    except RedisError:
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    headers = {"ETag": f'"{found}"', "Cache-Control": "no-cache"}
    if not found:
        return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(found, content_type="text/plain", headers=headers)
