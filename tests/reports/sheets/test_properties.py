"""There and back: whatever stands in a packet comes back unchanged, and every edit comes back as that edit."""

from __future__ import annotations

import string
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from reports.models import Entry
from reports.services import workbooks
from reports.sheets.cells import normal, stored_texts
from tests.reports.sheets.books import OPEN, outcome

LETTERS = string.ascii_letters + string.digits + " =+-@'\"<>&%#_x\n\t、。。中文　é🙂" + "\x07\r"
words = some.text(LETTERS, max_size=40)
numbers = some.decimals(min_value=0, max_value=10**15, places=6) | some.integers(0, 10**17).map(Decimal)
stages = some.sampled_from(["not_started", "under_way", "done"])
days = some.dates(date(2020, 1, 1), date(2021, 4, 9))

MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def set_lines(world, **fields_of: dict) -> None:
    """Writes rows as whatever door may have left them."""
    for target, fields in fields_of.items():
        line = world.line(getattr(world, target))
        Entry.objects.filter(pk=line.pk).update(entered_by=world.reporter, entered_at=OPEN, **fields)


@MANY
@given(value=numbers, numerator=numbers, denominator=numbers, said=words, why=words, stage=stages, on=days)
def test_what_stands_in_a_packet_comes_back_unchanged(
    trip, world, value, numerator, denominator, said, why, stage, on
):  # fmt: skip
    set_lines(
        world,
        stations={"value": value, "words": said, "explanation": why},
        share={"numerator": numerator, "denominator": denominator + 1, "value": 1},
        centre={"stage": stage, "actual_on": on, "words": why},
    )
    assert set(outcome(trip.upload(trip.download())).values()) == {"unchanged"}


EDITS = {
    ("stations", "value"): numbers.map(str),
    ("stations", "words"): words,
    ("stations", "explanation"): words,
    ("share", "words"): words,
    ("share", "nothing_because"): words,
    ("centre", "stage"): stages,
    ("centre", "words"): words,
}


@MANY
@given(
    edits=some.sets(some.sampled_from(sorted(EDITS))).flatmap(
        lambda cells: some.fixed_dictionaries({cell: EDITS[cell] for cell in sorted(cells)})
    )
)
def test_an_edit_of_any_cells_comes_back_as_that_edit(trip, world, edits):
    set_lines(world, stations={"value": 40, "words": "原注"}, centre={"stage": "under_way"})
    book = trip.download()
    before = {entry.assignment.target.code: stored_texts(entry) for entry in lines(world)}
    for (target, code), text in edits.items():
        cell = book.cell(target, code)
        cell.value = "".join(one for one in text if one not in "\x07")
        cell.data_type = "s"
    found = trip.upload(book)
    expected = {target: dict(texts) for target, texts in before.items()}
    for (target, code), text in edits.items():
        expected[target][code] = normal(code, text)
    for row in found.rows:
        target = row["name"].split("/")[0]
        assert (row["kind"] == "unchanged") == (expected[target] == before[target])
        if row["kind"] != "unchanged":
            assert row["typed"] == expected[target]
    if workbooks.counts(found)["change"]:
        workbooks.confirm(found.pk, by=world.reporter, at=OPEN)
    saved = {entry.assignment.target.code: stored_texts(entry) for entry in lines(world)}
    refused = {row["name"].split("/")[0] for row in found.rows if row["kind"] == "refused"}
    assert saved == {target: before[target] if target in refused else expected[target] for target in before}


def lines(world) -> list[Entry]:
    return list(world.packet().entries.select_related("assignment__target"))
