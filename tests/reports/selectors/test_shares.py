"""Districts report parts, the lead the whole: what each side sees of the difference."""

from __future__ import annotations

import pytest

from agencies.roles import Role
from reports.models import Figure
from reports.selectors.shares import shares_of
from reports.services import review
from targets.rules import AssignmentRole
from tests.factories import AssignmentFactory, TargetFactory, at, person
from tests.history import accepted
from tests.reports.conftest import OPEN, WEB


@pytest.fixture
def whole(world):
    """The bureau reports the sum of what the districts report of `posts`, and this does not count."""
    AssignmentFactory(target=world.posts, agency=world.bureau, counts=False, position=3)
    return world


def handed_in(world, acting, agency, value, *, submit=True):
    """One agency enters its figure of `posts`, and nothing else; hands it in."""
    packet, line = world.packet(agency), world.line(world.posts, agency)
    acting.save(line, by=person(Role.REPORTER, agency), value=value, explanation="以我单位为准")
    for other in packet.entries.exclude(pk=line.pk):
        acting.save(other, by=person(Role.REPORTER, agency), nothing_because="无")
    if submit:
        acting.submit(packet, by=person(Role.APPROVER, agency))
    return packet


def seen(world, agency, user) -> tuple:
    packet, line = world.packet(agency), world.line(world.posts, agency)
    found = shares_of(packet, user)[line.pk]
    return found.lead, found.districts, found.difference, found.reported


@pytest.mark.parametrize("language", ["en"])
class TestWhoSeesWhat:
    @pytest.fixture(autouse=True)
    def english(self, language):
        from django.utils import translation

        with translation.override(language):
            yield

    def test_the_office_sees_what_was_submitted(self, whole, acting):
        handed_in(whole, acting, whole.east, "12")
        handed_in(whole, acting, whole.west, "8", submit=False)
        handed_in(whole, acting, whole.bureau, "15")
        for agency in (whole.bureau, whole.east):
            assert seen(whole, agency, whole.supervisor) == ("15 stations", "12 stations", "+3 stations", 1)
        handed_in(whole, acting, whole.west, "8")
        found = shares_of(whole.packet(), whole.supervisor)[whole.line(whole.posts).pk]
        assert (found.difference, found.percent, found.is_complete, found.is_equal) == (
            "-5 stations",
            "-25%",
            True,
            False,
        )
        assert (found.lead_agency, found.explanation, found.is_lead) == ("bureau", "以我单位为准", True)
        assert [(part.code, part.value, part.state) for part in found.parts] == [
            ("bureau", "15 stations", "submitted"),
            ("east", "12 stations", "submitted"),
            ("west", "8 stations", "submitted"),
        ]

    def test_a_district_sees_of_others_what_was_accepted_only(self, whole, acting):
        east = person(Role.REPORTER, whole.east)
        handed_in(whole, acting, whole.east, "12")
        west = handed_in(whole, acting, whole.west, "8")
        lead = handed_in(whole, acting, whole.bureau, "15")
        for reader in (east, None):
            assert seen(whole, whole.east, reader) == ("—", "12 stations", "", 1), "its own figure alone"
        acting.accept(west)
        assert seen(whole, whole.east, east) == ("—", "20 stations", "", 2)
        assert shares_of(whole.packet(whole.east), east)[whole.line(whole.posts, whole.east).pk].explanation == ""
        acting.accept(lead)
        assert seen(whole, whole.east, east) == ("15 stations", "20 stations", "-5 stations", 2)
        found = shares_of(whole.packet(whole.east), east)[whole.line(whole.posts, whole.east).pk]
        assert (found.explanation, found.is_lead) == ("以我单位为准", False)

    def test_the_lead_sees_its_own_figure_and_what_was_accepted(self, whole, acting):
        acting.accept(handed_in(whole, acting, whole.east, "12"))
        handed_in(whole, acting, whole.west, "8")
        handed_in(whole, acting, whole.bureau, "20", submit=False)
        assert seen(whole, whole.bureau, whole.reporter) == ("20 stations", "12 stations", "+8 stations", 1)
        assert seen(whole, whole.bureau, whole.auditor) == ("20 stations", "20 stations", "0 stations", 2)

    def test_a_correction_is_compared_with_what_it_would_say(self, whole, acting):
        for agency, value in ((whole.east, "12"), (whole.west, "8"), (whole.bureau, "15")):
            acting.accept(handed_in(whole, acting, agency, value))
        line = acting.correct(whole.line(whole.posts))
        acting.save(line, value="20", explanation="已核实")
        review.submit(line.submission_id, by=whole.approver, at=OPEN, door=WEB)
        assert seen(whole, whole.bureau, whole.supervisor) == ("20 stations", "20 stations", "0 stations", 2)
        assert seen(whole, whole.east, whole.supervisor)[0] == "15 stations", "what is accepted holds for the others"

    def test_the_figure_in_force_is_the_latest(self, whole, acting):
        accepted(whole, whole.posts, "12", whole.east)
        accepted(whole, whole.posts, "13", whole.east, now=at("2021-04-11"))
        assert Figure.objects.filter(target=whole.posts).count() == 2
        assert seen(whole, whole.west, whole.supervisor)[1] == "13 stations"


def test_only_targets_with_a_whole_and_parts_have_a_difference(world, acting):
    assert shares_of(world.packet(), world.supervisor) == {}
    assert shares_of(world.packet(world.east), world.supervisor) == {}, "nobody reports the whole of it"


def test_who_no_longer_reports_is_not_waited_for(whole):
    whole.posts.assignments.filter(agency=whole.west).update(ended_on=whole.periods[0].ends_on)
    found = shares_of(whole.packet(), whole.supervisor)[whole.line(whole.posts).pk]
    assert found.of == 1


@pytest.mark.parametrize("more", [0, 2])
def test_it_costs_four_statements(whole, django_assert_num_queries, more):
    for number in range(more):
        target = TargetFactory(code=f"more-{number}", task=whole.posts.task)
        for position, agency in enumerate((whole.bureau, whole.east)):
            role = AssignmentRole.DISTRICT if agency.district else AssignmentRole.LEAD
            AssignmentFactory(
                target=target, agency=agency, district=agency.district, role=role, position=position, counts=False
            )
    packet = whole.packet()
    assert whole.supervisor.roles and packet.period
    with django_assert_num_queries(4):
        assert len(shares_of(packet, whole.supervisor)) == more + 1
