"""The sample history of the plan that ships: written whole, once for this file (half a minute)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from agencies.models import User
from reports.models import Entry, Figure, Progress, Submission
from reports.services import rollup
from reports.services.reminders import send_reminders
from reports.services.sample import read_story, seed
from targets.models import Plan, PublishedFigure, Target

# without django_db these tests alone would have no test database; the half minute is many on a machine under load
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200)]
FIXTURES = settings.BASE_DIR / "fixtures"


@pytest.fixture(scope="module", autouse=True)
def plan(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_plan", str(FIXTURES / "shanghai_2020_2022.yaml"), verbosity=0)
        call_command("load_published", str(FIXTURES / "published_figures.csv"), verbosity=0)
        found = Plan.objects.get()
        seed(found, read_story(FIXTURES / "sample_story.yaml"), 1, password="secret word")
        rollup.roll_up()
        yield found
        transaction.set_rollback(True)


def value(target: str, quarter: str) -> Decimal:
    return Progress.objects.get(target__code=target, period__code=quarter).value


def test_figures_agree_with_what_was_published_about_the_same_thing(plan):
    same = PublishedFigure.objects.filter(match="same").select_related("target")
    assert same.count() >= 4
    for published in same:
        quarter = plan.periods.filter(starts_on__lte=published.as_of).order_by("-ordinal").first()
        ours = value(published.target.code, quarter.code)
        room = published.value * Decimal("0.01") if published.wording == "about" else Decimal(0)
        assert abs(ours - published.value) <= room, f"{published.target.code} {quarter}: {ours}"


@pytest.mark.parametrize(
    ("target", "quarter", "low", "high"),
    [
        ("taxi-charging-stations", "2021Q4", 30, 30),
        ("open-test-roads", "2020Q4", 404, 404),
        ("household-gigabit", "2020Q4", 99, 100),
        ("submarine-cable-capacity", "2020Q4", 22, 22),
        ("data-sub-platforms", "2022Q3", 16, 16),
        ("municipal-data-platform", "2022Q3", 1, 1),
    ],
)
def test_figures_agree_with_the_press(target, quarter, low, high):
    assert low <= value(target, quarter) <= high


def test_ipv6_is_on_its_way_to_what_was_published_for_march_2023():
    entry = Entry.objects.get(assignment__target__code="ipv6-active-users", submission__period__code="2022Q4")
    shown = entry.value if entry.value is not None else value("ipv6-active-users", "2022Q3")
    assert 60 < shown < Decimal("71.51")


def test_every_quarter_but_the_last_is_settled_apart_from_who_did_not_report():
    draft = Submission.objects.exclude(period__code="2022Q4").exclude(state="accepted")
    assert set(draft.values_list("state", flat=True)) == {"draft"}
    assert "sh-defence-industry" in set(draft.values_list("agency__code", flat=True))


def test_the_last_quarter_has_packets_in_every_state():
    states = set(Submission.objects.filter(period__code="2022Q4").values_list("state", flat=True))
    assert states == {"draft", "submitted", "returned", "accepted"}


def test_statuses_are_of_every_kind():
    seen = set(Progress.objects.values_list("status", flat=True))
    assert seen == {"done", "ahead", "on_track", "behind", "critical", "missed", "not_due", "no_data"}
    newest = set(Progress.objects.filter(period__code="2022Q3").values_list("status", flat=True))
    assert newest >= {"done", "ahead", "on_track", "behind", "critical", "no_data"}


def test_who_never_reports_has_no_figure():
    assert not Figure.objects.filter(assignment__agency__code="sh-defence-industry").exists()
    assert value("satellite-internet", "2022Q3") is None


def test_every_accepted_doubt_was_explained():
    accepted = Entry.objects.filter(state="accepted").exclude(doubts=[])
    assert accepted.count() > 50
    assert not accepted.filter(explanation="").exists()


def test_the_story_names_nothing_that_the_plan_does_not_have():
    story = read_story(FIXTURES / "sample_story.yaml")
    targets = set(Target.objects.values_list("code", flat=True))
    agencies = set(Submission.objects.values_list("agency__code", flat=True))
    assert set(story.courses) <= targets
    named = (
        story.never | {agency for agency, _ in story.silent | story.late} | set(story.last_quarter) | set(story.shown)
    )
    named |= {one.agency for one in (*story.falls, *story.slips, *story.corrections)}
    assert named <= agencies
    assert {one.target for one in (*story.falls, *story.slips, *story.corrections)} <= targets
    for one in story.corrections:
        versions = Figure.objects.filter(target__code=one.target, period__ordinal=one.quarter)
        assert versions.filter(assignment__agency__code=one.agency).count() == 2, one


def test_nobody_is_written_to_about_the_past(plan):
    """A fresh installation with people who have e-mail addresses: the last quarter is open, its reminders long gone."""
    with transaction.atomic():
        User.objects.update(email="somebody@example.invalid")
        assert send_reminders(timezone.now()) == 0
        transaction.set_rollback(True)
