"""The audit log as its page shows it: newest first, page by page, in words."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..models import Agency, AuditEvent, User
from ..roles import Can
from ..wording import Difference, action_words, differences
from .audit_filter import AuditFilter
from .subjects import Names, Subject, mentioned

PAGE = 50
SHOWN_DIFFERENCES = 8  # of one row at once; the others fold out


class Row(NamedTuple):
    """One audit row in words. `door` names the connected system that came through it."""

    event: AuditEvent
    action: str
    door: str
    subject: Subject
    differences: list[Difference]
    more: list[Difference]


class Page(NamedTuple):
    """Some rows, and the id below which the next page begins (None: this is the last)."""

    rows: list[Row]
    older: int | None


def agencies_to_choose(user: User) -> list[Agency]:
    """The agencies whose audit rows somebody may read."""
    if user.can(Can.READ_AUDIT) or user.can(Can.READ_ALL_PACKETS):
        return list(Agency.objects.visible_to(user))
    return list(Agency.objects.filter(pk__in=user.agencies_where(Can.READ_OWN_PACKETS)))


def audit_page(user: User, wanted: AuditFilter, before: int | None) -> Page:
    """The newest rows of the filter below an id."""
    events = wanted.apply(AuditEvent.objects.visible_to(user)).select_related("actor__system", "agency").order_by("-pk")
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events[: PAGE + 1])
    shown = found[:PAGE]
    names = Names.of(mentioned(shown))
    return Page([_row(event, names) for event in shown], shown[-1].pk if len(found) > PAGE else None)


def _row(event: AuditEvent, names: Names) -> Row:
    differ = differences(_named(event.before, names), _named(event.after, names))
    subject = names.subject(event.subject)
    shown, more = differ[:SHOWN_DIFFERENCES], differ[SHOWN_DIFFERENCES:]
    return Row(event, action_words(event.action), _door(event), subject, shown, more)


def _door(event: AuditEvent) -> str:
    system = event.actor.system_name if event.actor else ""
    return " · ".join(filter(None, [event.get_door_display(), system]))


def _named(content: Any, names: Names) -> dict[str, Any]:
    """Before or after, with lines of packets by their names."""
    if not isinstance(content, dict):
        return {}
    lines, reasons = content.get("lines"), content.get("reasons")
    named = dict(content)
    if isinstance(lines, list):
        named["lines"] = [names.line(str(line)) for line in lines]
    if isinstance(reasons, dict):
        named["reasons"] = [f"{names.line(line)}: {reason}" for line, reason in reasons.items()]
    return named
