"""How the OpenAPI document is made from the views: each tells its operations, the rest is the same for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from ..roles import Scope
from . import answers, params
from .idempotency import HEADER, KEY, MOST, NEVER_KEPT
from .problems import MEDIA_TYPE

EVERYWHERE = ("bad_parameter", "not_acceptable", "failed", "unavailable")
WITH_A_KEY = (
    "key_missing", "key_unknown", "key_expired", "key_revoked", "token_refused", "network_not_allowed", "rate_limited",
)  # fmt: skip
WITH_A_BODY = (
    "length_required", "body_too_large", "body_cut_short", "unsupported_media_type", "bad_encoding", "bad_body",
)  # fmt: skip
OF_MEDIA = {"application/json": ("bad_json",), "text/csv": ("bad_csv",), "multipart/form-data": ("bad_form",)}
ONCE = ("bad_idempotency_key", "idempotency_key_reused")
SAFE = ("GET", "HEAD")

# what stands in the addresses
IN_THE_PATH = {
    "agency": "Code of the agency.",
    "code": "An error code.",
    "key": "Id of the job.",
    "message": "Id of the event, as `webhook-id` has it.",
    "number": "Number of the block.",
    "period": "Quarter, for example 2021Q3.",
    "piece": "Id of the file or link.",
    "plan": "Code of the plan.",
    "scope": "Code of the line's district; of a line for the whole city, code of its agency.",
    "target": "Code of the target.",
    "webhook": "Id of the webhook.",
}


class Operation(NamedTuple):
    """One method of an endpoint, as the document tells of it.

    `scope`: what the caller's system must be allowed to do; null: any key will do. `answers` by status: a serializer
    (or one of the kind `many=True`), or null for no body. `body` by media type. `refusals`: codes besides the common
    ones. `examples`: of answers (by status) and of the body (`request_only`). `headers`: those of answers besides the
    common ones, by status.
    """

    name: str
    summary: str
    scope: Scope | None = Scope.READ
    answers: Mapping[int, Any] = {}
    body: Mapping[str, Any] = {}
    refusals: Sequence[str] = ()
    words: str = ""
    tag: str = ""
    examples: Sequence[OpenApiExample] = ()
    takes_if_match: bool = False
    headers: Mapping[int, Sequence[str]] = {}


class ApiSchema(AutoSchema):
    """One operation of one view."""

    method_mapping = AutoSchema.method_mapping

    @property
    def told(self) -> Operation:
        return self.view.operations[self.method]

    @property
    def is_once(self) -> bool:
        return getattr(getattr(self.view, self.method.lower()), "is_once", False)

    @property
    def takes_a_key(self) -> bool:
        return bool(self.view.authentication_classes)

    @property
    def is_paged(self) -> bool:
        return any(param.name == "cursor" for param in self.view.takes_of(self.method))

    def get_operation(self, *place: Any) -> dict[str, Any]:
        found = super().get_operation(*place)
        codes = self._codes()
        for status, answer in found["responses"].items():
            answers.complete(answer, codes.get(int(status), ()), self._headers_of(int(status)))
        return found

    # --- what it is ---------------------------------------------------------------------------------------------

    def get_operation_id(self) -> str:
        return self.told.name

    def get_summary(self) -> str:
        return self.told.summary

    def get_description(self) -> str:
        return f"{self.told.words}\n\n{self._who()}".strip()

    def _who(self) -> str:
        if not self.takes_a_key:
            return "No key is needed."
        return f"Asks for the scope `{self.told.scope}`." if self.told.scope else "Any key will do."

    def get_tags(self) -> list[str]:
        return [self.told.tag or self.view.__module__.rsplit(".", 1)[-1].replace("_", "-")]

    # --- what it takes ------------------------------------------------------------------------------------------

    def get_override_parameters(self) -> list[OpenApiParameter]:
        return [*map(_parameter, self.view.takes_of(self.method)), *self._headers()]

    def _headers(self) -> Iterator[OpenApiParameter]:
        yield _header("Accept-Language", "`zh` or `en`: in which language words are given.", {"type": "string"})
        if self.is_once:
            words = "Names this call: sent again with it, it is answered the same and not done again. Kept for 7 days."
            yield _header(HEADER, words, {"type": "string", "pattern": KEY.pattern, "maxLength": MOST})
        if self.told.takes_if_match:
            yield _header("If-Match", "The `ETag` that was read: refused when it changed since.", {"type": "string"})
        if self.method == "GET":
            yield _header("If-None-Match", "The `ETag` that you have: 304 while it holds.", {"type": "string"})

    def _resolve_path_parameters(self, variables: Sequence[str]) -> list[dict[str, Any]]:
        found = super()._resolve_path_parameters(variables)
        return [{**one, "description": IN_THE_PATH[one["name"]]} for one in found]

    def get_request_serializer(self) -> Any:
        return dict(self.told.body) or None

    def map_parsers(self) -> list[str]:
        return list(self.told.body)

    def _get_request_for_media_type(self, serializer: Any, direction: str = "request") -> tuple[Any, bool]:
        schema, is_required = super()._get_request_for_media_type(serializer, direction)
        return schema, is_required or serializer is str

    def _map_serializer(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> dict[str, Any]:
        """Members that are not known are refused in what is sent; answers may get new ones. Rows of lists have those
        alone that `fields` asks for.
        """
        found = super()._map_serializer(serializer, direction, bypass_extensions)
        if direction == "request":
            found["additionalProperties"] = False
        elif getattr(serializer, "partial", False):
            found.pop("required", None)
        return found

    def get_serializer_name(self, serializer: Any, direction: str) -> str:
        """`AgencyRow` is told as Agency where all of it is answered, `ErrorRows` as Errors."""
        name = type(serializer).__name__
        if getattr(serializer, "partial", False):
            return name
        return f"{name.removesuffix('Rows')}s" if name.endswith("Rows") else name.removesuffix("Row")

    def get_examples(self) -> list[OpenApiExample]:
        return [one for one in self.told.examples if one.request_only]

    # --- what it answers ----------------------------------------------------------------------------------------

    def get_response_serializers(self) -> dict[int | tuple[int, str], Any]:
        found: dict[int | tuple[int, str], Any] = {}
        for status, told in self.told.answers.items():
            found |= self._answer(status, told)
        if self.method == "GET":
            found[304] = OpenApiResponse(description=answers.UNCHANGED)
        for status, codes in self._codes().items():
            found[status, MEDIA_TYPE] = OpenApiResponse(answers.ProblemRow, description=answers.refused(codes))
        return found

    def _answer(self, status: int, told: Any) -> dict[int | tuple[int, str], Any]:
        words = answers.DONE[status]
        if told is None:
            return {status: OpenApiResponse(description=words)}
        shapes = {"application/json": told, "application/octet-stream": bytes}
        examples = [one for one in self.told.examples if one.status_codes == [str(status)]]
        found = {}
        for renderer in self.view.renderers_of(self.method):
            kind = getattr(renderer, "told_as", renderer.media_type)
            shown = [one for one in examples if (one.media_type or "application/json") == kind]
            shape = shapes.get(kind, str)
            found[status, kind] = OpenApiResponse(shape, description=words, examples=shown)
        return found

    def _codes(self) -> dict[int, list[str]]:
        """Every code that it can answer, by status."""
        told, codes = self.told, [*EVERYWHERE]
        if self.takes_a_key:
            codes += [*WITH_A_KEY, *(["scope_missing"] if told.scope else [])]
        if "{" in self.path:
            codes.append("not_found")
        if self.is_paged:
            codes.append("bad_cursor")
        if self.method not in SAFE:
            media = {parser.media_type for parser in self.view.parser_classes}
            codes += [*WITH_A_BODY, *(code for kind in OF_MEDIA if kind in media for code in OF_MEDIA[kind])]
        return answers.by_status([*codes, *(ONCE if self.is_once else ()), *told.refusals])

    def _headers_of(self, status: int) -> Iterator[str]:
        yield "Content-Language"
        if self.takes_a_key and status in answers.OFTEN:
            yield from ("RateLimit-Policy", "RateLimit")
        if self.method == "GET" and status in (200, 304):
            yield "ETag"
        if self.is_paged and status in (200, 304):
            yield "Link"
        if status in (429, 503):
            yield "Retry-After"
        if status == 401:
            yield "WWW-Authenticate"
        if self.is_once and status not in NEVER_KEPT:
            yield "Idempotency-Replayed"
        yield from self.told.headers.get(status, ())


def _parameter(param: Any) -> OpenApiParameter:
    shape = dict(param.shape)
    if param.many:
        shape = {"type": "array", "items": shape, "maxItems": params.MOST_VALUES}
    return OpenApiParameter(
        param.name, shape, OpenApiParameter.QUERY, description=param.words, explode=param.many or None
    )


def _header(name: str, words: str, shape: dict[str, Any]) -> OpenApiParameter:
    return OpenApiParameter(name, shape, OpenApiParameter.HEADER, description=words)
