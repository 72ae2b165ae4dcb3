"""The sample history of a small plan: the same every time, and through the same doors as people."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction

from agencies.models import AuditEvent
from reports.models import Acceptance, Entry, Extension, Figure, Submission
from reports.rules.periods import quarter_ordinal
from reports.services import ledger
from reports.services.sample import AlreadySeeded, Story, read_story, seed
from reports.services.sample.story import Correction, Course, Fall, Slip
from tests.factories import AssignmentFactory, TargetFactory, at, small_plan

Q1, Q2, Q3 = (quarter_ordinal(code) for code in ("2021Q1", "2021Q2", "2021Q3"))
STORY = Story(
    courses={
        "stations": Course(values={Q1: Decimal(30000), Q2: Decimal(70000), Q3: Decimal(90000)}),
        "posts": Course(values={Q1: Decimal(20), Q2: Decimal(30), Q3: Decimal(40)}),
    },
    slips=(Slip("stations", "bureau", Q2),),
    falls=(Fall("posts", "east", Q2, Decimal(3)),),
    corrections=(Correction("extra", "partner", Q1, Decimal("0.5"), at("2021-06-01").date(), "漏报一半"),),
    silent=frozenset({("west", Q1)}),
    late=frozenset({("partner", Q1)}),
    last_quarter={"bureau": "partly", "east": "returned", "west": "submitted", "partner": "accepted"},
)


@pytest.fixture
def world(db):
    """The small plan with a third quarter, goals that suit the story, and a target of the partner's own."""
    world = small_plan()
    world.plan.last_period = "2021Q3"
    world.plan.save()
    AssignmentFactory(target=TargetFactory(code="extra", position=9, goal=1000), agency=world.partner)
    return world


@pytest.fixture
def seeded(world):
    seed(world.plan, STORY, 1, password="secret word")
    return world


def hashes(world, number: int, story: Story = STORY) -> list[str]:
    """Of a history that is written and taken back."""
    with transaction.atomic():
        seed(world.plan, story, number, password="secret word")
        found = list(Acceptance.objects.order_by("number").values_list("hash", flat=True))
        transaction.set_rollback(True)
    return found


def test_the_same_number_gives_the_same_ledger_and_another_one_another(world):
    first, again, other = hashes(world, 1), hashes(world, 1), hashes(world, 2)
    assert first == again, "row ids differ between the two runs, so they must not matter"
    assert first[0] != other[0]


def test_the_ledger_holds_and_is_in_historical_order(seeded):
    assert ledger.verify() is None
    moments = list(Acceptance.objects.order_by("number").values_list("accepted_at", flat=True))
    assert moments == sorted(moments)
    assert moments[0] > at("2021-04-01"), "nothing is accepted before the first window opens"


def test_everything_is_marked_as_sample_data_and_audited(seeded):
    assert Submission.objects.filter(is_sample=False).count() == 0
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert actions >= {
        "entry.saved", "submission.submitted", "submission.accepted", "submission.returned", "correction.opened",
        "extension.granted",
    }  # fmt: skip
    assert set(AuditEvent.objects.values_list("door", flat=True)) == {"command"}


def test_it_is_written_once(seeded):
    with pytest.raises(AlreadySeeded):
        seed(seeded.plan, STORY, 1, password="secret word")


def figures(target, agency, quarter: str) -> list[Figure]:
    found = Figure.objects.filter(target=target, assignment__agency=agency, period__code=quarter)
    return list(found.order_by("acceptance_id"))


def test_a_slip_of_the_unit_is_returned_and_entered_again(seeded):
    (figure,) = figures(seeded.stations, seeded.bureau, "2021Q2")
    assert figure.value == 70000
    line = Entry.objects.get(figures=figure)
    assert "万" in line.return_reason
    saved = AuditEvent.objects.filter(subject="small/2021Q2/bureau/stations/bureau", action="entry.saved")
    assert {event.after["value"] for event in saved} == {"7", "70000"}


def test_a_running_total_falls_with_an_explanation(seeded):
    (before,), (after,) = (figures(seeded.posts, seeded.east, quarter) for quarter in ("2021Q1", "2021Q2"))
    assert after.value == before.value - 3
    assert Entry.objects.get(figures=after).explanation


def test_a_correction_is_known_later(seeded):
    first, second = Figure.objects.filter(target__code="extra", period__code="2021Q1").order_by("acceptance_id")
    assert first.value < second.value
    assert second.reason == "漏报一半"
    assert second.acceptance.accepted_at > at("2021-06-01")


def test_who_is_silent_and_who_is_late(seeded):
    assert figures(seeded.posts, seeded.west, "2021Q1") == []
    assert Submission.objects.get(agency=seeded.partner, period__code="2021Q1").is_late


def test_the_last_quarter_is_left_open_in_every_state(seeded):
    packets = Submission.objects.filter(period__code="2021Q3")
    assert {packet.agency.code: packet.state for packet in packets} == {
        "bureau": "draft", "east": "returned", "west": "submitted", "partner": "accepted",
    }  # fmt: skip
    assert {entry.is_filled for entry in packets.get(agency=seeded.bureau).entries.all()} == {True, False}
    assert Extension.objects.filter(period__code="2021Q3", until=at("2031-01-01 00:00")).count() == 4


def test_a_plan_that_no_story_tells_of_has_a_history_too(world):
    assert len(hashes(world, 1, Story())) >= 6


def test_a_file_that_is_no_story_is_told(tmp_path):
    path = tmp_path / "story.yaml"
    path.write_text("falls: [{target: x}]")
    with pytest.raises(ValueError, match=r"story\.yaml is not a sample story"):
        read_story(path)
