"""Which audit rows somebody asks for, read from an address. What cannot be used of it is told and left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.utils.timezone import make_aware
from django.utils.translation import gettext

from ..models import Agency, AuditEvent, User
from ..querysets import AuditEventQuerySet
from ..wording import ACTIONS
from . import parameters

Door = AuditEvent.Door
MAX_TEXT = 200
NAMES = {"since": "from", "until": "to"}  # as they are called in an address


@dataclass(frozen=True)
class AuditFilter:
    """Empty parts ask for everything. `subject` is a natural key or its beginning up to a slash; `person` a user name
    or a part of a display name; the days are whole days, both included, in the site's time zone."""

    subject: str = ""
    person: str = ""
    agency: str = ""
    action: str = ""
    door: str = ""
    since: date | None = None
    until: date | None = None

    def apply(self, events: AuditEventQuerySet) -> AuditEventQuerySet:
        """People and agencies go in by id: the planner knows how rare an id is, and nothing of a name."""
        if self.subject:
            events = events.filter(Q(subject=self.subject) | Q(subject__startswith=f"{self.subject}/"))
        if self.person:
            people = User.objects.filter(Q(username=self.person) | Q(display_name__icontains=self.person))
            events = events.filter(actor__in=list(people.values_list("pk", flat=True)))
        if self.agency:
            named = Agency.objects.filter(code=self.agency)
            events = events.filter(agency__in=list(named.values_list("pk", flat=True)))
        if self.action:
            events = events.filter(action=self.action)
        if self.door:
            events = events.filter(door=self.door)
        if self.since:
            events = events.filter(at__gte=_midnight(self.since))
        if self.until:
            events = events.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        return events

    def asked(self) -> dict[str, str]:
        """The parts that are asked for, by their names in an address."""
        return {NAMES.get(name, name): str(value) for name, value in asdict(self).items() if value}

    def query(self, **more: str) -> str:
        """As the end of an address; empty where nothing is asked for."""
        asked = self.asked() | more
        return f"?{urlencode(asked)}" if asked else ""

    def __bool__(self) -> bool:
        return bool(self.asked())


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


@dataclass
class Asked:
    """The filter of an address, the id below which its page begins (None: the newest), and what could not be used."""

    filter: AuditFilter
    before: int | None
    complaints: list[str]


def asked(address: Mapping[str, str], agencies: Collection[str]) -> Asked:
    """Reads an address; `agencies` are the codes that the reader may choose from."""
    complaints: list[str] = []
    sent = {field.name: address.get(NAMES.get(field.name, field.name), "").strip() for field in fields(AuditFilter)}
    known = {"agency": agencies, "action": ACTIONS, "door": Door.values}
    usable = {name: _known(name, sent[name], known[name], complaints) for name in known}
    texts = {name: parameters.text(sent[name], MAX_TEXT, complaints) for name in ("subject", "person")}
    texts["subject"] = texts["subject"].strip("/")
    since, until = parameters.days(sent["since"], sent["until"], complaints)
    before = parameters.before(address.get("before", ""), complaints)
    return Asked(AuditFilter(**texts, **usable, since=since, until=until), before, complaints)


def _known(name: str, sent: str, known: Collection[str], complaints: list[str]) -> str:
    if sent in ("", *known):
        return sent
    sentences = {
        "agency": gettext("There is no agency “%(value)s” to choose; all are shown."),
        "action": gettext("There is no operation “%(value)s”; all are shown."),
        "door": gettext("There is no door “%(value)s”; all are shown."),
    }
    complaints.append(sentences[name] % {"value": parameters.short(sent)})
    return ""
