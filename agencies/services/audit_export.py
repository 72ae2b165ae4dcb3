"""The audit log as a file. Its columns are described in docs/audit.md; they may grow at the end, never change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.timezone import localtime
from django.utils.translation import gettext

from ..exporting import csv_lines
from ..models import AuditEvent, User
from ..querysets import AuditEventQuerySet
from ..selectors.audit_filter import AuditFilter
from . import audit

COLUMNS = (
    "number", "at", "username", "name", "door", "action", "subject", "agency", "before", "after", "reason", "system",
)  # fmt: skip
CHUNK = 2000  # rows read from the database at a time


def export(wanted: AuditFilter, *, by: User, at: datetime, door: audit.Door) -> Iterator[str]:
    """Lines of the file, newest row first, read as they are sent. That it was taken is an audit row itself."""
    if not by.may_read_audit:
        raise PermissionDenied(gettext("Your roles do not include reading the audit log."))
    taken = audit.record("audit.exported", by.username, actor=by, at=at, door=door, after={"filter": wanted.asked()})
    events = wanted.apply(AuditEvent.objects.visible_to(by)).filter(pk__lt=taken.pk)
    return _lines(events.select_related("actor__system", "agency").order_by("-pk"))


def _lines(events: AuditEventQuerySet) -> Iterator[str]:
    return csv_lines(COLUMNS, (_cells(event) for event in events.iterator(chunk_size=CHUNK)))


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
        event.actor.system_name if event.actor else "",
    ]


def _content(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True) if content else ""
