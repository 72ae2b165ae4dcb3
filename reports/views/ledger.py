"""`/ledger/`: the blocks that every number rests on."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from agencies.models import User

from .reading import Reading, page


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Ledger")}

    return page(request, "ledger", "ledger.html", build, section="ledger")


@require_safe
def block(request: HttpRequest, number: int) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Block")}

    return page(request, f"block:{number}", "block.html", build, section="ledger")


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    def build(reading: Reading, user: User) -> dict[str, Any]:
        return {"title": gettext("Ledger")}

    return page(request, "ledger_export", "ledger.html", build)
