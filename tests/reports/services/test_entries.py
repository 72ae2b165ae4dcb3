"""Entering one line: what is taken, what is refused, and that a refusal changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agencies.models import AuditEvent
from agencies.roles import Role
from reports.models import Entry, Figure
from reports.services.entries import Input, Line, save_lines, snapshot
from reports.services.periods import extend
from reports.services.refused import Refused
from tests.factories import at, person
from tests.reports.conftest import OPEN, WEB


def refused(code, function, *args, **kwargs):
    with pytest.raises(Refused) as caught, transaction.atomic():
        function(*args, **kwargs)
    assert caught.value.refusal.code == code, str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("3.4万", Decimal(34000)),
        ("３．４万", Decimal(34000)),
        ("1,200", Decimal(1200)),
        ("0", Decimal(0)),
        ("", None),
    ],
)
def test_a_number_is_stored_as_it_was_meant(world, acting, typed, stored):
    entry = world.line(world.stations)
    acting.save(entry, value=typed, words="情况说明")
    entry.refresh_from_db()
    assert entry.value == stored
    assert entry.has_figure == (stored is not None), "a true zero is a figure, nothing entered is not"


def test_a_ratio_is_computed_from_its_parts_in_percent(world, acting):
    entry = acting.save(world.line(world.share), numerator="1", denominator="3")
    assert (entry.numerator, entry.denominator, entry.value) == (1, 3, Decimal("33.333333"))


def test_a_milestone_takes_a_stage_and_its_date(world, acting):
    entry = acting.save(world.line(world.centre), stage="done", actual_on="2021-03-30", words="已投用")
    assert (entry.stage, entry.actual_on, entry.value) == ("done", date(2021, 3, 30), None)


def test_nothing_to_report_is_an_answer(world, acting):
    entry = acting.save(world.line(world.stations), nothing_because="本季度未安排建设")
    assert entry.is_filled
    assert not entry.has_figure


@pytest.mark.parametrize(
    ("target", "typed", "why"),
    [
        ("stations", {"value": "abc"}, "not_a_number"),
        ("stations", {"value": "-1"}, "negative"),
        ("stations", {"value": "1.1234567"}, "too_precise"),
        ("stations", {"value": "1000000000000000000"}, "too_long"),
        ("stations", {"value": "1", "nothing_because": "没有"}, "both_number_and_nothing"),
        ("stations", {"words": "长" * 2001}, "too_long_text"),
        ("share", {"numerator": "3"}, "ratio_incomplete"),
        ("share", {"denominator": "3"}, "ratio_incomplete"),
        ("share", {"numerator": "99999999999999999", "denominator": "0.000001"}, "too_long"),
        ("share", {"numerator": "0", "denominator": "0"}, "denominator_not_positive"),
        ("centre", {"stage": "almost"}, "not_a_stage"),
        ("centre", {"stage": "done", "actual_on": "2021-13-01"}, "not_a_date"),
        ("centre", {"stage": "under_way", "actual_on": "2021-03-01"}, "date_without_done"),
        ("centre", {"stage": "done", "actual_on": "2021-04-11"}, "in_the_future"),
    ],
)
def test_a_bad_value_is_refused_with_its_field_and_why(world, acting, target, typed, why):
    entry = world.line(getattr(world, target))
    error = refused("bad_value", acting.save, entry, **typed)
    assert error.refusal.params["why"] == why
    assert not AuditEvent.objects.exists()
    before = snapshot(entry)
    entry.refresh_from_db()
    assert (snapshot(entry), entry.version) == (before, 1)


@pytest.mark.parametrize(
    ("now", "code"),
    [
        ("2021-03-31 23:59", "not_opened"),
        ("2021-04-01 00:00", None),
        ("2021-04-30 23:59", None),
        ("2021-05-01 00:00", "closed"),
    ],
)
def test_the_window_is_open_from_its_first_moment_up_to_its_last(world, acting, now, code):
    entry = world.line(world.stations)
    if code:
        refused(code, acting.save, entry, now=at(now), value="5")
    else:
        assert acting.save(entry, now=at(now), value="5").value == 5


@pytest.mark.parametrize(("now", "code"), [("2021-05-31 23:59", None), ("2021-06-01 00:00", "closed")])
def test_an_extension_opens_the_quarter_for_its_agency_alone(world, acting, now, code):
    extend(
        world.periods[0], world.bureau, until=at("2021-06-01 00:00"), reason="系统迁移",
        by=world.supervisor, at=at("2021-05-02"), door=WEB,
    )  # fmt: skip
    entry, foreign = world.line(world.stations), world.line(world.posts, world.east)
    if code:
        refused(code, acting.save, entry, now=at(now), value="5")
    else:
        assert acting.save(entry, now=at(now), value="5").value == 5
    refused("closed", acting.save, foreign, by=person(Role.REPORTER, world.east), now=at(now), value="5")


@pytest.mark.parametrize(("now", "code"), [("2021-05-19 23:59", None), ("2021-05-20 00:00", "closed")])
def test_a_returned_line_can_be_entered_until_its_new_deadline(world, acting, now, code):
    packet = acting.submitted()
    acting.give_back(packet, until=at("2021-05-20 00:00"), entries=[world.line(world.stations).pk])
    entry = world.line(world.stations)
    if code:
        refused(code, acting.save, entry, now=at(now), value="5")
    else:
        assert acting.save(entry, now=at(now), value="5").value == 5


@pytest.mark.parametrize("who", ["supervisor", "plan_manager", "auditor", "operator", "stranger"])
def test_only_the_agencys_own_staff_enter(world, acting, who):
    by = person(Role.REPORTER, world.east) if who == "stranger" else getattr(world, who)
    refused("not_your_agency", acting.save, world.line(world.stations), by=by, value="5")
    assert acting.save(world.line(world.stations), value="5").value == 5


def test_a_submitted_and_an_accepted_line_are_closed(world, acting):
    packet = acting.submitted()
    refused("already_submitted", acting.save, world.line(world.stations), value="5")
    acting.accept(packet)
    refused("already_accepted", acting.save, world.line(world.stations), value="5")


@pytest.mark.parametrize(("now", "is_taken"), [("2021-04-10 23:59", False), ("2021-04-11 00:00", True)])
def test_a_milestone_is_done_today_at_the_latest_by_the_plans_own_calendar(world, acting, now, is_taken):
    line = world.line(world.centre)
    if is_taken:  # in London it is still the 10th
        assert acting.save(line, now=at(now), stage="done", actual_on="2021-04-11").actual_on == date(2021, 4, 11)
    else:
        refused("bad_value", acting.save, line, now=at(now), stage="done", actual_on="2021-04-11")


def test_a_retired_line_is_closed_and_keeps_what_was_entered(world, acting):
    line = world.line(world.stations)
    acting.save(line, value="5")
    Entry.objects.filter(pk=line.pk).update(state="retired")
    line.refresh_from_db()
    refused("line_retired", acting.save, line, value="6")
    line.refresh_from_db()
    assert line.value == 5


def test_a_line_changed_by_somebody_else_is_a_conflict(world, acting):
    seen = world.line(world.stations)
    acting.save(seen, value="5", by=world.approver)
    refused("version_conflict", acting.save, seen, value="6")
    assert world.line(world.stations).value == 5
    assert acting.save(world.line(world.stations), value="6").value == 6


def test_resending_the_same_is_harmless(world, acting):
    seen = world.line(world.stations)
    acting.save(seen, value="5")
    again = acting.save(seen, value="5.0")
    assert again.version == 2
    assert AuditEvent.objects.count() == 1


def test_saving_writes_who_what_before_and_after(world, acting):
    acting.save(world.line(world.stations), value="5")
    acting.save(world.line(world.stations), value="8", words="更正")
    event = AuditEvent.objects.first()
    assert (event.actor, event.door, event.agency) == (world.reporter, "web", world.bureau)
    assert event.subject == "small/2021Q1/bureau/stations/bureau"
    assert (event.before["value"], event.after["value"], event.after["words"]) == ("5", "8", "更正")


def test_the_audit_row_goes_with_a_transaction_that_is_rolled_back(world, acting):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        acting.save(world.line(world.stations), value="5")
        assert AuditEvent.objects.count() == 1
        1 / 0  # noqa: B018
    assert not AuditEvent.objects.exists()
    assert world.line(world.stations).value is None


def accepted_line(world, acting):
    acting.accept(acting.submitted())
    return world.line(world.stations)


def test_a_correction_is_a_new_line_and_the_old_figure_stays(world, acting):
    old = accepted_line(world, acting)
    later = at("2021-10-01")
    entry = acting.correct(old, now=later)
    assert entry.corrects.value == 10
    acting.save(entry, value="12", explanation="漏报", now=later)
    packet = acting.submit(old.submission, now=later)
    acting.accept(packet, now=later)
    first, second = Figure.objects.filter(target=world.stations).order_by("acceptance_id")
    assert (first.value, second.value, second.reason) == (10, 12, "漏报一处")
    old.refresh_from_db()
    assert (old.state, old.value) == ("accepted", 10)
    assert AuditEvent.objects.get(action="correction.opened").reason == "漏报一处"


def test_a_correction_needs_a_figure_as_the_accepted_one_would_stay_in_force(world, acting):
    entry = acting.correct(accepted_line(world, acting))
    refusal = refused("bad_value", acting.save, entry, nothing_because="填错").refusal
    assert refusal.params["why"] == "correction_without_number"


def test_the_office_can_ask_for_a_correction(world, acting):
    assert acting.correct(accepted_line(world, acting), by=world.supervisor).state == "draft"


def test_what_cannot_be_corrected(world, acting):
    draft = world.line(world.stations)
    refused("line_open", acting.correct, draft)
    old = accepted_line(world, acting)
    refused("reason_missing", acting.correct, old, reason="  ")
    for by in (world.auditor, person(Role.APPROVER, world.east)):
        refused("not_your_agency", acting.correct, old, by=by)
    acting.correct(old)
    refused("line_open", acting.correct, old)


def test_a_figure_that_turns_up_after_nothing_was_accepted_is_a_correction(world, acting):
    packet, later = world.packet(world.east), at("2021-10-01")
    reporter, approver = person(Role.REPORTER, world.east), person(Role.APPROVER, world.east)
    acting.save(world.line(world.posts, world.east), by=reporter, nothing_because="未开工")
    acting.submit(packet, by=approver)
    assert acting.accept(packet).figure_count == 0
    line = acting.correct(world.line(world.posts, world.east), by=reporter, now=later)
    acting.save(line, by=reporter, now=later, value="3")
    acting.submit(packet, by=approver, now=later)
    assert acting.accept(packet, now=later).figures.get().value == 3


def test_lines_of_a_packet_are_saved_each_by_itself(world):
    packet = world.packet()
    good, bad, stale = (world.line(target) for target in (world.stations, world.share, world.centre))
    lines = [
        Line(good.pk, Input(value="5"), good.version),
        Line(bad.pk, Input(numerator="5"), bad.version),
        Line(stale.pk, Input(stage="done"), stale.version + 1),
    ]
    saved, refused_one, conflict = save_lines(packet.pk, lines, by=world.reporter, at=OPEN, door=WEB)
    assert (saved.value, refused_one.refusal.code, conflict.refusal.code) == (5, "bad_value", "version_conflict")
    assert [world.line(target).is_filled for target in (world.stations, world.share, world.centre)] == [
        True,
        False,
        False,
    ]
    assert AuditEvent.objects.count() == 1


def test_a_line_of_another_packet_is_not_saved(world):
    packet, foreign = world.packet(), world.line(world.posts, world.east)
    with pytest.raises(Entry.DoesNotExist):
        save_lines(packet.pk, [Line(foreign.pk, Input(value="5"), 1)], by=world.reporter, at=OPEN, door=WEB)
    assert world.line(world.posts, world.east).value is None


@pytest.mark.parametrize("number", [1, 3])
def test_reads_do_not_grow_with_the_lines_that_are_saved(world, number):
    packet = world.packet()
    lines = [
        Line(world.line(target).pk, Input(value="5", numerator="1", denominator="2", stage="under_way"), 1)
        for target in (world.stations, world.share, world.centre)
    ]
    with CaptureQueriesContext(connection) as captured:
        save_lines(packet.pk, lines[:number], by=world.reporter, at=OPEN, door=WEB)
    reads = [one["sql"] for one in captured if one["sql"].strip().startswith("SELECT")]
    assert len(reads) == 10, "\n".join(reads)
