"""What is typed into "as known at": days, moments, and the references that stand on printed pages."""

from __future__ import annotations

from datetime import date

import pytest

from reports.models import Acceptance
from reports.selectors.moment import Moment, moment, reference
from reports.selectors.plans import readable_plans
from reports.selectors.trust import trust
from targets.models import Commitment
from tests.factories import World, at
from tests.history import accepted

NOW = at("2021-08-01")


@pytest.fixture
def block(world: World) -> Acceptance:
    accepted(world, world.stations, "40")
    return accepted(world, world.stations, "45", now=at("2021-05-20"))


def shown(world: World, known_at: str = "") -> Moment:
    return moment({"known_at": known_at}, readable_plans(world.supervisor), now=NOW)


def referred(world: World, known_at: str = "") -> str:
    found = shown(world, known_at)
    told = trust(found, world.supervisor)
    return reference(found.number, told.later_decisions, told.hash)


def decided(world: World, text: str, goal: int = 80) -> Commitment:
    """A decision on the stations' goal that was taken at a moment."""
    made = world.stations.commitments.count()
    return Commitment.objects.create(
        target=world.stations, goal=goal, due_on=date(2021, 6, 30), in_force_from=date(2021, 1, 1 + made),
        decided_at=at(text), decision="会议纪要",
    )  # fmt: skip


@pytest.mark.parametrize("typed", ["1", "#1", "＃1", " #1 ", "# 1", "１"])
def test_a_block_is_named_by_its_number(world: World, block: Acceptance, typed: str) -> None:
    found = shown(world, typed)
    assert (found.number, found.known_at, found.asked, found.fault) == (1, at("2021-04-10"), "1", "")


def test_the_hash_of_a_reference_is_compared(world: World, block: Acceptance) -> None:
    right = f"#2-{block.hash[:8].upper()}"
    assert (shown(world, right).number, shown(world, right).asked) == (2, f"2-{block.hash[:8]}")
    other = "0000" if block.hash[:4] != "0000" else "1111"
    wrong = shown(world, f"2-{other}")
    assert (wrong.is_now, wrong.number, wrong.fault, wrong.refused, wrong.asked) == (True, 2, "other_hash", "2", "")


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("3", "no_block"), ("9" * 18, "no_block"), ("9" * 19, "known_at"), ("2-12", "known_at"), ("2+1", "no_decision"),
     ("yesterday", "known_at"), ("2021-09", "known_at"), ("#", "known_at"), ("\x00", "known_at")],
)  # fmt: skip
def test_what_cannot_be_used_is_now_and_says_why(world: World, block: Acceptance, typed: str, fault: str) -> None:
    found = shown(world, typed)
    assert (found.is_now, found.number, found.fault) == (True, 2, fault)


@pytest.mark.parametrize("typed", ["2021-08-01", "2021-08-01T12:00", "2021-08-02", "2999-01-01", "9999-12-30"])
def test_of_what_has_not_come_yet_no_more_is_known_than_now(world: World, block: Acceptance, typed: str) -> None:
    found = shown(world, typed)
    assert (found.is_now, found.number, found.fault, found.asked) == (True, 2, "", typed)
    assert not shown(world, "2021-07-31").is_now


def test_a_reference_names_the_newest_block(world: World, block: Acceptance) -> None:
    assert referred(world) == f"#2-{block.hash[:12]}"
    assert referred(world, "2021-05-01") == f"#1-{block.previous_hash[:12]}", "of the moment that is shown"
    assert referred(world, referred(world)) == referred(world)


def test_a_reference_counts_the_decisions_after_its_block(world: World, block: Acceptance) -> None:
    for day in ("2021-05-21", "2021-06-21"):
        decided(world, day)
    assert referred(world) == f"#2+2-{block.hash[:12]}"
    assert referred(world, "2021-06-01") == f"#2+1-{block.hash[:12]}"
    one = shown(world, "2+1")
    assert (one.number, one.known_at, one.asked) == (2, at("2021-05-21"), "2+1")
    assert shown(world, "2 1").asked == "2+1", "as an address has it where a plus sign was not written as such"


def test_what_is_decided_and_accepted_later_does_not_move_a_reference(world: World, block: Acceptance) -> None:
    decided(world, "2021-05-21")
    noted = referred(world)
    before = shown(world, noted)
    decided(world, "2021-06-21", goal=70)
    accepted(world, world.stations, "50", now=at("2021-06-22"))
    assert shown(world, noted)[3:] == before[3:]
    assert referred(world, noted) == noted


def test_an_empty_ledger_has_a_reference_too(world: World) -> None:
    assert referred(world) == "#0+4", "the four goals of the plan were decided, nothing was accepted"
    found = shown(world, "#0+4")
    assert (found.number, found.fault) == (0, "")
    accepted(world, world.stations, "40")
    assert shown(world, "#0+4")[3:] == found[3:]


def test_two_moments_of_one_second_are_kept_apart(world: World, block: Acceptance) -> None:
    earlier, later = (shown(world, f"2021-05-21T12:00:00.{part}") for part in ("100000", "200000"))
    assert earlier.basis != later.basis
