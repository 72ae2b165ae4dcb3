"""The audit log as a file. Its columns are described in docs/audit.md; they may grow at the end, never change."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.timezone import localtime
from django.utils.translation import gettext

from ..models import AuditEvent, User
from ..querysets import AuditEventQuerySet
from ..selectors.audit_filter import AuditFilter
from . import audit

COLUMNS = (
    "number", "at", "username", "name", "door", "action", "subject", "agency", "before", "after", "reason",
)  # fmt: skip
CHUNK = 2000  # rows read from the database at a time
BOM = "\ufeff"  # Excel takes a file without it for one in the machine's own code page
# a spreadsheet would calculate these; Chinese and Japanese editions take the full-width signs as well
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(wanted: AuditFilter, *, by: User, at: datetime, door: audit.Door) -> Iterator[str]:
    """Lines of the file, newest row first, read as they are sent. That it was taken is an audit row itself."""
    if not by.may_read_audit:
        raise PermissionDenied(gettext("Your roles do not include reading the audit log."))
    taken = audit.record("audit.exported", by.username, actor=by, at=at, door=door, after={"filter": wanted.asked()})
    events = wanted.apply(AuditEvent.objects.visible_to(by)).filter(pk__lt=taken.pk)
    return _lines(events.select_related("actor", "agency").order_by("-pk"))


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def _lines(events: AuditEventQuerySet) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow(COLUMNS)
    for event in events.iterator(chunk_size=CHUNK):
        yield writer.writerow([_safe(cell) for cell in _cells(event)])


def _cells(event: AuditEvent) -> list[str]:
    return [
        str(event.pk),
        localtime(event.at).isoformat(timespec="seconds"),
        event.actor.username if event.actor else "",
        event.actor.display_name if event.actor else "",
        event.door,
        event.action,
        event.subject,
        event.agency.code if event.agency else "",
        _content(event.before),
        _content(event.after),
        event.reason,
    ]


def _content(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True) if content else ""


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
