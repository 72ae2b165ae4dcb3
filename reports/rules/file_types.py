"""Which files are taken as evidence, and whether a file's content is what the ending of its name says. Pure.

Nothing is unpacked or run: what a file is shows in its first bytes, in the directory of an Office 97 file, or in the
list of contents of a zip. Archives, pages, drawings with scripts and programs are not taken; nor are macros.
"""

from __future__ import annotations

import codecs
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, NamedTuple

from .evidence import NotTaken

CHUNK = 64 * 1024  # a multiple of the size of a directory entry
OPEN_XML = "application/vnd.openxmlformats-officedocument."

# --- told by the first bytes ------------------------------------------------------------------------------------

_STARTS = {
    "pdf": re.compile(rb"(?:\xef\xbb\xbf)?\s{0,16}%PDF-\d"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "jpeg": re.compile(rb"\xff\xd8\xff"),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}


def _by_start(mark: str, content: BinaryIO) -> None:
    if not _STARTS[mark].match(_head(content)):
        raise NotTaken("file_content")


# --- text -------------------------------------------------------------------------------------------------------

_ENCODINGS = ("utf-8", "gb18030")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")  # no byte of a Chinese character is one of these
# what is written in characters and is no plain text: programs, pages, drawings, other documents
_OTHER = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:#!|%PDF-|\{\\rtf|<(?:!doctype|html|head|body|svg|script|\?xml|\?php))", re.IGNORECASE
)


def _by_text(mark: str, content: BinaryIO) -> None:
    if _OTHER.match(_head(content)) or not any(_decodes(content, encoding) for encoding in _ENCODINGS):
        raise NotTaken("file_content")


def _decodes(content: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(content):
            if _BINARY.search(chunk):
                return False
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


# --- Office 97 to 2003, and WPS ---------------------------------------------------------------------------------

_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = {"words": {"WordDocument"}, "sheet": {"Workbook", "Book"}}
_MACROS = {"Macros", "_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}
_LOCKED = {"EncryptedPackage"}


def _by_streams(mark: str, content: BinaryIO) -> None:
    if not _head(content).startswith(_COMPOUND):
        raise NotTaken("file_content")
    found = _streams(content)
    if found & _MACROS:
        raise NotTaken("file_macros")
    if not found & _STREAMS[mark]:
        raise NotTaken("file_content")


def _streams(content: BinaryIO) -> set[str]:
    """Which of the names that matter stand in the directory. Its entries begin at multiples of 128 bytes."""
    names = set().union(*_STREAMS.values(), _MACROS, _LOCKED)
    entries = {name: _directory_entry(name) for name in names}
    return {name for chunk in _chunks(content) for name, entry in entries.items() if entry in chunk}


def _directory_entry(name: str) -> bytes:
    """How an entry of that name begins: the name in 64 bytes, then its length in bytes with the closing zero."""
    return name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)


# --- packages: zip with parts -----------------------------------------------------------------------------------

_ZIP = b"PK\x03\x04"
_END = struct.Struct("<4s4H2LH")  # the record at the end of a zip
_END_64 = b"PK\x06\x07"
_MAX_LIST = 4 * 1024 * 1024  # bytes of a zip's list of contents: more is no document
_MAX_COMMENT = 65535
_CONTENTS = "[Content_Types].xml"
_MAX_CONTENTS = 1024 * 1024
_MAIN_PARTS = {
    "docx": b"wordprocessingml.document.main+xml",
    "xlsx": b"spreadsheetml.sheet.main+xml",
    "pptx": b"presentationml.presentation.main+xml",
}
_BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, ValueError, OSError, EOFError, KeyError,
)  # fmt: skip


def _by_contents(mark: str, content: BinaryIO) -> None:
    head = _head(content)
    if head.startswith(_COMPOUND) and _streams(content) & _LOCKED:
        raise NotTaken("file_locked")
    if not head.startswith(_ZIP) or _list_size(content) > _MAX_LIST:
        raise NotTaken("file_content")
    try:
        with zipfile.ZipFile(content) as package:
            _look_into(mark, package)
    except _BROKEN as error:
        raise NotTaken("file_content") from error


def _look_into(mark: str, package: zipfile.ZipFile) -> None:
    names = {name.lower() for name in package.namelist()}
    if mark == "ofd":
        if "ofd.xml" not in names:
            raise NotTaken("file_content")
        return
    with package.open(_CONTENTS) as contents:
        types = contents.read(_MAX_CONTENTS)
    macros = b"macroenabled" in types.lower() or b"vbaproject" in types.lower()
    if macros or any(name.endswith("vbaproject.bin") or name.startswith("xl/macrosheets/") for name in names):
        raise NotTaken("file_macros")
    if _MAIN_PARTS[mark] not in types:
        raise NotTaken("file_content")


def _list_size(content: BinaryIO) -> int:
    """Bytes of a zip's list of contents, as its end says; too many where that cannot be told."""
    size = content.seek(0, 2)
    content.seek(max(size - _MAX_COMMENT - _END.size - 20, 0))
    tail = content.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size or tail[max(at - 20, 0) : at].startswith(_END_64):
        return _MAX_LIST + 1
    return int(_END.unpack_from(tail, at)[5])


# --- the kinds --------------------------------------------------------------------------------------------------


class FileType(NamedTuple):
    """A kind of file: its media type, how its content is told, and by what."""

    media_type: str
    check: Callable[[str, BinaryIO], None]
    mark: str


TYPES: dict[str, FileType] = {
    "pdf": FileType("application/pdf", _by_start, "pdf"),
    "png": FileType("image/png", _by_start, "png"),
    "jpg": FileType("image/jpeg", _by_start, "jpeg"),
    "jpeg": FileType("image/jpeg", _by_start, "jpeg"),
    "webp": FileType("image/webp", _by_start, "webp"),
    "csv": FileType("text/csv", _by_text, "text"),
    "txt": FileType("text/plain", _by_text, "text"),
    "doc": FileType("application/msword", _by_streams, "words"),
    "wps": FileType("application/wps-office.wps", _by_streams, "words"),
    "xls": FileType("application/vnd.ms-excel", _by_streams, "sheet"),
    "et": FileType("application/wps-office.et", _by_streams, "sheet"),
    "docx": FileType(f"{OPEN_XML}wordprocessingml.document", _by_contents, "docx"),
    "xlsx": FileType(f"{OPEN_XML}spreadsheetml.sheet", _by_contents, "xlsx"),
    "pptx": FileType(f"{OPEN_XML}presentationml.presentation", _by_contents, "pptx"),
    "ofd": FileType("application/ofd", _by_contents, "ofd"),
}


def ending_of(name: str) -> str:
    """ "报告.PDF" -> "pdf"; empty without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def recognise(name: str, content: BinaryIO) -> str:
    """The media type of a file whose content is what its name says; NotTaken otherwise."""
    kind = TYPES.get(ending_of(name))
    if kind is None:
        raise NotTaken("file_type")
    kind.check(kind.mark, content)
    return kind.media_type


def _head(content: BinaryIO) -> bytes:
    content.seek(0)
    return content.read(1024)


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    content.seek(0)
    return iter(partial(content.read, CHUNK), b"")
