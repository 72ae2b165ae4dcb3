"""What may support a line: how much of it, under which names, and which links. Pure."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

MEGABYTE = 1024 * 1024
MAX_FILE_MB = 20
MAX_PIECES = 20  # of one line
MAX_TITLE = 200  # characters
MAX_LINK = 1000  # characters
UNNAMED = "evidence"

_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # control, format (bidi overrides), half characters, separators
_UNFIT_IN_LINK = _INVISIBLE | {"Zs"}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_MAX_HOST = 253


class NotTaken(Exception):
    """Something that cannot be evidence; `code` says why (words in `reports/refusals.py`)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Link(NamedTuple):
    """A link as it is stored, and the host that it leads to."""

    url: str
    host: str


def clean_title(name: str) -> str:
    """What a file is called: no folders, nothing invisible, at most MAX_TITLE characters with its ending kept."""
    name = _visible(re.split(r"[/\\]", name)[-1]).rstrip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return name[:MAX_TITLE] or UNNAMED
    ending = ending[:20]
    return f"{stem[: MAX_TITLE - len(ending) - 1] or UNNAMED}.{ending}"


def clean_words(text: str) -> str:
    """What a link is called, the same way; empty for nothing."""
    return _visible(text)[:MAX_TITLE]


def checked_link(text: str) -> Link:
    """A link that can be followed by anybody who reads it. NotTaken for anything else."""
    text = text.strip()
    if len(text) > MAX_LINK:
        raise NotTaken("link_too_long")
    # before it is taken apart: urlsplit leaves out line ends by itself, and browsers read \ as /
    if "\\" in text or any(unicodedata.category(char) in _UNFIT_IN_LINK for char in text):
        raise NotTaken("link_unfit")
    parts = _parts(text)
    if parts.scheme not in ("http", "https"):
        raise NotTaken("link_scheme")
    if parts.username is not None or parts.password is not None:
        raise NotTaken("link_credentials")
    host = _host(parts)
    return Link(f"{parts.scheme}{text[len(parts.scheme) :]}", host)


def host_of(url: str) -> str:
    """The host of a stored link, for showing where it leads."""
    try:
        return _parts(url).hostname or ""
    except NotTaken:
        return ""


def _visible(text: str) -> str:
    kept = (char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) not in _INVISIBLE)
    return "".join(kept).strip()


def _parts(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError as error:
        raise NotTaken("link_host") from error


def _host(parts: SplitResult) -> str:
    try:
        host, _ = parts.hostname or "", parts.port
        if ":" in host:
            return str(ipaddress.IPv6Address(host))
        labels = host.rstrip(".").encode("idna").decode()
    except ValueError as error:  # also a label that no domain name can have
        raise NotTaken("link_host") from error
    if not labels or len(labels) > _MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels.split(".")):
        raise NotTaken("link_host")
    return host
