"""A file is taken when its kind is listed and its content is of that kind."""

import io

import pytest

from reports.rules.evidence import NotTaken
from reports.rules.file_types import CHUNK, TYPES, recognise
from tests.reports.uploads import PDF, PNG, compound, ofd, package

JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 "
GOOD = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPEG,
    "jpeg": JPEG,
    "webp": WEBP,
    "csv": "区,数\n浦东,3\n".encode("gb18030"),
    "txt": "三点四万个\r\n".encode(),
    "doc": compound("Root Entry", "WordDocument"),
    "wps": compound("Root Entry", "WordDocument"),
    "xls": compound("Root Entry", "Workbook"),
    "et": compound("Root Entry", "Book"),
    "docx": package("docx"),
    "xlsx": package("xlsx"),
    "pptx": package("pptx"),
    "ofd": ofd(),
}


def why_not(name: str, content: bytes) -> str:
    with pytest.raises(NotTaken) as caught:
        recognise(name, io.BytesIO(content))
    return caught.value.code


def test_there_is_an_example_of_every_kind():
    assert set(GOOD) == set(TYPES)


@pytest.mark.parametrize("ending", GOOD)
def test_each_kind_is_recognised_by_its_content(ending):
    assert recognise(f"报告.{ending.upper()}", io.BytesIO(GOOD[ending])) == TYPES[ending].media_type


@pytest.mark.parametrize("ending", GOOD)
def test_no_kind_passes_for_another(ending):
    for other, content in GOOD.items():
        if TYPES[other].check is TYPES[ending].check and TYPES[other].mark == TYPES[ending].mark:
            continue
        assert why_not(f"x.{ending}", content) == "file_content", other


@pytest.mark.parametrize(
    "name", ["x.zip", "x.html", "x.svg", "x.exe", "x.js", "x.xlsm", "x.docm", "x.pdf.exe", "x", "pdf", "x.", ""]
)
def test_other_kinds_are_not_taken_whatever_they_hold(name):
    assert why_not(name, PDF) == "file_type"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.pdf", b"<html><script>alert(1)</script>%PDF-1.7"),
        ("x.pdf", b"MZ\x90\x00\x03" + bytes(60)),
        ("x.pdf", b""),
        ("x.txt", b"MZ\x90\x00\x03" + bytes(60)),
        ("x.txt", b"  <!DOCTYPE html><p>x"),
        ("x.csv", b"\xef\xbb\xbf<svg onload='x'>"),
        ("x.txt", b"#!/bin/sh\nrm -rf /"),
        ("x.txt", b"a\x00b"),
        ("x.txt", b"\x1b[2J"),
        ("x.txt", b"\xff\xff\xff\xff"),
        ("x.docx", b"<html>" + package("docx")),
        ("x.docx", package("docx")[:60]),
        ("x.docx", b"PK\x03\x04" + bytes(40)),
        ("x.docx", ofd()),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("x.doc", b"{\\rtf1 x}"),
    ],
)
def test_content_of_another_kind_is_found_out(name, content):
    assert why_not(name, content) == "file_content"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.docx", package("docm")),
        ("x.docx", package("docx", word__vbaProject_bin=b"x")),
        ("x.docx", package("docx", WORD__VBAPROJECT_bin=b"x")),
        ("x.xlsx", package("xlsx", xl__macrosheets__sheet1=b"x")),
        ("x.doc", compound("WordDocument", "Macros")),
        ("x.xls", compound("Workbook", "_VBA_PROJECT_CUR")),
    ],
)
def test_macros_are_found_under_any_name(name, content):
    assert why_not(name, content) == "file_macros"


def test_a_file_with_a_password_is_told_apart():
    assert why_not("x.xlsx", compound("EncryptionInfo", "EncryptedPackage")) == "file_locked"


def test_words_about_macros_are_no_macros():
    told = compound("WordDocument") + "Macros und WordDocument".encode("utf-16-le").ljust(128, b"\0")
    assert recognise("x.doc", io.BytesIO(told)) == "application/msword"


def test_text_is_read_across_the_edges_of_blocks():
    for encoding in ("utf-8", "gb18030"):
        for shift in range(4):
            recognise("x.txt", io.BytesIO(b"a" * (CHUNK - shift) + "汉字".encode(encoding)))


def test_a_list_of_contents_too_long_for_a_document_is_not_read():
    small = package("docx")
    at = small.rfind(b"PK\x05\x06")
    longer = small[: at + 12] + (64 * 1024 * 1024).to_bytes(4, "little") + small[at + 16 :]
    assert why_not("x.docx", longer) == "file_content"
    assert why_not("x.docx", small[:at] + b"PK\x06\x07" + bytes(16) + small[at:]) == "file_content"
