"""Small files of every kind, as browsers send them."""

from __future__ import annotations

import io
import struct
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

OPEN_XML = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": f"{OPEN_XML}wordprocessingml.document.main+xml",
    "xlsx": f"{OPEN_XML}spreadsheetml.sheet.main+xml",
    "pptx": f"{OPEN_XML}presentationml.presentation.main+xml",
    "docm": "application/vnd.ms-word.document.macroEnabled.main+xml",
}
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def package(kind: str, **members: bytes) -> bytes:
    """An Office document of the smallest size; `members` are further parts, `__` in a name standing for `/`."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        types = f'<Types><Override PartName="/main.xml" ContentType="{MAIN[kind]}"/></Types>'
        _add(archive, "[Content_Types].xml", types)
        for name, data in members.items():
            _add(archive, name.replace("__", "/").replace("_bin", ".bin"), data)
    return content.getvalue()


def ofd() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        _add(archive, "OFD.xml", "<ofd:OFD/>")
    return content.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes | str) -> None:
    """Always of the same date: these bytes stand in names of tests, which every test process must find the same."""
    archive.writestr(zipfile.ZipInfo(name), data, archive.compression)


def compound(*streams: str) -> bytes:
    """An Office 97 file with streams of these names in its directory."""
    entries = [name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2) for name in streams]
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + b"".join(one.ljust(128, b"\0") for one in entries)


def upload(name: str = "报告.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def named(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    """With a name that a browser would not send, but a program can: Django's own cleaning is left out."""
    sent = SimpleUploadedFile("x", content)
    sent._name = name
    return sent
