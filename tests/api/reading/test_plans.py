"""`/plans`, `/action-lines`, `/tasks`: what the plan's text says."""

from __future__ import annotations

from agencies.models import Agency
from targets.models import ResponsibleUnit
from tests.api.conftest import Caller
from tests.api.reading.conftest import problem, results, second_plan
from tests.factories import ClauseFactory, PlanFactory, World

SMALL = {
    "code": "small", "name": "Small plan", "name_zh": "小方案", "name_en": "Small plan", "document": "测〔2021〕1号",
    "issuer": "the city", "issued_on": "2021-01-01", "starts_on": "2021-01-01", "ends_on": "2021-06-30",
    "first_period": "2021Q1", "last_period": "2021Q2", "time_zone": "Asia/Shanghai", "grading_method": "pace",
    "grading_ahead": "1.05", "grading_on_track": "0.95", "grading_behind": "0.8", "grading_gap_behind": "30",
}  # fmt: skip


def test_plans(told: World, bureau: Caller) -> None:
    PlanFactory(code="another")
    assert results(bureau, "/plans") == [SMALL | {"code": "another"}, SMALL]


def test_a_plan(told: World, bureau: Caller) -> None:
    assert bureau.get("/plans/small").json() == SMALL
    chinese = bureau.get("/plans/small", accept_language="zh").json()
    assert (chinese["name"], chinese["issuer"]) == ("小方案", "市政府")
    for code in ("nowhere", "a" * 200, "small/"):
        assert problem(bureau, f"/plans/{code}")[:2] == (404, "not_found")
    assert problem(bureau, "/plans/small?fields=code")[:3] == (400, "bad_parameter", ["?fields"])


def test_action_lines(told: World, bureau: Caller) -> None:
    second_plan()
    network = {
        "plan": "small", "code": "network", "kind": "action", "name": "Network action", "name_zh": "新网络建设行动",
        "name_en": "Network action", "short": "Networks", "position": 1,
    }  # fmt: skip
    platform = network | {"code": "platform", "name": "Platform action", "name_en": "Platform action",
                          "short": "Platforms", "position": 2}  # fmt: skip
    assert results(bureau, "/action-lines?plan=small") == [network, platform]
    assert [row["plan"] for row in results(bureau, "/action-lines")] == ["later", "small", "small"]


def test_tasks_with_their_clauses(told: World, bureau: Caller) -> None:
    clause = ClauseFactory(task=told.stations.task, number=2, text="各区共同推进。", open_list="等")
    for position, (words, agency) in enumerate((("各区政府", None), ("市网络局", Agency.objects.get(code="bureau")))):
        ResponsibleUnit.objects.create(clause=clause, position=position, as_written=words, agency=agency)
    (task,) = results(bureau, "/tasks?line=network")
    assert task == {
        "plan": "small", "line": "network", "code": "network-1", "number": 1, "name": "Build broadband networks",
        "name_zh": "建设宽带网络", "name_en": "Build broadband networks", "position": 1,
        "clauses": [
            {"clause": "network-1.1", "text": "三年内新建100个基站。", "units": [], "open_list": ""},
            {"clause": "network-1.2", "text": "各区共同推进。", "units": ["各区政府", "市网络局"], "open_list": "等"},
        ],
    }  # fmt: skip
    assert [row["code"] for row in results(bureau, "/tasks")] == ["network-1", "platform-1"]
