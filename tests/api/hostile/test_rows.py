"""Rows, files and links that cannot be used: each is told, and nothing in the database changes."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.fuzzing import assert_refused
from tests.api.sending import ENTRIES, put

VALUES: dict[str, str] = {
    "1e400": "too_long",
    "-1e400": "too_long",
    "1e-400": "too_precise",
    "123456789012345678901234567890": "too_long",
    "0." + "1" * 30: "too_precise",
    "0.0000001": "too_precise",
    "-1": "negative",
    "-0.5": "negative",
    "true": "wrong_type",
    "false": "wrong_type",
    "[]": "wrong_type",
    "[1]": "wrong_type",
    "{}": "wrong_type",
    '"1e400"': "not_a_number",
    '"NaN"': "not_a_number",
    '"-1"': "negative",
    '"∞"': "not_a_number",
    '"0x10"': "not_a_number",
    '"１２a"': "not_a_number",
    '"😀"': "not_a_number",
    rf'"1{chr(92)}u00002"': "not_a_number",
    '"' + "9" * 100_000 + '"': "too_long",
}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value)[:40])
@pytest.mark.parametrize("query", ["", "?atomic=true", "?dry_run=true"])
def test_a_number_that_cannot_be_is_told_of_its_row(caller, value: str, query: str) -> None:
    body = f'{{"rows": [{{"target": "stations", "value": {value}}}]}}'
    got = caller("PUT", f"{ENTRIES}{query}", body)
    if query == "?atomic=true":
        assert got.status_code == 422, got.content
        assert got.json()["errors"][0] | {"words": ""} == {
            "pointer": "/rows/0/value", "code": VALUES[value], "words": "",
        }  # fmt: skip
    else:
        assert got.status_code == 200, got.content
        row = got.json()["rows"][0]
        assert (row["outcome"], row["code"], row["field"]) == ("rejected", VALUES[value], "value")


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ascii(value)[:40])
def test_a_number_that_cannot_be_is_refused_for_a_single_line(caller, value: str) -> None:
    got = caller("PATCH", f"{ENTRIES}/stations/bureau", f'{{"value": {value}}}')
    assert assert_refused(got, value) == VALUES[value]


ROWS: dict[str, str] = {
    "1": "wrong_type",
    "null": "wrong_type",
    '"stations"': "wrong_type",
    "[]": "wrong_type",
    "{}": "target_missing",
    '{"target": null}': "target_missing",
    '{"target": 5}': "wrong_type",
    '{"target": ""}': "target_missing",
    '{"target": "😀", "value": 1}': "line_unknown",
    r'{"target": "\u0000", "value": 1}': "line_unknown",
    r'{"target": "\ud800", "value": 1}': "line_unknown",
    '{"target": "' + "x" * 100_000 + '", "value": 1}': "line_unknown",
    '{"target": "stations", "district": 310101, "value": 1}': "wrong_type",
    '{"target": "stations", "district": "999999", "value": 1}': "line_unknown",
    r'{"target": "stations", "district": "\ud800", "value": 1}': "line_unknown",
    '{"target": "stations", "version": "١", "value": 1}': "wrong_type",
    '{"target": "stations", "version": -1, "value": 1}': "wrong_type",
    '{"target": "stations", "version": 1.5, "value": 1}': "wrong_type",
    '{"target": "stations", "version": true, "value": 1}': "wrong_type",
    '{"target": "stations", "version": 99999999999999999999, "value": 1}': "wrong_type",
    '{"target": "stations", "version": 2147483647, "value": 1}': "version_conflict",
    '{"target": "stations", "id": 1}': "field_unknown",
    '{"target": "stations", "😀": 1}': "field_unknown",
    '{"target": "stations", "return_reason": "x"}': "field_unknown",
    '{"target": "stations", "stage": "done"}': "field_not_asked",
    '{"target": "centre", "stage": "finished"}': "not_a_stage",
    '{"target": "centre", "stage": "done", "actual_on": "2021-02-30"}': "not_a_date",
    '{"target": "centre", "stage": "done", "actual_on": "99999-01-01"}': "not_a_date",
    '{"target": "centre", "stage": "done", "actual_on": "9999-12-31"}': "in_the_future",
    '{"target": "stations", "words": "' + "长" * 2001 + '"}': "too_long_text",
    '{"target": "stations", "words": 5}': "wrong_type",
    '{"target": "stations", "value": 1, "nothing_because": "无"}': "both_number_and_nothing",
    '{"target": "share", "numerator": 1, "denominator": 0}': "denominator_not_positive",
    '{"target": "share", "numerator": 1}': "ratio_incomplete",
    '{"target": "share", "numerator": 999999999999, "denominator": 0.000001}': "too_long",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ascii(row)[:60])
def test_a_row_that_cannot_be_used_is_told_by_its_place(caller, row: str) -> None:
    got = caller("PUT", ENTRIES, f'{{"rows": [{row}]}}')
    assert got.status_code == 200, got.content
    told = got.json()["rows"][0]
    assert (told["index"], told["outcome"], told["code"]) == (0, "rejected", ROWS[row])


def test_the_same_line_twice_is_rejected_twice(caller) -> None:
    got = put(caller, {"target": "stations", "value": 1}, {"target": "stations", "district": None, "value": 2})
    assert [row["code"] for row in got.json()["rows"]] == ["row_twice", "row_twice"]


def test_ten_thousand_rows_and_one_are_refused(caller) -> None:
    assert assert_refused(put(caller, *[{"target": "x"}] * 10_001), "10 001 rows") == "too_many_rows"
    lines = "target,value\n" + "x,1\n" * 10_001
    assert assert_refused(caller("PUT", ENTRIES, lines, content_type="text/csv"), "CSV") == "too_many_rows"


CSV: dict[str, bytes] = {
    "no headings": b"",
    "empty heading": b"target,,value\nstations,,1",
    "doubled heading": b"target,value,value\nstations,1,2",
    "short row": b"target,value\nstations",
    "long row": b"target,value\nstations,1,2",
    "open quote": b'target,value\n"stations,1',
    "quote inside": b'target,value\nsta"tions"x,"1"2',
    "not UTF-8": "target,words\nstations,新增".encode("gbk"),
    "huge cell": b"target,words\nstations," + b"x" * 200_000,
    "JSON": b'{"rows": []}\n1,2',
}


@pytest.mark.parametrize("what", CSV)
def test_broken_csv_is_refused(caller, what: str) -> None:
    code = assert_refused(caller("PUT", ENTRIES, CSV[what], content_type="text/csv"), what)
    assert code in ("bad_csv", "bad_encoding", "bad_body")


def test_null_bytes_in_csv_are_told_of_their_row(caller) -> None:
    got = caller("PUT", ENTRIES, b"target,value\nstations,\x00\x00x", content_type="text/csv")
    assert got.status_code == 400 or got.json()["rows"][0]["outcome"] == "rejected"


FILES = {
    "no file": {},
    "two files": {"file": ["a.pdf", "b.pdf"]},
    "another field": {"attachment": ["a.pdf"]},
    "no PDF": {"file": ["a.pdf"]},
    "no ending": {"file": ["a"]},
    "a program": {"file": ["a.exe"]},
    "a path": {"file": ["../../etc/passwd"]},
}


@pytest.mark.parametrize("what", FILES)
def test_forms_without_a_file_that_is_one_are_refused(caller, what: str) -> None:
    data = {name: [SimpleUploadedFile(one, b"no such file") for one in files] for name, files in FILES[what].items()}
    got = caller.form(f"{ENTRIES}/stations/bureau/evidence", data)
    assert assert_refused(got, what) in ("bad_body", "file_refused")


LINKS = (
    "", "javascript:alert(1)", "http://", "http://[::1", "ftp://x.cn", "http://x.cn\r\nX: y", "//x.cn", "\\\\x", "😀",
    "http://user:pass@x.cn", "x" * 5000, "http://" + "a" * 300 + ".cn", "file:///etc/passwd", "http://x.cn:99999999",
)  # fmt: skip


@pytest.mark.parametrize("url", LINKS, ids=lambda url: ascii(url)[:40])
def test_links_that_are_none_are_refused(caller, url: str) -> None:
    got = caller("POST", f"{ENTRIES}/stations/bureau/evidence", {"url": url, "title": "公示"})
    assert assert_refused(got, url) in ("link_refused", "bad_body")
    got = caller("POST", "/webhooks", {"url": url, "events": ["packet.accepted"]})
    assert_refused(got, url)
