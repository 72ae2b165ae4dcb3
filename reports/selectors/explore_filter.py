"""Which rows of progress somebody asks for, free of HTTP: pages, files, charts and the API share it.

What cannot be used of an address is told, by the parameter's name, and left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from agencies.models import Agency, District, User
from agencies.selectors import parameters
from targets.models import Assignment
from targets.rules import AssignmentRole

from ..wording import STATUS_ORDER
from .moment import Moment

FILTERS = ("line", "agency", "role", "district", "status", "text", "since")  # as an address names them, in its order
PARAMS = (*FILTERS, "sort", "page")
SORTS = ("target", "quarter", "status", "completion", "pace", "since", "reported", "ledger")
STATUSES = tuple(status.value for status in STATUS_ORDER)
MAX_TEXT, MAX_TERMS = 100, 8
LAST_PAGE = 10**6
SEARCHED = ("code", "name_zh", "name_en", "task__name_zh", "task__name_en")


@dataclass(frozen=True)
class ExploreFilter:
    """Empty parts ask for everything. Several lines or statuses: any of them; several words of `text`: all of them.

    `agency` leaves the targets that it answers for (as `role`, where one is named), `district` the figures that this
    district reports itself. `since` is the code of the first quarter; without one only the moment's own is shown.
    """

    lines: tuple[str, ...] = ()
    agency: str = ""
    role: str = ""
    district: str = ""
    statuses: tuple[str, ...] = ()
    text: str = ""
    since: str = ""

    def targets(self) -> Q:
        """The targets whose rows can be among those asked for."""
        found = Q(task__line__code__in=self.lines) if self.lines else Q()
        if self.agency:
            found &= Exists(self._answering())
        if self.district:
            found &= Exists(_assigned().of_district(self.district).filter(reports=True))
        for term in self.text.split():
            found &= _mentions(term)
        return found

    def _answering(self) -> QuerySet[Assignment]:
        as_role = {"role": self.role} if self.role else {}
        return _assigned().filter(agency__code=self.agency, ended_on__isnull=True, **as_role)

    def asked(self) -> list[tuple[str, str]]:
        """(parameter, value) of the parts that are asked for, as an address has them."""
        parts = (self.lines, self.agency, self.role, self.district, self.statuses, self.text, self.since)
        said = zip(FILTERS, parts, strict=True)
        several = ((name, (part,) if isinstance(part, str) else part) for name, part in said)
        return [(name, value) for name, values in several for value in values if value]

    def query(self, without: tuple[str, str] | None = None) -> str:
        """The end of an address, to stand behind the moment's; `without` leaves one parameter's value out.

        A role goes with the agency that holds it.
        """
        left_out = {without} | ({("role", self.role)} if without and without[0] == "agency" else set())
        return "".join("&" + urlencode([pair]) for pair in self.asked() if pair not in left_out)

    def __bool__(self) -> bool:
        return bool(self.asked())


def _assigned() -> QuerySet[Assignment]:
    return Assignment.objects.filter(target=OuterRef("pk"))


def _mentions(term: str) -> Q:
    """A word as typed, or in the plain letters that full-width ones stand for."""
    found = Q()
    for written in {term, unicodedata.normalize("NFKC", term)}:
        for field in SEARCHED:
            found |= Q(**{f"{field}__icontains": written})
    return found


class Choices(NamedTuple):
    """What of a plan can be asked for: names by code. `agencies` are those that answer for a target."""

    lines: dict[str, str]
    agencies: dict[str, str]
    districts: dict[str, str]
    quarters: tuple[str, ...]


def choices(moment: Moment, user: User | None) -> Choices:
    """In the plan's order; quarters up to the shown one. Three statements. Without a user: for a job."""
    agencies = Agency.objects.all() if user is None else Agency.objects.visible_to(user)
    assigned = Assignment.objects.filter(target__plan=moment.plan, ended_on__isnull=True)
    reporting = assigned.filter(reports=True, district__isnull=False)
    until = moment.period.ordinal
    return Choices(
        {line.code: line.short for line in moment.plan.lines.all()},
        {one.code: one.short_name for one in agencies.filter(pk__in=assigned.values("agency"))},
        {one.code: one.name for one in District.objects.filter(pk__in=reporting.values("district"))},
        tuple(period.code for period in moment.periods if period.ordinal <= until),
    )


@dataclass(frozen=True)
class Asked:
    """What an address asks for. `sort` names a column, with a minus the other way round; empty: the plan's order.

    `complaints`: by parameter, a sentence about what could not be used.
    """

    filter: ExploreFilter
    sort: str
    page: int
    complaints: dict[str, str]

    @property
    def query(self) -> str:
        """Filter and order as the end of an address."""
        return self.filter.query() + (f"&sort={self.sort}" if self.sort else "")


def asked(said: Mapping[str, Sequence[str]], known: Choices) -> Asked:
    """Reads the parameters of an address, each with all its values."""
    complaints: dict[str, str] = {}

    def one(name: str, allowed: Collection[str]) -> str:
        return next(iter(_usable(name, said.get(name, ())[-1:], allowed, complaints)), "")

    agency = one("agency", known.agencies)
    role = one("role", [role.value for role in AssignmentRole])
    if role and not agency:
        complaints.setdefault("role", gettext("A role asks for an agency that holds it; the role was left out."))
    wanted = ExploreFilter(
        _usable("line", said.get("line", ()), known.lines, complaints),
        agency,
        role if agency else "",
        one("district", known.districts),
        _usable("status", said.get("status", ()), STATUSES, complaints),
        _text(_last(said, "text"), complaints),
        _since(one("since", known.quarters), known),
    )
    sort = one("sort", {way + name for name in SORTS for way in ("", "-")})
    return Asked(wanted, sort, _page(_last(said, "page"), complaints), complaints)


def _since(code: str, known: Choices) -> str:
    """The shown quarter is shown anyway."""
    return "" if code == known.quarters[-1] else code


def _last(said: Mapping[str, Sequence[str]], name: str) -> str:
    values = said.get(name, ())
    return values[-1].strip() if values else ""


def _usable(name: str, values: Sequence[str], allowed: Collection[str], complaints: dict[str, str]) -> tuple[str, ...]:
    """Those that can be asked for, each once, in the order of the choices."""
    sent = dict.fromkeys(value.strip() for value in values)
    unknown = next((value for value in sent if value and value not in allowed), None)
    if unknown is not None:
        complaints[name] = _sentence(name) % {"value": parameters.short(unknown)}
    return tuple(value for value in allowed if value in sent)


def _sentence(name: str) -> str:
    return {
        "line": gettext("The plan has no line “%(value)s”; it was left out."),
        "agency": gettext("No agency “%(value)s” answers for a target of this plan; it was left out."),
        "role": gettext("There is no role “%(value)s”; it was left out."),
        "district": gettext("No district “%(value)s” reports in this plan; it was left out."),
        "status": gettext("There is no status “%(value)s”; it was left out."),
        "since": gettext("“%(value)s” is no quarter up to the shown one; only that one is shown."),
        "sort": gettext("The table cannot be sorted by “%(value)s”; it stands in the plan's order."),
    }[name]


def _text(sent: str, complaints: dict[str, str]) -> str:
    if "\x00" not in sent and len(sent) <= MAX_TEXT and len(sent.split()) <= MAX_TERMS:
        return " ".join(sent.split())
    complaints["text"] = gettext("“%(value)s” cannot be searched for; write up to %(words)s words.") % {
        "value": parameters.short(sent),
        "words": MAX_TERMS,
    }
    return ""


def _page(sent: str, complaints: dict[str, str]) -> int:
    if sent == "":
        return 1
    if sent.isascii() and sent.isdecimal() and len(sent) < 9 and 1 <= int(sent) <= LAST_PAGE:
        return int(sent)
    complaints["page"] = gettext("There is no page “%(value)s”; this is the first.") % {"value": parameters.short(sent)}
    return 1
