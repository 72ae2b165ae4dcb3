"""Files that nobody should read: each has an answer, and nothing of the packet is touched."""

from __future__ import annotations

import io
import resource
import struct
import zipfile
import zlib

import pytest
from openpyxl import Workbook as Book

from reports.models import Workbook
from reports.services.refused import Refused
from reports.sheets import guard
from tests.reports.sheets.books import codes

MEGABYTE = 2**20


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_parts(content: bytes, **changes: bytes) -> bytes:
    return packed(parts(content) | {name.replace("__", "/"): data for name, data in changes.items()})


def refusal(trip, content: bytes) -> str:
    """The code of an upload that is refused before anything is stored."""
    with pytest.raises(Refused) as error:
        trip.upload(content)
    assert not Workbook.objects.exists()
    assert str(error.value)
    return error.value.refusal.code


@pytest.fixture
def content(trip) -> bytes:
    return trip.download().content()


def test_a_file_over_the_limit(trip):
    assert refusal(trip, b"PK" + bytes(10 * MEGABYTE)) == "sheet_too_large"


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"%PDF-1.7", "表格".encode(), b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_workbook(trip, content):
    assert refusal(trip, content) == "sheet_not_xlsx"


def test_another_kind_of_zip(trip):
    assert refusal(trip, packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})) == "sheet_not_xlsx"
    assert refusal(trip, packed({"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b""})) == "sheet_not_xlsx"


def test_an_old_and_an_encrypted_file(trip):
    ole = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
    assert refusal(trip, ole) == "sheet_old_format"
    assert refusal(trip, ole + "EncryptedPackage".encode("utf-16-le")) == "sheet_encrypted"


def test_an_encrypted_zip(trip, content):
    flagged = bytearray(content)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = 0
        while (start := flagged.find(signature, start)) >= 0:
            flagged[start + offset] |= 1
            start += 4
    assert refusal(trip, bytes(flagged)) == "sheet_encrypted"


def test_macros_even_under_the_name_of_a_plain_workbook(trip, content):
    assert refusal(trip, with_parts(content, **{"xl__vbaProject.bin": b"x"})) == "sheet_macros"
    assert refusal(trip, with_parts(content, **{"xl__macrosheets__sheet1.xml": b"<a/>"})) == "sheet_macros"
    types = parts(content)["[Content_Types].xml"].replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml")
    found = trip.upload(with_parts(content, **{"[Content_Types].xml": types}))
    assert (found.state, found.fault) == ("refused", "sheet_macros")


def test_a_bomb_by_its_directory(trip, content):
    bomb = with_parts(content, **{"xl__media__image1.png": bytes(100 * MEGABYTE)})
    assert len(bomb) < MEGABYTE
    assert refusal(trip, bomb) == "sheet_bomb"
    assert refusal(trip, packed(parts(content) | {f"x{n}": b"" for n in range(600)})) == "sheet_bomb"


def test_a_bomb_whose_directory_lies(trip, content):
    """The parts claim to be small, with the checksum of what they claim; what they inflate to is never taken."""
    bomb = with_parts(content, **{"xl__sharedStrings2.xml": b"<sst>" + bytes(200 * MEGABYTE)})
    small = zlib.crc32(b"<sst>")
    lying = bytearray(bomb)
    for signature, offset in ((b"PK\x01\x02", 16), (b"PK\x03\x04", 14)):
        start = 0
        while (start := lying.find(signature, start)) >= 0:
            name = lying[start : start + 80]
            if b"sharedStrings2" in name:
                (packed_size,) = struct.unpack_from("<I", lying, start + offset + 4)
                struct.pack_into("<III", lying, start + offset, small, packed_size, 5)
            start += 4
    found = trip.upload(bytes(lying))
    assert (found.state, found.fault) == ("refused", "sheet_damaged")


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y"><!ENTITY z SYSTEM "file:///etc/passwd">]><a>&x;&z;</a>'


@pytest.mark.parametrize(
    "name", ["xl__sharedStrings.xml", "xl__worksheets__sheet1.xml", "docProps__any.xml", "xl__a.png"]
)
def test_a_dtd_in_any_part(trip, content, name):
    found = trip.upload(with_parts(content, **{name: ENTITIES}))
    assert (found.state, found.fault) == ("refused", "sheet_entities")


def test_a_dtd_behind_more_space_than_is_read_at_once(trip, content):
    found = trip.upload(with_parts(content, docProps__any=b" " * 200_000 + ENTITIES.partition(b"?>")[2]))
    assert (found.state, found.fault) == ("refused", "sheet_entities")


def test_damaged_files(trip, content):
    assert refusal(trip, content[: len(content) // 2]) == "sheet_damaged"
    for name in ("xl__worksheets__sheet1.xml", "xl__workbook.xml", "xl__styles.xml"):
        found = trip.upload(with_parts(content, **{name: b"<worksheet><sheetData><row>"}))
        assert (found.state, found.fault) == ("refused", "sheet_damaged"), name
    flipped = bytearray(content)
    flipped[len(content) // 3] ^= 0xFF
    assert trip.upload(bytes(flipped)).fault == "sheet_damaged"


def worksheet(rows: str, after: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{after}</worksheet>'.encode()


@pytest.mark.parametrize(
    ("sheet", "fault"),
    [
        (worksheet('<row r="20001"><c r="A20001"><v>1</v></c></row>'), "sheet_too_many_rows"),
        (worksheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "sheet_too_many_rows"),
        (worksheet("<row>" + "<c/>" * 16_385 + "</row>"), "sheet_bomb"),
        (worksheet(("<row>" + "<c/>" * 16_000 + "</row>") * 32), "sheet_too_many_cells"),
        (worksheet("<a>" * 100 + "</a>" * 100), "sheet_bomb"),
        (worksheet("", '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), "sheet_too_many_cells"),
        (worksheet("", '<hyperlinks><hyperlink ref="A1:XFD1048576"/></hyperlinks>'), "sheet_too_many_cells"),
        (worksheet("", '<mergeCells><mergeCell ref="all"/></mergeCells>'), "sheet_damaged"),
        (worksheet("", "<x/>" * 50_001), "sheet_bomb"),
        (worksheet('<row r="1"><c t="s"><v>999999</v></c></row>'), "sheet_damaged"),
        (worksheet("<row r='1'><c><v>" + "9" * 5000 + "</v></c></row>"), "sheet_damaged"),
        (worksheet(""), "sheet_not_ours"),
    ],
)
def test_a_sheet_that_is_too_much_or_nonsense(trip, content, sheet, fault):
    found = trip.upload(with_parts(content, **{"xl__worksheets__sheet1.xml": sheet}))
    assert (found.state, found.fault) == ("refused", fault)


def test_a_cell_far_away_costs_nothing(trip):
    book = trip.download()
    book.page.cell(18_000, 16_384).value = "weit weg"
    found = trip.upload(book)
    assert (found.state, codes(found)) == ("ready", [])


def test_sixteen_thousand_columns(trip):
    book = trip.download().type("stations", value=40)
    row = book.rows()["stations"]
    for column in range(30, 16_385):
        book.page.cell(row, column).value = 1
    assert [row["kind"] for row in trip.upload(book).rows] == ["change", "unchanged", "unchanged"]


def test_fifty_thousand_rows_are_answered_without_much_memory(trip):
    book = Book(write_only=True)
    page = book.create_sheet()
    for number in range(50_000):
        page.append([f"small/2021Q1/bureau/stations/bureau#1.1~{number:012x}", number, "字" * 10, None, 3.5])
    out = io.BytesIO()
    book.save(out)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = trip.upload(out.getvalue())
    if found.state == "reading":
        from reports.services import workbooks

        workbooks.go_on(found.pk, at=found.uploaded_at)
        found.refresh_from_db()
    assert (found.state, found.fault, found.fault_params) == ("refused", "sheet_too_many_rows", {"limit": "20,000"})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def test_links_to_other_workbooks_are_not_followed(trip, content):
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    link = f'<externalLink xmlns="{space}"><externalBook/></externalLink>'.encode()
    found = trip.upload(with_parts(content, **{"xl__externalLinks__externalLink1.xml": link}))
    assert found.state == "ready"


def test_the_guard_says_how_much_is_inside(content):
    assert guard.recognise(io.BytesIO(content), len(content)) == sum(map(len, parts(content).values()))
