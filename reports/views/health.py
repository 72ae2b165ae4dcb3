"""Whether the process lives, and whether it can do its work. For probes, without sign-in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..selectors.health import readiness


@login_not_required
@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; asks nothing else."""
    return JsonResponse({"status": "alive"})


@login_not_required
@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when every needed part works, else 503; the same body either way."""
    checks = readiness(timezone.now())
    is_ready = all(check.ok for check in checks if check.needed)
    body = {
        "status": "ready" if is_ready else "not ready",
        "checks": {check.name: {"ok": check.ok, "words": check.words, **check.numbers} for check in checks},
    }
    return JsonResponse(body, status=200 if is_ready else 503, json_dumps_params={"ensure_ascii": False})
