"""Evidence of lines: files and links, added and removed while the line can be entered."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from agencies.models import User
from agencies.services import audit

from ..models import Entry, Evidence
from ..rules.evidence import MAX_FILE_MB, MAX_PIECES, MEGABYTE, NotTaken, checked_link, clean_title, clean_words
from ..rules.file_types import recognise
from ..rules.windows import RefusalCode
from ..selectors.doubts import doubts_of
from .entries import lock_open, subject
from .files import kept_with_its_row, remove_after_commit
from .refused import Refused


def add_file(entry_id: int, upload: UploadedFile, *, by: User, at: datetime, door: audit.Door) -> Evidence:
    """Adds one file to a line. Refused changes nothing and stores nothing.

    The line's version stays: what was typed is the same, and whoever is typing must not be told of a conflict.
    """
    title = clean_title(upload.name or "")
    evidence = Evidence(kind=Evidence.Kind.FILE, title=title, size=upload.size, added_by=by, added_at=at)
    with kept_with_its_row(evidence.file):
        entry = evidence.entry = lock_open(entry_id, by=by, at=at)
        _refuse_one_too_many(entry)
        evidence.media_type, evidence.sha256 = _told(title, upload)
        if entry.evidence.filter(sha256=evidence.sha256).exists():
            raise Refused(RefusalCode.FILE_REFUSED, name=title, why="file_twice")
        evidence.file.save(title, upload, save=False)
        _add(evidence, door)
    return evidence


@transaction.atomic
def add_link(entry_id: int, *, title: str, url: str, by: User, at: datetime, door: audit.Door) -> Evidence:
    """Adds one link to a line; without a title it is called by its host. Refused changes nothing."""
    entry = lock_open(entry_id, by=by, at=at)
    _refuse_one_too_many(entry)
    try:
        link = checked_link(url)
    except NotTaken as error:
        raise Refused(RefusalCode.LINK_REFUSED, why=error.code) from error
    if entry.evidence.filter(url=link.url).exists():
        raise Refused(RefusalCode.LINK_REFUSED, why="link_twice")
    called = clean_words(title) or link.host
    evidence = Evidence(
        entry=entry, kind=Evidence.Kind.LINK, title=called, url=link.url, added_by=by, added_at=at
    )  # fmt: skip
    _add(evidence, door)
    return evidence


@transaction.atomic
def remove(evidence_id: int, *, by: User, at: datetime, door: audit.Door) -> Entry:
    """Removes one piece; its file goes once that is committed. Returns the line. Refused changes nothing."""
    entry_id = Evidence.objects.values_list("entry_id", flat=True).get(pk=evidence_id)
    entry = lock_open(entry_id, by=by, at=at)
    evidence = entry.evidence.get(pk=evidence_id)  # again: somebody else may have been removing it
    before = _facts(evidence)
    evidence.delete()
    remove_after_commit([evidence.file.name])
    _doubt_again(entry)
    about = {"actor": by, "at": at, "door": door, "agency": entry.submission.agency}
    audit.record("evidence.removed", subject(entry), **about, before=before)
    return entry


def _add(evidence: Evidence, door: audit.Door) -> None:
    evidence.save()
    entry = evidence.entry
    _doubt_again(entry)
    about = {"actor": evidence.added_by, "at": evidence.added_at, "door": door, "agency": entry.submission.agency}
    audit.record("evidence.added", subject(entry), **about, after=_facts(evidence))


def _refuse_one_too_many(entry: Entry) -> None:
    if entry.evidence.count() >= MAX_PIECES:
        raise Refused(RefusalCode.TOO_MANY_PIECES, limit=MAX_PIECES)


def _told(title: str, upload: UploadedFile) -> tuple[str, str]:
    """Media type and SHA-256 of an upload, or Refused."""
    if not upload.size:
        raise Refused(RefusalCode.FILE_REFUSED, name=title, why="file_empty")
    if upload.size > MAX_FILE_MB * MEGABYTE:
        raise Refused(RefusalCode.FILE_TOO_LARGE, name=title, limit=MAX_FILE_MB)
    try:
        media_type = recognise(title, upload.file)
    except NotTaken as error:
        raise Refused(RefusalCode.FILE_REFUSED, name=title, why=error.code) from error
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return media_type, digest.hexdigest()


def _doubt_again(entry: Entry) -> None:
    """Whether the evidence that a target asks for is there is one of the doubts about its line."""
    if not entry.assignment.target.evidence_required:
        return
    entry.doubts = [[doubt.code, doubt.params] for doubt in doubts_of(entry.submission, [entry])[entry.pk]]
    entry.save(update_fields=["doubts"])


def _facts(evidence: Evidence) -> dict[str, str]:
    """What a piece says, for audit rows."""
    facts = {"title": evidence.title, "url": evidence.url, "sha256": evidence.sha256}
    return {name: fact for name, fact in facts.items() if fact}
