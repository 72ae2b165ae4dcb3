"""What every endpoint shares: lists and their pages, forms of answers, problems, and bodies however broken.

Bodies are sent to an endpoint of these tests that answers with what it understood.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from agencies.api.bodies import CsvParser, FormParser, JsonParser
from agencies.api.codes import CODES
from agencies.api.schema import Operation
from agencies.api.views import ApiView
from agencies.models import Agency, District
from nib_tracker.urls import urlpatterns
from tests.api.conftest import ROOT, Caller
from tests.factories import AgencyFactory, DistrictFactory, World


class Echo(ApiView):
    """Answers with what was sent, as it was understood."""

    parser_classes = (JsonParser, CsvParser, FormParser)
    operations: ClassVar = {"POST": Operation("echo", "Answers with what was sent", None)}

    def post(self, request: Request) -> Response:
        data = request.data
        return Response({name: str(data[name]) for name in data} if hasattr(data, "lists") else data)


class WithEcho:
    """The addresses of the site, and this one."""

    urlpatterns: ClassVar = [path("api/v1/echo", Echo.as_view()), *urlpatterns]


class WithoutDocument:
    """Tests that call what the document does not tell of."""

    @pytest.fixture(autouse=True)
    def as_documented(self) -> None:
        """In place of the check that all other tests of the API have."""


@pytest.fixture
def echo(bureau: Caller, settings) -> Caller:
    settings.ROOT_URLCONF = WithEcho
    return bureau


def send(caller: Caller, body: bytes | str, **how: str) -> HttpResponse:
    return caller("POST", "/echo", body, **how)


def assert_problem(got: HttpResponse, status: int, code: str) -> dict[str, Any]:
    assert (got.status_code, got["Content-Type"]) == (status, "application/problem+json"), got.content[:500]
    told = got.json()
    assert told["code"] == code, told
    assert set(told) >= {"type", "code", "title", "status", "detail", "instance", "errors"}
    return told


class TestLists:
    def test_page_by_page_every_row_comes_once(self, bureau: Caller) -> None:
        seen, address = [], "/agencies?limit=1"
        while address:
            got = bureau.get(address)
            assert got.status_code == 200, got.content
            told = got.json()
            seen += [row["code"] for row in told["results"]]
            assert (f'<{told["next"]}>; rel="next"' == got["Link"]) if told["next"] else "Link" not in got.headers
            address = told["next"] and told["next"].partition(ROOT)[2]
        assert seen == list(Agency.objects.order_by("pk").values_list("code", flat=True)) and len(seen) == 4

    def test_a_row_that_is_added_meanwhile_shifts_nothing(self, bureau: Caller) -> None:
        first = bureau.get("/agencies?limit=2").json()
        Agency.objects.filter(code=first["results"][0]["code"]).update(position=99)
        AgencyFactory(code="late")
        rest = bureau.get(first["next"].partition(ROOT)[2]).json()
        codes = [row["code"] for row in (*first["results"], *rest["results"])]
        assert len(codes) == len(set(codes)) == 4 and "late" not in codes[:2]

    @pytest.mark.parametrize("rows", [1, 3, 300])
    def test_statements_do_not_depend_on_rows(self, bureau: Caller, django_assert_num_queries, rows: int) -> None:
        before = District.objects.count()
        for number in range(rows - before):
            DistrictFactory(code=f"32{number:04d}")
        bureau.get("/system")  # its use is noted once a minute
        with django_assert_num_queries(3):  # the key, its roles, the rows
            got = bureau.get("/districts?limit=1000")
        assert len(got.json()["results"]) == max(rows, before)

    def test_what_a_row_says_and_which_members_are_asked_for(self, bureau: Caller) -> None:
        row = bureau.get("/agencies?district=310101").json()["results"][0]
        assert row == {
            "code": "east", "name": "Shanghai east Commission", "name_zh": "上海市east委员会",
            "name_en": "Shanghai east Commission", "short_name": "east", "kind": "district_government",
            "district": "310101",
        }  # fmt: skip
        got = bureau.get("/agencies?district=310101&fields=district, code")
        assert list(got.json()["results"][0].items()) == [("code", "east"), ("district", "310101")]
        names = bureau.get("/agencies?district=310101&fields=name", accept_language="zh").json()["results"]
        assert names == [{"name": "上海市east委员会"}]

    @pytest.mark.parametrize(
        ("query", "pointer", "said"),
        [
            ("x=1", "?x", "There is no parameter “x” here. There are: cursor, district, fields, kind, limit."),
            ("limit=0", "?limit", "from 1 to 1000"),
            ("limit=1001", "?limit", "from 1 to 1000"),
            ("limit=ten", "?limit", "from 1 to 1000"),
            ("limit=%EF%BC%91", "?limit", "from 1 to 1000"),
            ("limit=1&limit=2", "?limit", "is sent once"),
            ("limit=" + "9" * 5000, "?limit", "from 1 to 1000"),
            ("kind=castle", "?kind", "Choose one of"),
            ("kind=%00", "?kind", "Choose one of"),
            ("district=%00", "?district", "A code has"),
            ("district=310%20101", "?district", "A code has"),
            ("fields=code,colour", "?fields", "There is no field “colour”"),
            ("fields=", "?fields", "1 to 1000 characters"),
            ("fields=%00", "?fields", "1 to 1000 characters"),
            ("format=json", "?format", "There is no parameter “format”"),
            ("%00=1", "?\x00", "There is no parameter"),
        ],
    )
    def test_a_parameter_that_cannot_be_used(self, bureau: Caller, query: str, pointer: str, said: str) -> None:
        told = assert_problem(bureau.get(f"/agencies?{query}"), 400, "bad_parameter")
        (fault,) = told["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, "bad_parameter") and said in fault["words"]

    @pytest.mark.parametrize("cursor", ["abc", "a:b:c", "%00", "x" * 3000])
    def test_a_cursor_that_nobody_gave_out(self, bureau: Caller, cursor: str) -> None:
        assert_problem(bureau.get(f"/agencies?cursor={cursor}"), 400, "bad_cursor")

    def test_a_cursor_belongs_to_its_list(self, bureau: Caller) -> None:
        cursor = bureau.get("/agencies?limit=1").json()["next"].partition("cursor=")[2]
        assert bureau.get(f"/agencies?cursor={cursor}").status_code == 200
        assert_problem(bureau.get(f"/districts?cursor={cursor}"), 400, "bad_cursor")
        assert_problem(bureau.get(f"/agencies?cursor={cursor[:-1]}"), 400, "bad_cursor")


class TestForms:
    def test_csv_has_the_same_rows(self, bureau: Caller) -> None:
        got = bureau.get("/agencies?limit=2", accept="text/csv")
        assert got["Content-Type"] == "text/csv; charset=utf-8" and 'rel="next"' in got["Link"]
        rows = list(csv.DictReader(io.StringIO(got.content.decode())))
        told = bureau.get("/agencies?limit=2").json()["results"]
        assert rows == [{name: value or "" for name, value in row.items()} for row in told]

    def test_a_cell_that_a_spreadsheet_would_calculate_is_made_safe(self, bureau: Caller) -> None:
        Agency.objects.filter(code="west").update(short_name_en="=1+1")
        assert "'=1+1" in bureau.get("/agencies", accept="text/csv").content.decode()
        assert bureau.get("/agencies").json()["results"][3]["short_name"] == "=1+1"

    @pytest.mark.parametrize(
        ("accept", "kind"),
        [
            (None, "application/json"),
            ("*/*", "application/json"),
            ("application/json", "application/json"),
            ("text/csv;q=0.5, application/json", "application/json"),
            ("text/*", "text/csv; charset=utf-8"),
            ("nonsense", "application/problem+json"),
        ],
    )
    def test_the_form_that_is_asked_for(self, bureau: Caller, accept: str | None, kind: str) -> None:
        assert bureau.get("/agencies", accept=accept)["Content-Type"] == kind

    @pytest.mark.parametrize("accept", ["image/png", "text/html", "application/xml;q=0.9"])
    def test_a_form_that_there_is_not(self, bureau: Caller, accept: str) -> None:
        assert_problem(bureau.get("/agencies", accept=accept), 406, "not_acceptable")
        assert_problem(bureau.get("/system", accept="text/csv"), 406, "not_acceptable")

    def test_unchanged_since(self, bureau: Caller) -> None:
        got = bureau.get("/agencies")
        again = bureau.get("/agencies", if_none_match=got["ETag"])
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", got["ETag"])
        for sent in (f"W/{got['ETag']}", f'"x", {got["ETag"]}', "*"):
            assert bureau.get("/agencies", if_none_match=sent).status_code == 304
        for other in ({"accept": "text/csv"}, {"accept_language": "zh"}):
            assert bureau.get("/agencies", if_none_match=got["ETag"], **other).status_code == 200
        Agency.objects.filter(code="east").update(short_name_en="changed")
        assert bureau.get("/agencies", if_none_match=got["ETag"]).status_code == 200

    def test_head_is_get_without_its_body(self, bureau: Caller) -> None:
        got, head = bureau.get("/agencies"), bureau("HEAD", "/agencies")
        assert (head.status_code, head.content, head["ETag"]) == (200, b"", got["ETag"])


class TestAddresses:
    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
    def test_a_method_that_is_not_taken(self, bureau: Caller, method: str) -> None:
        got = bureau(method, "/agencies", b"")
        assert_problem(got, 405, "method_not_allowed")
        assert got["Allow"] == "GET, HEAD"

    @pytest.mark.parametrize(
        "where",
        ["/nowhere", "/agencies/", "/agencies/bureau/nothing", "/%00", "/errors/%00", "/errors/no_such", "/é", "//x",
         "/../accounts/", "/%2e%2e/", "/" + "x" * 4000],
    )  # fmt: skip
    def test_an_address_that_there_is_not(self, bureau: Caller, where: str) -> None:
        assert_problem(bureau.get(where), 404, "not_found")
        assert_problem(Client().get(f"{ROOT}{where}"), 404, "not_found")

    def test_where_to_begin_leads_to_what_there_is(self, bureau: Caller) -> None:
        told = Client().get(f"{ROOT}/").json()
        assert set(told) == {"schema", "docs", "errors"}
        for address in told.values():
            got = Client().get(urlsplit(address).path)
            assert got.status_code == 200, address

    def test_every_code_can_be_looked_up_where_problems_say(self, bureau: Caller) -> None:
        listed = {row["code"]: row for row in Client().get(f"{ROOT}/errors").json()["results"]}
        assert set(listed) == set(CODES)
        for code in CODES:
            assert Client().get(f"{ROOT}/errors/{code}").json() == listed[code]
        assert listed["not_found"]["status"] == 404
        got = bureau.get("/nowhere").json()
        assert bureau.client.get(got["type"]).json()["code"] == "not_found"

    @pytest.mark.parametrize("where", ["/", "/errors", "/errors/not_found", "/schema"])
    def test_what_anybody_may_read_has_the_same_manners(self, world: World, where: str) -> None:
        browser = Client(headers={"accept-language": "en"})
        got = browser.get(f"{ROOT}{where}")
        assert got.status_code == 200 and got["ETag"]
        assert browser.get(f"{ROOT}{where}", headers={"if-none-match": got["ETag"]}).status_code == 304
        assert_problem(browser.get(f"{ROOT}{where}", headers={"accept": "image/png"}), 406, "not_acceptable")
        assert_problem(browser.get(f"{ROOT}{where}?x=1"), 400, "bad_parameter")
        assert_problem(browser.post(f"{ROOT}{where}"), 405, "method_not_allowed")

    def test_the_document_is_openapi_3_1_and_names_every_address(self, world: World) -> None:
        told = Client().get(f"{ROOT}/schema").json()
        assert told["openapi"].startswith("3.1")
        assert {"/api/v1/", "/api/v1/agencies", "/api/v1/errors/{code}", "/api/v1/system"} <= set(told["paths"])
        assert told["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
        operation = told["paths"]["/api/v1/agencies"]["get"]
        assert operation["security"] == [{"key": []}]
        assert {one["name"] for one in operation["parameters"]} >= {"limit", "cursor", "fields", "kind", "district"}
        assert {"200", "304", "400", "401", "403", "406", "429"} <= set(operation["responses"])
        assert "application/problem+json" in operation["responses"]["401"]["content"]
        assert told["paths"]["/api/v1/errors"]["get"].get("security", []) == []


DEEP = 200_000


class TestBodies(WithoutDocument):
    @pytest.mark.parametrize(
        ("body", "understood"),
        [
            ('{"a": [1, 1.10, 1e400, "x", null, true]}', {"a": ["1", "1.10", "1e400", "x", None, True]}),
            ("\ufeff[]", []),
            ("0", "0"),
            ('"\\u6c34"', "水"),
            ("3" * 30, "3" * 30),
        ],
    )
    def test_json_is_understood_as_it_was_written(self, echo: Caller, body: str, understood: Any) -> None:
        got = send(echo, body.encode())
        assert (got.status_code, got.json()) == (200, understood), got.content

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b" ", "not JSON: line 1, character 2"),
            (b"{", "not JSON"),
            (b'{"a": 1,}', "not JSON: line 1"),
            (b"[NaN]", "“NaN” is not JSON"),
            (b"[Infinity]", "“Infinity” is not JSON"),
            (b"[-Infinity]", "“-Infinity” is not JSON"),
            (b'{"a": 1, "b": 2, "a": 3}', "“a” twice"),
            (b'[{"b": {"x": 1, "x": 1}}]', "“x” twice"),
            (b"[" * DEEP + b"]" * DEEP, "nested too deeply"),
            (b'{"a":' * DEEP + b"1" + b"}" * DEEP, "nested too deeply"),
            (b'["a\x00"]', "not JSON"),
            (b"[1] [2]", "not JSON"),
            (b"01", "not JSON"),
        ],
    )
    def test_broken_json(self, echo: Caller, body: bytes, said: str) -> None:
        assert said in assert_problem(send(echo, body), 400, "bad_json")["detail"]

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b'["\xff"]', "application/json"),
            ('["数据"]'.encode("gbk"), "application/json"),
            ('["水"]'.encode("gbk"), "application/json; charset=gbk"),
            ('["a"]'.encode("utf-16"), "application/json; charset=utf-16"),
            (b'["\xed\xa0\x80"]', "application/json"),
            ("a\n数据".encode("gbk"), "text/csv"),
            (b"a", "text/csv; charset=nonsense"),
        ],
    )
    def test_another_encoding(self, echo: Caller, body: bytes, kind: str) -> None:
        assert_problem(send(echo, body, content_type=kind), 400, "bad_encoding")

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "nonsense", "application/x-www-form-urlencoded"])
    def test_another_kind(self, echo: Caller, kind: str) -> None:
        assert_problem(send(echo, b"[]", content_type=kind), 415, "unsupported_media_type")

    def test_the_name_of_the_encoding_may_be_written_in_many_ways(self, echo: Caller) -> None:
        for kind in ('application/json; charset="UTF-8"', "application/json;charset=utf8", "Application/JSON"):
            assert send(echo, b"[]", content_type=kind).status_code == 200, kind

    def test_csv_by_its_headings(self, echo: Caller) -> None:
        body = '\ufeffa, b\r\n"1,5","line\nbreak"\r\n\r\n,=1\r\n'
        got = send(echo, body.encode(), content_type="text/csv")
        assert got.json() == {"rows": [{"a": "1,5", "b": "line\nbreak"}, {"a": "", "b": "=1"}]}

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"\n", "The file is empty: its first line names the columns."),
            (b"a,a\n1,2", "The first line names every column"),
            (b"a,\n1,2", "The first line names every column"),
            (b"a,b\n1,2\n3", "Line 3 has 1 cells; the first line names 2 columns."),
            (b'a\n"x', "Line 2 cannot be read"),
            (b'a\n"x"y', "Line 2 cannot be read"),
            (b"a\n" + b"x" * 200_000, "Line 2 cannot be read"),
        ],
    )
    def test_broken_csv(self, echo: Caller, body: bytes, said: str) -> None:
        assert said in assert_problem(send(echo, body, content_type="text/csv"), 400, "bad_csv")["detail"]

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (b"x", "multipart/form-data"),
            (b"x", "multipart/form-data; boundary=\x01"),
            (b"--b\r\nContent-Disposition: nonsense", "multipart/form-data; charset=utf-16"),
        ],
    )
    def test_a_broken_form(self, echo: Caller, body: bytes, kind: str) -> None:
        assert_problem(send(echo, body, content_type=kind), 400, "bad_form")

    def test_a_form(self, echo: Caller) -> None:
        got = echo.form("/echo", {"a": "水", "b": io.BytesIO(b"x")})
        assert got.status_code == 200 and got.json()["a"] == "水", got.content


class TestLengths(WithoutDocument):
    @pytest.mark.parametrize("length", [16 * 1024 * 1024 + 1, 10**12, "9" * 5000])
    def test_a_body_that_is_too_large_is_not_read(self, echo: Caller, length: int | str) -> None:
        got = _told_length(echo, b"[]", CONTENT_LENGTH=str(length))
        told = assert_problem(got, 413, "body_too_large")
        assert "at most 16777216" in told["detail"]

    def test_a_form_may_be_as_large_as_a_file_may(self, echo: Caller, settings) -> None:
        kind = {"CONTENT_TYPE": "multipart/form-data; boundary=b"}
        most = settings.MAX_UPLOAD_BODY
        assert_problem(_told_length(echo, b"x", CONTENT_LENGTH=str(most + 1), **kind), 413, "body_too_large")
        assert_problem(_told_length(echo, b"x", CONTENT_LENGTH=str(most), **kind), 400, "bad_form")

    @pytest.mark.parametrize("more", [{"HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": "many"},
                                      {"CONTENT_LENGTH": "-1"}, {"CONTENT_LENGTH": "1.5"}])  # fmt: skip
    def test_a_body_of_unknown_length(self, echo: Caller, more: dict[str, str]) -> None:
        assert_problem(_told_length(echo, b"[]", **({"CONTENT_LENGTH": ""} | more)), 411, "length_required")

    @pytest.mark.parametrize("length", ["", "0"])
    def test_no_body_at_all_is_one_that_says_nothing(self, echo: Caller, length: str) -> None:
        got = _told_length(echo, b"", CONTENT_LENGTH=length)
        assert (got.status_code, got.json()) == (200, {})

    def test_an_object_of_very_many_members_is_looked_through_once(self, echo: Caller) -> None:
        """Looking for the doubled one must not compare each with each: this many would take hours."""
        members = [f'"{number}":0' for number in range(300_000)]
        body = "{" + ",".join([*members, members[-1]]) + "}"
        assert "“299999” twice" in assert_problem(send(echo, body), 400, "bad_json")["detail"]

    def test_whatever_the_length_who_calls_is_asked_next(self, echo: Caller) -> None:
        got = send(echo, json.dumps([]), authorization="Bearer nib_0a1b2c3d_x")
        assert_problem(got, 401, "key_unknown")


def _told_length(caller: Caller, body: bytes, **environment: str) -> HttpResponse:
    """A call whose headers about its body are these, whatever the body is."""
    kind = environment.pop("CONTENT_TYPE", "application/json")
    headers = {"authorization": f"Bearer {caller.key}", "accept-language": "en"}
    return caller.client.generic("POST", f"{ROOT}/echo", body, content_type=kind, headers=headers, **environment)
