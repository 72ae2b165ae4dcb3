"""What audit rows are about, in words and with a link to its page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

from .. import naming
from ..models import Agency, AuditEvent, District, System
from ..models.systems import ACCOUNT

QUARTER = re.compile(r"[0-9]{4}Q[1-4]")


class Subject(NamedTuple):
    """Its name in words, the page that shows it (empty: none), and the natural key as recorded."""

    words: str
    url: str
    key: str


@dataclass
class Names:
    """Names of everything that some subjects mention, read with a fixed number of statements."""

    plans: dict[str, str]
    targets: dict[str, str]
    agencies: dict[str, str]
    districts: dict[str, str]
    systems: dict[str, str]  # by the name of their account

    @classmethod
    def of(cls, keys: Iterable[str]) -> Names:
        parts = [key.split("/") for key in keys]
        plans = {one[0] for one in parts}
        targets = {f"{one[0]}/{one[3]}" for one in parts if _is_packet(one) and len(one) > 3}
        targets |= {"/".join(one) for one in parts if len(one) == 2}
        codes = {one[place] for one in parts for place in (0, 1, 2, 4) if len(one) > place}
        agencies = {agency.code: agency.short_name for agency in Agency.objects.filter(code__in=codes)}
        districts = {district.code: district.name for district in District.objects.filter(code__in=codes)}
        systems = _systems({one[1] for one in parts if len(one) > 1})
        return cls(
            dict(naming.names("plan", plans)), dict(naming.names("target", targets)), agencies, districts, systems
        )

    def subject(self, key: str) -> Subject:
        parts = key.split("/")
        if _is_packet(parts):
            return Subject(self._packet(parts), _packet_page(parts), key)
        if len(parts) == 2 and key in self.targets:
            words = f"{self.plans.get(parts[0], parts[0])} · {self.targets[key]}"
            return Subject(words, _page("target", parts[1], plan=parts[0]), key)
        if key in self.plans:
            return Subject(self.plans[key], _page("overview", plan=key), key)
        below = [self.systems.get(part, part) for part in parts[1:]]
        return Subject(" · ".join([self.agencies.get(parts[0], parts[0]), *below]), "", key)

    def line(self, key: str) -> str:
        """A line of a packet without its packet: target, and whose part of it."""
        parts = key.split("/")
        return " · ".join(self._line(parts)) if _is_packet(parts) and len(parts) > 3 else key

    def _packet(self, parts: list[str]) -> str:
        quarter = naming.names("quarter", {parts[1]}).get(parts[1], parts[1])
        packet = [self.plans.get(parts[0], parts[0]), quarter, self.agencies.get(parts[2], parts[2])]
        return " · ".join([*self._line(parts), *packet] if len(parts) > 3 else packet)

    def _line(self, parts: list[str]) -> list[str]:
        target = self.targets.get(f"{parts[0]}/{parts[3]}", parts[3])
        scope = [self.districts[parts[4]]] if len(parts) > 4 and parts[4] in self.districts else []
        return [target, *scope, *parts[5:]]


def _systems(names: Collection[str]) -> dict[str, str]:
    """Connected systems by their accounts; no statement where none is named."""
    accounts = [name for name in names if name.startswith(ACCOUNT)]
    found = System.objects.filter(user__username__in=accounts) if accounts else System.objects.none()
    return dict(found.values_list("user__username", "name"))


def _is_packet(parts: list[str]) -> bool:
    """Whether the key begins with plan/quarter/agency."""
    return len(parts) > 2 and bool(QUARTER.fullmatch(parts[1]))


def _packet_page(parts: list[str]) -> str:
    return _page("packet", parts[2], parts[1], plan=parts[0])


def _page(name: str, *args: str, plan: str) -> str:
    """Its address; a key that no page can have is not linked."""
    try:
        return f"{reverse(name, args=args)}?plan={quote(plan)}"
    except NoReverseMatch:
        return ""


def mentioned(events: Iterable[AuditEvent]) -> list[str]:
    """The keys that some audit rows name: their subjects and the lines that they list."""
    keys = []
    for event in events:
        keys.append(event.subject)
        for content in (event.before, event.after):
            lines = content.get("lines") if isinstance(content, dict) else None
            keys += [str(line) for line in lines] if isinstance(lines, list) else []
    return keys
