"""What an address asks of the table of progress, and what of it cannot be used."""

from __future__ import annotations

import pytest
from django.utils import translation

from reports.selectors.explore_filter import PARAMS, STATUSES, Asked, Choices, ExploreFilter, asked

KNOWN = Choices(
    {"network": "Networks", "platform": "Platforms"},
    {"bureau": "Bureau", "east": "East"},
    {"310101": "East"},
    ("2020Q4", "2021Q1", "2021Q2"),
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def read(**said: str | list[str]) -> Asked:
    return asked({name: [value] if isinstance(value, str) else value for name, value in said.items()}, KNOWN)


def test_an_empty_address_asks_for_everything_in_the_plans_order() -> None:
    found = read()
    assert (found.filter, found.sort, found.page, found.complaints) == (ExploreFilter(), "", 1, {})
    assert not found.filter and found.query == ""


def test_every_part_is_read_and_written_back_the_same() -> None:
    said = {
        "line": ["platform", "network", "network"], "agency": "bureau", "role": "lead", "district": "310101",
        "status": ["critical", "behind"], "text": "  5G  base ", "since": "2020Q4", "sort": "-pace", "page": "2",
    }  # fmt: skip
    found = read(**said)
    assert not found.complaints and found.page == 2
    assert found.filter == ExploreFilter(
        ("network", "platform"), "bureau", "lead", "310101", ("critical", "behind"), "5G base", "2020Q4"
    )
    assert found.query == (
        "&line=network&line=platform&agency=bureau&role=lead&district=310101&status=critical&status=behind"
        "&text=5G+base&since=2020Q4&sort=-pace"
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("line", "moon", "no line “moon”"),
        ("agency", "nobody", "No agency “nobody”"),
        ("role", "king", "no role “king”"),
        ("district", "999999", "No district “999999”"),
        ("status", "bad", "no status “bad”"),
        ("since", "2031Q1", "“2031Q1” is no quarter"),
        ("since", "yesterday", "“yesterday” is no quarter"),
        ("sort", "colour", "cannot be sorted by “colour”"),
        ("text", "a" * 101, "cannot be searched for"),
        ("text", "a\x00b", "cannot be searched for"),
        ("text", "a b c d e f g h i", "up to 8 words"),
        ("page", "0", "no page “0”"),
        ("page", "-1", "no page “-1”"),
        ("page", "９", "no page “９”"),
        ("page", "9" * 30, "no page"),
    ],
)
def test_what_cannot_be_used_is_told_and_left_out(name: str, value: str, words: str) -> None:
    found = read(**{name: value})
    assert words in found.complaints[name] and set(found.complaints) == {name}
    assert (found.filter, found.sort, found.page) == (ExploreFilter(), "", 1)


def test_what_can_be_used_beside_it_stays() -> None:
    found = read(status=["behind", "bad"], line="network")
    assert found.filter == ExploreFilter(lines=("network",), statuses=("behind",))
    assert set(found.complaints) == {"status"}


def test_a_role_without_an_agency_says_nothing() -> None:
    found = read(role="lead")
    assert found.filter.role == "" and "agency" in found.complaints["role"]


def test_since_the_shown_quarter_is_that_quarter() -> None:
    assert read(since="2021Q2").filter == ExploreFilter()


def test_of_a_value_said_twice_the_last_counts() -> None:
    assert read(agency=["bureau", "east"]).filter.agency == "east"


def test_one_part_is_taken_back_and_the_role_goes_with_its_agency() -> None:
    wanted = read(status=["behind", "critical"], agency="bureau", role="lead").filter
    assert wanted.query(without=("status", "behind")) == "&agency=bureau&role=lead&status=critical"
    assert wanted.query(without=("agency", "bureau")) == "&status=critical&status=behind"


def test_every_status_can_be_asked_for() -> None:
    assert read(status=list(STATUSES)).filter.statuses == STATUSES
    assert set(PARAMS) >= {"line", "agency", "role", "district", "status", "text", "since", "sort", "page"}
