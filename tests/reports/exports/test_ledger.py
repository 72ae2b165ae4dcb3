"""The ledger as a file: whoever has nothing else can recompute every hash."""

from __future__ import annotations

import csv
import hashlib
import json
from itertools import groupby

import pytest

from reports.exports import ledger as export
from reports.models import Acceptance
from reports.rules.canonical import GENESIS
from reports.services.entries import Input
from tests.factories import World, at
from tests.history import accepted, random_history

BLOCK_PART = ["block", "plan", "block_agency", "block_quarter", "submitted_by", "accepted_by", "accepted_at"]
FIGURE_PART = ["target", "scope", "quarter", "value", "numerator", "denominator", "stage", "actual_on", "words"]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.removeprefix("\ufeff").splitlines(keepends=True)))


def exported() -> list[dict[str, str]]:
    return rows("".join(export.ledger_lines(Acceptance.objects.all())))


def verified(found: list[dict[str, str]]) -> int:
    """As an auditor does it, by the description in docs/ledger.md; returns how many blocks hold."""
    previous, held = GENESIS, 0
    for _, group in groupby(found, key=lambda row: row["block"]):
        own = list(group)
        lines = [own[0]["block_content"], *(row["figure_content"] for row in own if row["figure_content"])]
        text = previous + "".join(line + "\n" for line in lines)
        if own[0]["previous_hash"] != previous or hashlib.sha256(text.encode()).hexdigest() != own[0]["hash"]:
            return held
        previous, held = own[0]["hash"], held + 1
    return held


@pytest.mark.parametrize("batch", [2, 500])
def test_the_chain_is_verified_from_the_file_alone(world: World, monkeypatch, batch: int) -> None:
    monkeypatch.setattr(export, "BATCH", batch)
    random_history(world, seed=3, steps=7)
    found = exported()
    assert verified(found) == Acceptance.objects.count() == 7
    found[3]["figure_content"] = found[3]["figure_content"].replace("2021Q", "2022Q")
    assert verified(found) < 7, "and a changed one is found"


def test_the_readable_columns_say_what_was_hashed(world: World) -> None:
    accepted(world, world.share, Input(numerator="1", denominator="3", words="=1+1，\n第二行"))
    accepted(world, world.posts, "2.5", world.east)
    for row in exported():
        header, figure = json.loads(row["block_content"]), json.loads(row["figure_content"])
        plain = {name: row[name].removeprefix("'") for name in (*BLOCK_PART, *FIGURE_PART)}
        assert [str(header[place]) for place in (0, 1, 2, 3, 4, 5, 6)] == [plain[name] for name in BLOCK_PART]
        assert [figure[place] or "" for place in range(9)] == [plain[name] for name in FIGURE_PART]


def test_numbers_are_numbers_and_texts_are_safe_for_a_spreadsheet(world: World) -> None:
    accepted(world, world.posts, Input(value="2.50", words="=HYPERLINK(1)"), world.east)
    (row,) = exported()
    assert (row["value"], row["words"]) == ("2.5", "'=HYPERLINK(1)")
    assert row["accepted_at"] == "2021-04-10T04:00:00.000000+00:00"


def test_a_block_without_figures_has_a_row_of_its_own(world: World) -> None:
    accepted(world, world.stations, Input(nothing_because="本季度无新增"))
    accepted(world, world.posts, "5", world.east, now=at("2021-04-11"))
    found = exported()
    assert [(row["block"], row["block_figures"], row["target"]) for row in found] == [
        ("1", "0", ""),
        ("2", "1", "posts"),
    ]
    assert verified(found) == 2


def test_the_columns_are_described(settings) -> None:
    described = (settings.BASE_DIR / "docs" / "ledger.md").read_text()
    assert [name for name in export.COLUMNS if f"`{name}`" not in described] == []
