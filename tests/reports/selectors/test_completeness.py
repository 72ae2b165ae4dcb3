"""The matrix of packets: how each stands, now and as it was known between the steps that it took."""

from __future__ import annotations

from datetime import datetime

import pytest

from reports.models import ReportingPeriod, Submission
from reports.selectors.completeness import COLUMNS, ROWS, Matrix, matrix
from reports.selectors.moment import Moment, moment
from reports.selectors.plans import readable_plans
from reports.services import review
from reports.services.periods import extend
from targets.rules import AssignmentRole
from tests.factories import AgencyFactory, AssignmentFactory, World, at, person
from tests.reports.conftest import WEB, Acting

# window of 2021Q1: 1 to 30 April, due on the 15th, grace until the 25th


def shown(world: World, user=None, known_at: str = "", period: str = "2021Q1") -> Moment:
    plans = readable_plans(user or world.supervisor)
    return moment({"period": period, "known_at": known_at}, plans, now=at("2021-06-01"))


def found(world: World, known_at: str = "", now: datetime | None = None, user=None, **more) -> Matrix:
    user = user or world.supervisor
    return matrix(shown(world, user, known_at, more.pop("period", "2021Q1")), user, now or at("2021-06-01"), **more)


def cell(world: World, known_at: str = "", now: datetime | None = None, agency: str = "bureau"):
    """The agency's cell of 2021Q1."""
    return {row.code: row.cells[-1] for row in found(world, known_at, now).rows}[agency]


def test_rows_are_the_agencies_that_report_and_columns_the_quarters_up_to_the_shown_one(world: World) -> None:
    assert [row.code for row in found(world).rows] == ["bureau", "east", "west"], "the partner reports nothing"
    assert [column.code for column in found(world).columns] == ["2021Q1"]
    assert [column.code for column in found(world, period="2021Q2").columns] == ["2021Q1", "2021Q2"]


def test_where_there_is_no_packet_nothing_was_asked(world: World) -> None:
    assert (cell(world).code, cell(world).has_packet, cell(world).is_due) == ("not_asked", False, False)


@pytest.mark.parametrize(
    ("now", "code", "due"),
    [
        ("2021-04-10", "pending", False),
        ("2021-04-17", "late", True),
        ("2021-04-27", "overdue", True),
        ("2021-05-02", "missing", True),
    ],
)
def test_what_was_not_handed_in_stands_by_the_clock(world: World, now: str, code: str, due: bool) -> None:
    world.packet(now=at("2021-04-02"))
    assert (cell(world, now=at(now)).code, cell(world, now=at(now)).is_due) == (code, due)
    assert cell(world, known_at=now).code == code, "then as it would have been said then"


def test_an_extension_makes_what_is_late_not_overdue_once_it_was_granted(world: World) -> None:
    packet = world.packet(now=at("2021-04-02"))
    extend(
        packet.period, world.bureau, until=at("2021-05-10"), reason="机房搬迁", by=world.supervisor,
        at=at("2021-04-28"), door=WEB,
    )  # fmt: skip
    assert cell(world, now=at("2021-05-02")).code == "late"
    assert cell(world, "2021-05-02").code == "late"
    assert cell(world, "2021-04-27").code == "overdue", "nobody knew of the extension yet"
    assert "2021-05-10" in cell(world, "2021-05-02").title


@pytest.fixture
def passed_on(world: World, acting: Acting) -> Submission:
    """The bureau's packet: submitted on the 10th, returned on the 12th, back on the 17th, accepted on the 20th, opened
    again for a correction on 5 May, submitted on the 6th and accepted on the 8th.
    """
    packet = world.packet(now=at("2021-04-02"))
    ReportingPeriod.objects.filter(pk=packet.period_id).update(closes_at=at("2021-12-01"))
    acting.fill(packet, now=at("2021-04-09"))
    acting.submit(packet, now=at("2021-04-10"))
    acting.give_back(packet, now=at("2021-04-12"))
    acting.submit(packet, now=at("2021-04-17"))
    acting.accept(packet, now=at("2021-04-20"))
    line = acting.correct(world.line(world.stations), now=at("2021-05-05"))
    acting.save(line, now=at("2021-05-05"), value="12", explanation="情况属实")
    acting.submit(packet, now=at("2021-05-06"))
    acting.accept(packet, now=at("2021-05-08"))
    return packet


@pytest.mark.parametrize(
    ("known_at", "code"),
    [
        ("2021-04-01", "not_asked"),
        ("2021-04-09", "pending"),
        ("2021-04-11", "submitted"),
        ("2021-04-13", "returned"),
        ("2021-04-17", "submitted"),
        ("2021-04-21", "accepted"),
        ("2021-05-05", "reopened"),
        ("2021-05-07", "submitted"),
        ("2021-05-08", "accepted"),
        ("", "accepted"),
    ],
)
def test_each_state_is_known_at_the_moment_between(passed_on, world: World, known_at: str, code: str) -> None:
    assert cell(world, known_at).code == code


def test_what_comes_back_after_a_return_is_not_late(passed_on, world: World) -> None:
    assert not cell(world).is_late and cell(world).is_on_time
    assert not cell(world, "2021-04-18").is_late


def test_now_a_packet_under_correction_is_open_again_and_not_missing(world: World, acting: Acting) -> None:
    acting.accept(acting.submitted())
    acting.correct(world.line(world.stations))
    assert cell(world).code == "reopened" and cell(world).is_on_time


def test_what_was_handed_in_after_the_due_moment_is_late(world: World, acting: Acting) -> None:
    packet = world.packet(now=at("2021-04-02"))
    acting.fill(packet, now=at("2021-04-16"))
    acting.submit(packet, now=at("2021-04-16 08:00"))
    for known_at in ("", "2021-04-16"):
        one = cell(world, known_at)
        assert (one.code, one.is_late, one.is_due, one.is_on_time) == ("submitted", True, True, False)
    assert not cell(world, "2021-04-15").is_late


def test_a_hand_in_that_was_withdrawn_never_counted_but_was_known(world: World, acting: Acting) -> None:
    packet = world.packet(now=at("2021-04-02"))
    acting.fill(packet, now=at("2021-04-09"))
    acting.submit(packet, now=at("2021-04-10"))
    review.withdraw(packet.pk, by=world.approver, at=at("2021-04-12"), door=WEB)
    acting.submit(packet, now=at("2021-04-17"))
    assert [cell(world, day).code for day in ("2021-04-11", "2021-04-13", "2021-04-17")] == [
        "submitted", "pending", "submitted",
    ]  # fmt: skip
    assert not cell(world, "2021-04-11").is_late and cell(world, "2021-04-17").is_late and cell(world).is_late


def test_rows_and_columns_are_counted(passed_on, world: World) -> None:
    world.packet(world.east, now=at("2021-04-02"))
    read = found(world)
    assert [(row.code, row.on_time, row.due) for row in read.rows] == [("bureau", 1, 1), ("east", 0, 1), ("west", 0, 0)]
    (column,) = read.columns
    assert (column.accepted, column.asked, column.on_time, column.due) == (1, 2, 1, 2)


def test_agency_staff_see_their_own_row_and_how_many_they_do_not_see(passed_on, world: World) -> None:
    world.packet(world.east, now=at("2021-04-02"))
    read = found(world, user=person("reporter", world.east))
    assert ([row.code for row in read.rows], read.hidden) == (["east"], 2)
    (column,) = read.columns
    assert (column.accepted, column.asked) == (0, 1), "the others' packets are not even counted"


def test_who_reads_no_packets_sees_none(passed_on, world: World) -> None:
    read = found(world, user=world.plan_manager)
    assert (read.rows, read.agencies, read.hidden) == ((), 0, 3)


def test_many_quarters_and_agencies_stand_on_several_pages(world: World) -> None:
    first = world.periods[0]
    for number in range(8086, 8086 + COLUMNS + 3):
        first.pk, first.ordinal, first.code = None, number, f"{number // 4}Q{number % 4 + 1}"
        first._state.adding = True
        first.save()
    for _ in range(ROWS + 3):
        AssignmentFactory(target=world.stations, agency=AgencyFactory(), role=AssignmentRole.PARTNER, counts=False)
    last = first.code
    read = found(world, period=last)
    assert (len(read.columns), read.columns[-1].code, read.has_earlier, read.back) == (COLUMNS, last, True, 0)
    assert (len(read.rows), read.page, read.pages, read.agencies) == (ROWS, 1, 2, ROWS + 6)
    rest = found(world, period=last, back=99, page=99)
    assert (rest.columns[0].code, rest.has_earlier, rest.back) == ("2021Q1", False, 1)
    assert len(rest.columns) == 5 and (len(rest.rows), rest.page) == (6, 2), "beyond the last page is the last page"


@pytest.mark.parametrize("more", [0, 12])
def test_statements_do_not_grow_with_agencies(passed_on, world: World, django_assert_num_queries, more: int) -> None:
    for _ in range(more):
        agency = AgencyFactory()
        AssignmentFactory(target=world.stations, agency=agency, role=AssignmentRole.PARTNER, counts=False)
        world.packet(agency, now=at("2021-04-02"))
    world.supervisor.can("read_progress")
    now, then = shown(world), shown(world, known_at="2021-04-21")
    with django_assert_num_queries(3):
        matrix(now, world.supervisor, at("2021-06-01"))
    with django_assert_num_queries(4):
        matrix(then, world.supervisor, at("2021-06-01"))
