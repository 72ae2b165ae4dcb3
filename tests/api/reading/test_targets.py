"""`/targets`: the sentence of the plan, what is in force today, and how that came about."""

from __future__ import annotations

from datetime import date

import pytest

from targets.models import Commitment, Target
from targets.rules import Bound
from tests.api.conftest import Caller
from tests.api.reading.conftest import problem, results, second_plan
from tests.factories import AssignmentFactory, CheckpointFactory, CommitmentFactory, TargetFactory, World, at

STATIONS = {
    "plan": "small", "line": "network", "task": "network-1", "code": "stations", "position": 1,
    "name": "Target stations", "name_zh": "stations指标", "name_en": "Target stations", "bound": "reach",
    "aspirational": False, "goal": "100", "goal_upper": None, "tolerance": None, "baseline": "0", "unit": "stations",
    "accumulation": "running_total", "combine": "sum", "due_on": "2021-06-30", "in_force_from": "2021-01-01",
    "measures": "Newly built since the plan began.", "evidence_required": False, "retired_on": None,
    "citations": [{"clause": "network-1.1", "words": "新建100个基站", "sentence": "三年内新建100个基站。"}],
}  # fmt: skip


def row(caller: Caller, code: str, **headers: str) -> dict:
    return {one["code"]: one for one in results(caller, "/targets?plan=small", **headers)}[code]


def test_a_row(told: World, bureau: Caller) -> None:
    assert row(bureau, "stations") == STATIONS
    chinese = row(bureau, "stations", accept_language="zh")
    assert (chinese["name"], chinese["unit"], chinese["measures"]) == ("stations指标", "个", "方案实施以来新建数量。")


def test_a_milestone_has_no_numbers(told: World, bureau: Caller) -> None:
    one = row(bureau, "centre")
    assert {one[name] for name in ("goal", "goal_upper", "tolerance", "baseline", "accumulation")} == {None}
    assert (one["bound"], one["unit"], one["due_on"]) == ("milestone", "", "2021-06-30")


def test_null_is_not_zero_and_digits_are_plain(told: World, bureau: Caller) -> None:
    Target.objects.filter(code="stations").update(baseline=None, bound=Bound.ABOUT, tolerance="0.0500")
    CommitmentFactory(target=told.share, goal="60.500000", goal_upper=100, in_force_from=date(2021, 2, 1))
    assert (row(bureau, "stations")["baseline"], row(bureau, "stations")["tolerance"]) == (None, "0.05")
    assert (row(bureau, "share")["goal"], row(bureau, "share")["goal_upper"]) == ("60.5", "100")
    assert row(bureau, "posts")["baseline"] == "0"


def test_the_goal_is_the_one_in_force_today_and_the_history_stays(told: World, bureau: Caller) -> None:
    CommitmentFactory(
        target=told.stations, goal=80, due_on=date(2021, 9, 30), in_force_from=date(2021, 5, 1),
        decided_at=at("2021-05-02 09:30"), decided_by=told.plan_manager, decision="会议纪要〔2021〕3号",
    )  # fmt: skip
    CommitmentFactory(target=told.stations, goal=70, in_force_from=date(2999, 1, 1), decision="将来")
    CheckpointFactory(target=told.stations, on=date(2021, 3, 31), value=30)
    changed = {"goal": "80", "due_on": "2021-09-30", "in_force_from": "2021-05-01"}
    assert row(bureau, "stations") == STATIONS | changed
    one = bureau.get("/targets/small/stations").json()
    assert {name: one[name] for name in STATIONS} == STATIONS | changed
    assert [made["in_force"] for made in one["commitments"]] == [False, True, False]
    assert one["commitments"][1] == {
        "goal": "80", "goal_upper": None, "due_on": "2021-09-30", "in_force_from": "2021-05-01",
        "decided_at": "2021-05-02T09:30:00+08:00", "decided_by": "Plan_Manager", "decision": "会议纪要〔2021〕3号",
        "in_force": True,
    }  # fmt: skip
    assert one["commitments"][0]["decided_by"] is None, "the plan itself"
    assert one["checkpoints"] == [{"on": "2021-03-31", "value": "30", "stage": None}]


def test_who_answers_for_a_target(told: World, bureau: Caller) -> None:
    assert bureau.get("/targets/small/posts").json()["assignments"] == [
        {
            "agency": agency, "district": district, "scope": district, "role": "district", "reports": True,
            "counts": True, "share": "0.5", "trusted": False, "ended_on": None,
        }
        for agency, district in (("east", "310101"), ("west", "310104"))
    ]  # fmt: skip
    partner = bureau.get("/targets/small/stations").json()["assignments"][1]
    assert (partner["scope"], partner["role"], partner["reports"], partner["share"]) == (
        "partner", "partner", False, None,
    )  # fmt: skip


def test_a_milestones_checkpoint_is_a_stage(told: World, bureau: Caller) -> None:
    CheckpointFactory(target=told.centre, on=date(2021, 3, 31), value=None, stage="under_way")
    assert bureau.get("/targets/small/centre").json()["checkpoints"] == [
        {"on": "2021-03-31", "value": None, "stage": "under_way"}
    ]


def test_a_code_is_that_of_its_plan(told: World, bureau: Caller) -> None:
    second_plan()
    assert bureau.get("/targets/later/stations").json()["plan"] == "later"
    for address in ("small/nowhere", "nowhere/stations", "later/posts"):
        status, code, _, words = problem(bureau, f"/targets/{address}")
        assert (status, code) == (404, "not_found")
        assert words.startswith(f"The plan “{address.partition('/')[0]}” has no target")


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("line=platform", ["halls"]),
        ("task=network-1", ["centre", "posts", "share", "stations"]),
        ("agency=partner", ["halls", "stations"]),
        ("agency=partner&role=partner", ["stations"]),
        ("role=district", ["posts"]),
        ("bound=milestone", ["centre"]),
        ("current=true", ["centre", "halls", "posts", "stations"]),
        ("current=false", ["share"]),
        ("plan=small&line=network&agency=east", ["posts"]),
    ],
)
def test_filters(told: World, bureau: Caller, asked: str, codes: list[str]) -> None:
    Target.objects.filter(code="share").update(retired_on=date(2021, 5, 1))
    assert [one["code"] for one in results(bureau, f"/targets?{asked}")] == codes


def test_who_answered_once_and_no_longer_does_is_not_found_by(told: World, bureau: Caller) -> None:
    AssignmentFactory(target=told.share, agency=told.west, ended_on=date(2021, 5, 1))
    assert [one["code"] for one in results(bureau, "/targets?agency=west")] == ["posts"]


def test_a_target_that_promises_nothing_yet_is_not_listed(told: World, bureau: Caller) -> None:
    empty = TargetFactory(code="empty", task=told.stations.task)
    Commitment.objects.filter(target=empty)._raw_delete("default")
    assert "empty" not in [one["code"] for one in results(bureau, "/targets")]
    assert bureau.get("/targets/small/empty").status_code == 404
