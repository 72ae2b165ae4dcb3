"""Loading published figures: all rows or none, each bad row named."""

from __future__ import annotations

import csv
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agencies.models import AuditEvent
from targets.models import Plan, PublishedFigure
from targets.packs import PackErrors
from targets.services.changes import Changes
from targets.services.published import COLUMNS, load_published
from tests.factories import PlanFactory, TargetFactory, TaskFactory

SHIPPED = Path(__file__).parents[3] / "fixtures" / "published_figures.csv"
NOW = datetime(2023, 1, 5, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ROW = {
    "target": "stations",
    "measured_zh": "累计数",
    "measured_en": "running total",
    "comparator": "more_than",
    "value": "68000.5",
    "unit": "个",
    "as_of": "2022-12-31",
    "as_of_precision": "month",
    "definition_match": "different",
    "source": "https://example.org/a",
    "source_kind": "news",
    "reliability": "B",
    "note_zh": "含存量。",
    "note_en": "Includes older ones.",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    plan = PlanFactory()
    TargetFactory(code="stations", task=TaskFactory(line__plan=plan))
    return plan


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "figures.csv"


def write(file: Path, *rows: dict[str, str]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(ROW | row for row in rows)


def load(file: Path, plan: Plan) -> Changes:
    return load_published(file, plan, at=NOW, by=None, door=AuditEvent.Door.COMMAND)


def errors_of(file: Path, plan: Plan) -> list[tuple[int, str, str]]:
    with pytest.raises(PackErrors) as raised:
        load(file, plan)
    assert not PublishedFigure.objects.exists()
    return [(error.line, error.field, error.words) for error in raised.value.errors]


def test_a_row_becomes_a_figure(file: Path, plan: Plan) -> None:
    write(file, {})
    load(file, plan)
    figure = PublishedFigure.objects.get()
    assert (figure.target.code, figure.value, figure.wording) == ("stations", Decimal("68000.5"), "more_than")
    assert (figure.as_of, figure.precision, figure.match) == (date(2022, 12, 31), "month", "different")
    assert AuditEvent.objects.get().action == "published_figures.loaded"


def test_loading_again_changes_nothing(file: Path, plan: Plan) -> None:
    write(file, {}, {"as_of": "2021-12-31"})
    load(file, plan)
    again = load(file, plan)
    assert (again.created, again.changed, again.unchanged) == ([], {}, 2)
    assert AuditEvent.objects.count() == 1


def test_a_changed_row_changes_its_figure(file: Path, plan: Plan) -> None:
    write(file, {})
    load(file, plan)
    write(file, {"definition_match": "near", "value": "68001"})
    [(before, after)] = load(file, plan).changed.values()
    assert before == {"value": "68000.500000", "match": "different"}
    assert after == {"value": "68001", "match": "near"}
    assert PublishedFigure.objects.get().value == 68001


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ({"target": "station"}, "target", "no target of the plan has the code 'station'"),
        ({"comparator": "over"}, "comparator", "'over' is not one of reach, about, more_than, at_least"),
        ({"value": "6.8万"}, "value", "'6.8万' is not a plain number such as 34000 or 71.51"),
        ({"value": ""}, "value", "is empty"),
        ({"as_of": "2022-12"}, "as_of", "'2022-12' is not a day such as 2022-12-31"),
        ({"as_of_precision": "decade"}, "as_of_precision", "'decade' is not one of day, month, quarter, year"),
        ({"definition_match": "baseline"}, "definition_match", "'baseline' is not one of same, near, different"),
        ({"reliability": "C"}, "reliability", "'C' is not one of A, B"),
        ({"definition_match": "same", "unit": "万个"}, "unit", "'万个' is not the target's unit"),
        ({"source": "x" * 301}, "source", "has 301 characters; at most 300 can be stored"),
        ({"measured_zh": " "}, "measured_zh", "is empty"),
    ],
)
def test_a_bad_value_is_named_with_its_row(
    file: Path, plan: Plan, row: dict[str, str], column: str, words: str
) -> None:
    write(file, {}, row)
    found = errors_of(file, plan)
    assert [(line, field) for line, field, said in found if said.startswith(words)] == [(3, column)]


def test_all_bad_rows_are_named_at_once(file: Path, plan: Plan) -> None:
    write(file, {"target": "a"}, {}, {"target": "b", "reliability": "C"})
    assert [(line, field) for line, field, _ in errors_of(file, plan)] == [
        (2, "target"),
        (4, "reliability"),
        (4, "target"),
    ]


def test_twins_are_refused(file: Path, plan: Plan) -> None:
    write(file, {}, {"value": "1"})
    assert [line for line, _, _ in errors_of(file, plan)] == [3]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"target,value\n5g,1\n", "the columns measured_zh, measured_en"),
        ("target,目标\n".encode("gb18030"), "is not UTF-8; save the file as UTF-8"),
        (",".join(COLUMNS).encode() + b"\na,b\n", "has more or fewer than 14 values"),
    ],
)
def test_a_file_of_another_shape_is_a_sentence(file: Path, plan: Plan, content: bytes, words: str) -> None:
    file.write_bytes(content)
    [(_, field, said)] = errors_of(file, plan)
    assert field == ""
    assert said.startswith(words)


def test_the_shipped_file_keeps_government_and_press_only() -> None:
    with SHIPPED.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["reliability"] for row in rows} == {"A", "B"}
    assert {row["definition_match"] for row in rows} == {"same", "near", "different"}
    assert [row for row in rows if "plan" in row["measured_en"] or "to be built" in row["measured_en"]] == []
    assert [row for row in rows if not row["measured_zh"] or (row["note_zh"] == "") != (row["note_en"] == "")] == []
