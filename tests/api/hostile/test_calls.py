"""Whatever is sent, however broken: never a 5xx, always a problem with a code, and nothing in the database changes.

Broken rows and files are in test_rows.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from agencies.api.documents import document
from tests.api.conftest import ROOT
from tests.api.fuzzing import Stage, assert_refused
from tests.api.sending import ENTRIES

DEEP = 100_000
JSON = "application/json"


def addresses(stage: Stage, methods: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Method and address of every operation, about things that are there."""
    for path, told in document()["paths"].items():
        for method in set(methods) & set(told):
            yield method.upper(), re.sub(r"{(\w+)}", lambda name: str(stage.real[name[1]][0]), path.removeprefix(ROOT))


BODIES: dict[str, bytes] = {
    "not closed": b"{",
    "cut short": b'{"rows": [{"target": "stations", "value": ',
    "no JSON": b"rows=1",
    "NaN": b'{"rows": [{"target": "stations", "value": NaN}]}',
    "Infinity": b'{"rows": [{"target": "stations", "value": Infinity}]}',
    "-Infinity": b'{"value": -Infinity}',
    "not UTF-8": b'{"value": "\xff\xfe"}',
    "UTF-16": '{"value": "1"}'.encode("utf-16"),
    "GBK": '{"words": "新增"}'.encode("gbk"),
    "doubled member": b'{"value": 1, "value": 2}',
    "doubled member deep": b'{"rows": [{"target": "stations", "value": 1, "value": 2}]}',
    "deep list": b"[" * DEEP,
    "deep list, closed": b"[" * DEEP + b"]" * DEEP,
    "deep object": b'{"a":' * DEEP,
    "deep value": b'{"value": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "null bytes": b"\x00" * 10,
    "null byte inside": b'{"value": "1\x002"}',
    "null": b"null",
    "true": b"true",
    "zero": b"0",
    "long number": b"9" * 100_000,
    "1e400": b"1e400",
    "list": b"[]",
    "text": b'"text"',
    "unknown member": b'{"sql": "DROP TABLE"}',
    "emoji member": '{"😀": "😀"}'.encode(),
    "lone surrogates": rb'{"\ud800": "\udfff"}',
    "escaped null": rb'{"\u0000": "\u0000"}',
    "rows no list": b'{"rows": {"target": "stations"}}',
    "rows null": b'{"rows": null}',
    "rows and more": b'{"rows": [], "more": 1}',
    "mark of a byte order alone": b"\xef\xbb\xbf",
    "two documents": b"{} {}",
    "comment": b"{} // nothing",
    "long key": b'{"' + b"k" * 1_000_000 + b'": 1}',
}


@pytest.mark.parametrize("what", BODIES)
def test_broken_bodies_are_refused_by_every_endpoint_that_changes_something(stage, caller, what: str) -> None:
    for method, path in addresses(stage, ("post", "put", "patch", "delete")):
        assert_refused(caller(method, path, BODIES[what]), f"{method} {path}: {what}")


KINDS = (
    "text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "multipart/form-data; boundary=" + "x" * 500,
    "multipart/form-data; boundary=\x00", "application/json; charset=gbk", "application/json; charset=😀",
    "application/json; charset=utf-16", "application/jsonp", "json", "*/*", "/", ";", "😀/😀", "a" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: ascii(kind)[:40])
def test_bodies_of_another_kind_are_refused(stage, caller, kind: str) -> None:
    for method, path in addresses(stage, ("post", "put", "patch", "delete")):
        got = caller(method, path, b'--x\r\nnothing\r\n{"words": "x"}', content_type=kind)
        code = assert_refused(got, f"{method} {path}: {kind}")
        assert code in ("unsupported_media_type", "bad_encoding", "bad_form", "bad_body", "bad_json"), (
            method,
            path,
            code,
        )


LENGTHS = {
    str(100 * 1024 * 1024): "body_too_large",
    "9" * 30: "body_too_large",
    "-1": "length_required",
    "1e9": "length_required",
    "٣": "length_required",
    "0x10": "length_required",
}


@pytest.mark.parametrize("length", LENGTHS)
def test_a_body_that_is_too_long_is_refused_unread(stage, caller, length: str) -> None:
    for method, path in addresses(stage, ("post", "put", "patch", "delete")):
        headers = {"authorization": f"Bearer {caller.key}", "content-type": JSON}
        got = caller.client.generic(
            method, ROOT + path, b"{", content_type=JSON, headers=headers, CONTENT_LENGTH=length
        )
        assert assert_refused(got, f"{method} {path}") == LENGTHS[length]


def test_a_body_without_a_length_is_refused_unread(stage, caller) -> None:
    for method, path in addresses(stage, ("post", "put", "patch", "delete")):
        headers = {"authorization": f"Bearer {caller.key}", "transfer-encoding": "chunked"}
        got = caller.client.generic(method, ROOT + path, b"", content_type=JSON, headers=headers)
        assert assert_refused(got, f"{method} {path}") == "length_required"


HEADERS = [
    ("accept", "text/html"),
    ("accept", "application/json;q=nan"),
    ("accept", "*/*;q=-1, a/b;;;=, 😀"),
    ("accept", "x" * 10_000),
    ("accept", "\x00"),
    ("accept-language", "zz;q=1e400"),
    ("accept-language", ",;=" * 3000),
    ("accept-language", "😀"),
    ("if-none-match", "," * 5000),
    ("if-none-match", 'W/"\x00'),
    ("if-match", '"99999999999999999999-x"'),
    ("if-match", 'W/"'),
    ("if-match", "١"),
    ("if-match", "\x00"),
    ("if-match", "-1"),
    ("range", "bytes=999999999-"),
    ("authorization", "Bearer"),
    ("authorization", "Bearer nib_"),
    ("authorization", "Bearer nib_x_y"),
    ("authorization", "Bearer \x00"),
    ("authorization", "Bearer 😀"),
    ("authorization", "Basic bmliOm5pYg=="),
    ("authorization", "Bearer " + "x" * 100_000),
    ("authorization", "Bearer nib_" + "٣" * 8 + "_x"),
    ("x-forwarded-for", "😀, ::::"),
    ("x-http-method-override", "DELETE"),
    ("host", "evil.example"),
]


@pytest.mark.parametrize(("name", "value"), HEADERS, ids=lambda one: ascii(one)[:40])
def test_absurd_headers_break_nothing(stage, caller, name: str, value: str) -> None:
    for method, path in [*addresses(stage, ("get",)), ("PUT", ENTRIES), ("PATCH", f"{ENTRIES}/stations/bureau")]:
        got = caller(method, path, None if method == "GET" else "{", **{name: value})
        assert got.status_code < 500, f"{method} {path}"
        if got.status_code >= 400 and name != "host":
            assert_refused(got, f"{method} {path}")
        if got.streaming:
            assert b"".join(got)


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é", "\x00", '""', "😀", "a\tb", '" "'], ids=ascii)
def test_an_idempotency_key_that_cannot_be_kept_is_refused(stage, caller, key: str) -> None:
    for method, path in addresses(stage, ("post", "put", "patch", "delete")):
        got = caller(method, path, "{}", **{"idempotency-key": key})
        assert assert_refused(got, f"{method} {path}") == "bad_idempotency_key"


PATHS = [
    "/" + "x" * 8000,
    "/agencies/" + "%2e%2e%2f" * 50,
    "/plans/%00",
    "/plans/%ff%fe",
    "/plans/%F0%9F%98%80",
    "/plans/..%5c..%5cetc",
    "/plans/" + "x" * 5000,
    "/targets/small/" + "-" * 500,
    "/evidence/99999999999999999999999999/file",
    "/evidence/٣/file",
    "/evidence/-1/file",
    "/acceptances/99999999999999999999999999",
    "/acceptances/0",
    "/jobs/00000000-0000-0000-0000-000000000000",
    "/jobs/nonsense",
    "/jobs/nonsense/rows",
    "/webhooks/ffffffff-ffff-ffff-ffff-ffffffffffff",
    "/submissions/bureau/2021Q9",
    "/submissions/bureau/99999Q1/entries",
    "/submissions/nobody/2021Q1/entries",
    "/submissions/bureau/2021Q1/entries/stations/nobody",
    "/submissions/bureau/2021Q1/entries/stations/bureau/evidence/99999999999999999999",
    "/errors/%00",
    "//agencies",
    "/agencies/",
    "/AGENCIES",
    "/agencies%20",
    "/.env",
    "/schema/../agencies",
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:50])
def test_addresses_that_lead_nowhere_are_refused(caller, path: str) -> None:
    for method in ("GET", "PUT", "POST", "PATCH", "DELETE"):
        got = caller(method, path, None if method == "GET" else "{}")
        assert assert_refused(got, f"{method} {path}") in ("not_found", "method_not_allowed", "scope_missing")


def test_methods_that_an_address_does_not_take_are_refused(stage, caller) -> None:
    for path, told in document()["paths"].items():
        place = re.sub(r"{(\w+)}", lambda name: str(stage.real[name[1]][0]), path)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "x" * 50):
            if method.lower() in told:
                continue
            headers = {"authorization": f"Bearer {caller.key}"}
            got = caller.client.generic(method, place, headers=headers)
            assert assert_refused(got, f"{method} {path}") == "method_not_allowed"
            allowed = {name.strip() for name in got["Allow"].split(",")} - {"HEAD"}
            assert allowed == {name.upper() for name in told}, path


RUBBISH = (
    "", "\x00", "😀", "١", "-1", "99999999999999999999", "true,false", "x" * 3000, "2021-02-30", "10000-01-01",
    "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "349-zzzz", "'; DROP TABLE x; --", "\ud83d",
)  # fmt: skip


@pytest.mark.parametrize("value", RUBBISH, ids=lambda value: ascii(value)[:40])
def test_absurd_parameters_break_nothing(stage, caller, value: str) -> None:
    for path, told in document()["paths"].items():
        for method, operation in told.items():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] != "query":
                    continue
                place = re.sub(r"{(\w+)}", lambda name: str(stage.real[name[1]][0]), path.removeprefix(ROOT))
                query = f"{place}?{parameter['name']}={_quoted(value)}"
                got = caller(method.upper(), query, None if method == "get" else "{")
                assert got.status_code < 500, f"{method} {query}"
                if got.status_code >= 400:
                    assert_refused(got, f"{method} {query}")


def _quoted(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "surrogatepass"))


def test_parameters_that_are_not_known_doubled_or_too_many_are_refused(stage, caller) -> None:
    for query in ("colour=red", "%00=1", "limit=1&limit=2", "&".join(f"x{n}=1" for n in range(2000)), "=", "a[]=1"):
        for method, path in addresses(stage, ("get",)):
            if "limit" not in query or path.startswith("/agencies"):
                got = caller(method, f"{path}?{query}")
                if query != "=":
                    assert assert_refused(got, f"{path}?{query[:40]}") == "bad_parameter"
                assert got.status_code < 500
