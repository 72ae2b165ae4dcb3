"""A product without a plan, and a plan without figures."""

from __future__ import annotations

from tests.api.conftest import connected
from tests.api.reading.conftest import LISTS, problem, results
from tests.factories import AgencyFactory, PlanFactory, World


def test_without_a_plan_lists_are_empty(db: None) -> None:
    caller = connected(AgencyFactory(code="first"))
    for path in (one.partition("?")[0] for one in LISTS):
        assert results(caller, path) == [], path
    assert b"".join(caller.get("/ledger").streaming_content) == b""
    assert problem(caller, "/progress?plan=small")[:3] == (400, "bad_parameter", ["?plan"])


def test_a_plan_without_quarters_is_no_plan_to_show_progress_of(db: None) -> None:
    PlanFactory()
    caller = connected(AgencyFactory(code="first"))
    assert [row["code"] for row in results(caller, "/plans")] == ["small"]
    assert results(caller, "/progress") == results(caller, "/periods") == []


def test_before_the_first_figure(world: World) -> None:
    caller = connected(world.bureau)
    for path in ("/figures", "/acceptances", "/doubts"):
        assert results(caller, path) == []
    rows = results(caller, "/progress?period=2021Q1")
    assert {row["status"] for row in rows} == {"no_data"}, "nothing was rolled up yet"
    assert {(row["reason_code"], row["reason"], row["rests_on"], row["value"]) for row in rows} == {(None,) * 4}
