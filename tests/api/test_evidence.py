"""Files and links that support a line: added, listed, fetched and removed by systems."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from agencies.models import AuditEvent
from agencies.roles import Scope
from reports.models import Evidence
from reports.rules.evidence import MAX_FILE_MB, MAX_PIECES, MEGABYTE
from tests.api.conftest import Caller, connected
from tests.api.sending import ENTRIES, FILLED, answered, opened, put
from tests.factories import World
from tests.reports.conftest import Acting
from tests.reports.uploads import PDF, upload

pytestmark = pytest.mark.django_db
LINE = f"{ENTRIES}/stations/bureau"
EVIDENCE = f"{LINE}/evidence"
LINK = {"url": "https://example.org/a", "title": "公示"}


@pytest.fixture(autouse=True)
def packet(world: World, settings: Any, tmp_path: Any):
    """The bureau's first packet, which can be entered today, and an empty folder of files."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return opened(world)


def listed(caller: Caller, path: str = EVIDENCE) -> list[dict[str, Any]]:
    return caller.get(path).json()["results"]


def refused(answer: Any, status: int, code: str, pointer: str = "") -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ([pointer] if pointer else [])


def test_a_file_from_upload_to_download(bureau: Caller, world: World) -> None:
    added = bureau.form(EVIDENCE, {"file": upload("报告.pdf")})
    assert added.status_code == 201, added.content.decode()
    told = added.json()
    assert {name: told[name] for name in ("kind", "title", "url", "media_type", "size")} == {
        "kind": "file", "title": "报告.pdf", "url": None, "media_type": "application/pdf", "size": len(PDF),
    }  # fmt: skip
    assert len(told["sha256"]) == 64
    assert told["added_at"].endswith("+08:00")
    assert listed(bureau) == [told]
    assert bureau.get(LINE).json()["evidence"] == 1
    event = AuditEvent.objects.get(action="evidence.added")
    assert (event.actor, event.door, event.after["title"]) == (bureau.system.user, "api", "报告.pdf")
    for kind in ("*/*", "application/pdf", "application/json"):
        file = bureau.get(f"/evidence/{told['id']}/file", accept=kind)
        assert (file.status_code, b"".join(file.streaming_content)) == (200, PDF), kind
        assert file["Content-Type"] == "application/octet-stream"
        assert file["Content-Disposition"].startswith("attachment;")
        assert file["X-Content-Type-Options"] == "nosniff"


def test_a_link(bureau: Caller) -> None:
    added = bureau("POST", EVIDENCE, LINK)
    assert added.status_code == 201
    told = added.json()
    assert {name: told[name] for name in ("kind", "title", "url", "media_type", "size", "sha256")} == {
        "kind": "link", "title": "公示", "url": "https://example.org/a", "media_type": None, "size": None,
        "sha256": None,
    }  # fmt: skip
    assert bureau("POST", EVIDENCE, {"url": "https://example.org/b"}).json()["title"] == "example.org"
    assert [one["url"] for one in listed(bureau)] == ["https://example.org/a", "https://example.org/b"]
    assert bureau.get(f"/evidence/{told['id']}/file").status_code == 404, "a link has no file"


def test_the_list_has_an_etag(bureau: Caller) -> None:
    tag = bureau.get(EVIDENCE)["ETag"]
    assert bureau.get(EVIDENCE, if_none_match=tag).status_code == 304
    bureau("POST", EVIDENCE, LINK)
    assert bureau.get(EVIDENCE, if_none_match=tag).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("报告.exe", b"MZ", "files of this kind are not taken"),
        ("报告.pdf", b"MZ\x90\x00", "its content is not what the ending of its name says"),
        ("报告.pdf", b"", "it is empty"),
    ],
)
def test_a_file_that_is_not_taken(bureau: Caller, name: str, content: bytes, why: str) -> None:
    answer = bureau.form(EVIDENCE, {"file": SimpleUploadedFile(name, content)})
    refused(answer, 422, "file_refused", "/file")
    assert why in answer.json()["detail"]
    assert not Evidence.objects.exists()
    assert not default_storage.exists("evidence") or default_storage.listdir("evidence") == ([], [])


def test_the_same_file_or_link_twice(bureau: Caller) -> None:
    bureau.form(EVIDENCE, {"file": upload("a.pdf")})
    refused(bureau.form(EVIDENCE, {"file": upload("b.pdf")}), 422, "file_refused", "/file")
    bureau("POST", EVIDENCE, LINK)
    refused(bureau("POST", EVIDENCE, LINK | {"title": "另"}), 422, "link_refused", "/url")
    assert Evidence.objects.count() == 2


def test_a_file_that_is_too_large(bureau: Caller) -> None:
    content = PDF.ljust(MAX_FILE_MB * MEGABYTE + 1, b"\n")
    refused(bureau.form(EVIDENCE, {"file": upload("a.pdf", content)}), 413, "file_too_large", "/file")
    assert not Evidence.objects.exists()


def test_a_body_that_is_too_large_is_not_read(bureau: Caller, settings: Any) -> None:
    settings.MAX_UPLOAD_BODY = 1000
    refused(bureau.form(EVIDENCE, {"file": upload("a.pdf", PDF.ljust(2000))}), 413, "body_too_large")


def test_as_many_pieces_as_a_line_can_have(bureau: Caller) -> None:
    for number in range(MAX_PIECES):
        assert bureau("POST", EVIDENCE, {"url": f"https://example.org/{number}"}).status_code == 201
    refused(bureau("POST", EVIDENCE, LINK), 409, "too_many_pieces")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"url": "javascript:alert(1)", "title": "x"}, 422, "link_refused"),
        ({"url": "https://a:b@example.org/", "title": "x"}, 422, "link_refused"),
        ({"url": "", "title": "x"}, 422, "link_refused"),
        ({}, 422, "link_refused"),
        ({"url": "https://example.org/" + "a" * 1000}, 422, "link_refused"),
        ({"url": "https://example.org/\x00"}, 422, "bad_body"),
        ({"url": None}, 422, "bad_body"),
        ({"url": 5}, 422, "bad_body"),
        ({"url": "https://example.org/", "kind": "file"}, 422, "bad_body"),
        (["https://example.org/"], 422, "bad_body"),
    ],
)
def test_a_link_that_is_not_taken(bureau: Caller, body: Any, status: int, code: str) -> None:
    answer = bureau("POST", EVIDENCE, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"file": "no file"},
        {"document": upload("a.pdf")},
        {"file": [upload("a.pdf"), upload("b.pdf", PDF + b"b")]},
        {"file": upload("a.pdf"), "other": upload("b.pdf", PDF + b"b")},
        {"file": upload("a.pdf"), "title": "报告"},
    ],
    ids=["nothing", "a text", "another field", "two files", "two fields", "a field more"],
)
def test_a_form_that_is_not_the_expected_one(bureau: Caller, form: dict[str, Any]) -> None:
    answer = bureau.form(EVIDENCE, form)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_body")
    assert not Evidence.objects.exists()


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=", b"x", 400),
        ("multipart/form-data; boundary=a", b"--b\r\n", 422),
        ("multipart/form-data; boundary=a", b'--a\r\nContent-Disposition: form-data; name="file"\r\n', 422),
        ("application/x-www-form-urlencoded", b"url=https://example.org/", 415),
        ("application/pdf", PDF, 415),
        ("text/plain", b"https://example.org/", 415),
    ],
)
def test_other_bodies(bureau: Caller, kind: str, body: bytes, status: int) -> None:
    answer = bureau("POST", EVIDENCE, body, content_type=kind)
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"] == "application/problem+json"
    assert not Evidence.objects.exists()


def test_the_name_of_a_file_is_one_line_without_folders(bureau: Caller) -> None:
    added = bureau.form(EVIDENCE, {"file": upload("../../etc/报告\u202e.pdf")})
    assert added.json()["title"] == "报告.pdf"


def test_removing(bureau: Caller, django_capture_on_commit_callbacks: Any) -> None:
    added = bureau.form(EVIDENCE, {"file": upload()}).json()
    name = Evidence.objects.get().file.name
    with django_capture_on_commit_callbacks(execute=True):
        assert bureau("DELETE", f"{EVIDENCE}/{added['id']}").status_code == 204
    assert listed(bureau) == []
    assert not default_storage.exists(name)
    assert AuditEvent.objects.get(action="evidence.removed").actor == bureau.system.user
    refused(bureau("DELETE", f"{EVIDENCE}/{added['id']}"), 404, "not_found")
    assert bureau.get(f"/evidence/{added['id']}/file").status_code == 404


def test_a_piece_of_another_line_is_not_there(bureau: Caller) -> None:
    added = bureau("POST", EVIDENCE, LINK).json()
    for path in (f"{ENTRIES}/share/bureau", f"{ENTRIES}/stations/310101"):
        assert bureau("DELETE", f"{path}/evidence/{added['id']}").status_code == 404
    assert bureau("DELETE", f"{EVIDENCE}/99999999999999999999").status_code == 404
    assert Evidence.objects.count() == 1


def test_of_a_line_that_is_closed(bureau: Caller, world: World, packet: Any) -> None:
    added = bureau.form(EVIDENCE, {"file": upload()}).json()
    put(bureau, *FILLED)
    Acting(world).submit(packet)
    refused(bureau("POST", EVIDENCE, LINK), 409, "already_submitted")
    refused(bureau.form(EVIDENCE, {"file": upload("b.pdf", PDF + b"b")}), 409, "already_submitted")
    refused(bureau("DELETE", f"{EVIDENCE}/{added['id']}"), 409, "already_submitted")
    assert listed(bureau) == [added], "it stays to be read"


def test_evidence_that_a_target_asks_for_takes_the_doubt_away(bureau: Caller, world: World) -> None:
    world.stations.evidence_required = True
    world.stations.save()
    (row,) = answered(put(bureau, FILLED[0]))
    assert [doubt["code"] for doubt in row["doubts"]] == ["evidence_missing"]
    added = bureau("POST", EVIDENCE, LINK).json()
    line = bureau.get(LINE).json()
    assert (line["doubts"], line["evidence"], line["version"]) == ([], 1, row["version"])
    bureau("DELETE", f"{EVIDENCE}/{added['id']}")
    assert [doubt["code"] for doubt in bureau.get(LINE).json()["doubts"]] == ["evidence_missing"]


def test_who_may_see_and_who_may_add(bureau: Caller, world: World) -> None:
    added = bureau.form(EVIDENCE, {"file": upload()}).json()
    east, reader = connected(world.east), connected(world.bureau, [Scope.READ], name="读")
    for path in (EVIDENCE, f"/evidence/{added['id']}/file"):
        assert east.get(path).status_code == 404
        assert reader.get(path).status_code == 200
    assert east("POST", EVIDENCE, LINK).status_code == 404
    assert east("DELETE", f"{EVIDENCE}/{added['id']}").status_code == 404
    refused(reader("POST", EVIDENCE, LINK), 403, "scope_missing")
    refused(reader("DELETE", f"{EVIDENCE}/{added['id']}"), 403, "scope_missing")
    assert Evidence.objects.count() == 1


def test_a_file_whose_content_is_gone_is_not_there(bureau: Caller) -> None:
    added = bureau.form(EVIDENCE, {"file": upload()}).json()
    default_storage.delete(Evidence.objects.get().file.name)
    assert bureau.get(f"/evidence/{added['id']}/file").status_code == 404
