"""The shipped pack held against the plan's text: nothing left out, nothing invented."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from targets.packs import PlanPack, Target, Task, Unit, WorkingGroup, read_pack, write_pack
from targets.rules import Accumulation, AssignmentRole, Bound, LineKind

ROOT = Path(__file__).parents[2]
PACK_FILE = ROOT / "fixtures" / "shanghai_2020_2022.yaml"
PACK = read_pack(PACK_FILE)
TEXT = (ROOT / "fixtures" / "shanghai_2020_2022.txt").read_text(encoding="utf-8")
NOT_TARGETS = yaml.safe_load((Path(__file__).parent / "not_targets.yaml").read_text(encoding="utf-8"))

LISTS = re.compile(r"\(推进单位:[^)]*\)|^牵头单位:.*$", re.MULTILINE)
NUMBERED = re.compile(r"(?m)^\d、")
DIGITS = re.compile(r"\d+(?:\.\d+)?")
SCALED = re.compile(r"(\d+(?:\.\d+)?)(万|亿)?")
WRITTEN_OUT = re.compile(r"(?<!\d)[百千万亿]+(?=级|台|兆|电子伏特)")
SCALES = {"千": 10**3, "万": 10**4, "千万": 10**7, "亿": 10**8}
QUANTITIES = [target for target in PACK.targets() if target.bound != Bound.MILESTONE]
HEADINGS = "一二三四五六七八"


def test_committed_file_is_canonical() -> None:
    assert write_pack(PACK) == PACK_FILE.read_text(encoding="utf-8")


# --- the text, whole ------------------------------------------------------------------------------------------------


def _with_one_separator(text: str) -> str:
    """Lists of units are separated by 、 or by a comma; the pack keeps the names, not the separators."""
    return LISTS.sub(lambda found: found.group().replace(",", "、"), text)


def _list(units: tuple[Unit, ...], open_list: str | None) -> str:
    return "、".join(unit.words for unit in units) + (open_list or "")


def _body(task: Task) -> str:
    return "".join(
        clause.text + (f"(推进单位:{_list(clause.units, clause.open_list)})" if clause.units else "")
        for clause in task.clauses
    )


def _paragraphs_from_pack() -> Iterator[str]:
    actions = 0
    for line in PACK.lines:
        if line.kind == LineKind.ACTION:
            yield f"({HEADINGS[actions]})实施{line.name.zh}"
            actions += 1
        for task in line.tasks:
            if line.kind == LineKind.OBJECTIVE:
                yield _body(task) if task.number == 1 else f"——{task.name.zh}。{_body(task)}"
            elif line.kind == LineKind.ACTION:
                yield f"{task.number}、{task.name.zh}。{_body(task)}"
            else:
                yield f"({HEADINGS[task.number - 1]}){task.name.zh}"
                yield _body(task)


def test_clauses_and_their_lists_are_the_text_from_the_objectives_to_the_annex() -> None:
    """Headings, passages and every 推进单位 list in its order: put together they are the text, no more and no less."""
    section = TEXT[TEXT.index("到2022年,全市新型基础设施") : TEXT.index("附件:")]
    chapters = ("二、主要任务", "三、保障措施")
    expected = [line for line in _with_one_separator(section).splitlines() if line not in chapters]
    assert list(_paragraphs_from_pack()) == expected


def _group_paragraphs(group: WorkingGroup) -> Iterator[str]:
    yield f"{HEADINGS[group.number - 1]}、{group.name.zh},{group.duty.zh}。"
    for position, convenor in enumerate(group.convenors):
        yield ("" if position else "召集人:") + convenor.name + convenor.title
    yield f"牵头单位:{_list(group.units, group.open_list)}"


def test_working_groups_are_those_of_the_annex() -> None:
    section = TEXT[TEXT.index("一、“新网络”工作组") : TEXT.index("工作机制充分发挥")]
    rebuilt = [paragraph for group in PACK.working_groups for paragraph in _group_paragraphs(group)]
    assert rebuilt == _with_one_separator(section).splitlines()


def test_head_of_the_plan_stands_in_the_text() -> None:
    head = PACK.plan
    for words in (head.document, head.name.zh, head.issuer.zh, f"{head.issued_on:%Y年}"):
        assert words in TEXT
    assert [line.name.zh for line in PACK.lines if line.name.zh not in TEXT] == []


def test_counts_of_the_plan() -> None:
    per_line = {line.code: len(line.tasks) for line in PACK.lines}
    assert per_line == {
        "objectives": 5,
        "new-network": 6,
        "new-facility": 4,
        "new-platform": 7,
        "new-terminal": 8,
        "safeguards": 8,
    }
    assert len(PACK.working_groups) == 6
    assert (
        sum(len(task.clauses) for task in PACK.tasks()) == TEXT.count("(推进单位:") + 5
    )  # five objectives have no list


# --- targets --------------------------------------------------------------------------------------------------------


def test_every_task_and_every_clause_has_something_to_track() -> None:
    cited = {citation.clause for target in PACK.targets() for citation in target.citations}
    clauses = {f"{task.code}.{clause.number}" for task in PACK.tasks() for clause in task.clauses}
    assert clauses - cited == set()


@pytest.mark.parametrize("target", PACK.targets(), ids=lambda target: target.code)
def test_a_target_cites_the_task_in_which_it_lives(target: Target) -> None:
    home = next(task.code for task in PACK.tasks() if target in task.targets)
    assert home in {citation.clause.rpartition(".")[0] for citation in target.citations}
    assert all(citation.words in TEXT for citation in target.citations)


@pytest.mark.parametrize("target", PACK.targets(), ids=lambda target: target.code)
def test_who_answers_stands_in_the_list_of_a_cited_clause(target: Target) -> None:
    lists = {f"{task.code}.{clause.number}": clause.units for task in PACK.tasks() for clause in task.clauses}
    named = [unit.words for citation in target.citations for unit in lists[citation.clause]]
    answering = [unit for assignment in target.assignments for unit in assignment.units]
    if not named:  # an objective has no list; docs/plan-pack.md says whose list it borrows
        named = [unit.words for units in lists.values() for unit in units]
    assert [unit for unit in answering if unit not in named] == []
    leads = [unit for one in target.assignments if one.role == AssignmentRole.LEAD for unit in one.units]
    assert leads in ([], [next((name for name in named if name in leads), None)])


def test_the_lead_is_the_first_of_the_clause_s_list() -> None:
    first = {f"{task.code}.{c.number}": c.units[0].words for task in PACK.tasks() for c in task.clauses if c.units}
    for task in PACK.tasks():
        for target in task.targets:
            home = next(c.clause for c in target.citations if c.clause.startswith(f"{task.code}."))
            leads = [unit for one in target.assignments if one.role == AssignmentRole.LEAD for unit in one.units]
            if leads and home in first:
                assert leads == [first[home]], target.code


# --- numbers --------------------------------------------------------------------------------------------------------


class Number(NamedTuple):
    """One number of the text: its value and where it stands."""

    value: Decimal
    start: int
    end: int

    @property
    def around(self) -> str:
        return TEXT[max(0, self.start - 12) : self.end + 12].replace("\n", "⏎")


def _numbers() -> Iterator[Number]:
    numbering = {found.start() for found in NUMBERED.finditer(TEXT)}
    for found in DIGITS.finditer(TEXT):
        if found.start() not in numbering:
            scale = SCALES.get(TEXT[found.end() : found.end() + 1], 1)
            yield Number(Decimal(found.group()) * scale, found.start(), found.end())
    for found in WRITTEN_OUT.finditer(TEXT):
        yield Number(Decimal(SCALES[found.group()]), found.start(), found.end())


def _spans(words: str) -> Iterator[range]:
    start = TEXT.find(words)
    while start >= 0:
        yield range(start, start + len(words) + 1)
        start = TEXT.find(words, start + 1)


def _within(number: Number, words: str) -> bool:
    return any(number.start in span and number.end in span for span in _spans(words))


def _is_a_goal(number: Number) -> bool:
    return any(
        number.value in (target.goal, target.goal_upper) and _within(number, citation.words)
        for target in QUANTITIES
        for citation in target.citations
    )


def _is_no_target(number: Number) -> bool:
    return any(_within(number, entry["words"]) for entry in NOT_TARGETS)


@pytest.mark.parametrize("number", list(_numbers()), ids=lambda number: number.around)
def test_every_number_of_the_text_is_a_goal_or_is_known_not_to_be_one(number: Number) -> None:
    assert _is_a_goal(number) != _is_no_target(number), (
        f"…{number.around}… should either be the goal of a target that cites it or be in not_targets.yaml, not both"
    )


@pytest.mark.parametrize("entry", NOT_TARGETS, ids=lambda entry: entry["words"])
def test_every_entry_of_not_targets_is_needed_and_says_why(entry: dict[str, str]) -> None:
    assert any(_within(number, entry["words"]) for number in _numbers())
    assert entry["because"]


@pytest.mark.parametrize("target", QUANTITIES, ids=lambda target: target.code)
def test_every_goal_stands_in_every_citation_of_its_target(target: Target) -> None:
    for citation in target.citations:
        values = {Decimal(digits) * SCALES.get(scale, 1) for digits, scale in SCALED.findall(citation.words)}
        values |= {Decimal(SCALES[found]) for found in WRITTEN_OUT.findall(citation.words)}
        if "全覆盖" in citation.words:
            values.add(Decimal(100))
        goals = {goal for goal in (target.goal, target.goal_upper) if goal is not None}
        assert goals <= values, f"{citation.words!r} says {values}"


BOUND_WORDS = {
    Bound.AT_LEAST: "以上|不少于",
    Bound.MORE_THAN: "超过",
    Bound.ABOUT: "左右",
    Bound.RANGE: r"\d-\d",
}


@pytest.mark.parametrize("target", QUANTITIES, ids=lambda target: target.code)
def test_the_bound_is_that_of_the_words(target: Target) -> None:
    words = target.citations[-1].words
    found = [bound for bound, pattern in BOUND_WORDS.items() if re.search(pattern, words)]
    assert target.bound == (found[0] if found else Bound.REACH)


@pytest.mark.parametrize("target", QUANTITIES, ids=lambda target: target.code)
def test_a_baseline_of_0_is_what_the_words_imply(target: Target) -> None:
    """新建 and 三年内 count from nothing; other words may count what already stood: an unknown baseline."""
    words = "".join(citation.words for citation in target.citations)
    clause = next(
        text for text in (c.text for t in PACK.tasks() for c in t.clauses) if target.citations[-1].words in text
    )
    sentence = clause[: clause.index(target.citations[-1].words)].rpartition("。")[2]
    new = re.search("新建|新增|新设置|三年内|建立总规模", words) or "三年内新建" in sentence or "三年内建设" in sentence
    assert target.baseline == (0 if new else None)


def test_a_running_total_counts_from_0_and_a_level_from_an_unknown_baseline() -> None:
    assert {(target.accumulation, target.baseline) for target in QUANTITIES} == {
        (Accumulation.RUNNING_TOTAL, Decimal(0)),
        (Accumulation.LEVEL, None),
    }


def test_due_dates_are_the_text_s() -> None:
    """Everything is due by the plan's end but what the text puts after 到2021年底."""
    early = {target.code for target in PACK.targets() if target.due_on != PACK.plan.ends_on}
    assert early == {"extranet-municipal-bandwidth", "extranet-district-bandwidth", "extranet-dual-plane"}
    for target in PACK.targets():
        if target.code in early:
            assert f"{target.due_on:%Y-%m-%d}" == "2021-12-31"
            assert TEXT.index(target.citations[0].words) > TEXT.index("到2021年底")


@pytest.mark.parametrize("target", PACK.targets(), ids=lambda target: target.code)
def test_aspirational_is_what_the_words_or_the_heading_strive_for(target: Target) -> None:
    words = "".join(citation.words for citation in target.citations)
    heading = next(task.name.zh for task in PACK.tasks() if target in task.targets)
    if re.search("力争|探索", words):
        assert target.aspirational
    if target.aspirational:
        assert re.search("力争|探索", words) or re.match("争取|探索", heading)


def test_a_commitment_of_the_objectives_and_of_a_task_is_one_target() -> None:
    twice = {target.code for target in QUANTITIES if len(target.citations) == 2}
    assert twice == {"sensing-nodes", "open-test-roads", "ev-chargers", "benchmark-schools", "internet-hospitals"}


# --- names ----------------------------------------------------------------------------------------------------------


def test_districts_of_each_collective_name() -> None:
    group = next(group for group in PACK.groups if group.name.zh == "各区政府")
    by_code = {agency.code: agency for agency in PACK.agencies}
    assert len(group.members) == 16
    assert {by_code[member].district for member in group.members} == {district.code for district in PACK.districts}


def test_open_names_and_open_lists_are_kept() -> None:
    clauses = [clause for task in PACK.tasks() for clause in task.clauses]
    assert [unit.words for clause in clauses for unit in clause.units if unit.open] == ["有关区政府", "市相关部门"]
    assert [clause.open_list for clause in clauses if clause.open_list] == ["及各有关单位", "等", "等"]


def test_names_are_in_both_languages(pack: PlanPack = PACK) -> None:
    named = [*pack.lines, *pack.tasks(), *pack.targets(), *pack.agencies, *pack.districts, *pack.working_groups]
    assert [one.code for one in named if not re.search("[一-鿿]", one.name.zh)] == []
    assert [one.code for one in named if re.search("[一-鿿]", one.name.en)] == []
    assert [target.code for target in pack.targets() if re.search("[一-鿿]", target.measures.en)] == []
