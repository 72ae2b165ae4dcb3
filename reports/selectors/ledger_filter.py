"""Which blocks somebody asks for, read from an address. What cannot be used of it is told and left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext

from agencies.models import Agency, User
from agencies.selectors import parameters
from targets.models import Target

from ..models import Acceptance, Figure
from ..querysets import AcceptanceQuerySet
from .moment import Moment

PARAMS = ("find", "agency", "of", "from", "to", "by", "target", "text", "all", "before")
NAMES = {"since": "from", "until": "to", "of": "of", "every_plan": "all"}  # as they are called in an address
MAX_TEXT = 100
NUMBER = re.compile(r"[#＃]?\s*(\d{1,18})(?:[+\s]\s*\d{1,6})?(?:-([0-9a-f]{4,64}))?", re.IGNORECASE)
HASH = re.compile(r"[0-9a-f]{6,64}", re.IGNORECASE)


@dataclass(frozen=True)
class LedgerFilter:
    """Empty parts ask for everything. `find` is a number or how a hash begins, `of` the quarter of the packet, `by`
    the user name of who accepted, `target` the code of a target that the block has a figure of, `text` a part of the
    reason; the days are whole days of the plan's zone, both included. `every_plan`: blocks of other plans as well.
    """

    find: str = ""
    agency: str = ""
    of: str = ""
    since: date | None = None
    until: date | None = None
    by: str = ""
    target: str = ""
    text: str = ""
    every_plan: str = ""

    def asked(self) -> dict[str, str]:
        """The parts that are asked for, by their names in an address."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {NAMES.get(name, name): str(value) for name, value in parts.items() if value}

    @property
    def narrows(self) -> bool:
        """Whether anything but the choice of plans is asked for."""
        return bool(self.asked().keys() - {"all"})


@dataclass(frozen=True)
class Asked:
    """The filter of an address, the number below which its page begins (None: the newest), and what was not used."""

    filter: LedgerFilter
    before: int | None
    complaints: tuple[str, ...]


def asked(address: Mapping[str, str], moment: Moment, agencies: Sequence[Agency]) -> Asked:
    """Reads an address; `agencies` are those that the reader may choose from. At most two statements."""
    complaints: list[str] = []
    sent = {name: address.get(name, "").strip() for name in PARAMS}
    since, until = parameters.days(sent["from"], sent["to"], complaints)
    wanted = LedgerFilter(
        _find(sent["find"], complaints),
        _one_of(sent["agency"], {one.code for one in agencies}, _no_agency, complaints),
        _one_of(sent["of"], {one.code for one in moment.periods}, _no_quarter, complaints),
        since,
        until,
        _there(sent["by"], User.objects.filter(username=sent["by"]), _no_person, complaints),
        _there(sent["target"], Target.objects.filter(code=sent["target"]), _no_target, complaints),
        parameters.text(sent["text"], MAX_TEXT, complaints),
        "1" if sent["all"] == "1" else "",
    )
    return Asked(wanted, parameters.before(sent["before"], complaints), tuple(complaints))


def apply(wanted: LedgerFilter, blocks: AcceptanceQuerySet, moment: Moment) -> AcceptanceQuerySet:
    """The blocks of a filter up to the moment's ledger number."""
    blocks = blocks.filter(number__lte=moment.number)
    if wanted.find:  # a number is looked for in the whole chain, whatever plan it is of
        return blocks.filter(_found(wanted.find))
    if not wanted.every_plan:
        blocks = blocks.filter(submission__period__in=[period.pk for period in moment.periods])
    if wanted.agency:
        blocks = blocks.filter(submission__agency__code=wanted.agency)
    if wanted.of:
        blocks = blocks.filter(submission__period__code=wanted.of)
    if wanted.by:  # by id: the planner knows how rare an id is, and nothing of a name
        blocks = blocks.filter(
            accepted_by__in=list(User.objects.filter(username=wanted.by).values_list("pk", flat=True))
        )
    if wanted.target:
        ids = list(Target.objects.filter(code=wanted.target).values_list("pk", flat=True))
        blocks = blocks.filter(Exists(Figure.objects.filter(target__in=ids, acceptance=OuterRef("number"))))
    if wanted.text:
        blocks = blocks.filter(reason__icontains=wanted.text)
    return _between(blocks, wanted, ZoneInfo(moment.plan.time_zone))


def _found(text: str) -> Q:
    number, beginning = NUMBER.fullmatch(text), HASH.fullmatch(text)
    by_number = Q(number=int(number[1]), hash__startswith=(number[2] or "").lower()) if number else Q()
    return by_number | Q(hash__startswith=text.lower()) if beginning else by_number


def _between(blocks: AcceptanceQuerySet, wanted: LedgerFilter, zone: ZoneInfo) -> AcceptanceQuerySet:
    if wanted.since:
        blocks = blocks.filter(number__gte=first_number(wanted.since, zone))
    if wanted.until:
        blocks = blocks.filter(number__lte=last_number(wanted.until, zone))
    return blocks


def first_number(day: date, zone: ZoneInfo) -> Subquery:
    """Of the first block since a day began. Days become numbers: both grow together, and the numbers' index gives the
    newest first.
    """
    later = Acceptance.objects.filter(accepted_at__gte=datetime.combine(day, time.min, zone))
    return Subquery(later.order_by("accepted_at", "number").values("number")[:1])


def last_number(day: date, zone: ZoneInfo) -> Subquery:
    """Of the last block until a day ended."""
    end = datetime.combine(day + timedelta(days=1), time.min, zone)
    earlier = Acceptance.objects.filter(accepted_at__lt=end).order_by("-accepted_at", "-number")
    return Subquery(earlier.values("number")[:1])


def _no_agency(code: str) -> str:
    return gettext("There is no agency “%(value)s” to choose; all are shown.") % {"value": code}


def _no_quarter(code: str) -> str:
    return gettext("The plan has no quarter “%(value)s”; all are shown.") % {"value": code}


def _no_person(name: str) -> str:
    return gettext("There is nobody of the user name “%(value)s”; blocks of everybody are shown.") % {"value": name}


def _no_target(code: str) -> str:
    return gettext("There is no target “%(value)s”; blocks of all targets are shown.") % {"value": code}


def _one_of(sent: str, known: set[str], sentence, complaints: list[str]) -> str:
    if sent in ("", *known):
        return sent
    complaints.append(sentence(parameters.short(sent)))
    return ""


def _there(sent: str, rows, sentence, complaints: list[str]) -> str:
    """What was sent where a row is there for it; a text that no row can have asks the database nothing."""
    if not sent or (len(sent) <= MAX_TEXT and "\x00" not in sent and rows.exists()):
        return sent
    complaints.append(sentence(parameters.short(sent)))
    return ""


def _find(sent: str, complaints: list[str]) -> str:
    if not sent or NUMBER.fullmatch(sent) or HASH.fullmatch(sent):
        return sent
    complaints.append(
        gettext("“%(value)s” is neither a number (#349) nor the beginning of a hash; all blocks are shown.")
        % {"value": parameters.short(sent)}
    )
    return ""
