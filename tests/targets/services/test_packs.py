"""Loading plan packs into the database, and writing them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from agencies.models import Agency, AuditEvent
from agencies.roles import Role
from reports.models import Acceptance, Entry, Figure
from reports.services.entries import Input, save_entry
from reports.services.packets import open_packets
from reports.services.periods import create_periods
from reports.services.review import accept, submit
from targets.models import AdjustmentQuestion, Assignment, Clause, Commitment, Plan, Target, Task
from targets.packs import read_pack
from targets.selectors.packs import plan_pack
from tests.factories import person
from tests.targets.packing import LOADED_ON, MONDAY, SHANGHAI, SMALL, TUESDAY, changed, dumped, load

POWER = "units: [市电力公司], reports: false"

pytestmark = pytest.mark.django_db


def table_counts() -> dict[str, int]:
    """Rows in each table of the plan and its agencies."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names() if name.startswith(("targets_", "agencies_"))]
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[table] = cursor.fetchone()[0]
    return counts


def test_a_plan_in_the_database_is_the_pack_that_was_read() -> None:
    load(SMALL)
    assert plan_pack(Plan.objects.get(), LOADED_ON) == read_pack(SMALL)


# --- the shipped plan -----------------------------------------------------------------------------------------------


def test_the_shipped_plan_comes_back_byte_for_byte() -> None:
    text = SHANGHAI.read_text(encoding="utf-8")
    load(text)
    assert dumped("shanghai-2020-2022") == text


def test_loading_the_shipped_plan_again_changes_nothing() -> None:
    text = SHANGHAI.read_text(encoding="utf-8")
    load(text)
    before = table_counts()
    again = load(text, TUESDAY)
    assert (again.created, again.changed, again.retired, again.questions) == ([], {}, [], [])
    assert table_counts() == before
    assert Plan.objects.get().revision == 1


def test_a_collective_name_becomes_the_sixteen_districts() -> None:
    load(SHANGHAI.read_text(encoding="utf-8"))
    reporters = Assignment.objects.filter(target__code="sensing-nodes", role="district")
    assert reporters.count() == 16
    assert {one.district_id for one in reporters} == {
        one.agency.district_id for one in reporters.select_related("agency")
    }
    lead = Assignment.objects.get(target__code="sensing-nodes", role="lead")
    assert (lead.agency.short_name_zh, lead.reports, lead.counts) == ("市公安局", True, False)


def test_other_spellings_lead_to_one_agency() -> None:
    load(SHANGHAI.read_text(encoding="utf-8"))
    zone = Agency.objects.get(code="yrd-demo-zone")
    assert set(zone.named_in.values_list("as_written", flat=True)) == {
        "长三角示范区执委会",
        "长三角示范区管委会",
        "长三角生态绿色一体化发展示范区执委会",
    }


def test_reminders_and_roles_with_a_second_factor_follow_the_pack_and_are_audited() -> None:
    load(SMALL)
    text = changed(
        ("remind_before_days: 5, remind_after_days: 1", "remind_before_days: 7, remind_after_days: 0"),
        ("second_factor_roles: []", "second_factor_roles: [approver]"),
    )
    assert load(text, TUESDAY).changed == {
        "plan small-plan": (
            {"remind_before_days": 5, "remind_after_days": 1, "second_factor_roles": []},
            {"remind_before_days": 7, "remind_after_days": 0, "second_factor_roles": ["approver"]},
        )
    }
    event = AuditEvent.objects.filter(action="plan.loaded").first()
    assert event.after["changed"]["plan small-plan"]["second_factor_roles"] == ["approver"]
    assert dumped() == text


# --- a small plan -----------------------------------------------------------------------------------------------------


def test_a_small_plan_comes_back_byte_for_byte() -> None:
    load(SMALL)
    assert dumped() == SMALL


def test_the_first_commitment_is_known_since_the_day_of_issue() -> None:
    load(SMALL)
    commitment = Commitment.objects.get(target__code="chargers")
    assert (commitment.goal, commitment.due_on) == (Decimal(100), date(2022, 12, 31))
    assert commitment.in_force_from == date(2021, 1, 1)
    assert commitment.decided_at == datetime(2021, 1, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert commitment.decision == "小府〔2021〕1号"


def test_the_commitment_of_a_target_that_joins_later_is_known_since_then() -> None:
    without, start = SMALL, SMALL.index("          - code: bandwidth")
    without = SMALL[: start - 1] + SMALL[SMALL.index("\nworking_groups:") :]
    load(without)
    load(SMALL, TUESDAY)
    assert Commitment.objects.get(target__code="bandwidth").decided_at == TUESDAY
    assert dumped() == SMALL


@pytest.mark.parametrize(
    ("edit", "key", "field"),
    [
        (("name: {zh: 充电桩, en: Chargers}", "name: {zh: 充电设施, en: Chargers}"), "target chargers", "name_zh"),
        (("zh: 新建充电桩累计数。", "zh: 新建充电桩累计数，不含存量。"), "target chargers", "measures_zh"),
        (("{on: 2021-12-31, value: 40}", "{on: 2021-12-31, value: 50}"), "target chargers", "checkpoints"),
        (("words: 带宽达到40-100G", "words: 40-100G"), "target bandwidth", "citations"),
        ((POWER, POWER.replace("reports: false", "reports: true")), "target chargers, assignment power", "reports"),
        (("share: 0.5", "share: 0.4"), "target chargers, assignment 310101", "share"),
        (("share: 0.5", "share: 0.5, trusted: true"), "target chargers, assignment 310101", "trusted"),
        (("title: 副市长", "title: 市长"), "working group wg-roads", "convenors"),
        (("open_list: 等", "open_list: 及有关单位"), "clause roads-1.1", "open_list"),
        (("各区政府, {open: 有关企业}]", "{open: 有关企业}, 各区政府]"), "clause roads-1.1", "units"),
        (("behind: 0.8,", "behind: 0.7,"), "plan small-plan", "grading_behind"),
        (("short_en: Power", "short_en: Grid"), "agency power", "short_name_en"),
    ],
)  # fmt: skip
def test_what_is_no_term_follows_the_file(edit: tuple[str, str], key: str, field: str) -> None:
    load(SMALL)
    changes = load(changed(edit), TUESDAY)
    assert field in changes.changed[key][1]
    assert not changes.questions
    assert dumped() == changed(edit)
    assert Plan.objects.get().revision == 2
    event = AuditEvent.objects.get(action="plan.loaded", at=TUESDAY)
    assert (event.subject, event.door) == ("small-plan", AuditEvent.Door.COMMAND)
    assert event.before[key].keys() == event.after["changed"][key].keys() == changes.changed[key][0].keys()


TERMS = [
    (("goal: 100\n", "goal: 120\n"), "chargers", "goal", "100", "120"),
    (("goal_upper: 100", "goal_upper: 200"), "bandwidth", "goal_upper", "100", "200"),
    (("due_on: 2021-12-31", "due_on: 2022-06-30"), "dispatch-platform", "due_on", "2021-12-31", "2022-06-30"),
    (("tolerance: 0.05", "tolerance: 0.1"), "chargers", "tolerance", "0.05", "0.1"),
    (("            baseline: 0\n", ""), "chargers", "baseline", "0", ""),
    (
        ("accumulation: running_total", "accumulation: per_period"),
        "chargers",
        "accumulation",
        "running_total",
        "per_period",
    ),
    (("combine: sum", "combine: mean"), "chargers", "combine", "sum", "mean"),
    (("            aspirational: true\n", ""), "dispatch-platform", "aspirational", "true", "false"),
    (("unit: {zh: 个, en: chargers}", "unit: {zh: 台, en: chargers}"), "chargers", "unit_zh", "个", "台"),
]


@pytest.mark.parametrize(("edit", "code", "field", "old", "new"), TERMS, ids=[case[2] for case in TERMS])
def test_other_terms_become_a_question_and_overwrite_nothing(
    edit: tuple[str, str], code: str, field: str, old: str, new: str
) -> None:
    load(SMALL)
    changes = load(changed(edit), TUESDAY)
    question = AdjustmentQuestion.objects.get()
    assert changes.questions == [code]
    assert question.target.code == code
    assert (question.in_force, question.asked) == ({field: old}, {field: new})
    assert (question.answer, question.asked_at) == ("open", TUESDAY)
    assert dumped() == SMALL
    assert Plan.objects.get().revision == 1, "a question alone is no change"


def test_a_changed_bound_asks_for_the_tolerance_as_well() -> None:
    load(SMALL)
    load(changed(("bound: about", "bound: reach"), ("            tolerance: 0.05\n", "")))
    question = AdjustmentQuestion.objects.get()
    assert question.asked == {"bound": "reach", "tolerance": ""}


def test_a_quantity_that_the_file_makes_a_milestone_stays_one_until_decided() -> None:
    start, end = (
        SMALL.index("            bound: about"),
        SMALL.index("            due_on: 2022-12-31\n            accumulation: run"),
    )
    milestone = SMALL[:start] + "            bound: milestone\n" + SMALL[end:]
    for key in (
        "            accumulation: running_total\n",
        "            checkpoints:\n              - {on: 2021-12-31, value: 40}\n",
    ):
        milestone = milestone.replace(key, "")
    load(SMALL)
    assert load(milestone).questions == ["chargers"]
    assert set(AdjustmentQuestion.objects.get().asked) == {
        "bound",
        "goal",
        "tolerance",
        "baseline",
        "unit_zh",
        "accumulation",
    }
    assert dumped() == SMALL


def test_a_question_is_asked_once_and_follows_the_file() -> None:
    load(SMALL)
    load(changed(("goal: 100\n", "goal: 120\n")))
    assert load(changed(("goal: 100\n", "goal: 120\n")), TUESDAY).questions == []
    assert load(changed(("goal: 100\n", "goal: 130\n")), TUESDAY).questions == ["chargers"]
    assert [question.asked for question in AdjustmentQuestion.objects.all()] == [{"goal": "130"}]


def test_a_question_that_became_moot_is_closed() -> None:
    load(SMALL)
    load(changed(("goal: 100\n", "goal: 120\n")))
    load(SMALL, TUESDAY)
    question = AdjustmentQuestion.objects.get()
    assert (question.answer, question.answered_at) == ("declined", TUESDAY)
    assert load(changed(("goal: 100\n", "goal: 120\n")), TUESDAY).questions == ["chargers"], "it came up again"


def test_a_declined_question_is_not_asked_again() -> None:
    load(SMALL)
    load(changed(("goal: 100\n", "goal: 120\n")))
    AdjustmentQuestion.objects.update(answer="declined", answered_at=MONDAY)
    assert load(changed(("goal: 100\n", "goal: 120\n")), TUESDAY).questions == []
    assert load(changed(("goal: 100\n", "goal: 140\n")), TUESDAY).questions == ["chargers"]


def test_the_commitment_in_force_is_what_the_file_is_held_against() -> None:
    load(SMALL)
    target = Target.objects.get(code="chargers")
    Commitment.objects.create(
        target=target,
        goal=120,
        due_on=date(2022, 12, 31),
        in_force_from=date(2021, 4, 1),
        decided_at=MONDAY,
        decision="批复",
    )
    adjusted = changed(("goal: 100\n", "goal: 120\n"))
    assert dumped() == adjusted
    assert dumped(on=date(2021, 3, 31)) == SMALL
    assert load(adjusted).questions == []
    assert load(SMALL).questions == ["chargers"]


def test_what_the_file_no_longer_has_is_retired_or_ended_and_can_come_back() -> None:
    load(SMALL)
    start, end = SMALL.index("          - code: dispatch-platform"), SMALL.index("          - code: bandwidth")
    partner = "              - {role: partner, units: [市电力公司], reports: false, counts: false}\n"
    less = (SMALL[:start] + SMALL[end:]).replace(partner, "")
    changes = load(less, TUESDAY)
    assert changes.retired == ["target chargers, assignment power", "target dispatch-platform"]
    assert Target.objects.get(code="dispatch-platform").retired_on == TUESDAY.date()
    assert Assignment.objects.get(target__code="chargers", agency__code="power").ended_on == TUESDAY.date()
    assert dumped() == less
    load(SMALL, TUESDAY)
    assert not Target.objects.exclude(retired_on=None)
    assert not Assignment.objects.exclude(ended_on=None)
    assert dumped() == SMALL


def test_a_clause_that_is_gone_is_removed_only_where_nothing_rests_on_it() -> None:
    second = "          - number: 2\n            text: 加强管理。\n            units: [市交通委]\n"
    longer = SMALL.replace("            open_list: 等\n", "            open_list: 等\n" + second)
    load(longer)
    assert load(SMALL, TUESDAY).removed == ["clause roads-1.2"]
    assert dumped() == SMALL

    cited = longer.replace("- {clause: roads-1.1, words: 建成调度平台}", "- {clause: roads-1.2, words: 加强管理}")
    load(cited)
    start, end = SMALL.index("          - code: dispatch-platform"), SMALL.index("          - code: bandwidth")
    changes = load(SMALL[:start] + SMALL[end:], TUESDAY)
    assert changes.kept == ["clause roads-1.2"]
    assert Clause.objects.filter(number=2).exists()


def test_a_target_may_move_to_another_task() -> None:
    start, end = SMALL.index("          - code: bandwidth"), SMALL.index("\nworking_groups:")
    bandwidth = SMALL[start:end]
    clause = (
        "\n      - code: roads-2\n        number: 2\n        name: {zh: 提升带宽, en: Raise bandwidth}\n"
        "        clauses:\n          - number: 1\n            text: 带宽。\n            units: [市交通委]\n"
        "        targets:\n"
    )
    moved = SMALL[: start - 1] + clause + bandwidth + SMALL[end:]
    load(SMALL)
    load(moved, TUESDAY)
    assert Target.objects.get(code="bandwidth").task == Task.objects.get(code="roads-2")
    assert dumped() == moved


@pytest.mark.parametrize(
    "edit",
    [
        ("{on: 2021-12-31, value: 40}", "{on: 2021-12-31, value: 50}"),
        ("share: 0.5", "share: 0.4"),
        ("counts: true, share: 0.5}", "counts: true}"),
    ],
)
def test_what_a_roll_up_rests_on_asks_for_a_new_one(edit: tuple[str, str]) -> None:
    load(SMALL)
    load(changed(edit), TUESDAY)
    revisions = dict(Target.objects.values_list("code", "revision"))
    assert revisions == {"chargers": 2, "dispatch-platform": 1, "bandwidth": 1}


def test_reloading_leaves_figures_alone(small_ledger: Callable[[], list[tuple]]) -> None:
    before = small_ledger()
    load(changed(("goal: 100\n", "goal: 120\n"), ("share: 0.5", "share: 0.4")), TUESDAY)
    load(SMALL[: SMALL.index("          - code: bandwidth") - 1] + SMALL[SMALL.index("\nworking_groups:") :], TUESDAY)
    assert small_ledger() == before != []


@pytest.fixture
def small_ledger() -> Callable[[], list[tuple]]:
    """The small plan with one accepted figure of the east district; reads the ledger's rows."""
    load(SMALL)
    accept_one_figure(Plan.objects.get(), Agency.objects.get(code="east-gov"))

    def rows() -> list[tuple]:
        return [*Acceptance.objects.order_by("pk").values_list(), *Figure.objects.order_by("pk").values_list()]

    return rows


def accept_one_figure(plan: Plan, agency: Agency) -> None:
    quarter = create_periods(plan)[0]
    now = quarter.opens_at + timedelta(days=1)
    open_packets(quarter, at=now, agencies=[agency])
    entry = Entry.objects.get(submission__agency=agency)
    typed = Input.of({"value": "20", "explanation": "情况属实"})
    door = AuditEvent.Door.WEB
    save_entry(entry.pk, typed, version=entry.version, by=person(Role.REPORTER, agency), at=now, door=door)
    submit(entry.submission_id, by=person(Role.APPROVER, agency), at=now, door=door)
    accept(entry.submission_id, by=person(Role.SUPERVISOR), at=now, door=door)
