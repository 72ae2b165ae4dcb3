"""Stored files and the transaction that knows them: what is not in the database is not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.fields.files import FieldFile

from ..models import Evidence, Workbook

IN_TRANSIT = timedelta(hours=1)  # a younger file may belong to a transaction that is not committed yet


@contextmanager
def kept_with_its_row(file: FieldFile) -> Iterator[None]:
    """One transaction. Whatever ends it in vain also removes the file that was stored inside it."""
    try:
        with transaction.atomic():
            yield
    except BaseException:
        if file.name and file._committed:
            default_storage.delete(file.name)
        raise


def remove_after_commit(names: Iterable[str]) -> None:
    """Removes stored files once their rows are gone for good; empty names are left out."""
    for name in filter(None, names):
        transaction.on_commit(partial(default_storage.delete, name), robust=True)


class Finding(NamedTuple):
    """A stored file that is not as it should be. `fault`: missing, changed, or orphan (no row knows it)."""

    name: str
    fault: str
    title: str = ""


def verify(*, at: datetime, advance: Callable[[int], None] = lambda done: None) -> Iterator[Finding]:
    """Recomputes the SHA-256 of every file of evidence, then looks for files that no row knows."""
    for piece in Evidence.objects.filter(kind=Evidence.Kind.FILE).order_by("pk").iterator():
        fault = _fault(piece)
        # asked again: it may have been removed since the list was read
        if fault and Evidence.objects.filter(pk=piece.pk).exists():
            yield Finding(piece.file.name, fault, piece.title)
        advance(1)
    yield from _orphans(at)


def _fault(piece: Evidence) -> str:
    try:
        with piece.file.open("rb") as content:
            digest = hashlib.file_digest(content.file, "sha256").hexdigest()
    except OSError:
        return "missing"
    return "" if digest == piece.sha256 else "changed"


def _orphans(at: datetime) -> Iterator[Finding]:
    stored = list(_stored(""))
    known = {name for model in (Evidence, Workbook) for name in model.objects.values_list("file", flat=True)}
    for name in stored:
        if name not in known and at - default_storage.get_modified_time(name) > IN_TRANSIT:
            yield Finding(name, "orphan")


def _stored(folder: str) -> Iterator[str]:
    """Names of all files in a folder of the store and below it."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    prefix = f"{folder}/" if folder else ""
    yield from (f"{prefix}{name}" for name in sorted(files))
    for name in sorted(folders):
        yield from _stored(f"{prefix}{name}")
