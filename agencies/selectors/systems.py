"""The connected systems of an agency and the state of their keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Prefetch, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext, ngettext

from ..models import Agency, ApiKey, Membership, System, User
from ..roles import Can, Role, Scope
from ..wording import SCOPES

SOON = timedelta(days=30)  # from when on the end of a key is announced
EARLIER_SHOWN = 10  # keys of a system that no longer work


class KeyRow(NamedTuple):
    """One key. `state` is `valid`, `soon`, `replaced`, `expired` or `revoked`; `words` say it."""

    key: ApiKey
    state: str
    words: str

    @property
    def works(self) -> bool:
        return self.state not in ("expired", "revoked")


class SystemRow(NamedTuple):
    """One connected system: what it may do in words, the keys that work, and those that no longer do.

    `newest` is the id of its newest key, `warning` what somebody has to do about it soon; empty: nothing.
    """

    system: System
    may: list[str]
    keys: list[KeyRow]
    earlier: list[KeyRow]
    newest: int
    warning: str


def kept_agencies(user: User) -> list[Agency]:
    """The agencies whose systems somebody keeps, each with `connected`: how many it has. One statement."""
    kept = Agency.objects.visible_to(user)
    if not user.can(Can.OPERATE):
        kept = kept.filter(pk__in=user.agencies_where(Can.KEEP_SYSTEMS))
    return list(kept.annotate(connected=Count("systems", filter=Q(systems__ended_at=None))))


def connected(agency: Agency, user: User, at: datetime) -> list[SystemRow]:
    """The systems that are connected now, by name. Three statements."""
    found = System.objects.visible_to(user).filter(agency=agency, ended_at=None)
    keys = Prefetch("keys", ApiKey.objects.select_related("created_by"))
    roles = Prefetch("user__memberships", Membership.objects.order_by("pk"))
    systems = found.select_related("user", "created_by").prefetch_related(keys, roles).order_by("name", "pk")
    return [_row(system, at) for system in systems]


def ended(agency: Agency, user: User) -> list[System]:
    """The systems that were disconnected, the last one first. One statement."""
    found = System.objects.visible_to(user).filter(agency=agency, ended_at__isnull=False)
    return list(found.select_related("user", "created_by").order_by("-ended_at", "-pk"))


def system(agency: Agency, user: User, system_id: int) -> System:
    """A connected system of the agency; System.DoesNotExist where the person keeps none of this id there."""
    found = System.objects.visible_to(user).filter(agency=agency, ended_at=None)
    return found.select_related("agency", "user").get(pk=system_id)


def scope_words(scopes: Iterable[Scope]) -> list[str]:
    return [str(SCOPES[scope]) for scope in scopes]


def _row(one: System, at: datetime) -> SystemRow:
    one.user.roles = [(Role(held.role), held.agency_id) for held in one.user.memberships.all()]  # as if read
    keys = list(one.keys.all())  # the newest first
    rows = [_key(key, at, is_newest=key is keys[0]) for key in keys]
    working = [row for row in rows if row.works]
    earlier = [row for row in rows if not row.works][:EARLIER_SHOWN]
    newest = keys[0].pk if keys else 0
    return SystemRow(one, scope_words(one.scopes), working, earlier, newest, _warning(one, working))


def _key(key: ApiKey, at: datetime, *, is_newest: bool) -> KeyRow:
    if key.revoked_at:
        return KeyRow(key, "revoked", gettext("revoked on %(day)s") % {"day": localdate(key.revoked_at)})
    if key.expires_at <= at:
        return KeyRow(key, "expired", gettext("expired on %(day)s") % {"day": localdate(key.expires_at)})
    if not is_newest:
        return KeyRow(key, "replaced", _replaced(key, at))
    if key.expires_at - at > SOON:
        return KeyRow(key, "valid", gettext("valid"))
    return KeyRow(key, "soon", _expires(key, at))


def _days(key: ApiKey, at: datetime) -> int:
    """Whole days of the calendar until it ends."""
    return (localdate(key.expires_at) - localdate(at)).days


def _expires(key: ApiKey, at: datetime) -> str:
    if not (days := _days(key, at)):
        return gettext("expires today")
    return ngettext("expires in %(days)s day", "expires in %(days)s days", days) % {"days": days}


def _replaced(key: ApiKey, at: datetime) -> str:
    if not (days := _days(key, at)):
        return gettext("replaced, works until later today")
    return ngettext("replaced, works %(days)s more day", "replaced, works %(days)s more days", days) % {"days": days}


def _warning(one: System, working: list[KeyRow]) -> str:
    if not working and not one.oauth_client:
        return gettext("This system has no key that works: it cannot call. Make a new key.")
    if working and all(row.state in ("soon", "replaced") for row in working):
        return gettext("The key of this system ends soon. Make a new one before it does.")
    return ""
