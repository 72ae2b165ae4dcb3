"""Audit rows in words: operations, fields, and values before and after. No queries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from .models import Membership

NOTHING = "—"

# every `audit.record` and `audit.event` names one of these (tests/agencies/test_wording.py looks for them in the code)
ACTIONS = {
    "entry.saved": _("saved a line"),
    "entry.retired": _("line no longer asked for"),
    "entry.asked_again": _("line asked for again"),
    "period.moved": _("window moved with the plan's settings"),
    "period.closed": _("window closed, nothing was handed in"),
    "submission.submitted": _("submitted the packet"),
    "submission.withdrawn": _("took the packet back"),
    "submission.returned": _("returned lines"),
    "submission.accepted": _("accepted lines"),
    "submission.accepted_as_trusted": _("had trusted lines accepted"),
    "push.received": _("sent lines to be entered by the worker"),
    "correction.opened": _("opened a correction"),
    "correction.withdrawn": _("withdrew a correction"),
    "evidence.added": _("added evidence"),
    "evidence.removed": _("removed evidence"),
    "workbook.uploaded": _("uploaded a workbook"),
    "workbook.confirmed": _("saved a workbook's rows"),
    "workbook.discarded": _("discarded a workbook"),
    "extension.granted": _("granted an extension"),
    "adjustment.adopted": _("adopted an adjustment"),
    "adjustment.declined": _("declined an adjustment"),
    "plan.loaded": _("loaded a plan pack"),
    "published_figures.loaded": _("loaded published figures"),
    "audit.exported": _("exported the audit log"),
    "ledger.check_asked": _("asked for a check of the ledger"),
    "ledger.checked": _("checked the ledger"),
    "invitation.sent": _("invited somebody"),
    "invitation.sent_again": _("sent an invitation again"),
    "invitation.withdrawn": _("withdrew an invitation"),
    "invitation.accepted": _("accepted an invitation"),
    "membership.added": _("gave a role"),
    "membership.changed": _("changed a role"),
    "membership.ended": _("took a role away"),
    "person.added": _("added a person"),
    "person.changed": _("changed a person"),
    "person.link_sent": _("sent a link to set a password"),
    "person.linked": _("linked single sign-on"),
    "person.password_changed": _("changed their password"),
    "person.password_reset": _("set their password through a link"),
    "person.email_changed": _("changed their e-mail address"),
    "person.second_factor_added": _("added a second factor"),
    "person.second_factor_removed": _("removed a second factor"),
    "agency.added": _("added an agency"),
    "agency.changed": _("changed an agency"),
    "webhook.added": _("added a webhook"),
    "webhook.changed": _("changed a webhook"),
    "webhook.verified": _("verified a webhook"),
    "webhook.disabled": _("disabled a webhook that is gone"),
    "webhook.removed": _("removed a webhook"),
    "webhook.secret_made": _("made a new secret for a webhook"),
    "webhook.resent": _("sent an event again"),
    "system.connected": _("connected a system"),
    "system.changed": _("changed a connected system"),
    "system.disconnected": _("disconnected a system"),
    "api_key.made": _("made an API key"),
    "api_key.replaced": _("set an older API key to end"),
    "api_key.revoked": _("revoked an API key"),
}

FIELDS = {
    "value": _("value"),
    "numerator": _("numerator"),
    "denominator": _("denominator"),
    "stage": _("stage"),
    "actual_on": _("actual date"),
    "words": _("note"),
    "nothing_because": _("nothing to report, because"),
    "explanation": _("explanation"),
    "correction_reason": _("reason for the correction"),
    "asked_by": _("asked for by"),
    "state": _("state"),
    "lines": _("lines of the packet"),
    "block": _("ledger number"),
    "until": _("until"),
    "opens_at": _("window opens at"),
    "due_at": _("due at"),
    "grace_until": _("grace until"),
    "closes_at": _("window closes at"),
    "closed_at": _("window closed at"),
    "goal": _("goal"),
    "goal_upper": _("upper goal"),
    "due_on": _("due date"),
    "baseline": _("baseline"),
    "tolerance": _("tolerance"),
    "bound": _("bound"),
    "aspirational": _("aspirational"),
    "accumulation": _("accumulation"),
    "combine": _("how reports combine"),
    "unit_zh": _("unit"),
    "created": _("created"),
    "changed": _("changed"),
    "retired": _("retired"),
    "removed": _("removed"),
    "questions": _("open questions"),
    "filter": _("filter"),
    "role": _("role"),
    "email": _("e-mail address"),
    "display_name": _("display name"),
    "username": _("user name"),
    "is_active": _("may sign in"),
    "expires_at": _("valid until"),
    "factor": _("second factor"),
    "identity": _("identity"),
    "kind": _("kind"),
    "subject": _("subject"),
    "person": _("who"),
    "agency": _("agency"),
    "action": _("operation"),
    "door": _("door"),
    "from": _("from day"),
    "to": _("to day"),
    "name_zh": _("name (Chinese)"),
    "name_en": _("name (English)"),
    "text": _("text"),
    "two_people": _("needs two people"),
    "sha256": "SHA-256",
    "url": _("address"),
    "title": pgettext_lazy("of a document", "title"),
    "reasons": _("reasons"),
    "workbook": _("file name"),
    "unchanged": _("rows without a change"),
    "kept": _("rows that others changed"),
    "change": _("rows with a change"),
    "conflict": _("rows in conflict"),
    "refused": _("refused rows"),
    "saved": _("saved rows"),
    "trusted": _("trusted"),
    "rows": _("rows"),
    "count": _("how many lines"),
    "events": _("events"),
    "event": _("event"),
    "enabled": _("enabled"),
    "verified": _("verified"),
    "name": _("name of the system"),
    "scopes": _("what it may do"),
    "networks": _("allowed networks"),
    "oauth_client": _("client at the central identity service"),
}

# what a connected system may be allowed to do (agencies.roles.Scope)
SCOPES = {
    "read": _("read the plan, progress, the ledger and the agency's own packets"),
    "write:entries": _("enter figures and evidence"),
    "submit": _("submit packets and take them back; have trusted lines accepted"),
    "webhooks": _("keep webhooks"),
}

NUMBERS = frozenset({"value", "numerator", "denominator", "goal", "goal_upper", "baseline", "block"})

VALUES: dict[str, Mapping[str, Any]] = {
    "stage": {"not_started": _("Not started"), "under_way": _("Under way"), "done": _("Done")},
    "state": {
        "draft": _("draft"),
        "submitted": _("submitted"),
        "returned": _("returned"),
        "accepted": _("accepted"),
        "retired": _("no longer asked for"),
    },
    "role": dict(Membership.ROLES),
    "scopes": SCOPES,
    "asked_by": {"office": _("supervision office"), "agency": _("agency")},
}


class Difference(NamedTuple):
    """One field that an operation touched. `was` or `became` is None where the row does not say it."""

    name: str
    was: list[str] | None
    became: list[str] | None


def action_words(action: str) -> str:
    return str(ACTIONS.get(action, action))


def field_words(name: str) -> str:
    """The field's name in words; a path into nested content keeps its own words in front."""
    head, _dot, last = name.rpartition(" · ")
    words = str(FIELDS.get(last, last))
    return f"{head} · {words}" if head else capfirst(words)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The fields that differ, in words. Where only one side was noted, that side's fields that say something."""
    old, new = dict(_flat(before)), dict(_flat(after))
    names = [name for name in dict.fromkeys([*old, *new]) if _says(old.get(name)) or _says(new.get(name))]
    return [
        Difference(
            field_words(name),
            value_words(name, old.get(name)) if old else None,
            value_words(name, new.get(name)) if new else None,
        )
        for name in names
        if old.get(name) != new.get(name)
    ]


def _says(value: Any) -> bool:
    return value not in (None, "", [])


def _flat(content: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        path = f"{above} · {name}" if above else str(name)
        if isinstance(value, dict):
            yield from _flat(value, "" if name == "changed" else path)
        else:
            yield path, value


def value_words(name: str, value: Any) -> list[str]:
    """One text a value, several for a list."""
    name = name.rpartition(" · ")[2]
    if isinstance(value, list):
        return [_one(name, item) for item in value] or [NOTHING]
    return [_one(name, value)]


def _one(name: str, value: Any) -> str:
    if not _says(value):
        return NOTHING
    if isinstance(value, bool) or value in ("true", "false"):
        return gettext("yes") if value in (True, "true") else gettext("no")
    if isinstance(value, list):
        return ", ".join(_one(name, item) for item in value)
    if name in NUMBERS:
        return _digits(str(value))
    text = str(value)
    if name in VALUES:
        return str(VALUES[name].get(text, text))
    moment = _moment(text)
    return text if moment is None else date_format(localtime(moment), "Y-m-d H:i")


def _digits(text: str) -> str:
    """All digits, in groups of three."""
    try:
        return f"{Decimal(text):,f}"
    except InvalidOperation:
        return text


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text) if "T" in text else None
    except ValueError:
        return None
    return moment if moment is not None and is_aware(moment) else None
