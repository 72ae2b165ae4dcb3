"""The pages of a workbook: who may, what is shown, and what each button does."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from reports.models import Workbook
from tests.factories import person
from tests.reports.sheets.books import Book

PACKET = ("bureau", "2021Q1")
UPLOAD = "/packets/bureau/2021Q1/workbooks/?plan=small"
SHEET = "/packets/bureau/2021Q1/sheet.xlsx?plan=small"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def send(browse, world, packet):
    """Uploads a workbook as somebody, edited first; returns it."""

    def send(by=None, **cells):
        by = by or world.reporter
        book = Book(browse(by, SHEET).content)
        for target, typed in cells.items():
            book.type(target, **typed)
        response = browse(by, UPLOAD, {"file": SimpleUploadedFile("填报.xlsx", book.content())})
        assert response.status_code == 302
        return Workbook.objects.get(pk=int(re.search(r"/workbooks/(\d+)/", response.url)[1]))

    return send


def at_page(found: Workbook, name: str = "workbook") -> str:
    return reverse(name, args=(*PACKET, found.pk)) + "?plan=small"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("reporter", 200),
        ("approver", 200),
        ("supervisor", 200),
        ("auditor", 200),
        ("plan_manager", 404),
        ("operator", 404),
    ],
)
def test_the_workbook_is_for_who_may_see_the_packet(browse, world, packet, who, status):
    response = browse(getattr(world, who), SHEET)
    assert response.status_code == status
    if status == 200:
        assert response["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        assert response["Content-Disposition"] == 'attachment; filename="bureau-Q1 2021.xlsx"'
        assert "no-store" in response["Cache-Control"]
    assert browse(person("reporter", world.east), SHEET).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("supervisor", 403), ("auditor", 403), ("plan_manager", 404), ("operator", 404)]
)
def test_uploading_is_for_who_enters(browse, world, packet, who, status):
    file = SimpleUploadedFile("a.xlsx", b"PK")
    assert browse(getattr(world, who), UPLOAD, {"file": file}).status_code == status
    assert browse(person("reporter", world.east), UPLOAD, {"file": file}).status_code == 404


def test_others_do_not_see_that_there_is_a_workbook(browse, world, send):
    found = send(stations={"value": 40})
    for stranger in (world.supervisor, world.auditor, person("reporter", world.east)):
        for name in ("workbook", "workbook_marked"):
            assert browse(stranger, at_page(found, name)).status_code == 404
        for name in ("workbook_confirm", "workbook_discard"):
            assert browse(stranger, at_page(found, name), {}).status_code == 404
    other = reverse("workbook", args=("bureau", "2021Q1", found.pk + 1))
    assert browse(world.reporter, other).status_code == 404
    found.refresh_from_db()
    assert found.state == "ready"


def test_a_preview_shows_what_would_change_and_confirming_saves_it(browse, world, send):
    found = send(stations={"value": "3.4万", "words": "<b>注</b>"}, centre={"stage": "soon"})
    page = browse(world.reporter, at_page(found)).content.decode()
    assert "34,000 stations" in page
    assert "&lt;b&gt;注&lt;/b&gt;" in page
    assert "Save 1 line" in page
    assert "“soon” cannot be stored" in page
    assert world.line(world.stations).value is None
    response = browse(world.reporter, at_page(found, "workbook_confirm"), {})
    assert (response.status_code, response.url) == (302, at_page(found))
    assert world.line(world.stations).value == 34_000
    page = browse(world.reporter, at_page(found)).content.decode()
    assert "Result of this workbook" in page
    assert "workbook_confirm" not in page
    assert "Back to the packet" in page


def test_an_emptied_cell_is_called_by_its_name(browse, world, acting, send):
    acting.save(world.line(world.stations), value="40")
    page = browse(world.reporter, at_page(send(stations={"value": None}))).content.decode()
    assert "emptied" in page
    assert "40 stations" in page


def test_a_cell_that_cannot_be_read_is_not_told_as_emptied(browse, world, acting, send):
    acting.save(world.line(world.stations), value="40")
    page = browse(world.reporter, at_page(send(stations={"value": "=40"}))).content.decode()
    assert "this is a formula" in page
    assert "emptied" not in page


def test_confirming_again_says_so_and_changes_nothing(browse, client, world, send):
    found = send(stations={"value": 40})
    browse(world.reporter, at_page(found, "workbook_confirm"), {})
    version = world.line(world.stations).version
    browse(world.reporter, at_page(found, "workbook_confirm"), {})
    assert "has been dealt with already" in client.get(at_page(found)).content.decode()
    assert world.line(world.stations).version == version


def test_discarding(browse, world, send):
    found = send(stations={"value": 40})
    browse(world.reporter, at_page(found, "workbook_discard"), {})
    assert "nothing was changed" in browse(world.reporter, at_page(found)).content.decode()
    response = browse(world.reporter, at_page(found, "workbook_marked"))
    assert response.status_code == 302


def test_a_colleague_sees_the_preview_and_cannot_confirm_it(browse, client, world, send):
    found = send(stations={"value": 40})
    page = browse(world.approver, at_page(found)).content.decode()
    assert "34" not in page or "Save 1 line" not in page
    assert "Only who uploaded a workbook" in page
    browse(world.approver, at_page(found, "workbook_confirm"), {})
    assert world.line(world.stations).value is None


def test_an_unusable_file_is_answered_on_the_packets_page(browse, client, world, packet):
    for content, words in (
        (b"a,b", "not an Excel workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "of the old kind"),
        (None, "Choose a file"),
    ):
        data = {"file": SimpleUploadedFile("a.xlsx", content)} if content else {}
        response = browse(world.reporter, UPLOAD, data)
        assert response.url == "/packets/bureau/2021Q1/?plan=small#workbooks"
        assert words in client.get("/packets/bureau/2021Q1/?plan=small").content.decode()
    assert not Workbook.objects.exists()


def test_a_fault_found_while_reading_is_on_the_workbooks_page(browse, world, packet):
    book = Book(browse(world.reporter, SHEET).content)
    book.page.delete_rows(1)
    response = browse(world.reporter, UPLOAD, {"file": SimpleUploadedFile("a.xlsx", book.content())})
    page = browse(world.reporter, response.url).content.decode()
    assert "This workbook cannot be used" in page
    assert "its hidden first row is missing" in page


def test_a_body_that_is_far_too_large_is_not_read(browse, client, world, packet, settings):
    settings.MAX_UPLOAD_BODY = 100
    response = browse(world.reporter, UPLOAD, {"file": SimpleUploadedFile("a.xlsx", bytes(1000))})
    assert response.status_code == 413
    assert "larger than 10 MB" in response.content.decode()


def test_progress_is_polled_and_the_page_reloads_when_it_is_over(browse, client, world, send):
    found = send(stations={"value": 40})
    Workbook.objects.filter(pk=found.pk).update(state="saving", rows_total=40, rows_done=15)
    page = browse(world.reporter, at_page(found)).content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert 'max="40" value="15"' in page
    part = client.get(at_page(found), headers={"HX-Request": "true"})
    assert "15 of 40 rows" in part.content.decode()
    assert "<html" not in part.content.decode()
    Workbook.objects.filter(pk=found.pk).update(state="done")
    assert client.get(at_page(found), headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_the_marked_workbook_comes_back(browse, world, send):
    found = send(stations={"value": "many"})
    response = browse(world.reporter, at_page(found, "workbook_marked"))
    assert response.status_code == 200
    cell = Book(response.content).cell("stations", "value")
    assert "cannot be stored" in cell.comment.text


def test_a_page_with_thousands_of_refused_rows_shows_some_and_counts_the_rest(browse, world, send):
    found = send(stations={"value": 40})
    refused = {"name": "", "kind": "refused", "faults": [["", "row_without_key", {}]]}
    found.rows = [{"row": number, **refused} for number in range(5000)]
    found.save()
    page = browse(world.reporter, at_page(found)).content.decode()
    assert "4700 more rows are not shown" in page.replace(",", "")
    assert page.count("<tr") < 310


def test_the_same_statements_for_one_row_and_three(browse, world, send, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for cells in (
        {"stations": {"value": 4}},
        {"stations": {"value": 4}, "share": {"words": "x"}, "centre": {"words": "y"}},
    ):
        found = send(**cells)
        browse(world.reporter, at_page(found))
        with CaptureQueriesContext(connection) as captured:
            browse(world.reporter, at_page(found))
        counts.append(len(captured))
    assert counts[0] == counts[1]
