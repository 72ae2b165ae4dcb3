"""Bodies of calls: read within a limit, as JSON, CSV or a form; what is broken is a problem with its reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

from django.conf import settings
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from .problems import Problem

MOST_DIGITS = 18  # of a length: Python reads no number of thousands of digits


class Number(str):
    """A number of a JSON body as it was written: 1.10 stays 1.10, and nobody rounds it on the way."""

    __slots__ = ()


def check_length(request: Request) -> None:
    """Refuses a body that is too large, or whose length is not told, before any of it is read."""
    told = request.META.get("CONTENT_LENGTH") or ""
    if not told and request.META.get("HTTP_TRANSFER_ENCODING"):
        raise Problem("length_required")
    if told and not (told.isascii() and told.isdecimal()):
        raise Problem("length_required")
    limit = settings.MAX_UPLOAD_BODY if _is_form(request) else settings.API_MAX_BODY
    if told and (len(told) > MOST_DIGITS or int(told) > limit):
        sentence = _("The body has %(sent)s bytes; at most %(limit)s are taken here.")
        raise Problem("body_too_large", sentence % {"sent": told[:MOST_DIGITS], "limit": limit})


def _is_form(request: Request) -> bool:
    return (request.META.get("CONTENT_TYPE") or "").startswith("multipart/form-data")


def whole(stream: IO[bytes]) -> bytes:
    """Everything that was sent. The length was checked before."""
    try:
        return stream.read()
    except UnreadablePostError as error:
        raise _incomplete(error) from error


def _incomplete(error: UnreadablePostError) -> Problem:
    if isinstance(error.__cause__, TimeoutError):
        return Problem("unavailable", _("Too many bodies are on their way at once."), headers={"Retry-After": "10"})
    return Problem("body_cut_short")


class JsonParser(BaseParser):
    """One JSON document in UTF-8. Numbers become `Number`; NaN, Infinity and doubled members are refused."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str = "", parser_context: Mapping[str, Any] | None = None) -> Any:
        text = decoded(_kept(stream, parser_context), media_type)
        try:
            return json.loads(
                text, parse_int=Number, parse_float=Number, parse_constant=_no_number, object_pairs_hook=_object
            )
        except RecursionError as error:
            raise Problem("bad_json", _("The body is nested too deeply.")) from error
        except json.JSONDecodeError as error:
            sentence = _("The body is not JSON: line %(line)s, character %(column)s.")
            raise Problem("bad_json", sentence % {"line": error.lineno, "column": error.colno}) from error


def _no_number(name: str) -> None:
    raise Problem("bad_json", _("“%(name)s” is not JSON; where nothing is reported, send null.") % {"name": name})


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Problem("bad_json", _("An object names “%(name)s” twice.") % {"name": name[:60]})
        found[name] = value
    return found


class CsvParser(BaseParser):
    """A CSV file in UTF-8 with headings in its first line: its rows, each a text by heading, as `rows`."""

    media_type = "text/csv"
    needed: tuple[str, ...] = ()  # headings without which the file is another one

    def parse(
        self, stream: IO[bytes], media_type: str = "", parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, list[dict[str, str]]]:
        return {"rows": list(csv_rows(decoded(_kept(stream, parser_context), media_type), self.needed))}


def csv_rows(text: str, needed: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Each row by heading. A row of another length than the headings is refused with its line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        headings = [heading.strip() for heading in next(reader, [])]
        if not any(headings):
            raise Problem("bad_csv", _("The file is empty: its first line names the columns."))
        if len(set(headings)) != len(headings) or "" in headings:
            raise Problem("bad_csv", _("The first line names every column, each once."))
        if missing := next((name for name in needed if name not in headings), None):
            facts = {"name": missing, "found": ", ".join(headings)[:100]}
            sentence = _("The first line names no column “%(name)s”, but: %(found)s. Columns are separated by commas.")
            raise Problem("bad_csv", sentence % facts)
        for row in reader:
            if not row:
                continue
            if len(row) != len(headings):
                facts = {"line": reader.line_num, "cells": len(row), "columns": len(headings)}
                sentence = _("Line %(line)s has %(cells)s cells; the first line names %(columns)s columns.")
                raise Problem("bad_csv", sentence % facts)
            yield dict(zip(headings, row, strict=True))
    except csv.Error as error:
        raise Problem("bad_csv", _("Line %(line)s cannot be read.") % {"line": reader.line_num}) from error


class FormParser(MultiPartParser):
    """A form with files, as `curl -F` sends it."""

    def parse(self, stream: IO[bytes], media_type: str = "", parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except UnreadablePostError as error:
            raise _incomplete(error) from error
        except Problem:
            raise
        except Exception as error:  # REST framework's ParseError, and what broken boundaries and headers raise
            raise Problem("bad_form") from error


def _kept(stream: IO[bytes], context: Mapping[str, Any] | None) -> bytes:
    """The bytes of the body, kept on the request: an Idempotency-Key stands for exactly these."""
    body = whole(stream)
    if context:
        context["request"].sent = body
    return body


def decoded(body: bytes, media_type: str) -> str:
    """The text of a body. UTF-8 alone is taken, with or without a byte order mark."""
    charset = _charset(media_type)
    if charset not in ("", "utf-8", "utf8"):
        raise Problem("bad_encoding", _("Send the body in UTF-8, not in “%(charset)s”.") % {"charset": charset[:40]})
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = _("The body is not UTF-8: byte %(place)s cannot be read.") % {"place": error.start}
        raise Problem("bad_encoding", sentence) from error


def _charset(media_type: str) -> str:
    for part in media_type.split(";")[1:]:
        name, _separator, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower()
    return ""
