"""The API about itself: where to begin, the OpenAPI document, the interactive one, and the list of error codes."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from .codes import CODES, Code
from .rendering import encoded
from .schema import Operation
from .views import ApiView, tagged


class ErrorRow(serializers.Serializer):
    """One code with which the API says no."""

    code = serializers.CharField()
    status = serializers.IntegerField(help_text="HTTP status that it comes with.")
    title = serializers.CharField(help_text="What it means, in the caller's language.")


class ErrorRows(serializers.Serializer):
    """Every code."""

    results = ErrorRow(many=True)


def _told(code: str, meaning: Code) -> dict[str, Any]:
    return {"code": code, "status": meaning.status, "title": gettext(meaning.title)}


class OpenView(ApiView):
    """What anybody may read without a key."""

    authentication_classes = ()
    permission_classes = ()


class ErrorList(OpenView):
    operations = {
        "GET": Operation("list_errors", "Every error code", None, {200: ErrorRows}, tag="about"),
    }

    def get(self, request: Request) -> Response:
        return tagged(request, {"results": [_told(*one) for one in sorted(CODES.items())]})


class ErrorDetail(OpenView):
    operations = {
        "GET": Operation(
            "read_error", "What one error code means", None, {200: ErrorRow}, refusals=["not_found"], tag="about"
        ),
    }

    def get(self, request: Request, code: str) -> Response:
        if code not in CODES:
            raise Http404(gettext("There is no such error code."))
        return tagged(request, _told(code, CODES[code]))


class StartRow(serializers.Serializer):
    """Addresses to begin with."""

    schema = serializers.CharField()
    docs = serializers.CharField()
    errors = serializers.CharField()


class Start(OpenView):
    operations = {"GET": Operation("start", "Where to begin", None, {200: StartRow}, tag="about")}

    def get(self, request: Request) -> Response:
        here = request.build_absolute_uri(request.path)
        return tagged(request, {name: f"{here}{end}" for name, end in _ADDRESSES.items()})


_ADDRESSES = {"schema": "schema", "docs": "docs/", "errors": "errors"}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document. It says the same to everybody, and takes a while to make: once a process."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


class Document(OpenView):
    """What can be called, and everything that can be answered. It holds no figures."""

    operations = {
        "GET": Operation("read_schema", "This document (OpenAPI 3.1)", None, {200: OpenApiTypes.OBJECT}, tag="about"),
    }

    def get(self, request: Request) -> Response:
        return tagged(request, document(), mark=_version())


@cache
def _version() -> str:
    """Changes with what the document says."""
    return hashlib.sha256(encoded(document())).hexdigest()


schema = Document.as_view()


GUIDES = {"guide-api", "webhooks", "api-errors"}


@login_not_required
@require_safe
def guide(request: HttpRequest, page: str) -> HttpResponse:
    """A page of the guide as it stands in the repository, for who has no copy of that."""
    if page not in GUIDES:
        raise Http404(gettext("There is no such page."))
    text = (settings.BASE_DIR / "docs" / f"{page}.md").read_text(encoding="utf-8")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The document to read and to try out, from the site's own files: nothing comes from elsewhere."""
    return render(request, "api/docs.html")
