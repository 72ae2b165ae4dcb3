"""Evidence through the browser: who may add, remove and download; how a file is sent; what too large a body gets."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.roles import Role
from reports.models import Evidence
from reports.services import evidence as services
from reports.services import rollup
from reports.services.entries import lock_open
from tests.factories import person
from tests.history import accepted
from tests.reports.conftest import OPEN, WEB
from tests.reports.pages import PAGE, text
from tests.reports.uploads import PDF, PNG, upload

pytestmark = pytest.mark.usefixtures("files", "packet")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def entry(world):
    return world.line(world.stations)


@pytest.fixture
def piece(world, entry):
    return services.add_file(entry.pk, upload(), by=world.reporter, at=OPEN, door=WEB)


def place(entry) -> str:
    return f"{PAGE}{entry.pk}/evidence/"


def send(client, user, entry, **data):
    client.force_login(user)
    return client.post(place(entry), data, **HTMX)


def one_of(world, who):
    return person(Role.REPORTER, world.east) if who == "stranger" else getattr(world, who)


WHO = [
    # who, reads the file, changes it
    ("reporter", 200, 302),
    ("approver", 200, 302),
    ("supervisor", 200, 403),
    ("auditor", 200, 403),
    ("plan_manager", 404, 404),
    ("operator", 404, 404),
    ("stranger", 404, 404),
]


@pytest.mark.parametrize(("who", "reads", "changes"), WHO)
def test_who_may_do_what(world, entry, piece, browse, who, reads, changes):
    user = one_of(world, who)
    assert browse(user, f"/evidence/{piece.pk}/").status_code == reads
    assert browse(user, place(entry), {"url": "https://a.cn/"}).status_code == changes
    assert browse(user, place(entry), {"file": upload("b.png", PNG)}).status_code == changes
    assert Evidence.objects.count() == (3 if changes == 302 else 1)
    assert browse(user, f"{place(entry)}{piece.pk}/remove/", {}).status_code == changes
    assert Evidence.objects.filter(pk=piece.pk).exists() == (changes != 302)


def test_signing_in_comes_first(entry, piece, client):
    for response in (client.get(f"/evidence/{piece.pk}/"), client.post(place(entry), {"url": "https://a.cn/"})):
        assert response.headers["location"].startswith("/accounts/login/")


def test_a_plain_form_leads_back_to_its_line(world, entry, browse):
    response = browse(world.reporter, place(entry), {"file": [upload(), upload("b.png", PNG)]})
    assert response.headers["location"] == f"{PAGE}?plan=small#line-{entry.pk}"
    assert list(entry.evidence.values_list("title", flat=True)) == ["报告.pdf", "b.png"]
    browse(world.reporter, place(entry), {"file": upload("c.exe", b"MZ")})
    assert "“c.exe” was not added: files of this kind are not taken" in text(browse(world.reporter))


def test_a_part_of_the_page_is_answered_with_that_part(world, entry, browse, client):
    client.cookies["django_language"] = "en"
    response = send(client, world.reporter, entry, file=upload("<b>.pdf"))
    assert response.status_code == 200 and "<html" not in response.content.decode()
    shown = text(response)
    assert "<b>.pdf" in shown and f"{len(PDF)}\xa0bytes".replace("\xa0", " ") in shown.replace("\xa0", " ")
    assert "Reporter-Bureau" in shown and Evidence.objects.get().sha256 in shown
    assert "<b>.pdf" not in response.content.decode(), "escaped"


def test_of_several_files_the_good_ones_are_kept_and_the_others_named(world, entry, client):
    client.cookies["django_language"] = "en"
    response = send(client, world.reporter, entry, file=[upload(), upload("b.pdf", b"MZ"), upload("c.png", PNG)])
    assert response.status_code == 422
    assert "“b.pdf” was not added: its content is not what the ending of its name says." in text(response)
    assert list(entry.evidence.values_list("title", flat=True)) == ["报告.pdf", "c.png"]


def test_a_link_shows_its_host_and_gives_nothing_away(world, entry, client):
    client.cookies["django_language"] = "en"
    response = send(client, world.reporter, entry, url="https://www.sh.gov.cn/a?b=1", title="公示")
    assert (
        'href="https://www.sh.gov.cn/a?b=1" target="_blank" rel="noopener noreferrer">公示' in response.content.decode()
    )
    assert "www.sh.gov.cn ·" in text(response)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose a file, or give the address of a page."),
        ({"url": " "}, "Choose a file"),
        ({"file": "not a file"}, "Choose a file"),
        ({"url": "javascript:alert(1)"}, "begins with http:// or https://"),
        ({"url": "https://a.cn/\x00"}, "no spaces"),
        ({"url": "https://a.cn/", "title": "\x00"}, ""),
    ],
)
def test_bad_input_gets_a_sentence(world, entry, client, data, words):
    client.cookies["django_language"] = "en"
    response = send(client, world.reporter, entry, **data)
    assert response.status_code == (422 if words else 200)
    assert words in text(response)
    assert Evidence.objects.count() == (not words)


def test_a_line_that_is_closed_by_now_offers_nothing_more(world, acting, packet, entry, client):
    client.cookies["django_language"] = "en"
    acting.fill(packet)
    acting.submit(packet)
    response = send(client, world.reporter, entry, file=upload())
    assert response.status_code == 422
    assert "This has been submitted" in text(response) and "<form" not in response.content.decode()


def test_addresses_that_lead_nowhere(world, entry, piece, browse):
    other = world.line(world.centre)
    huge = 10**30
    for address in (f"/evidence/{huge}/", "/evidence/0/"):
        assert browse(world.reporter, address).status_code == 404
    for address in (
        f"{PAGE}{huge}/evidence/",
        f"/packets/bureau/2021Q2/{entry.pk}/evidence/",
        f"{place(entry)}{huge}/remove/",
        f"{place(other)}{piece.pk}/remove/",
    ):
        assert browse(world.reporter, address, {"url": "https://a.cn/"}).status_code == 404, address
    assert browse(world.reporter, place(entry)).status_code == 405
    assert browse(world.reporter, f"{place(entry)}{piece.pk}/remove/").status_code == 405
    assert Evidence.objects.count() == 1


def test_a_link_is_no_file(world, entry, browse):
    link = services.add_link(entry.pk, title="", url="https://a.cn/", by=world.reporter, at=OPEN, door=WEB)
    assert browse(world.reporter, f"/evidence/{link.pk}/").status_code == 404


def test_a_file_is_only_ever_a_download(world, entry, browse):
    piece = services.add_file(entry.pk, upload('验收 "1".pdf'), by=world.reporter, at=OPEN, door=WEB)
    response = browse(world.auditor, f"/evidence/{piece.pk}/")
    assert b"".join(response.streaming_content) == PDF
    expected = {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(PDF)),
        "Content-Disposition": "attachment; filename*=utf-8''%E9%AA%8C%E6%94%B6%20%221%22.pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-cache",
        "ETag": f'"{piece.sha256}"',
    }
    assert {name: response.headers[name] for name in expected} == expected
    again = Client()
    again.force_login(world.auditor)
    response = again.get(f"/evidence/{piece.pk}/", HTTP_IF_NONE_MATCH=f'"{piece.sha256}"')
    assert (response.status_code, response.content) == (304, b"")


def test_a_file_that_is_gone_is_said_and_logged(world, piece, files, browse, caplog):
    (files / piece.file.name).unlink()
    response = browse(world.reporter, f"/evidence/{piece.pk}/")
    assert response.status_code == 404
    assert "The file “报告.pdf” is missing from the store. Tell the operator." in text(response)
    assert piece.file.name in caplog.text


def test_what_somebody_else_takes_away_at_this_moment(world, entry, piece, client, monkeypatch):
    """Between looking and locking: the piece is gone, or the whole line."""
    real = services.remove

    def twice(*args, **kwargs):
        real(*args, **kwargs)
        return real(*args, **kwargs)

    monkeypatch.setattr(services, "remove", twice)
    client.force_login(world.reporter)
    response = client.post(f"{place(entry)}{piece.pk}/remove/", **HTMX)
    assert response.status_code == 200 and not entry.evidence.exists()

    def gone(*args, **kwargs):
        return lock_open(0, by=world.reporter, at=OPEN)

    monkeypatch.setattr(services, "add_link", gone)
    assert client.post(place(entry), {"url": "https://a.cn/"}).status_code == 404


class Unread:
    """A body that must not be touched."""

    def read(self, *args):
        raise AssertionError("read")

    readline = read


UNREAD = {
    "content_type": "multipart/form-data; boundary=x", "CONTENT_LENGTH": str(10**12), "wsgi.input": Unread(),
}  # fmt: skip


class TestTooLarge:
    """Bodies are told by their announced length and never read."""

    @pytest.fixture(autouse=True)
    def small(self, settings):
        settings.MAX_UPLOAD_BODY = 1024 * 1024

    def big(self):
        return upload("大.pdf", PDF.ljust(1024 * 1024, b"\n"))

    def test_a_sentence_and_nothing_added(self, world, entry, client):
        client.cookies["django_language"] = "en"
        response = send(client, world.reporter, entry, file=self.big())
        assert response.status_code == 413
        assert "That is more than 1 MB at once; nothing was added." in text(response)
        client.force_login(world.reporter)
        response = client.post(place(entry), {"file": self.big()})
        assert response.status_code == 413 and "nothing was added" in text(response)
        assert f'href="{PAGE}?plan=small#line-{entry.pk}"' in response.content.decode()
        assert not Evidence.objects.exists()

    def test_nothing_of_it_is_read(self, world, entry, client):
        client.force_login(world.reporter)
        assert client.generic("POST", place(entry), **UNREAD).status_code == 413

    @pytest.mark.parametrize("address", ["/accounts/login/", PAGE])
    def test_no_other_address_reads_it_either(self, world, packet, address):
        client = Client(enforce_csrf_checks=True)
        client.force_login(world.reporter)
        assert client.generic("POST", address, **UNREAD).status_code == 403, "no form token in what was not read"


def test_a_form_token_is_asked_for(world, entry):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.reporter)
    assert client.post(place(entry), {"url": "https://a.cn/"}).status_code == 403
    assert not Evidence.objects.exists()


class TestWhereANumberIsExplained:
    ADDRESS = "/targets/stations/?plan=small&period=2021Q1"

    @pytest.fixture
    def accepted_piece(self, world, piece):
        services.add_link(piece.entry_id, title="公示", url="https://a.cn/b", by=world.reporter, at=OPEN, door=WEB)
        accepted(world, world.stations, "40")
        rollup.roll_up()
        return piece

    @pytest.mark.parametrize("who", ["reporter", "supervisor", "auditor"])
    def test_who_may_see_the_packet_sees_its_evidence(self, world, accepted_piece, browse, who):
        response = browse(getattr(world, who), self.ADDRESS)
        assert f'href="/evidence/{accepted_piece.pk}/"' in response.content.decode()
        assert accepted_piece.sha256 in text(response) and "公示 a.cn" in text(response)

    @pytest.mark.parametrize("who", ["plan_manager", "stranger"])
    def test_other_readers_see_how_much_there_is(self, world, accepted_piece, browse, who):
        shown = text(browse(one_of(world, who), self.ADDRESS))
        assert "2 pieces of evidence" in shown
        assert accepted_piece.title not in shown and accepted_piece.sha256 not in shown
