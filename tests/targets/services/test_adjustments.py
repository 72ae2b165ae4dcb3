"""A changed goal is a new commitment with a decision behind it; the old one stays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from agencies.models import AuditEvent
from reports.models import Progress
from reports.services import rollup
from targets.models import AdjustmentQuestion
from targets.services.adjustments import AnswerRefused, answer
from tests.factories import World, at, small_plan
from tests.history import WEB, accepted

DECIDED = at("2021-03-01")


@pytest.fixture
def world(db: None) -> World:
    return small_plan()


def ask(world: World, **asked: str) -> AdjustmentQuestion:
    return AdjustmentQuestion.objects.create(
        target=world.stations, asked=asked or {"goal": "80"}, in_force={"goal": "100"}, asked_at=DECIDED
    )


def decide(world: World, question: AdjustmentQuestion, **changes: object) -> AdjustmentQuestion:
    terms = {
        "adopt": True, "decision": "沪府〔2021〕9号", "in_force_from": date(2021, 3, 1),
        "by": world.plan_manager, "at": DECIDED, "door": WEB,
    }  # fmt: skip
    return answer(question.pk, **(terms | changes))


def test_adopting_adds_a_commitment_and_keeps_the_old_one(world: World) -> None:
    accepted(world, world.stations, "40")
    rollup.roll_up()
    decided = decide(world, ask(world, goal="80", due_on="2021-12-31"))
    goals = list(world.stations.commitments.values_list("goal", "due_on", "decision"))
    assert goals == [(100, date(2021, 6, 30), "测〔2021〕1号"), (80, date(2021, 12, 31), "沪府〔2021〕9号")]
    assert (decided.answer, decided.commitment.goal) == ("adopted", 80)
    rollup.roll_up()
    assert Progress.objects.get(target=world.stations, period=world.periods[0]).completion == Decimal("0.5")


def test_adopting_other_terms_changes_the_target(world: World) -> None:
    decided = decide(world, ask(world, bound="about", tolerance="0.1", baseline="", aspirational="true"))
    world.stations.refresh_from_db()
    target = world.stations
    assert (target.bound, target.tolerance, target.baseline, target.aspirational) == (
        "about",
        Decimal("0.1"),
        None,
        True,
    )
    assert decided.commitment is None and world.stations.commitments.count() == 1


def test_declining_changes_nothing_but_the_answer(world: World) -> None:
    decided = decide(world, ask(world), adopt=False, decision="维持原目标")
    assert (decided.answer, decided.reason, decided.answered_by) == ("declined", "维持原目标", world.plan_manager)
    assert world.stations.commitments.get().goal == 100


def test_each_answer_leaves_an_audit_row(world: World) -> None:
    decide(world, ask(world))
    event = AuditEvent.objects.get(action="adjustment.adopted")
    assert (event.subject, event.actor, event.reason) == ("small/stations", world.plan_manager, "沪府〔2021〕9号")
    assert (event.before, event.after) == ({"goal": "100"}, {"goal": "80"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": "supervisor"}, "may_not_decide"),
        ({"decision": "  "}, "decision_missing"),
        ({"in_force_from": date(2021, 1, 1)}, "too_early"),
    ],
)
def test_refusals_leave_the_question_open(world: World, changes: dict, code: str) -> None:
    question = ask(world)
    changes = {name: getattr(world, value) if name == "by" else value for name, value in changes.items()}
    with pytest.raises(AnswerRefused) as refused:
        decide(world, question, **changes)
    assert refused.value.code == code
    question.refresh_from_db()
    assert question.answer == "open" and world.stations.commitments.count() == 1


def test_a_question_is_answered_once(world: World) -> None:
    question = decide(world, ask(world))
    with pytest.raises(AnswerRefused) as refused:
        decide(world, question, in_force_from=date(2021, 4, 1))
    assert refused.value.code == "already_answered"
