"""The OpenAPI document: it is one, it tells of every endpoint and of nothing else, and it leaves nothing open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular import drainage
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from agencies.api import answers, documents, schema
from agencies.api.codes import CODES
from agencies.api.idempotency import once
from agencies.api.views import SAFE, ApiView
from tests.api.conformance import OUTSIDE, _validator, operations

PAGES = {"api_docs", "api_guide", "api_nowhere"}  # for people; every other address
DOCS = settings.BASE_DIR / "docs"
UNSAFE = ("post", "put", "patch", "delete")
WRITE_ONLY = {"FileIn"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return documents.document()


def test_the_guide_is_read_beside_the_document(client: Client) -> None:
    """Who gets a key has no copy of the repository. The pages name each other by their file names."""
    for page in ("guide-api", "webhooks", "api-errors"):
        answer = client.get(f"/api/v1/docs/{page}.md")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
        assert answer.content == (DOCS / f"{page}.md").read_bytes()
    for page in ("operating", "..", "decisions"):
        assert client.get(f"/api/v1/docs/{page}.md").status_code == 404


def endpoints() -> Iterator[tuple[str, URLPattern]]:
    """Name and pattern of every address of the API."""

    def walk(patterns: list) -> Iterator[URLPattern]:
        for one in patterns:
            if isinstance(one, URLResolver):
                yield from walk(one.url_patterns)
            elif (one.name or "").split("_")[0] == "api" and not one.name.startswith("api_key"):
                yield one

    for pattern in walk(get_resolver().url_patterns):
        if pattern.name not in PAGES:
            yield pattern.name, pattern


def views() -> list[tuple[str, type[ApiView]]]:
    return [(name, pattern.callback.cls) for name, pattern in endpoints()]


def parts(of: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document with its place."""
    if isinstance(of, dict):
        yield place, of
        for name, one in of.items():
            yield from parts(one, f"{place}/{name}")
    elif isinstance(of, list):
        for number, one in enumerate(of):
            yield from parts(one, f"{place}/{number}")


def test_the_document_is_openapi_3_1_and_is_made_without_a_warning(document) -> None:
    drainage.reset_generator_stats()
    made = SchemaGenerator().get_schema(request=None, public=True)
    assert not drainage.GENERATOR_STATS
    validate_schema(json.loads(json.dumps(made)))
    assert made["openapi"].startswith("3.1")
    assert json.loads(json.dumps(made)) == json.loads(json.dumps(document)), "made twice it says the same"


def test_schemas_are_json_schemas(document) -> None:
    for told in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(told)
    for place, part in parts(document["paths"]):
        if place.endswith("/schema"):
            Draft202012Validator.check_schema(part)


def test_every_reference_leads_somewhere(document) -> None:
    for place, part in parts(document):
        if "$ref" in part:
            found = document
            for name in part["$ref"].removeprefix("#/").split("/"):
                assert name in found, f"{place} refers to {part['$ref']}"
                found = found[name]


def test_what_is_shared_is_used(document) -> None:
    used = {part["$ref"] for _place, part in parts(document) if "$ref" in part}
    for kind in ("schemas", "examples", "headers"):
        for name in document["components"][kind]:
            assert f"#/components/{kind}/{name}" in used, f"nobody refers to {kind} {name}"


def test_every_address_of_the_api_is_in_the_document_and_nothing_else(document) -> None:
    served = {(name, method.upper()) for name, view in views() for method in (*UNSAFE, "get") if hasattr(view, method)}
    told = {(name, method) for name, view in views() for method in view.operations}
    assert told == served
    assert {view.operations[method].name for name, view in views() for method in view.operations} == set(operations())
    assert all(path.startswith("/api/v1/") for path in document["paths"])
    names = [view.operations[method].name for _name, view in views() for method in view.operations]
    assert len(names) == len(set(names)), "operationIds are unique"


def test_the_document_is_what_the_address_gives(document) -> None:
    got = Client().get("/api/v1/schema")
    assert got.status_code == 200
    assert got.json() == json.loads(json.dumps(document))


@pytest.mark.parametrize(("name", "view"), views())
def test_what_an_endpoint_changes_it_changes_once(name: str, view: type[ApiView]) -> None:
    for method in UNSAFE:
        handler = getattr(view, method, None)
        assert handler is None or getattr(handler, "is_once", False), f"{name}: {method} is not decorated with `once`"
    assert once(lambda *_all, **_named: None).is_once


@pytest.mark.parametrize("name", sorted(operations()))
def test_an_operation_says_what_it_is(document, name: str) -> None:
    told = operations()[name]
    assert told["summary"] and not told["summary"].endswith("."), name
    assert told["tags"][0] in {tag["name"] for tag in document["tags"]}, "its tag is described in the settings"
    answered = [status for status in told["responses"] if status.startswith("2")]
    assert answered, f"{name} has an answer for when it works"
    for status, answer in told["responses"].items():
        assert answer["description"], f"{name} {status}"
        if status.startswith(("4", "5")):
            assert set(answer["content"]) == {"application/problem+json"}
            assert set(answer["content"]["application/problem+json"]["examples"]) == set(answer["x-codes"])
            assert {CODES[code].status for code in answer["x-codes"]} == {int(status)}
    for parameter in told.get("parameters", ()):
        assert parameter["description"], f"{name}: {parameter['name']}"


def test_tags_are_used(document) -> None:
    assert {tag["name"] for tag in document["tags"]} == {told["tags"][0] for told in operations().values()}


def test_every_code_is_answered_by_some_operation() -> None:
    told = {
        code
        for one in operations().values()
        for answer in one["responses"].values()
        for code in answer.get("x-codes", ())
    }
    named = {code for code in CODES if f"`{code}`" in operations()["put_entries"]["description"]}  # of rejected rows
    assert set(CODES) - told - named - set(OUTSIDE) == set()


def test_every_enumeration_has_a_name(document) -> None:
    names = settings.SPECTACULAR_SETTINGS["ENUM_NAME_OVERRIDES"]
    schemas = document["components"]["schemas"]
    assert {name for name, told in schemas.items() if "enum" in told} == set(names)
    for place, part in parts({"schemas": schemas, "paths": document["paths"]}):
        if "enum" in part:
            assert place.rsplit("/", 1)[-1] in names, f"{place} asks for a name in ENUM_NAME_OVERRIDES"


def test_what_is_sent_has_no_other_members(document) -> None:
    sent = {
        part["$ref"].rsplit("/")[-1]
        for told in operations().values()
        for _place, part in parts(told.get("requestBody", {}))
        if "$ref" in part
    }
    assert sent
    for name in sent:
        assert document["components"]["schemas"][name]["additionalProperties"] is False, name


@pytest.mark.parametrize("name", sorted(operations()))
def test_examples_are_what_the_document_says(document, name: str) -> None:
    for place, part in parts(operations()[name]):
        if "examples" in part and "schema" in part:
            for words, example in part["examples"].items():
                given = example if "value" in example else document["components"]["examples"][words]
                faults = [error.message for error in _validator(json.dumps(part["schema"])).iter_errors(given["value"])]
                assert not faults, f"{name}{place}: {words}"


def test_an_answer_of_each_kind_carries_its_headers() -> None:
    told = operations()["list_agencies"]["responses"]
    assert {"ETag", "Link", "RateLimit", "RateLimit-Policy", "Content-Language"} == set(told["200"]["headers"])
    assert {"Retry-After", "RateLimit", "RateLimit-Policy", "Content-Language"} == set(told["429"]["headers"])
    assert {"WWW-Authenticate", "Content-Language"} == set(told["401"]["headers"])
    assert "Location" in operations()["put_entries"]["responses"]["202"]["headers"]
    assert "Idempotency-Replayed" in operations()["put_entries"]["responses"]["200"]["headers"]
    assert "ETag" in operations()["change_entry"]["responses"]["200"]["headers"]


def test_who_may_call_is_told(document, settings) -> None:
    assert set(document["components"]["securitySchemes"]) == {"key"}
    assert "security" not in operations()["list_errors"] and "No key" in operations()["list_errors"]["description"]
    assert operations()["list_agencies"]["security"] == [{"key": []}]
    settings.API_OAUTH_ISSUER = "https://id.example.gov.cn/realm"
    made = SchemaGenerator().get_schema(request=None, public=True)
    address = "https://id.example.gov.cn/realm/.well-known/openid-configuration"
    assert made["components"]["securitySchemes"]["token"]["openIdConnectUrl"] == address
    assert made["paths"]["/api/v1/agencies"]["get"]["security"] == [{"key": []}, {"token": []}]


def test_numbers_may_be_sent_as_texts_as_numbers_and_as_null(document) -> None:
    value = document["components"]["schemas"]["RowIn"]["properties"]["value"]
    assert {one["type"] for one in value["oneOf"]} == {"string", "number", "null"}


def test_csv_is_told_as_text() -> None:
    content = operations()["put_entries"]["requestBody"]["content"]
    assert content["text/csv"]["schema"] == {"type": "string"}
    assert operations()["put_entries"]["requestBody"]["required"] is True


def test_safe_methods_and_headers_are_those_of_the_views() -> None:
    assert schema.SAFE == SAFE
    assert set(answers.HEADERS) == set(documents.document()["components"]["headers"])
    assert settings.SPECTACULAR_SETTINGS["OAS_VERSION"] == "3.1.1"
