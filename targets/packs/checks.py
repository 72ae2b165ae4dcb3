"""What a pack's parts say about each other: names that must exist, words that must be found, terms that must fit.

The checks read raw data, so that they report beside the schema's errors and not only after those are mended.
"""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from .errors import Finding
from .place import Place
from .schema import NAME_OR_OPEN
from .terms import target_findings


def findings(data: Any) -> list[Finding]:
    """Everything that does not fit together."""
    pack = Place(data)
    names = _Names(pack)
    checks: Iterable[Callable[[Place, _Names], Iterator[Finding]]] = (
        _plan,
        _access,
        _tiles,
        _agencies,
        _groups,
        _clauses,
        _targets,
        _working_groups,
        _unused,
        _order,
    )
    return [*names.twice, *(finding for check in checks for finding in check(pack, names))]


class _Names:
    """What can be referred to, and what is there twice."""

    def __init__(self, pack: Place) -> None:
        self.twice: list[Finding] = []
        self.lines = pack.each("lines")
        self.tasks = [task for line in self.lines for task in line.each("tasks")]
        self.targets = [target for task in self.tasks for target in task.each("targets")]
        self.districts = self._keys(pack.each("districts"), "code")
        self.agencies = self._keys(pack.each("agencies"), "code")
        self.line_codes = self._keys(self.lines, "code")
        self.group_codes = self._keys(pack.each("groups"), "code")
        for places in (self.tasks, self.targets, pack.each("working_groups")):
            self._keys(places, "code")
        for places in (pack.each("working_groups"), *(line.each("tasks") for line in self.lines)):
            self._keys(places, "number")
        self.clauses = self._clause_texts()
        self.units = self._unit_names(pack)

    def _keys(self, places: Iterable[Place], key: str) -> set[str]:
        seen: set[str] = set()
        for place in places:
            self._once(place, key, place.text(key), seen)
        return seen

    def _once(self, place: Place, key: str, name: str, seen: set[str]) -> None:
        if name and name in seen:
            self.twice.append(place.wrong(f"{name!r} is already used", key))
        seen.add(name)

    def _clause_texts(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        for task in self.tasks:
            self._keys(task.each("clauses"), "number")
            for clause in task.each("clauses"):
                texts[f"{task.text('code')}.{clause.text('number')}"] = clause.text("text")
        return texts

    def _unit_names(self, pack: Place) -> dict[str, list[str]]:
        """Agency codes behind each name that a list may use: a short name, an alias, a group's name."""
        names: dict[str, list[str]] = {}
        seen: set[str] = set()
        for agency in pack.each("agencies"):
            for place in (agency.at("short"), *agency.each("aliases")):
                self._once(place, "", place.text(), seen)
                names[place.text()] = [agency.text("code")]
        for group in pack.each("groups"):
            name = group.at("name").at("zh")
            self._once(name, "", name.text(), seen)
            names[name.text()] = [member.text() for member in group.each("members")]
        return names


def _plan(pack: Place, names: _Names) -> Iterator[Finding]:
    plan = pack.at("plan")
    start, end = plan.day("starts_on"), plan.day("ends_on")
    if start and end and start >= end:
        yield plan.wrong(f"{end} is not after the plan's start, {start}", "ends_on")
    first, last = plan.text("first_period"), plan.text("last_period")
    if first and last and first > last:
        yield plan.wrong(f"{last} is before the first period, {first}", "last_period")
    grading = plan.at("grading")
    steps = [step for key in ("ahead", "on_track", "behind") if (step := grading.number(key)) is not None]
    if steps != sorted(steps, reverse=True):
        yield grading.wrong("the thresholds should descend from ahead over on_track to behind")
    windows = plan.at("windows")
    opens, due, grace, closes = (
        windows.number(f"{key}_days") or 0 for key in ("opens_after", "due_after", "grace", "closes_after")
    )
    if not opens <= due <= due + grace <= closes:
        yield windows.wrong("a window should open, be due, end its days of grace and close, in this order")


def _access(pack: Place, names: _Names) -> Iterator[Finding]:
    seen: set[str] = set()
    for role in pack.at("plan").at("access").each("second_factor_roles"):
        if role.text() in seen:
            yield role.wrong(f"{role.text()!r} stands twice")
        seen.add(role.text())


def _tiles(pack: Place, names: _Names) -> Iterator[Finding]:
    """A grid with a tile taken twice, or with districts left out, could not be drawn."""
    districts = pack.each("districts")
    taken: dict[tuple[str, str], str] = {}
    for district in districts:
        tile = district.at("tile")
        if not district.has("tile"):
            if any(other.has("tile") for other in districts):
                yield district.wrong("the other districts have a tile; give this one a tile too", "tile")
            continue
        place = (tile.text("column"), tile.text("row"))
        if all(place) and place in taken:
            yield district.wrong(f"column {place[0]}, row {place[1]} is already the tile of {taken[place]}", "tile")
        taken.setdefault(place, district.text("code"))


def _agencies(pack: Place, names: _Names) -> Iterator[Finding]:
    for agency in pack.each("agencies"):
        district = agency.text("district")
        if agency.text("kind") == "district_government" and not district:
            yield agency.wrong("a district government needs its district's code", "district")
        if district and district not in names.districts:
            yield agency.wrong(_unknown(district, names.districts, "no district has this code"), "district")


def _groups(pack: Place, names: _Names) -> Iterator[Finding]:
    for group in pack.each("groups"):
        for member in group.each("members"):
            if member.text() not in names.agencies:
                yield member.wrong(_unknown(member.text(), names.agencies, "no agency has this code"))


def _clauses(pack: Place, names: _Names) -> Iterator[Finding]:
    for task in names.tasks:
        for clause in task.each("clauses"):
            yield from _units(clause, names)


def _units(place: Place, names: _Names) -> Iterator[Finding]:
    for unit in place.each("units"):
        if isinstance(unit.value, str) and unit.value not in names.units:
            yield unit.wrong(_unknown(unit.value, names.units, "no agency, alias or group has this name"))
        if unit.has("words"):  # the shape that a unit has in code, not in a file
            yield unit.wrong(NAME_OR_OPEN)


def _targets(pack: Place, names: _Names) -> Iterator[Finding]:
    start = pack.at("plan").day("starts_on")
    for target in names.targets:
        yield from target_findings(target, start)
        yield from _citations(target, names)
        yield from _assignments(target, names)


def _citations(target: Place, names: _Names) -> Iterator[Finding]:
    if not target.each("citations"):
        yield target.wrong("a target needs the words of the plan that it rests on", "citations")
    for citation in target.each("citations"):
        clause, words = citation.text("clause"), citation.text("words")
        if clause not in names.clauses:
            yield citation.wrong(_unknown(clause, names.clauses, "no clause has this number"), "clause")
        elif words not in names.clauses[clause]:
            yield citation.wrong(f"{words!r} does not stand in clause {clause}", "words")


def _assignments(target: Place, names: _Names) -> Iterator[Finding]:
    seen: set[str] = set()
    for assignment in target.each("assignments"):
        yield from _units(assignment, names)
        for unit in assignment.each("units"):
            agencies = set(names.units.get(unit.text(), []))
            if agencies & seen:
                yield unit.wrong(f"{unit.text()!r} answers for this target twice: {', '.join(sorted(agencies & seen))}")
            seen |= agencies


def _working_groups(pack: Place, names: _Names) -> Iterator[Finding]:
    for group in pack.each("working_groups"):
        yield from _units(group, names)
        for line in group.each("lines"):
            if line.text() not in names.line_codes:
                yield line.wrong(_unknown(line.text(), names.line_codes, "no line has this code"))


def _unused(pack: Place, names: _Names) -> Iterator[Finding]:
    """What nothing refers to could not be written back from the database, and is most often a slip."""
    places = [clause for task in names.tasks for clause in task.each("clauses")]
    places += [assignment for target in names.targets for assignment in target.each("assignments")]
    used_names = {unit.text() for place in (*places, *pack.each("working_groups")) for unit in place.each("units")}
    used = {code for name in used_names for code in names.units.get(name, [])}
    for group in pack.each("groups"):
        if group.at("name").text("zh") not in used_names:
            yield group.wrong("no list or assignment names this group")
    for agency in pack.each("agencies"):
        if agency.text("code") not in used:
            yield agency.wrong("no list or assignment names this agency")
    housed = {agency.text("district") for agency in pack.each("agencies")}
    for district in pack.each("districts"):
        if district.text("code") not in housed:
            yield district.wrong("no agency belongs to this district")


def _order(pack: Place, names: _Names) -> Iterator[Finding]:
    """The database keeps these lists in one order only; a file in another would come back changed."""
    agency_codes = [agency.text("code") for agency in pack.each("agencies")]
    line_codes = [line.text("code") for line in names.lines]
    yield from _ascending(pack.each("groups"), lambda group: group.text("code"), "of their codes")
    yield from _ascending(pack.each("working_groups"), _number, "of their numbers")
    for task in names.tasks:
        yield from _ascending(task.each("clauses"), _number, "of their numbers")
    for group in pack.each("groups"):
        yield from _ascending(group.each("members"), _index_in(agency_codes), "of the agencies")
    for group in pack.each("working_groups"):
        yield from _ascending(group.each("lines"), _index_in(line_codes), "of the lines")


def _ascending(places: list[Place], key: Callable[[Place], Any], words: str) -> Iterator[Finding]:
    for before, place in pairwise(places):
        if key(place) < key(before):
            yield place.wrong(f"should stand in the order {words}")


def _number(place: Place) -> int:
    return int(place.number("number") or 0)


def _index_in(codes: list[str]) -> Callable[[Place], int]:
    return lambda place: codes.index(place.text()) if place.text() in codes else len(codes)


def _unknown(name: str, known: Iterable[str], words: str) -> str:
    close = get_close_matches(name, list(known), n=1)
    question = f"; did you mean {close[0]}?" if close else ""
    return f"{name!r}: {words}{question}"
