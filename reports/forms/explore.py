"""The bar of filters above the table of progress: what can be chosen, what is, and how to take it back."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from targets.models import Assignment

from ..rules.periods import quarter_ordinal
from ..selectors.explore_filter import STATUSES, Asked, Choices
from ..wording import quarter_words, status_word

LABELS = {
    "line": _("Line"),
    "agency": _("Agency"),
    "role": _("Role"),
    "district": _("District"),
    "status": _("Status"),
    "text": _("Text"),
    "since": _("Quarters since"),
}


class Option(NamedTuple):
    """One value that can be chosen."""

    code: str
    words: str
    is_chosen: bool


class Bar(NamedTuple):
    """The fields, each with its options, and by field what of the address could not be used."""

    text: str
    lines: list[Option]
    statuses: list[Option]
    agencies: list[Option]
    roles: list[Option]
    districts: list[Option]
    quarters: list[Option]
    sort: str
    complaints: dict[str, str]


class Chip(NamedTuple):
    """One part of the filter; `rest` is the end of the address without it."""

    label: str
    words: str
    rest: str


class Heading(NamedTuple):
    """One column's heading: a link that sorts by it, where it can; `aria` says how it is sorted now."""

    words: str
    is_number: bool
    link: str
    aria: str


def bar(asked: Asked, known: Choices) -> Bar:
    wanted = asked.filter
    options = {name: _words(name, known) for name in ("line", "status", "agency", "role", "district", "since")}

    def choose(name: str, *chosen: str) -> list[Option]:
        return [Option(code, words, code in chosen) for code, words in options[name].items()]

    return Bar(
        wanted.text,
        choose("line", *wanted.lines),
        choose("status", *wanted.statuses),
        choose("agency", wanted.agency),
        choose("role", wanted.role),
        choose("district", wanted.district),
        choose("since", wanted.since),
        asked.sort,
        asked.complaints,
    )


def _words(name: str, known: Choices) -> dict[str, str]:
    """Words of every value of a parameter, by value."""
    if name == "line":
        return known.lines
    if name == "agency":
        return known.agencies
    if name == "district":
        return known.districts
    if name == "role":
        return {code: str(words) for code, words in Assignment.ROLES}
    if name == "status":
        return {status: status_word(status) for status in STATUSES}
    return {code: quarter_words(quarter_ordinal(code)) for code in reversed(known.quarters[:-1])}


def chips(asked: Asked, known: Choices) -> list[Chip]:
    """The parts of the filter in words, each with the way to take it back."""
    sort = f"&sort={asked.sort}" if asked.sort else ""
    return [
        Chip(
            str(LABELS[name]),
            value if name == "text" else _words(name, known)[value],
            asked.filter.query(without=(name, value)) + sort,
        )
        for name, value in asked.filter.asked()
    ]


def in_words(asked: Asked, known: Choices) -> str:
    """The filter in one line; what a file says of itself."""
    parts = (f"{chip.label}: {chip.words}" for chip in chips(asked, known))
    return gettext("; ").join(parts) or gettext("no filter: all targets")


def headings(asked: Asked, *, has_quarters: bool, has_own: bool) -> list[Heading]:
    """The columns of the table, in their order. A second click on a heading turns the order round."""
    columns = [
        ("target", gettext("Target"), False),
        ("", gettext("Line"), False),
        ("", gettext("Answers for it"), False),
        *([("quarter", gettext("Quarter"), False)] if has_quarters else []),
        ("status", gettext("Status"), False),
        ("", gettext("Value"), True),
        *([("", gettext("Own figure"), True)] if has_own else []),
        ("", gettext("Expected"), True),
        ("", gettext("Goal"), True),
        ("completion", gettext("Completion"), True),
        ("pace", gettext("Pace"), True),
        ("since", gettext("Lags since"), False),
        ("reported", gettext("Reported"), True),
        ("ledger", gettext("Rests on"), True),
    ]
    return [_heading(asked, *column) for column in columns]


def _heading(asked: Asked, name: str, words: str, is_number: bool) -> Heading:
    if not name:
        return Heading(words, is_number, "", "")
    is_up, is_down = asked.sort == name, asked.sort == f"-{name}"
    aria = "ascending" if is_up else "descending" if is_down else "none"
    return Heading(words, is_number, f"{asked.filter.query()}&sort={'-' if is_up else ''}{name}", aria)


class Pager(NamedTuple):
    """Where a page of the table stands. `previous` and `following` are ends of addresses; empty where there is none."""

    number: int
    pages: int
    first: int
    last: int
    previous: str
    following: str


def pager(asked: Asked, rows: int, per_page: int) -> Pager:
    """A page behind the last one becomes the last one."""
    pages = max(-(-rows // per_page), 1)
    number = min(asked.page, pages)
    return Pager(
        number,
        pages,
        (number - 1) * per_page + 1,
        min(number * per_page, rows),
        f"{asked.query}&page={number - 1}" if number > 1 else "",
        f"{asked.query}&page={number + 1}" if number < pages else "",
    )
