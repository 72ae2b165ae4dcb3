"""Reading and writing plan packs: the round trip, and every kind of error with its line and its words."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from agencies.roles import Role
from targets.packs import PackErrors, PlanPack, Unit, read_pack, write_pack
from targets.rules import Bound

HERE = Path(__file__).parent
SMALL_FILE = HERE / "small_pack.yaml"
SMALL = SMALL_FILE.read_text(encoding="utf-8")
CASES = yaml.safe_load((HERE / "broken_packs.yaml").read_text(encoding="utf-8"))
BROKEN = [case for cases in CASES.values() for case in cases]
ON_THEIR_LINE = CASES["shape"]
DOCUMENTED = (HERE.parents[1] / "docs" / "plan-pack.md").read_text(encoding="utf-8")


def errors_of(text: str) -> list[tuple[int, str, str]]:
    """(line, field, words) of everything that is wrong with a text."""
    with pytest.raises(PackErrors) as raised:
        read_pack(text)
    return [(error.line, error.field, error.words) for error in raised.value.errors]


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, f"{old!r} should stand once in small_pack.yaml"
    return SMALL.replace(old, new)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


# --- round trip -----------------------------------------------------------------------------------------------------


def test_reading_and_writing_gives_the_same_bytes() -> None:
    assert write_pack(read_pack(SMALL_FILE)) == SMALL


def test_writing_is_canonical_whatever_the_layout_was() -> None:
    other = SMALL.replace("behind: 0.8,", "behind: 0.80,").replace(
        "goal: 100\n            tol", "goal: '100.0'\n            tol"
    )
    other = other.replace("\n\n", "\n# a comment\n").replace(
        "measures:\n              zh:", "measures:\n                zh:"
    )
    other = other.replace("\n              en:", "\n                en:").replace(
        "duty:\n      zh", "duty:\n        zh"
    )
    other = other.replace("\n      en: Leads", "\n        en: Leads")
    assert other != SMALL
    assert write_pack(read_pack(other)) == SMALL


def test_the_documented_example_is_a_pack() -> None:
    example = DOCUMENTED.partition("```yaml\n")[2].partition("```")[0]
    assert write_pack(read_pack(example)) == example


def test_values_have_their_types() -> None:
    pack = read_pack(SMALL)
    chargers, platform, _ = pack.targets()
    assert (chargers.goal, chargers.baseline, chargers.tolerance) == (Decimal(100), Decimal(0), Decimal("0.05"))
    assert isinstance(pack.plan.grading.ahead, Decimal)
    assert chargers.due_on == date(2022, 12, 31)
    assert (platform.bound, platform.goal, platform.baseline) == (Bound.MILESTONE, None, None)
    assert pack.districts[0].code == "310101"
    assert pack.lines[0].tasks[0].clauses[0].units[-1] == Unit(words="有关企业", open=True)


def test_a_large_number_keeps_every_digit() -> None:
    text = changed(
        "goal: 40\n            goal_upper: 100",
        "goal: 123456789012345678\n            goal_upper: 123456789012345678.000001",
    )
    target = read_pack(text).targets()[2]
    assert target.goal_upper == Decimal("123456789012345678.000001")
    assert write_pack(read_pack(text)) == text


def test_an_older_pack_without_reminders_and_roles_gets_the_usual_ones_written() -> None:
    older = changed(", remind_before_days: 5, remind_after_days: 1}", "}").replace(
        "  access: {second_factor_roles: []}\n", ""
    )
    windows = read_pack(older).plan.windows
    assert (windows.remind_before_days, windows.remind_after_days) == (5, 1)
    assert read_pack(older).plan.access.second_factor_roles == ()
    assert write_pack(read_pack(older)) == SMALL


def test_roles_that_need_a_second_factor_keep_their_order() -> None:
    text = changed("second_factor_roles: []", "second_factor_roles: [supervisor, approver]")
    assert read_pack(text).plan.access.second_factor_roles == (Role.SUPERVISOR, Role.APPROVER)
    assert write_pack(read_pack(text)) == text


# --- broken packs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: f"{case['field']}: {case['words'][:40]}")
def test_what_is_wrong_is_named(case: dict[str, str]) -> None:
    text = changed(case["instead_of"], case["text"])
    found = [field for _, field, words in errors_of(text) if words.startswith(case["words"])]
    assert found == [case["field"]], "\n".join(map(str, errors_of(text)))


@pytest.mark.parametrize("case", ON_THEIR_LINE, ids=lambda case: f"{case['field']}: {case['words'][:40]}")
def test_a_wrong_value_is_named_with_its_line(case: dict[str, str]) -> None:
    text = changed(case["instead_of"], case["text"])
    lines = [line for line, _, words in errors_of(text) if words.startswith(case["words"])]
    assert lines == [line_of(SMALL, case["instead_of"])]


def test_a_missing_key_is_named_where_it_should_stand() -> None:
    text = changed("    number: 1\n    name: {zh: 道路工作组", "    name: {zh: 道路工作组")
    assert errors_of(text) == [(line_of(text, "- code: wg-roads"), "working_groups[wg-roads].number", "is missing")]


def test_a_key_that_stands_twice_is_named_with_both_lines() -> None:
    text = changed("kind: action", "kind: action\n    kind: safeguard")
    line = line_of(text, "kind: action")
    words = f"stands twice in the same mapping, on lines {line} and {line + 1}"
    assert errors_of(text) == [(line, "lines[roads].kind", words)]


def test_the_line_of_a_reference_is_its_own() -> None:
    text = changed("words: 建成调度平台}", "words: 建成调度中心}")
    assert [line for line, _, _ in errors_of(text)] == [line_of(text, "建成调度中心")]


# --- all at once, and files that are no packs -------------------------------------------------------------------------


def test_all_errors_of_a_file_are_told_at_once_in_the_order_of_its_lines() -> None:
    text = changed("kind: action", "kind: acton").replace("words: 建成调度平台}", "words: 建成调度中心}")
    text = (
        text.replace("lines: [roads]", "lines: [road]")
        .replace("goal: 40\n", "goal: many\n")
        .replace("  document:", "  dokument:")
    )
    fields = [field for _, field, _ in errors_of(text)]
    assert fields == [
        "plan.document",
        "plan.dokument",
        "lines[roads].kind",
        "targets[dispatch-platform].citations[1].words",
        "targets[bandwidth].goal",
        "working_groups[wg-roads].lines[1]",
    ]


def test_an_error_is_written_as_file_line_field_and_sentence(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(changed("kind: action", "kind: acton"), encoding="utf-8")
    with pytest.raises(PackErrors) as raised:
        read_pack(file)
    line = line_of(SMALL, "kind: action")
    assert str(raised.value).startswith(f"{file}:{line}: lines[roads].kind: 'acton' is not one of")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("plan:\n  code: [a\nlines: []\n", 3, "YAML cannot be read"),
        ("plan:\n\tcode: a\n", 2, "YAML cannot be read"),
        ("target,value\n5g,100\n", 1, "this is not a plan pack"),
        ("", 1, "this is not a plan pack"),
        ("plan: &a {code: x}\nlines: [*a]\n", 1, "uses the YAML anchor 'a'; write the value out"),
        ("plan:\n  code: a\x00\n", 2, "has a character that YAML does not allow: #x0000"),
    ],
)
def test_a_text_that_is_no_pack_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    [(found_line, field, said)] = errors_of(text)
    assert (found_line, field) == (line, "")
    assert said.startswith(words)


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_bytes("plan:\n  code: a\n  document: 沪府\n".encode("gb18030"))
    with pytest.raises(PackErrors) as raised:
        read_pack(file)
    assert str(raised.value) == f"{file}:3: is not UTF-8 (byte 29); save the file as UTF-8"


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PackErrors) as raised:
        read_pack(tmp_path / "none.yaml")
    assert str(raised.value) == f"{tmp_path / 'none.yaml'}:1: cannot be read: No such file or directory"


def test_a_pack_built_in_code_is_written_like_a_file_s(tmp_path: Path) -> None:
    pack = read_pack(SMALL)
    assert write_pack(PlanPack.model_validate(pack.model_dump())) == SMALL
