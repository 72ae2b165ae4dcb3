"""What an uploaded file must not be before anything reads it: huge, a bomb, encrypted, with macros, with entities.

Every part is inflated once, counted and parsed as a stream, and nothing of it is kept. What passes is small enough for
openpyxl: so many cells, so many strings, so many merged cells, no DTD.
"""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from openpyxl.utils.cell import range_boundaries

from ..rules.windows import RefusalCode
from .columns import Unusable

MEGABYTE = 2**20
MAX_BYTES = 10 * MEGABYTE  # of the file
MAX_INFLATED = 64 * MEGABYTE  # of all parts together
MAX_RATIO = 200  # inflated to stored, where that is more than a few megabytes
MAX_PARTS = 500
MAX_ROWS = 20_000  # of a sheet that say something
MAX_CELLS = 500_000  # of all sheets, said or merely formatted
MAX_OF_A_ROW = 16_384
MAX_COMMON = 2_000_000  # elements that a sheet has many of, of one part
MAX_OTHER = 50_000  # all other elements of one part: styles, validations, merged ranges
MAX_AREA = 200_000  # cells under merged ranges and links
MAX_DEPTH = 64
CHUNK = 65_536

OLD_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .xls, and .xlsx behind a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
MACROS = re.compile(r"vbaproject|vbadata|macrosheet|macroenabled", re.IGNORECASE)
COMMON = frozenset({"row", "c", "v", "f", "is", "t", "r", "si", "rPr"})
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
    expat.ExpatError, OverflowError, TypeError, struct.error,
)  # fmt: skip


def recognise(file: BinaryIO, size: int) -> int:
    """Looks at the size, the first bytes and the directory only. Returns how many bytes the parts say they have."""
    if size > MAX_BYTES:
        raise Unusable(RefusalCode.SHEET_TOO_LARGE, limit=MAX_BYTES // MEGABYTE)
    file.seek(0)
    start = file.read(8)
    if start == OLD_FILE:
        _old_file(file)
    if not start.startswith(b"PK"):
        raise Unusable(RefusalCode.SHEET_NOT_XLSX)
    with _opened(file) as archive:
        return _directory(archive)


def _old_file(file: BinaryIO) -> NoReturn:
    file.seek(0)
    is_encrypted = ENCRYPTED in file.read(MAX_BYTES)
    raise Unusable(RefusalCode.SHEET_ENCRYPTED if is_encrypted else RefusalCode.SHEET_OLD_FORMAT)


@contextmanager
def _opened(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            yield archive
    except BROKEN as error:
        raise Unusable(RefusalCode.SHEET_DAMAGED) from error


def _directory(archive: zipfile.ZipFile) -> int:
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if any(MACROS.search(name) for name in names):
        raise Unusable(RefusalCode.SHEET_MACROS)
    if "[Content_Types].xml" not in names or not any(re.fullmatch(r"xl/workbook\d*\.xml", name) for name in names):
        raise Unusable(RefusalCode.SHEET_NOT_XLSX)
    if any(part.flag_bits & 1 for part in parts):
        raise Unusable(RefusalCode.SHEET_ENCRYPTED)
    stored, inflated = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
    is_dense = inflated > 4 * MEGABYTE and inflated > MAX_RATIO * max(stored, 1)
    if len(parts) > MAX_PARTS or inflated > MAX_INFLATED or is_dense or len(set(names)) < len(names):
        raise Unusable(RefusalCode.SHEET_BOMB)
    return inflated


def inspect(file: BinaryIO) -> None:
    """Inflates and parses every part, within the limits. Unusable where one is passed."""
    with _opened(file) as archive:
        _directory(archive)
        inflated, cells = 0, Counter()
        for part in archive.infolist():
            watch = _Watch(cells)
            with archive.open(part) as stream:
                for chunk in iter(lambda: stream.read(CHUNK), b""):
                    inflated += len(chunk)
                    if inflated > MAX_INFLATED:
                        raise Unusable(RefusalCode.SHEET_BOMB)
                    watch.feed(chunk)
            watch.end(part.filename)


class _Watch:
    """Counts what one part holds while it streams by; a part that is no XML is only inflated."""

    def __init__(self, workbook: Counter) -> None:
        self.workbook = workbook  # what is counted over all parts
        self.parser: expat.XMLParserType | None = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.leave
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = self.refuse
        self.has_begun = False
        self.counts: Counter[str] = Counter()
        self.depth = self.row = self.in_row = self.area = 0
        self.is_sheet = False
        self.error: expat.ExpatError | None = None

    def feed(self, chunk: bytes) -> None:
        if not self.has_begun and (begun := chunk.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n")):
            self.has_begun = True
            if not begun.startswith(b"<"):
                self.parser = None
        self._parse(chunk, False)

    def end(self, name: str) -> None:
        """A part that is not well-formed is damaged; but old drawings (.vml) never were, and nobody reads them."""
        if self.has_begun:
            self._parse(b"", True)
        if self.error is not None and not name.endswith(".vml"):
            raise self.error

    def _parse(self, chunk: bytes, is_final: bool) -> None:
        if self.parser is None or self.error is not None:
            return
        try:
            self.parser.Parse(chunk, is_final)
        except expat.ExpatError as error:
            self.error = error

    def refuse(self, *_: object) -> NoReturn:
        raise Unusable(RefusalCode.SHEET_ENTITIES)

    def leave(self, _: str) -> None:
        self.depth -= 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.depth += 1
        if self.depth == 1:
            self.is_sheet = name == "worksheet"
        self.counts["common" if name in COMMON else "other"] += 1
        if self.depth > MAX_DEPTH or self.counts["common"] > MAX_COMMON or self.counts["other"] > MAX_OTHER:
            raise Unusable(RefusalCode.SHEET_BOMB)
        if self.is_sheet:
            self._sheet(name, attributes)
        elif name in {"Override", "Default"}:
            self._type(attributes)

    def _sheet(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdecimal() and len(number) < 10 else self.row + 1
            self.in_row = 0
        elif name == "c":
            self._cell()
        elif name in {"v", "is", "f"} and self.row > MAX_ROWS:
            raise Unusable(RefusalCode.SHEET_TOO_MANY_ROWS, limit=f"{MAX_ROWS:,}")
        elif name in {"mergeCell", "hyperlink"}:
            self._range(attributes.get("ref", ""))

    def _cell(self) -> None:
        self.in_row += 1
        self.workbook["cells"] += 1
        if self.in_row > MAX_OF_A_ROW:
            raise Unusable(RefusalCode.SHEET_BOMB)
        if self.workbook["cells"] > MAX_CELLS:
            raise Unusable(RefusalCode.SHEET_TOO_MANY_CELLS, limit=f"{MAX_CELLS:,}")

    def _range(self, ref: str) -> None:
        left, top, right, bottom = range_boundaries(ref)
        self.area += (right - left + 1) * (bottom - top + 1)
        if self.area > MAX_AREA:
            raise Unusable(RefusalCode.SHEET_TOO_MANY_CELLS, limit=f"{MAX_CELLS:,}")

    def _type(self, attributes: dict[str, str]) -> None:
        if MACROS.search(attributes.get("ContentType", "")):
            raise Unusable(RefusalCode.SHEET_MACROS)
