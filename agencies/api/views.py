"""What every endpoint shares: who may call it, in which language it answers, and how its lists are read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from ..roles import Scope
from . import limits, paging, params
from .bodies import JsonParser, check_length
from .keys import KeyAuthentication
from .problems import Problem, bad_parameter
from .rendering import CsvRenderer, JsonRenderer, ProblemRenderer, encoded
from .schema import ApiSchema, Operation

SAFE = ("GET", "HEAD")
VARY = ("Accept", "Accept-Language", "Authorization")


class HasScope(BasePermission):
    """The system holds the scope that the method asks for. GET asks for `read` unless the view says otherwise."""

    def has_permission(self, request: Request, view: ApiView) -> bool:
        wanted = view.scope_of(request.method)
        if wanted is None or wanted in request.auth.scopes:
            return True
        sentence = _("This key's system lacks the scope “%(scope)s”.") % {"scope": wanted}
        raise Problem("scope_missing", sentence, more={"scope": wanted})


class Negotiation(DefaultContentNegotiation):
    """By the header alone. What cannot be parsed is taken as "anything"."""

    def filter_renderers(self, renderers: Sequence[BaseRenderer], format: str) -> Sequence[BaseRenderer]:
        return renderers

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return super().select_renderer(request, renderers)


@method_decorator(login_not_required, name="dispatch")
class ApiView(APIView):
    """One endpoint.

    `operations` tells of each method (GET's holds for HEAD), `takes` which parameters the address takes.
    """

    authentication_classes = (KeyAuthentication,)
    permission_classes = (HasScope,)
    parser_classes = (JsonParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (JsonRenderer,)
    content_negotiation_class = Negotiation
    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    schema = ApiSchema()
    operations: ClassVar[Mapping[str, Operation]] = {}
    takes: Sequence[params.Param] = ()
    wanted: dict[str, Any]

    def scope_of(self, method: str) -> Scope | None:
        return self.operations["GET" if method == "HEAD" else method].scope

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        language = language_of(request)
        translation.activate(language)  # until LanguageMiddleware puts back what was there before
        request._request.LANGUAGE_CODE = language
        if request.method not in SAFE:
            check_length(request)
        self.perform_authentication(request)
        self.spent = limits.spend(request.auth) if request.auth else None
        address, self.format_kwarg = params.address_of(request), None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        if request.method.lower() not in self.handlers():
            self.http_method_not_allowed(request)
        self.check_permissions(request)
        self.wanted = params.read(address, self.takes_of(request.method))

    def takes_of(self, method: str) -> Sequence[params.Param]:
        """The parameters that a method takes; `takes`, unless the view tells its methods apart."""
        return self.takes

    def renderers_of(self, method: str) -> Sequence[type[BaseRenderer]]:
        """The forms in which a method answers, the usual one first."""
        return self.renderer_classes

    def get_renderers(self) -> list[BaseRenderer]:
        return [kind() for kind in self.renderers_of(self.request.method)]

    def handlers(self) -> set[str]:
        """The methods that the endpoint takes."""
        return {name for name in self.http_method_names if hasattr(self, name)}

    def known(self, error: Exception) -> Exception:
        """An exception of the app's services as one that `problems` knows; the app's base view says how."""
        return error

    def handle_exception(self, exc: Exception) -> Response:
        response = api_settings.EXCEPTION_HANDLER(self.known(exc), self.get_exception_handler_context())
        response.exception = True
        return response

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        if hasattr(response, "problem"):
            request.accepted_renderer, request.accepted_media_type = ProblemRenderer(), ProblemRenderer.media_type
        response = super().finalize_response(request, response, *args, **kwargs)
        if spent := getattr(self, "spent", None):
            for name, value in spent.headers.items():
                response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Language", translation.get_language() or "")
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response["Vary"] = ", ".join(VARY)
        return response

    def finished(self, request: Request, response: HttpResponse) -> HttpResponse:
        """The answer as it will be sent."""
        response = self.finalize_response(request, response)
        if isinstance(response, Response):
            response.render()
        return response


def language_of(request: HttpRequest) -> str:
    """The language that the caller asks for among ours; Chinese where it asks for none of them."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500]):
        if code.startswith("zh"):
            return "zh-hans"
        if code.startswith("en"):
            return "en"
    return "zh-hans"


FIELDS = params.text("fields", "Which members of a row to give, separated by commas; all unless told.", most=1000)


class ListView(ApiView):
    """Rows of one noun, page by page, as JSON or CSV.

    `row` describes one row; `order` names fields that are unique together; `filters` what the address takes besides
    cursor, limit and fields. `rows` gives the queryset, `told` turns the rows of a page into plain values, with a
    number of statements that does not depend on how many they are.
    """

    renderer_classes = (JsonRenderer, CsvRenderer)
    row: ClassVar[type[Serializer]]
    order: ClassVar[Sequence[str]] = ("pk",)
    filters: ClassVar[Sequence[params.Param]] = ()

    @property
    def takes(self) -> Sequence[params.Param]:
        return (*self.filters, paging.CURSOR, paging.LIMIT, FIELDS)

    def renderers_of(self, method: str) -> Sequence[type[BaseRenderer]]:
        return self.renderer_classes if method in SAFE else (JsonRenderer,)

    def rows(self) -> QuerySet:
        """The rows that the caller may see and asked for (`self.wanted`), in any order."""
        raise NotImplementedError

    def told(self, rows: list[Any]) -> list[dict[str, Any]]:
        """The rows as plain values, with the members of `row`."""
        raise NotImplementedError

    def page(self) -> paging.Page:
        return paging.page(self.request, self.rows(), self.order, self.wanted)

    def mark(self) -> str | None:
        """What decides what this list says, as a short text that costs less than the list; null where there is none."""
        return None

    def columns(self) -> list[str]:
        """The members that were asked for, in the order of `row`."""
        names = list(self.row._declared_fields)
        if not self.wanted["fields"]:
            return names
        asked = {name.strip() for name in self.wanted["fields"].split(",")}
        if unknown := sorted(asked - set(names)):
            sentence = _("There is no field “%(name)s”. There are: %(known)s.")
            raise bad_parameter("fields", sentence % {"name": unknown[0][:60], "known": ", ".join(names)})
        return [name for name in names if name in asked]

    def get(self, request: Request, **named: Any) -> HttpResponse:
        columns = self.columns()
        mark = self.mark()
        if mark is not None and (unchanged := not_modified(request, etag(request, mark))):
            return unchanged
        page = self.page()
        rows = self.told(page.rows)
        if self.wanted["fields"]:
            rows = [{name: row[name] for name in columns} for row in rows]
        told = {"results": rows, "next": page.next or None}
        response = tagged(request, told, mark)
        if page.next:
            response["Link"] = f'<{page.next}>; rel="next"'
        return response


def etag(request: Request, mark: str) -> str:
    """Changes with what the answer says: its mark, the address, the caller, the language and the form."""
    caller = getattr(request.user, "pk", None)  # nobody, where no key is asked for
    parts = (mark, request.get_full_path(), caller, translation.get_language(), request.accepted_media_type)
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def tagged(request: Request, told: Any, mark: str | None = None) -> HttpResponse:
    """The answer with its ETag, from its mark or else from what it says; 304 for who has it already."""
    tag = etag(request, encoded(told).decode() if mark is None else mark)
    return not_modified(request, tag) or Response(told, headers={"ETag": tag})


def not_modified(request: Request, tag: str) -> HttpResponse | None:
    """304 for who has this already."""
    sent = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    if tag not in sent and "*" not in sent:
        return None
    return HttpResponseNotModified(headers={"ETag": tag})


class NoSuchAddress(ApiView):
    """Every other address below the API: 404 as a problem, to who has a key or not."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        translation.activate(language_of(request))
        request.accepted_renderer, request.accepted_media_type = JsonRenderer(), JsonRenderer.media_type
        raise Problem("not_found", _("There is no such address in this API."))
